"""Whether the bot is alive, whether it is ready, and what somebody should look at."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import httpx
import pytest

from bot.decisions.vitals import DeliveryBacklog
from bot.outbox.ports import BlockedChannel
from bot.services.ports import PlaybookVersion
from bot.web.health import Health, HealthSources
from bot.web.metrics import MetricsSnapshot
from bot.web.probes import Readiness
from tests.services.world import OnePlaybook, StoppedClock
from tests.web.stage import Surroundings

NOW = StoppedClock().now()


async def test_alive_and_ready(web: httpx.AsyncClient, around: Surroundings) -> None:
    """Alive is alive; ready says what is missing, and what somebody should look at."""
    assert (await web.get("/livez")).text == "ok"
    answer = await web.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "problems": [], "warnings": []}
    around.readiness = Readiness((), ("rules.yml:1:1: broken",))
    assert (await web.get("/readyz")).status_code == 200
    around.readiness = Readiness(("the disk is full",), ())
    answer = await web.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "problems": ["the disk is full"], "warnings": []}
    assert (await web.get("/livez")).status_code == 200


class Shelf(OnePlaybook):
    """One playbook, or none, and what is wrong with others."""

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
    """How a bot is, as a test wants it."""

    wrong: str | None = None
    waiting_now: DeliveryBacklog = field(
        default_factory=lambda: DeliveryBacklog({"pending": 0}, None)
    )
    channels: list[BlockedChannel] = field(default_factory=list)
    lag: timedelta = timedelta()
    age: float = 1.0
    shelf: Shelf = field(default_factory=Shelf)
    held_up: asyncio.Event | None = None
    looks: int = 0

    async def trouble(self) -> str | None:
        return self.wrong

    async def waiting(self) -> DeliveryBacklog:
        self.looks += 1
        if self.held_up is not None:
            await self.held_up.wait()
        return self.waiting_now

    async def stopped(self) -> list[BlockedChannel]:
        return self.channels

    async def digest_lag(self, _now: datetime) -> timedelta:
        return self.lag

    def vitals(self, seconds: float = 5) -> Health:
        """What answers for it."""
        age = partial(getattr, self, "age")
        sources = HealthSources(self, self, self.digest_lag, self.shelf, age, StoppedClock())
        return Health(sources, seconds)


async def test_a_bot_that_is_well_has_nothing_to_say() -> None:
    """Fresh rounds, a log that can be written and nothing late: ready, without a warning."""
    bot = Bot(waiting_now=DeliveryBacklog({"pending": 1}, NOW - timedelta(minutes=4)), age=89)
    assert await bot.vitals().readiness() == Readiness((), ())


PROBLEMS: dict[str, tuple[Callable[[Bot], None], str]] = {
    "log": (lambda bot: setattr(bot, "wrong", "the disk is full"), "the disk is full"),
    "rounds": (lambda bot: setattr(bot, "age", 91.4), "nothing has looked for 91 seconds"),
    "playbooks": (lambda bot: setattr(bot.shelf, "empty", True), "no playbook is in use"),
}


@pytest.mark.parametrize("what", PROBLEMS)
async def test_what_keeps_the_bot_from_its_work_is_a_problem(what: str) -> None:
    """A log that cannot be used, rounds that stand still, no playbook: not ready, and why."""
    bot = Bot()
    spoil, said = PROBLEMS[what]
    spoil(bot)
    found = await bot.vitals().readiness()
    assert [line[: len(said)] for line in found.problems] == [said]
    assert found.warnings == ()


def late(**since: float) -> DeliveryBacklog:
    """Deliveries of which the oldest has been waiting for so long."""
    return DeliveryBacklog({"pending": 2}, NOW - timedelta(**since))


def stopped(channel: str | None, reason: str) -> BlockedChannel:
    return BlockedChannel("T1", channel, reason, NOW)


WARNINGS: dict[str, tuple[Callable[[Bot], None], list[str]]] = {
    "late": (
        lambda bot: setattr(bot, "waiting_now", late(minutes=6, seconds=59)),
        ["the oldest message on its way to Slack has been waiting for 6 minutes"],
    ),
    "very late": (
        lambda bot: setattr(bot, "waiting_now", late(hours=25)),
        ["the oldest message on its way to Slack has been waiting for 1 day"],
    ),
    "digest": (
        lambda bot: setattr(bot, "lag", timedelta(hours=1, minutes=59)),
        ["a digest is 1 hour late"],
    ),
    "channels": (
        lambda bot: setattr(
            bot,
            "channels",
            [stopped("C1", "is_archived"), stopped("C2", "is_archived"), stopped(None, "revoked")],
        ),
        [
            "2 channels take no messages (is_archived); whoever waits for them was told what to do",
            "1 workspace takes no messages (revoked): nobody there can be told",
        ],
    ),
    "playbooks": (
        lambda bot: setattr(bot.shelf, "broken", ("rules.yml:1:1: no rule",)),
        ["rules.yml:1:1: no rule"],
    ),
}


@pytest.mark.parametrize("what", WARNINGS)
async def test_what_others_have_to_mend_is_a_warning(what: str) -> None:
    """Slack's troubles, and a broken playbook, leave the bot ready, and are told."""
    bot = Bot()
    spoil, said = WARNINGS[what]
    spoil(bot)
    assert await bot.vitals().readiness() == Readiness((), tuple(said))


async def test_many_scrapes_are_one_look_at_the_log() -> None:
    """However many ask while the log is busy, it is asked once, and nobody waits for long."""
    bot = Bot(held_up=asyncio.Event())
    vitals = bot.vitals(seconds=0.01)
    asked: list[Awaitable[object]] = [vitals.figures() for _ in range(20)]
    asked += [vitals.readiness() for _ in range(20)]
    answers = await asyncio.gather(*asked)
    assert bot.looks == 1
    assert all(answer.log is None for answer in answers[:20])
    assert {answer.problems for answer in answers[20:]} == {
        ("the database cannot be read: the log of the bot says why",)
    }
    bot.held_up.set()
    bot.waiting_now = DeliveryBacklog({"pending": 7}, None)
    found = (await bot.vitals().figures()).log
    assert found is not None
    assert found.deliveries == {"pending": 7}


async def test_who_asks_as_a_look_ends_disturbs_nobody() -> None:
    """Who waits for a look hears what it found, also if somebody has begun the next meanwhile."""
    bot, go_on = Bot(), asyncio.Event()
    vitals = bot.vitals()
    look, later = bot.waiting, list[asyncio.Task[MetricsSnapshot]]()

    async def waiting() -> DeliveryBacklog:
        found = await look()
        if not later:
            bot.held_up = go_on
            later.append(asyncio.create_task(vitals.figures()))
        return found

    bot.waiting = waiting
    first = await vitals.figures()
    go_on.set()
    assert (await later[0]).log == first.log
    assert first.log is not None
    assert bot.looks == 2


async def test_a_log_that_hangs_is_not_ready() -> None:
    """A log that does not answer in time keeps nobody waiting: not ready."""
    bot = Bot()
    never = asyncio.Event()

    async def hang() -> None:
        await never.wait()

    bot.trouble = hang
    found = await bot.vitals(seconds=0.01).readiness()
    assert found.problems == ("the database does not answer: see what else is using it",)
    never.set()


async def test_figures_are_in_seconds() -> None:
    """What is found out for a scrape comes as seconds and counts, the playbooks by their hash."""
    bot = Bot(waiting_now=late(minutes=1.5), lag=timedelta(hours=1), age=3)
    found = await bot.vitals().figures()
    assert found.log is not None
    assert (found.log.oldest_due, found.log.digest_lag, found.heartbeat_age) == (90, 3600, 3)
    assert found.playbooks == (("small", "1", bot.shelf.current().text.hash),)
