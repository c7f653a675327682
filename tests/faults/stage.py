"""A workspace that outlives its bots, the clock that they share, and what is between them."""

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
from bot.playground import Playground
from bot.playground.page_api import next_weekday_time
from bot.playground.playground import SHUTDOWN_GRACE
from bot.playground.request_log import ApiCall
from bot.playground.slack_model import Json
from bot.serving import HttpServer
from bot.storage.database import Database
from bot.storage.store import SqliteStore
from tests.faults.bot import Orders
from tests.faults.clock import SharedClock
from tests.faults.death import Death
from tests.faults.lives import ROOT, Life

CHANNELS = ("product", "general", "support-ai", "leadership")
WEEKDAY, AT, ZONE = Weekday.MONDAY, time(9), "Europe/London"
_HEARD_WITHIN = 30
_ROUNDS = 3
"""From what a bot takes to the request that comes of it is at most so many rounds of its loop."""
HISTORY = {"channels:history", "groups:history", "im:history", "mpim:history"}


@dataclass
class Stage:
    """Where a fault run takes place.

    Attributes:
        playground: the workspace, served.
        folder: where the database, the clock and the bots' logs are.
        rng: where all chance comes from.
        lives: the bots that are alive.
        births: how many bots there were.
        on_call: told of each request to the Web API when it arrives.
        in_flight: how many requests the workspace is answering.
        is_open: whether it answers at all.
        post_takes: how far the clock moves with each post: a bot posts once a second and channel.
        digest_days: the days of digests that the clock was moved to.
        crashes: what bots died of, beside being killed.
    """

    playground: Playground
    folder: Path
    rng: random.Random
    lives: list[Life] = field(default_factory=list)
    births: int = 0
    on_call: list[Callable[[str], None]] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)
    in_flight: int = 0
    is_open: bool = False
    post_takes: timedelta = timedelta(seconds=1.1)
    digest_days: list[date] = field(default_factory=list)
    _server: HttpServer | None = None
    _port: int = 0

    def __post_init__(self) -> None:
        """Have bots write their logs beside the database."""
        self.log = self.folder / "bot.log"

    @property
    def database(self) -> Path:
        """The decision log."""
        return self.folder / "log" / "ragvsft.db"

    @property
    def requests(self) -> int:
        """How many requests there were between the workspace and its bots, either way."""
        return len(self.playground.calls) + len(self.playground.dispatches)

    async def begin(self, death: Death | None = None, patience: float | None = None) -> Life:
        """Start a bot, and send it what people do. It may have died already when it is returned.

        Args:
            death: how it ends.
            patience: how many seconds it waits for Slack; the bot's own number if None.
        """
        self.births += 1
        orders = Orders(self.settings(), self.folder / "clock", self.log, death, patience)
        life = await Life.born(orders)
        if life.crashed:
            raise RuntimeError(f"the bot does not start: see {self.log}")
        if not life.ended.is_set():
            self.lives.append(life)
            self.playground.connect_http(self._url(life))
        return life

    def buried(self, life: Life) -> None:
        """Forget a bot that has ended."""
        if life.crashed:
            self.crashes.append(f"a bot ended by itself: see {self.log}")
        if life in self.lives:
            self.lives.remove(life)
        if self.lives:
            self.choose_bot()
        self.playground.slack.mark_changed()

    def choose_bot(self) -> None:
        """Send the next thing that somebody does to one of the bots."""
        if self.lives:
            self.playground.connect_http(self._url(self.rng.choice(self.lives)))

    async def until(self, predicate: Callable[[], object], within: float) -> bool:
        """Wait until something holds in the workspace, and return whether it came to that."""
        return await self.playground.slack.wait_until(predicate, within)

    async def calm(self, seconds: float = 0.02) -> None:
        """Let what is under way go on for a moment, before somebody looks again."""
        await self.playground.slack.wait_until(lambda: False, seconds)

    async def heard(self) -> None:
        """Wait until every bot has come past its loop and its log, and again, or has ended.

        None draws a picture any more: who does is at work, and takes its time on a busy machine.
        """
        while any(life.is_drawing for life in self.lives):
            await self.calm()
        async with httpx.AsyncClient(timeout=_HEARD_WITHIN, verify=False) as client:
            for life in self.lives * _ROUNDS:
                with suppress(httpx.TransportError):
                    await client.get(f"http://127.0.0.1:{life.port}/readyz")

    async def jump_calmly(self, by: timedelta) -> None:
        """Move the clock on when no request is on its way: no bot has waited for one that long."""
        slack = self.playground.slack
        await self.heard()
        await self.until(lambda: not (self.in_flight or slack.is_busy), 10)
        self.jump(by)

    async def want_digests(self) -> None:
        """Switch the digest of every channel on, before there is a bot."""
        log = await Database(self.database).open()
        store, now = SqliteStore(log), self.playground.clock.now()
        for name in CHANNELS:
            channel = self.playground.channel(name)
            visibility = Visibility.PRIVATE if channel.is_private else Visibility.PUBLIC
            await store.keep_digest_settings(
                DigestSettings(
                    self.playground.workspace.id,
                    Place(channel.id, visibility),
                    self.playground.user("ada").id,
                    now,
                    rhythm=Schedule(WEEKDAY, AT, ZONE),
                    even_if_quiet=name == CHANNELS[0],
                )
            )
        await log.close()

    async def open(self) -> None:
        """Have the workspace answer; at the same address each time."""
        self._server = HttpServer(_Counted(self), "127.0.0.1", self._port, SHUTDOWN_GRACE)
        await self._server.start()
        self._port, self.is_open = self._server.port, True
        self.playground.set_base_url(f"http://127.0.0.1:{self._port}")

    async def close(self) -> None:
        """Have the workspace refuse connections."""
        if self._server is not None:
            self.is_open = False
            await self._server.stop()

    def jump(self, by: timedelta) -> None:
        """Move the clock on."""
        self.playground.clock.advance(by)

    def jump_to_digest(self) -> None:
        """Move the clock to a minute after the next digest is due."""
        clock = self.playground.clock
        clock.move_to(next_weekday_time(clock.now(), WEEKDAY, time(9, 1), ZONE))
        self.digest_days.append(clock.now().date())

    def settings(self) -> dict[str, str]:
        """The environment of a bot in this workspace."""
        return {
            "SLACK_BOT_TOKEN": self.playground.bot_token,
            "SLACK_SIGNING_SECRET": self.playground.signing_secret,
            "SLACK_API_URL": self.playground.api_url,
            "DATABASE_URL": f"sqlite:///{self.database}",
            "RAGVSFT_RULES": str(ROOT / "rules"),
            "HOST": "127.0.0.1",
            "PORT": "0",
        }

    def _url(self, life: Life) -> str:
        return f"http://127.0.0.1:{life.port}/slack/events"

    def _look(self) -> None:
        for life in self.lives:
            life.look()


class _Counted:
    """The workspace as it is served, with a count of the requests under way."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._stage.in_flight += 1
        try:
            await self._stage.playground.asgi(scope, receive, send)
        finally:
            self._stage.in_flight -= 1
            self._stage.playground.slack.mark_changed()


@asynccontextmanager
async def staged(folder: Path, seed: int, *, history: bool = False) -> AsyncIterator[Stage]:
    """Serve a workspace for a fault run.

    Args:
        folder: where files are kept; it has to be empty.
        seed: what chance begins with.
        history: whether the bot may read its channels' history.
    """
    folder.mkdir(parents=True, exist_ok=True)
    playground = Playground(SharedClock(folder / "clock"))
    playground.invite("bot", "leadership")
    if history:
        playground.workspace.installation.scopes |= HISTORY
        for name in CHANNELS:  # whoever is not in a channel can't read it
            playground.invite("bot", name)
    stage = Stage(playground, folder, random.Random(seed))
    playground.clock.subscribe(stage._look)
    _listen(stage)
    await stage.open()
    await stage.want_digests()
    try:
        yield stage
    finally:
        for life in stage.lives:
            life.kill()
            await life.ended.wait()
        await playground.aclose()
        await stage.close()


def _listen(stage: Stage) -> None:
    """Tell the stage of each request to the Web API, and let time pass with each post."""
    request_log = stage.playground.request_log
    note = request_log.add_call

    def arrived(method: str, args: Json) -> ApiCall:
        for listener in stage.on_call:
            listener(method)
        if method == "chat.postMessage":
            asyncio.get_running_loop().call_soon(stage.jump, stage.post_takes)
        return note(method, args)

    request_log.add_call = arrived  # type: ignore[method-assign] - for this stage alone
