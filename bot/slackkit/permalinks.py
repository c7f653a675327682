"""Permalinks of announcements, fetched with a short timeout.

Source: https://docs.slack.dev/reference/methods/chat.getPermalink
"""

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Mapping

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.access import MessageRef
from bot.slackkit.api_errors import UNREACHABLE

logger = structlog.get_logger(__name__)

LONGEST = 2.0
"""Seconds that rendering a message may wait for its links."""
_AT_ONCE = 6
_MOST_KEPT = 5_000


class Permalinks:
    """Fetches permalinks and caches them: a message's permalink never changes."""

    def __init__(self, longest: float = LONGEST) -> None:
        """Create the cache; `longest` is the timeout for the links of one message, in seconds."""
        self._longest = longest
        self._kept: OrderedDict[MessageRef, str] = OrderedDict()

    async def of(
        self, client: AsyncWebClient, announced: Collection[MessageRef]
    ) -> Mapping[MessageRef, str]:
        """Return the links to messages of one workspace that Slack returns in time."""
        gate = asyncio.Semaphore(_AT_ONCE)
        wanted = {each for each in announced if each not in self._kept}
        asked = [asyncio.create_task(self._ask(client, each, gate)) for each in wanted]
        if asked:
            _, late = await asyncio.wait(asked, timeout=self._longest)
            for task in late:
                task.cancel()
            for error in await asyncio.gather(*asked, return_exceptions=True):
                if isinstance(error, Exception):
                    logger.error("a permalink could not be fetched", exc_info=error)
        return {each: self._kept[each] for each in announced if each in self._kept}

    async def _ask(
        self, client: AsyncWebClient, announced: MessageRef, gate: asyncio.Semaphore
    ) -> None:
        async with gate:
            try:
                answer = await client.chat_getPermalink(
                    channel=announced.channel, message_ts=announced.ts
                )
            except UNREACHABLE:
                return
        link = answer.get("permalink")
        if isinstance(link, str) and link.startswith("http") and not set(link) & set("<>|"):
            self._keep(announced, link)

    def _keep(self, announced: MessageRef, link: str) -> None:
        self._kept[announced] = link
        if len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
