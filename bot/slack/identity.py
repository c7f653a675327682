"""Who sent a request, and from where: found once, before dispatch.

The workspace is that of the message or the view, which carries it; the person is a colleague if
Slack names the same workspace as theirs, or the directory the same organisation. All handlers read
the result with `sender`.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncBoltContext
from slack_sdk.models.views import View

from bot.decisions.ports import CachedProfile
from bot.services.services import Services
from bot.slack.background import BackgroundTasks
from bot.slackkit.origin import ORIGIN, marked_blocks, marked_view, take_origin
from bot.slackkit.payloads import (
    Claim,
    ExternalUser,
    InvalidPayload,
    NotIdentified,
    claim_of,
    place_named,
)

Body = dict[str, Any]


class Identification:
    """Middleware that refuses people of other companies and notes what a payload shows."""

    def __init__(self, services: Services, background: BackgroundTasks) -> None:
        """Identify senders; `background` refreshes what is known of them after the ack."""
        self._services = services
        self._background = background

    async def identify(
        self, body: Body, context: AsyncBoltContext, next_: Callable[[], Awaitable[None]]
    ) -> None:
        """Establish workspace and person, and go on.

        Raises:
            ExternalUser: the person belongs to another company.
            NotIdentified: they may, and Slack did not say so in time.
            InvalidPayload: the payload names no workspace and user.
        """
        body.pop(ORIGIN, None)
        origin = take_origin(body)
        if origin is not None:
            body[ORIGIN] = origin
        try:
            claim = claim_of(body)
        except InvalidPayload:
            if body.get("type") != "event_callback":
                raise
            return await next_()  # the app was removed: an event of no person
        body[ORIGIN] = claim.person.workspace
        await self._check(claim)
        if (place := place_named(body)) is not None:
            await self._services.channels.note(claim.person.workspace, place)
        context["ack"] = _MarkedAck(claim.person.workspace)
        return await next_()

    async def _check(self, claim: Claim) -> None:
        """Check that a person is a colleague, by what is known; ask Slack only where that differs.

        A person of another workspace of the same organisation looks like one of another company,
        so the first request of such a person waits for the directory, for a second at most.
        """
        people, person = self._services.people, claim.person
        if claim.enterprise is not None:
            await people.note_enterprise(person.workspace, claim.enterprise)
        profile = await people.cached_profile(person)
        foreign = claim.is_guess or claim.home not in {None, person.workspace}
        if foreign and profile is None:
            profile = await people.profile(person)
            if profile is None:
                raise NotIdentified(person.user)
        elif people.is_outdated(profile):
            self._background.start(people.refresh_profile(person), {})
        if _is_external(claim, profile, foreign=foreign):
            raise ExternalUser(person.user)


def _is_external(claim: Claim, profile: CachedProfile | None, *, foreign: bool) -> bool:
    if profile is None:
        return False
    known = profile.known
    if claim.is_guess and claim.enterprise is not None:
        return known.enterprise != claim.enterprise
    return known.outside or (foreign and not known.name and not claim.is_guess)


class _MarkedAck(AsyncAck):
    """An ack whose message or view carries the workspace."""

    def __init__(self, workspace: str) -> None:
        self.response = None
        self._workspace = workspace

    async def __call__(self, *args: Any, **more: Any) -> Any:
        if (blocks := more.get("blocks")) is not None:
            more["blocks"] = marked_blocks(list(blocks), self._workspace)
        view = more.get("view")
        if view is not None:
            shown = view.to_dict() if isinstance(view, View) else view
            more["view"] = marked_view(shown, self._workspace)
        return await super().__call__(*args, **more)
