"""Digests as messages, with links to what they tell of."""

from collections.abc import Awaitable, Callable, Mapping

from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.access import MessageRef
from bot.digest.calendar import Occurrence
from bot.digest.content import Digest
from bot.digest.settings import Schedule
from bot.digest.views.chapters import announced_in
from bot.digest.views.message import digest_message, preview_message, when_next
from bot.slackkit.message import Message
from bot.slackkit.permalinks import Permalinks
from bot.storage.installations import NotInstalled, TokenUnreadable

ClientFor = Callable[[str], Awaitable[AsyncWebClient]]
"""Returns the Web API client of a workspace."""


class DigestMessages:
    """Makes the messages; a link that Slack does not tell is left out, and nothing else."""

    def __init__(self, client_for: ClientFor, command: str) -> None:
        """Make it.

        Args:
            client_for: returns the client to ask for links with.
            command: the slash command's name.
        """
        self._client_for = client_for
        self._command = command
        self._permalinks = Permalinks()

    async def message(self, digest: Digest) -> Message:
        """Return a digest as it is posted."""
        return digest_message(digest, self._command, await self._links(digest))

    async def preview(
        self, digest: Digest, due: Occurrence | None, rhythm: Schedule, token: str
    ) -> Message:
        """Return a digest as one person sees it before it is posted.

        Args:
            digest: what it tells.
            due: when the next one comes by itself; None if none does.
            rhythm: that of the channel.
            token: what its button carries.
        """
        coming = when_next(self._command, due, rhythm)
        links = await self._links(digest)
        return preview_message(digest, self._command, links, token, coming)

    async def _links(self, digest: Digest) -> Mapping[MessageRef, str]:
        try:
            client = await self._client_for(digest.workspace)
        except (NotInstalled, TokenUnreadable):
            return {}
        return await self._permalinks.of(client, announced_in(digest))
