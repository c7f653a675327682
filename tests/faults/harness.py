"""The harness of the fault runs: one workspace, one database, and bots that come and go.

Glossary of these tests:
    harness: the served workspace, the shared clock and the running bot processes.
    bot: a `BotProcess`, killed and replaced many times in a run.
    kill point: a named place in the code where a bot kills itself.
    workload: the users who act meanwhile, and the actions that the bot acked.
    audit: the comparison of acked actions, database and workspace at the end.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from pathlib import Path

import httpx
from starlette.types import Receive, Scope, Send

from bot.decisions.model import Place, Visibility
from bot.digest.settings import DigestSettings, Schedule, Weekday
from bot.digest.store import save_settings
from bot.playground import Playground
from bot.playground.page_api import next_weekday_time
from bot.playground.playground import SHUTDOWN_GRACE
from bot.playground.request_log import ApiCall
from bot.playground.slack_model import Json
from bot.serving import HttpServer
from bot.storage.connection import Location, PostgresUrl
from bot.storage.database import Database
from tests.engines import database_url
from tests.faults.bot_main import BotConfig
from tests.faults.clock import SharedClock
from tests.faults.kill_points import KillPoint
from tests.faults.processes import ROOT, BotProcess

CHANNELS = ("product", "general", "support-ai", "leadership")
WEEKDAY, AT, ZONE = Weekday.MONDAY, time(9), "Europe/London"
_READY_TIMEOUT = 30
_ROUNDS = 3
"""Rounds of a bot's event loop from claiming a delivery to the request, at most."""
HISTORY = {"channels:history", "groups:history", "im:history", "mpim:history"}


@dataclass
class FaultHarness:
    """A workspace, a database, a shared clock and the running bots.

    Attributes:
        playground: the workspace, served.
        folder: of the database, the clock and the bots' logs.
        rng: the only source of randomness.
        bots: the running bots.
        starts: number of bots started so far.
        on_call: called with the method of each Web API request when it arrives.
        in_flight: number of requests that the workspace is answering.
        is_open: whether the workspace accepts connections.
        time_per_post: the clock advances by this with each post, for the pace of one a second.
        digest_days: the digest days that the clock was moved to.
        server: the database, where it is on a PostgreSQL server.
        crashes: bots that ended on their own; a line each.
    """

    playground: Playground
    folder: Path
    rng: random.Random
    bots: list[BotProcess] = field(default_factory=list)
    starts: int = 0
    on_call: list[Callable[[str], None]] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)
    in_flight: int = 0
    is_open: bool = False
    time_per_post: timedelta = timedelta(seconds=1.1)
    digest_days: list[date] = field(default_factory=list)
    server: PostgresUrl | None = None
    _server: HttpServer | None = None
    _port: int = 0

    def __post_init__(self) -> None:
        """Set the path of the bots' log."""
        self.log = self.folder / "bot.log"

    @property
    def database(self) -> Location:
        """Where the database is."""
        return self.server or self.folder / "log" / "ragvsft.db"

    @property
    def requests(self) -> int:
        """Number of requests between the workspace and the bots, in both directions."""
        return len(self.playground.calls) + len(self.playground.dispatches)

    async def start_bot(
        self, kill_point: KillPoint | None = None, slack_timeout: float | None = None
    ) -> BotProcess:
        """Start a bot and route requests to it. It may have ended already when it is returned.

        Args:
            kill_point: where it kills itself; None if it does not.
            slack_timeout: seconds that it waits for Slack; None for the bot's own value.
        """
        self.starts += 1
        config = BotConfig(
            self.settings(), self.folder / "clock", self.log, kill_point, slack_timeout
        )
        bot = await BotProcess.start(config)
        if bot.crashed:
            raise RuntimeError(f"the bot does not start: see {self.log}")
        if not bot.ended.is_set():
            self.bots.append(bot)
            self.playground.connect_http(self._url(bot))
        return bot

    def remove_bot(self, bot: BotProcess) -> None:
        """Remove a bot that has ended, and record a crash."""
        if bot.crashed:
            self.crashes.append(f"a bot crashed: see {self.log}")
        if bot in self.bots:
            self.bots.remove(bot)
        if self.bots:
            self.route_to_any_bot()
        self.playground.slack.mark_changed()

    def route_to_any_bot(self) -> None:
        """Route the next request to one of the bots, chosen at random."""
        if self.bots:
            self.playground.connect_http(self._url(self.rng.choice(self.bots)))

    async def until(self, predicate: Callable[[], object], within: float) -> bool:
        """Wait until a condition holds in the workspace; return whether it did in time."""
        return await self.playground.slack.wait_until(predicate, within)

    async def pause(self, seconds: float = 0.02) -> None:
        """Yield to running tasks for some seconds, or until the workspace changes."""
        await self.playground.slack.wait_until(lambda: False, seconds)

    async def wait_for_bots(self) -> None:
        """Wait until every bot has answered /readyz several times, or has ended.

        Each answer takes a round of the bot's event loop and of its database thread. A bot that
        renders a chart is waited for first, as that takes long on a busy machine.
        """
        while any(bot.is_rendering for bot in self.bots):
            await self.pause()
        async with httpx.AsyncClient(timeout=_READY_TIMEOUT, verify=False) as client:
            for bot in self.bots * _ROUNDS:
                with suppress(httpx.TransportError):
                    await client.get(f"http://127.0.0.1:{bot.port}/readyz")

    async def advance_when_idle(self, by: timedelta) -> None:
        """Advance the clock while no request is in flight, so that none times out."""
        slack = self.playground.slack
        await self.wait_for_bots()
        await self.until(lambda: not (self.in_flight or slack.is_busy), 10)
        self.advance(by)

    async def enable_digests(self) -> None:
        """Enable the weekly digest of every channel, before the first bot starts."""
        log = await Database(self.database).open()
        now = self.playground.clock.now()
        for name in CHANNELS:
            channel = self.playground.channel(name)
            visibility = Visibility.PRIVATE if channel.is_private else Visibility.PUBLIC
            settings = DigestSettings(
                self.playground.workspace.id,
                Place(channel.id, visibility),
                self.playground.user("ada").id,
                now,
                schedule=Schedule(WEEKDAY, AT, ZONE),
                post_when_empty=name == CHANNELS[0],
            )
            await log.write(lambda db, settings=settings: save_settings(db, settings))
        await log.close()

    async def start_slack(self) -> None:
        """Serve the workspace, at the same address each time."""
        self._server = HttpServer(_RequestCounter(self), "127.0.0.1", self._port, SHUTDOWN_GRACE)
        await self._server.start()
        self._port, self.is_open = self._server.port, True
        self.playground.set_base_url(f"http://127.0.0.1:{self._port}")

    async def stop_slack(self) -> None:
        """Make the workspace refuse connections."""
        if self._server is not None:
            self.is_open = False
            await self._server.stop()

    def advance(self, by: timedelta) -> None:
        """Advance the clock."""
        self.playground.clock.advance(by)

    def advance_to_digest(self) -> None:
        """Move the clock to one minute after the next digest is due."""
        clock = self.playground.clock
        clock.move_to(next_weekday_time(clock.now(), WEEKDAY, time(9, 1), ZONE))
        self.digest_days.append(clock.now().date())

    def settings(self) -> dict[str, str]:
        """The environment of a bot in this workspace."""
        return {
            "SLACK_BOT_TOKEN": self.playground.bot_token,
            "SLACK_SIGNING_SECRET": self.playground.signing_secret,
            "SLACK_API_URL": self.playground.api_url,
            "DATABASE_URL": database_url(self.database),
            "RAGVSFT_RULES": str(ROOT / "rules"),
            "HOST": "127.0.0.1",
            "PORT": "0",
        }

    def _url(self, bot: BotProcess) -> str:
        return f"http://127.0.0.1:{bot.port}/slack/events"

    def _check_due(self) -> None:
        for bot in self.bots:
            bot.check_due()


class _RequestCounter:
    """The workspace's ASGI app, counting the requests in flight."""

    def __init__(self, harness: FaultHarness) -> None:
        self._harness = harness

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._harness.in_flight += 1
        try:
            await self._harness.playground.asgi(scope, receive, send)
        finally:
            self._harness.in_flight -= 1
            self._harness.playground.slack.mark_changed()


@asynccontextmanager
async def fault_harness(
    folder: Path, seed: int, *, history: bool = False, server: PostgresUrl | None = None
) -> AsyncIterator[FaultHarness]:
    """Serve a workspace for a fault run.

    Args:
        folder: for all files; must be empty.
        seed: of the random generator.
        history: whether the bot may read its channels' history.
        server: a database with the bot's schema on a PostgreSQL server; None for a SQLite file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    playground = Playground(SharedClock(folder / "clock"))
    playground.invite("bot", "leadership")
    if history:
        playground.workspace.installation.scopes |= HISTORY
        for name in CHANNELS:  # only members can read a channel's history
            playground.invite("bot", name)
    harness = FaultHarness(playground, folder, random.Random(seed), server=server)
    playground.clock.subscribe(harness._check_due)
    _hook_web_api(harness)
    await harness.start_slack()
    await harness.enable_digests()
    try:
        yield harness
    finally:
        for bot in harness.bots:
            bot.kill()
            await bot.ended.wait()
        await playground.aclose()
        await harness.stop_slack()


def _hook_web_api(harness: FaultHarness) -> None:
    """Call `on_call` for each Web API request, and advance the clock with each post."""
    request_log = harness.playground.request_log
    add_call = request_log.add_call

    def arrived(method: str, args: Json) -> ApiCall:
        for listener in harness.on_call:
            listener(method)
        if method == "chat.postMessage":
            asyncio.get_running_loop().call_soon(harness.advance, harness.time_per_post)
        return add_call(method, args)

    request_log.add_call = arrived  # type: ignore[method-assign] - for this harness only
