"""A stub of Slack's Web API with scripted answers, and a delivery worker that posts to it."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.web.async_client import AsyncWebClient

from bot.digest.messages import DigestMessages
from bot.outbox.model import Attempt, Delivery
from bot.outbox.policy import FailurePolicy
from bot.outbox.store import ClaimScope, Outbox
from bot.outbox.worker import DeliveryWorker
from bot.services.services import Services
from bot.slack.rendering import Renderer
from bot.storage.connection import Location
from bot.storage.database import Database
from tests.services.harness import ServiceHarness

NAME = "/ragvsft"
WITHIN = 60.0
"""Time limit for each wait, in seconds of real time; generous for a busy machine."""


class TinySlack:
    """Stores posted and updated messages; `script` has the answers to the next calls.

    `script_of` has those to the next calls for a channel. They come first, whatever else is sent to
    other channels at the same time.

    An answer is one of:
        "ok": store the message.
        "drop_before", "drop_after": break the connection before or after storing it.
        "kept 500": store it and answer with that status all the same.
        "bare": store it, and answer without its channel and timestamp.
        "429 30": refuse it, with the seconds to wait.
        "503": refuse it with that status.
        Any other word: refuse it with that Web API error.

    Answers wait until `gate` is set. `history` has the pages for look-ups; without a page, a
    look-up fails with `missing_scope`.
    """

    def __init__(self) -> None:
        self.script: list[str] = []
        self.script_of: dict[str, list[str]] = {}
        self.arrived: list[dict[str, Any]] = []
        self.kept: list[dict[str, Any]] = []
        self.updates: list[dict[str, Any]] = []
        self.history: list[dict[str, Any]] = []
        self.looked_up: list[dict[str, str]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked = asyncio.Event()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        message = await request.json()
        self.arrived.append(message)
        self.asked.set()
        script = self.script_of.get(message["channel"]) or self.script
        word = script.pop(0) if script else "ok"
        await self.gate.wait()
        if word in {"ok", "bare", "drop_after"} or word.startswith("kept "):
            (self.updates if "ts" in message else self.kept).append(message)
        if word.startswith("drop"):
            assert request.transport is not None
            request.transport.close()
        return _answer(word.removeprefix("kept "), message, len(self.kept))

    async def look_up(self, request: web.Request) -> web.Response:
        asked = dict(parse_qsl(await request.text())) | dict(request.query)
        self.looked_up.append(asked | {"method": request.path.rpartition("/")[2]})
        page = self.history.pop(0) if self.history else {"error": "missing_scope"}
        return web.json_response({"ok": "error" not in page, **page})


def _answer(word: str, message: dict[str, Any], number: int) -> web.Response:
    first, _, seconds = word.partition(" ")
    if first == "429":
        refused = {"ok": False, "error": "ratelimited"}
        return web.json_response(refused, status=429, headers={"Retry-After": seconds})
    if first.isdecimal():
        return web.Response(text="<html>Bad gateway</html>", status=int(first))
    if first == "bare":
        return web.json_response({"ok": True})
    if first in {"ok", "drop_after", "drop_before"}:
        return web.json_response(
            {"ok": True, "channel": message["channel"], "ts": message.get("ts", f"{number}.0")}
        )
    return web.json_response({"ok": False, "error": word})


class WatchedOutbox(Outbox):
    """An outbox that sets `rested` when the worker finds nothing due, `claimed` when it does."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.rested, self.claimed = asyncio.Event(), asyncio.Event()

    async def claim(self, at: datetime, scope: ClaimScope | None = None) -> Delivery | None:
        delivery = await super().claim(at, scope or ClaimScope())
        if delivery is not None:
            self.claimed.set()
        return delivery

    async def next_due(self, *, background: bool = True) -> datetime | None:
        due = await super().next_due(background=background)
        self.rested.set()
        return due


class WorkerHarness:
    """Services and a delivery worker on one database, which delivers to a stub of Slack."""

    def __init__(self, database: Database, url: str, slack: TinySlack) -> None:
        self.harness = ServiceHarness(database)
        self.slack = slack
        self.url = url
        self.wake = asyncio.Event()
        self.outbox = WatchedOutbox(database)
        self.harness.services = Services(
            database, self.harness.clock, self.harness.playbooks, self.wake.set
        )
        self.attempts = Counter[Attempt]()
        services, clock = self.harness.services, self.harness.clock
        digests = DigestMessages(self._client_for, services.permalinks(), "/ragvsft")
        policy = FailurePolicy(
            self.outbox, services.delivery_issues, services.person_unreachable, clock
        )
        self.worker = DeliveryWorker(
            self.outbox,
            policy,
            Renderer(services, digests, "/ragvsft").message,
            clock,
            self._client_for,
            self.wake,
            count_attempt=lambda attempt: self.attempts.update({attempt}),
        )

    async def _client_for(self, workspace: str) -> AsyncWebClient:
        return AsyncWebClient(f"xoxb-{workspace}", base_url=self.url, retry_handlers=[])

    async def rest(self) -> None:
        """Wait until every due delivery was tried.

        A round that began earlier may miss the newest delivery, so two idle rounds are required. A
        round that claims one is not idle, even if that ends within it: it may leave an alert.
        """
        idle_rounds = 0
        async with asyncio.timeout(WITHIN):
            while idle_rounds < 2:
                self.outbox.rested.clear()
                self.outbox.claimed.clear()
                self.wake.set()
                await self.outbox.rested.wait()
                is_idle = self.worker.is_idle and not self.outbox.claimed.is_set()
                idle_rounds = idle_rounds + 1 if is_idle else 0

    async def advance(self, **by: float) -> None:
        """Advance the clock, and wait until every delivery that is due then was tried."""
        self.harness.clock.advance(timedelta(**by))
        await self.rest()

    async def states(self) -> dict[str, str]:
        """Return the state of each delivery by its kind."""
        rows = await self.harness.rows("deliveries")
        return {str(row["kind"]): str(row["state"]) for row in rows}


@contextlib.asynccontextmanager
async def serving_tiny_slack() -> AsyncIterator[tuple[TinySlack, str]]:
    """Serve a stub of Slack on loopback; yield it and the base URL of its Web API."""
    slack = TinySlack()
    app = web.Application()
    app.router.add_post("/api/chat.postMessage", slack.handle)
    app.router.add_post("/api/chat.update", slack.handle)
    for method in ("history", "replies"):
        app.router.add_route("*", f"/api/conversations.{method}", slack.look_up)
    async with TestServer(app) as server:
        yield slack, str(server.make_url("/api/"))


@contextlib.asynccontextmanager
async def running_worker(location: Location) -> AsyncIterator[WorkerHarness]:
    """Run a worker on a database, delivering to a stub of Slack."""
    async with serving_tiny_slack() as (slack, url):
        database = await Database(location).open()
        made = WorkerHarness(database, url, slack)
        task = asyncio.create_task(made.worker.run())
        try:
            yield made
        finally:
            slack.gate.set()
            made.worker.stop()
            await task
            await database.close()
