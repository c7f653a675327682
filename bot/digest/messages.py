"""Digests as messages, with permalinks of their decisions."""

from collections.abc import Awaitable, Callable, Mapping

from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.access import MessageRef
from bot.digest.content import Digest
from bot.digest.schedule import Occurrence
from bot.digest.settings import DigestScope, DigestSettings, Schedule
from bot.digest.views.message import digest_message, preview_message, when_next
from bot.digest.views.sections import announcements_in
from bot.outbox.permalinks import Permalinks
from bot.slackkit.message import Message
from bot.storage.installations import NotInstalled, TokenUnreadable

ClientFor = Callable[[str], Awaitable[AsyncWebClient]]
"""Returns the Web API client of a workspace."""


class DigestMessages:
    """Creates the messages. A permalink that Slack does not return is left out."""

    def __init__(self, client_for: ClientFor, permalinks: Permalinks, command: str) -> None:
        self._client_for = client_for
        self._command = command
        self._permalinks = permalinks

    async def message(self, digest: Digest) -> Message:
        """Return the message that is posted."""
        return digest_message(digest, self._command, await self._links(digest))

    async def preview(
        self, digest: Digest, due: Occurrence | None, settings: DigestSettings | None, token: str
    ) -> Message:
        """Return the private preview.

        Args:
            digest: the content.
            due: the next weekly digest; None if it is off.
            settings: of the channel; None if none were saved. The weekly digest is offered where it
                is off and would cover the channel only.
            token: the value of its button.
        """
        coming = when_next(due, settings.schedule if settings else Schedule())
        links = await self._links(digest)
        harmless = settings is None or settings.scope is DigestScope.CHANNEL
        return preview_message(
            digest, self._command, links, token, coming, offer=due is None and harmless
        )

    async def _links(self, digest: Digest) -> Mapping[MessageRef, str]:
        try:
            client = await self._client_for(digest.workspace)
        except (NotInstalled, TokenUnreadable):
            return {}
        return await self._permalinks.of(client, digest.workspace, announcements_in(digest))
