"""People as Slack knows them: name, time zone, company, role. Fills the protocol `Directory`.

Source: https://docs.slack.dev/reference/methods/users.info (scope `users:read`)
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.model import Person
from bot.decisions.ports import DirectoryEntry, DirectoryUnavailable, zone_named
from bot.slackkit.api_errors import UNREACHABLE, USER_UNKNOWN, ApiError, api_error_of
from bot.slackkit.mrkdwn import one_line
from bot.storage.installations import NotInstalled, TokenUnreadable

LOOK_UP_SECONDS = 1.0
"""The timeout of a look-up: people wait for it."""
_UNAVAILABLE = timedelta(minutes=1)
_NOT_ALLOWED = timedelta(hours=1)
_LONGEST_NAME = 80
_OF_GUESTS = ("is_restricted", "is_ultra_restricted")
_OF_ADMINS = ("is_admin", "is_owner", "is_primary_owner")
"""Fields of a user: https://docs.slack.dev/reference/objects/user-object."""


class SlackDirectory:
    """Looks people up by `users.info`."""

    def __init__(
        self,
        client_for: Callable[[str], Awaitable[AsyncWebClient]],
        longest: float = LOOK_UP_SECONDS,
    ) -> None:
        """Look people up; `longest` is the timeout in seconds."""
        self._client_for = client_for
        self._longest = longest

    async def look_up(self, person: Person) -> DirectoryEntry | None:
        """Return a person's entry; None if Slack has no user with that id.

        Raises:
            DirectoryUnavailable: Slack is unreachable, or the app may not ask.
        """
        try:
            async with asyncio.timeout(self._longest):
                client = await self._client_for(person.workspace)
                answer = await client.users_info(user=person.user)
        except SlackApiError as error:
            refusal = api_error_of(error)
            if refusal.error in USER_UNKNOWN:
                return None
            raise DirectoryUnavailable(_wait(refusal)) from error
        except (NotInstalled, TokenUnreadable) as error:
            raise DirectoryUnavailable(_NOT_ALLOWED) from error
        except UNREACHABLE as error:
            raise DirectoryUnavailable(_UNAVAILABLE) from error
        user = answer.get("user")
        return _known(user if isinstance(user, Mapping) else {}, person.workspace)


def _wait(refusal: ApiError) -> timedelta:
    """Return how long not to ask again after an error."""
    if refusal.is_rate_limit:
        asked = refusal.retry_after
        return timedelta(seconds=int(asked)) if asked.isdecimal() else _UNAVAILABLE
    return _UNAVAILABLE if refusal.status >= 500 else _NOT_ALLOWED


def _known(user: Mapping[str, Any], workspace: str) -> DirectoryEntry:
    profile = user.get("profile")
    told = profile if isinstance(profile, Mapping) else {}
    names = (
        *(told.get("real_name"), user.get("real_name")),
        *(told.get("display_name"), user.get("name")),
    )
    name = next((one_line(str(each)) for each in names if each and str(each).strip()), "")
    zone = zone_named(str(user.get("tz") or ""))
    organisation = user.get("enterprise_user")
    enterprise = organisation.get("enterprise_id") if isinstance(organisation, Mapping) else None
    return DirectoryEntry(
        name[:_LONGEST_NAME],
        zone.key if zone else None,
        outside=_is_outside(user, workspace),
        guest=any(user.get(each) is True for each in _OF_GUESTS),
        admin=any(user.get(each) is True for each in _OF_ADMINS),
        gone=user.get("deleted") is True,
        enterprise=str(enterprise) if enterprise else None,
    )


def _is_outside(user: Mapping[str, Any], workspace: str) -> bool:
    """Return whether Slack names only other workspaces for a person.

    Of people of an organisation it names one workspace, and in `enterprise_user` all of them:
    https://docs.slack.dev/reference/objects/user-object.
    """
    organisation = user.get("enterprise_user")
    teams = organisation.get("teams") if isinstance(organisation, Mapping) else None
    home = user.get("team_id") or workspace
    return home != workspace and workspace not in (teams if isinstance(teams, list) else [])
