"""Liveness, readiness, warnings, and the snapshot for metrics."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import httpx
import pytest

from bot.outbox.health import DeliveryHealth
from bot.outbox.table import BlockedChannel
from bot.playbooks.library import PlaybookVersion
from bot.web.health import Health, HealthSources, Readiness
from bot.web.metrics import MetricsSnapshot
from tests.services.harness import FakePlaybooks, ManualClock
from tests.web.helpers import FakeBackend

NOW = ManualClock().now()


async def test_alive_and_ready(web: httpx.AsyncClient, backend: FakeBackend) -> None:
    """`/livez` is always 200; `/readyz` lists problems and warnings, and is 503 with a problem."""
    assert (await web.get("/livez")).text == "ok"
    answer = await web.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "problems": [], "warnings": []}
    backend.readiness = Readiness((), ("rules.yml:1:1: broken",))
    assert (await web.get("/readyz")).status_code == 200
    backend.readiness = Readiness(("the disk is full",), ())
    answer = await web.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "problems": ["the disk is full"], "warnings": []}
    assert (await web.get("/livez")).status_code == 200


class Catalog(FakePlaybooks):
    """One playbook or none, and errors of others."""

    def __init__(self) -> None:
        super().__init__()
        self.broken: tuple[str, ...] = ()
        self.empty = False

    def titles(self) -> dict[str, str]:
        return {} if self.empty else super().titles()

    def current(self, playbook_id: str | None = None) -> PlaybookVersion:
        return super().current(playbook_id)

    def problems(self) -> tuple[str, ...]:
        return self.broken


@dataclass
class Bot:
    """The state of a bot, as a test sets it."""

    problem: str | None = None
    deliveries_now: DeliveryHealth = field(
        default_factory=lambda: DeliveryHealth({"pending": 0}, None)
    )
    lag: timedelta = timedelta()
    age: float = 1.0
    catalog: Catalog = field(default_factory=Catalog)
    blocker: asyncio.Event | None = None
    reads: int = 0

    async def database_problem(self) -> str | None:
        return self.problem

    async def deliveries(self) -> DeliveryHealth:
        self.reads += 1
        if self.blocker is not None:
            await self.blocker.wait()
        return self.deliveries_now

    async def digest_lag(self, _now: datetime) -> timedelta:
        return self.lag

    def health(self, seconds: float = 5) -> Health:
        """Return the health of this bot."""
        age = partial(getattr, self, "age")
        sources = HealthSources(
            self.database_problem,
            self.deliveries,
            self.digest_lag,
            self.catalog,
            self.catalog.problems,
            age,
            ManualClock(),
        )
        return Health(sources, seconds)


async def test_a_bot_that_is_well_has_nothing_to_say() -> None:
    """A running scheduler, a writable database and nothing late: ready, without warnings."""
    bot = Bot(deliveries_now=DeliveryHealth({"pending": 1}, NOW - timedelta(minutes=4)), age=89)
    assert await bot.health().readiness() == Readiness((), ())


PROBLEMS: dict[str, tuple[Callable[[Bot], None], str]] = {
    "database": (lambda bot: setattr(bot, "problem", "the disk is full"), "the disk is full"),
    "scheduler": (lambda bot: setattr(bot, "age", 91.4), "the scheduler has not run for 91 s"),
    "playbooks": (lambda bot: setattr(bot.catalog, "empty", True), "no playbook is loaded"),
}


@pytest.mark.parametrize("what", PROBLEMS)
async def test_what_prevents_work_is_a_problem(what: str) -> None:
    """An unusable database, a stopped scheduler or no playbook: not ready, with the reason."""
    bot = Bot()
    break_it, expected = PROBLEMS[what]
    break_it(bot)
    found = await bot.health().readiness()
    assert [line[: len(expected)] for line in found.problems] == [expected]
    assert found.warnings == ()


def late(**since: float) -> DeliveryHealth:
    """Deliveries; the oldest was created so long ago."""
    return DeliveryHealth({"pending": 2}, NOW - timedelta(**since))


def blocked(channel: str | None, reason: str) -> BlockedChannel:
    return BlockedChannel("T1", channel, reason, NOW)


WARNINGS: dict[str, tuple[Callable[[Bot], None], list[str]]] = {
    "late": (
        lambda bot: setattr(bot, "deliveries_now", late(minutes=6, seconds=59)),
        ["the oldest unsent message has been waiting for 6 minutes"],
    ),
    "very late": (
        lambda bot: setattr(bot, "deliveries_now", late(hours=25)),
        ["the oldest unsent message has been waiting for 1 day"],
    ),
    "digest": (
        lambda bot: setattr(bot, "lag", timedelta(hours=1, minutes=59)),
        ["a digest is 1 hour late"],
    ),
    "channels": (
        lambda bot: setattr(
            bot,
            "deliveries_now",
            DeliveryHealth(
                {},
                None,
                [
                    blocked("C1", "is_archived"),
                    blocked("C2", "is_archived"),
                    blocked(None, "revoked"),
                ],
            ),
        ),
        [
            "2 channels accept no messages (is_archived); the owners have been notified",
            "1 workspace accepts no messages (revoked): correct that, or install the bot again",
        ],
    ),
    "playbooks": (
        lambda bot: setattr(bot.catalog, "broken", ("rules.yml:1:1: no rule",)),
        ["rules.yml:1:1: no rule"],
    ),
}


@pytest.mark.parametrize("what", WARNINGS)
async def test_external_trouble_is_a_warning(what: str) -> None:
    """Trouble on Slack's side or a broken playbook leaves the bot ready, with a warning."""
    bot = Bot()
    break_it, expected = WARNINGS[what]
    break_it(bot)
    assert await bot.health().readiness() == Readiness((), tuple(expected))


async def test_concurrent_requests_share_one_read() -> None:
    """While the database is busy, all requests share one read and time out soon."""
    bot = Bot(blocker=asyncio.Event())
    health = bot.health(seconds=0.01)
    asked: list[Awaitable[object]] = [health.snapshot() for _ in range(20)]
    asked += [health.readiness() for _ in range(20)]
    answers = await asyncio.gather(*asked)
    assert bot.reads == 1
    assert all(answer.database is None for answer in answers[:20])
    assert {answer.problems for answer in answers[20:]} == {
        ("the database cannot be read: see the bot's log for the error",)
    }
    bot.blocker.set()
    bot.deliveries_now = DeliveryHealth({"pending": 7}, None)
    found = (await bot.health().snapshot()).database
    assert found is not None
    assert found.deliveries == {"pending": 7}


async def test_a_new_read_does_not_disturb_an_old_one() -> None:
    """A request gets the result of the read it waited for, also if the next has begun."""
    bot, go_on = Bot(), asyncio.Event()
    read, later = bot.deliveries, list[asyncio.Task[MetricsSnapshot]]()

    async def deliveries() -> DeliveryHealth:
        found = await read()
        if not later:
            bot.blocker = go_on
            later.append(asyncio.create_task(health.snapshot()))
        return found

    bot.deliveries = deliveries
    health = bot.health()
    first = await health.snapshot()
    go_on.set()
    assert (await later[0]).database == first.database
    assert first.database is not None
    assert bot.reads == 2


async def test_a_hanging_database_is_not_ready() -> None:
    """If the database does not answer in time, the bot is not ready."""
    bot = Bot()
    never = asyncio.Event()

    async def hang() -> None:
        await never.wait()

    bot.database_problem = hang
    found = await bot.health(seconds=0.01).readiness()
    assert found.problems == (
        "the database does not answer: check its server, or which process locks its file",
    )
    never.set()


async def test_the_snapshot_is_in_seconds() -> None:
    """Durations are seconds; playbooks have id, version and hash."""
    bot = Bot(deliveries_now=late(minutes=1.5), lag=timedelta(hours=1), age=3)
    found = await bot.health().snapshot()
    assert found.database is not None
    assert (found.database.oldest_due, found.database.digest_lag, found.heartbeat_age) == (
        90,
        3600,
        3,
    )
    assert found.playbooks == (("small", "1", bot.catalog.current().text.hash),)
