"""Installing the bot in a workspace by OAuth: away to Slack with a state, and back with a code.

https://docs.slack.dev/authentication/installing-with-oauth
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urljoin

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth import AuthorizeUrlGenerator
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.installation import Installation, InstallationStore
from bot.services.ports import Clock
from bot.slack.oauth.installations import MultiWorkspace
from bot.slack.oauth.tokens import TokenCipher
from bot.slackkit.api_errors import OAUTH_DECLINED, OAUTH_MISCONFIGURED, UNREACHABLE, api_error_of

logger = structlog.get_logger(__name__)

STATE_LIFE = timedelta(minutes=10)
"""As long as Slack's code lives."""

_AWAY = "Slack could not be reached, so nothing was installed. Begin again in a minute."


class InstallFailed(Exception):
    """The bot was not installed; the message tells the person why and what to do."""


@dataclass(frozen=True, slots=True)
class OAuthApp:
    """What Slack knows the app by."""

    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Begun:
    """An installation under way: its state, and where in Slack it goes on."""

    state: str
    url: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What Slack sends the browser back with; `browser_state` is from the browser's cookie."""

    code: str
    state: str
    error: str
    browser_state: str


@dataclass(frozen=True, slots=True)
class Installed:
    """A new installation, and where in Slack the bot is found."""

    installation: Installation
    url: str


class OAuthFlow:
    """Begins installations and finishes them."""

    def __init__(
        self,
        app: OAuthApp,
        scopes: Sequence[str],
        client: AsyncWebClient,
        seal: TokenCipher,
        installs: MultiWorkspace,
        states: InstallationStore,
        clock: Clock,
    ) -> None:
        """Make the flow.

        Args:
            app: the app's credentials.
            scopes: what the bot asks for.
            client: says how Slack is reached; it has no token.
            seal: encrypts the tokens.
            installs: where installations go.
            states: where the states are kept.
            clock: the only source of time.
        """
        self._app = app
        self._client = client
        self._seal = seal
        self._installs = installs
        self._states = states
        self._clock = clock
        self._urls = AuthorizeUrlGenerator(
            client_id=app.client_id,
            scopes=scopes,
            authorization_url=urljoin(client.base_url, "../oauth/v2/authorize"),
        )

    async def begin(self) -> Begun:
        """Begin an installation."""
        state, now = secrets.token_urlsafe(32), self._clock.now()
        await self._states.add_state(state, now, now + STATE_LIFE)
        return Begun(state, self._urls.generate(state))

    async def finish(self, answer: Answer) -> Installed:
        """Exchange the code for a token, and keep it.

        Raises:
            InstallFailed: with a sentence for the person.
        """
        if answer.error:
            raise InstallFailed(_words_for_refusal(answer.error))
        if not await self._is_ours(answer):
            raise InstallFailed(
                "This installation has expired, was finished before, or was begun in another "
                "browser. If ragvsft answers in Slack, all is well; otherwise begin again."
            )
        granted = await self._exchange(answer.code)
        installation = self._installation(granted)
        await self._installs.keep(installation)
        return Installed(installation, _url_in_slack(granted))

    async def _is_ours(self, answer: Answer) -> bool:
        """Return whether this browser has begun what it finishes now; a state serves once."""
        same = secrets.compare_digest(answer.state.encode(), answer.browser_state.encode())
        return (
            bool(answer.code and answer.state)
            and same
            and await self._states.take_state(answer.state, self._clock.now())
        )

    async def _exchange(self, code: str) -> Mapping[str, Any]:
        credentials = {
            "client_id": self._app.client_id,
            "client_secret": self._app.client_secret,
        }
        try:
            # Not oauth_v2_access(): that depends on a class that aiohttp has deprecated.
            answer = await self._client.api_call(
                "oauth.v2.access", data={**credentials, "code": code}
            )
        except UNREACHABLE as error:
            reason = api_error_of(error).error if isinstance(error, SlackApiError) else ""
            raise InstallFailed(_words_for_error(reason) if reason else _AWAY) from error
        granted = answer.data
        if not isinstance(granted, dict) or not granted.get("access_token"):
            raise InstallFailed(_words_for_error("no_token"))
        return granted

    def _installation(self, granted: Mapping[str, Any]) -> Installation:
        if granted.get("refresh_token"):
            logger.error(
                "token rotation is on for this app, which ragvsft does not support: create the "
                "app anew from the manifest, which leaves it off"
            )
            raise InstallFailed(_words_for_error("token_rotation"))
        whole = bool(granted.get("is_enterprise_install"))
        team, enterprise = granted.get("team") or {}, granted.get("enterprise") or {}
        account = (enterprise if whole else team).get("id")
        if not account:
            raise InstallFailed(_words_for_error("no_account"))
        return Installation(
            team=None if whole else account,
            enterprise=enterprise.get("id"),
            name=str((enterprise if whole else team).get("name") or account),
            bot_user=str(granted.get("bot_user_id") or ""),
            installed_by=str((granted.get("authed_user") or {}).get("id") or ""),
            scopes=tuple(filter(None, str(granted.get("scope") or "").split(","))),
            sealed_token=self._seal.seal(account, str(granted["access_token"])),
            installed_at=self._clock.now(),
        )


def _words_for_refusal(error: str) -> str:
    if error == OAUTH_DECLINED:
        return "You declined in Slack, so nothing was installed."
    return f"Slack did not allow the installation ({_name(error)}), so nothing was installed."


def _words_for_error(error: str) -> str:
    if error in OAUTH_MISCONFIGURED or error in {"token_rotation", "no_token"}:
        logger.error("an installation failed: check the app's settings in Slack", reason=error)
        return (
            f"This bot is not set up correctly ({_name(error)}), so nothing was installed. "
            "Whoever runs it finds the remedy in its log, and with ragvsft doctor."
        )
    return f"Slack did not accept the installation ({_name(error)}). Begin again."


def _name(error: str) -> str:
    """Return the name of an error of Slack's; whatever else may be in its place is not shown."""
    return error if re.fullmatch("[a-z0-9_]{1,60}", error) else "for a reason it does not name"


def _url_in_slack(granted: Mapping[str, Any]) -> str:
    """Return a link to the bot: https://docs.slack.dev/interactivity/deep-linking."""
    ids = {"app": granted.get("app_id"), "team": (granted.get("team") or {}).get("id")}
    query = urlencode({name: value for name, value in ids.items() if value})
    return f"https://slack.com/app_redirect?{query}"
