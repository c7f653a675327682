"""Permalinks of announcements: computed from what Slack once answered, or fetched.

Source: https://docs.slack.dev/reference/methods/chat.getPermalink. All permalinks of a workspace
begin alike, so one answer tells the others, unless it has another form than documented.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Mapping
from datetime import timedelta
from urllib.parse import urlsplit

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.access import MessageRef
from bot.decisions.ports import Clock
from bot.slackkit.api_errors import UNREACHABLE, is_timestamp
from bot.storage.connection import Connection
from bot.storage.convert import utc_text
from bot.storage.database import Database

logger = structlog.get_logger(__name__)

LONGEST = 2.0
"""Seconds that rendering a message may wait for its links."""
KNOWN_FOR = timedelta(days=30)
"""How long an answer tells the links of a workspace, which may change its address."""
_AT_ONCE = 6
_MOST_KEPT = 5_000

_FIND = "select url from workspace_urls where workspace = :workspace and learned_at > :since"


class Permalinks:
    """Computes or fetches permalinks, and caches the fetched ones: none ever changes."""

    def __init__(self, database: Database, clock: Clock, longest: float = LONGEST) -> None:
        """Create an empty cache.

        Args:
            database: keeps what the permalinks of each workspace begin with.
            clock: the only source of time.
            longest: the timeout for the links of one message, in seconds.
        """
        self._database = database
        self._clock = clock
        self._longest = longest
        self._kept: OrderedDict[MessageRef, str] = OrderedDict()

    async def of(
        self, client: AsyncWebClient, workspace: str, announced: Collection[MessageRef]
    ) -> Mapping[MessageRef, str]:
        """Return the permalinks of messages in no thread, as far as they are known.

        Slack is asked only until an answer has told the workspace's address.

        Args:
            client: the client of the announcements' workspace.
            workspace: its id.
            announced: the messages.
        """
        if not announced:
            return {}
        url = await self._url_of(workspace)
        if url is not None:
            return {each: _permalink(url, each) for each in announced if is_timestamp(each.ts)}
        found = await self.fetch(client, announced)
        for ref, link in found.items():
            url = _workspace_url(link, ref)
            if url is not None:
                await self._remember(workspace, url)
                break
        return found

    async def _url_of(self, workspace: str) -> str | None:
        """Return what the permalinks of a workspace begin with; None if that is not known."""
        since = utc_text(self._clock.now() - KNOWN_FOR)
        values = {"workspace": workspace, "since": since}
        row = await self._database.read(lambda db: db.one(_FIND, values))
        return str(row["url"]) if row else None

    async def _remember(self, workspace: str, url: str) -> None:
        row = {"workspace": workspace, "url": url, "learned_at": utc_text(self._clock.now())}

        def work(db: Connection) -> None:
            db.upsert("workspace_urls", row, key=("workspace",))

        await self._database.write(work)

    async def fetch(
        self, client: AsyncWebClient, announced: Collection[MessageRef]
    ) -> dict[MessageRef, str]:
        """Return the permalinks of any messages; those that Slack does not return are left out."""
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


def _permalink(url: str, ref: MessageRef) -> str:
    return f"{url}{_path(ref)}"


def _path(ref: MessageRef) -> str:
    return f"/archives/{ref.channel}/p{ref.ts.replace('.', '')}"


def _workspace_url(link: str, ref: MessageRef) -> str | None:
    """Return what comes before the documented path; None if a permalink has another form."""
    url = link.removesuffix(_path(ref))
    parts = urlsplit(url)
    is_address = url != link and parts.hostname and not (parts.path or parts.query)
    return url if is_address else None
