"""How the bot is doing: what /readyz and /metrics tell, found out in a bounded time."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Generic, Protocol, TypeVar

import structlog

from bot.decisions.vitals import DatabaseHealth, DeliveryBacklog
from bot.outbox.ports import BlockedChannel
from bot.services.ports import Clock, Playbooks
from bot.web.metrics import DatabaseFigures, MetricsSnapshot
from bot.web.probes import Readiness

logger = structlog.get_logger(__name__)

T = TypeVar("T")

SECONDS: Final = 2.0
"""How long the log is waited for: those who ask give up after ten, as a rule."""
HEARTBEAT_SECONDS: Final = 90
"""Rounds are made every minute: one may be late by half."""
LATE: Final = timedelta(minutes=5)
"""From when on a message or a digest that did not go out is worth a look."""


class PlaybookSource(Playbooks, Protocol):
    """The playbooks in use, and what is wrong with others."""

    def problems(self) -> tuple[str, ...]:
        """Return what is wrong with playbooks that could not be taken up, one line each."""
        ...


class Channels(Protocol):
    """Where nothing can be posted."""

    async def stopped(self) -> Sequence[BlockedChannel]:
        """Return the channels and workspaces that take nothing."""
        ...


@dataclass(frozen=True, slots=True)
class HealthSources:
    """Where it is found out.

    Attributes:
        log: the log.
        channels: the outbox.
        digest_lag: how late the most overdue digest is.
        playbooks: those in use.
        heartbeat_age: seconds since the rounds last gave a sign of life.
        clock: the only source of time.
    """

    log: DatabaseHealth
    channels: Channels
    digest_lag: Callable[[datetime], Awaitable[timedelta]]
    playbooks: PlaybookSource
    heartbeat_age: Callable[[], float]
    clock: Clock


@dataclass(frozen=True, slots=True)
class _Found:
    """What one look at the log has found."""

    waiting: DeliveryBacklog
    stopped: Sequence[BlockedChannel]
    digest_lag: timedelta
    at: datetime

    @property
    def oldest(self) -> timedelta:
        """How long the oldest message on its way has been waiting."""
        since = self.waiting.since
        return max(timedelta(), self.at - since) if since else timedelta()


class Health:
    """Answers the questions of probes and scrapes.

    However many ask at once, the log is looked at once, and nobody waits for it for long: what is
    asked here never keeps Slack waiting.
    """

    def __init__(self, sources: HealthSources, seconds: float = SECONDS) -> None:
        """Make it; the log is waited for so many seconds."""
        self._sources = sources
        self._look = _Shared(self._looked, seconds)
        self._trouble = _Shared(sources.log.trouble, seconds)

    async def readiness(self) -> Readiness:
        """Return whether the bot can do its work; what is Slack's trouble is only a warning."""
        try:
            trouble = await self._trouble.result()
        except TimeoutError:
            trouble = "the database does not answer: see what else is using it"
        found = None if trouble else await self._seen()
        if not (trouble or found):
            trouble = "the database cannot be read: the log of the bot says why"
        problems = [*([trouble] if trouble else []), *self._standstills()]
        warnings = [*self._sources.playbooks.problems(), *(_late(found) if found else ())]
        return Readiness(tuple(problems), tuple(warnings))

    async def figures(self) -> MetricsSnapshot:
        """Return what a scrape is told."""
        found = await self._seen()
        return MetricsSnapshot(
            log=_figures(found) if found else None,
            heartbeat_age=self._sources.heartbeat_age(),
            playbooks=tuple(self._playbooks()),
            playbook_problems=len(self._sources.playbooks.problems()),
        )

    async def _seen(self) -> _Found | None:
        """Return what one look finds; None if the log does not let itself be read."""
        try:
            return await self._look.result()
        except Exception:
            logger.exception("the log could not be looked at")
            return None

    async def _looked(self) -> _Found:
        now = self._sources.clock.now()
        return _Found(
            await self._sources.log.waiting(),
            await self._sources.channels.stopped(),
            await self._sources.digest_lag(now),
            now,
        )

    def _standstills(self) -> Iterator[str]:
        if not self._sources.playbooks.titles():
            yield "no playbook is in use: set RAGVSFT_RULES to a folder with a playbook.yml"
        age = self._sources.heartbeat_age()
        if age > HEARTBEAT_SECONDS:
            yield (
                f"nothing has looked for {age:.0f} seconds for what is due (digests, reviews): "
                "restart the bot"
            )

    def _playbooks(self) -> Iterator[tuple[str, str, str]]:
        playbooks = self._sources.playbooks
        for identity in playbooks.titles():
            edition = playbooks.current(identity)
            yield identity, edition.engine.playbook.version, edition.text.hash


class _Shared(Generic[T]):
    """Work that is done once for all who ask for its result meanwhile."""

    def __init__(self, work: Callable[[], Awaitable[T]], seconds: float) -> None:
        self._work, self._seconds = work, seconds
        self._under_way: asyncio.Task[T] | None = None

    async def result(self) -> T:
        """Return the result, or raise what the work raises.

        Raises:
            TimeoutError: it takes too long; the work goes on, and none is added to it.
        """
        # Who comes next may begin it anew before this one goes on: each keeps to its own.
        shared = self._under_way
        if shared is None or shared.done():
            shared = self._under_way = asyncio.create_task(self._done())
            shared.add_done_callback(_looked_after)
        done, _ = await asyncio.wait({shared}, timeout=self._seconds)
        if not done:
            raise TimeoutError
        return shared.result()

    async def _done(self) -> T:
        return await self._work()


def _looked_after(done: asyncio.Task[T]) -> None:
    """Take note of an error that nobody has waited for long enough to see."""
    if not done.cancelled():
        done.exception()


def _figures(found: _Found) -> DatabaseFigures:
    return DatabaseFigures(
        deliveries=found.waiting.counts,
        oldest_due=found.oldest.total_seconds(),
        stopped=len(found.stopped),
        digest_lag=found.digest_lag.total_seconds(),
    )


def _late(found: _Found) -> Iterator[str]:
    if found.oldest > LATE:
        yield f"the oldest message on its way to Slack has been waiting for {_said(found.oldest)}"
    if found.digest_lag > LATE:
        yield f"a digest is {_said(found.digest_lag)} late"
    channels = Counter(each.reason for each in found.stopped if each.channel is not None)
    for reason, number in sorted(channels.items()):
        places = "1 channel takes" if number == 1 else f"{number} channels take"
        yield f"{places} no messages ({reason}); whoever waits for them was told what to do"
    workspaces = Counter(each.reason for each in found.stopped if each.channel is None)
    for reason, number in sorted(workspaces.items()):
        places = "1 workspace takes" if number == 1 else f"{number} workspaces take"
        yield f"{places} no messages ({reason}): nobody there can be told"


def _said(time: timedelta) -> str:
    """Return a time in the unit that fits it, rounded down."""
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        number = int(time.total_seconds()) // length
        if number:
            return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
    return "less than a minute"
