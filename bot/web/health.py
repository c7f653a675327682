"""Health: what `/livez`, `/readyz` and `/metrics` report, read within a bounded time."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.decisions.ports import Clock
from bot.outbox.failures import NO_ANSWER
from bot.outbox.health import DeliveryHealth
from bot.storage.playbook_versions import Playbooks
from bot.web.metrics import DatabaseMetrics, MetricsSnapshot

logger = structlog.get_logger(__name__)

T = TypeVar("T")

TIMEOUT_SECONDS: Final = 2.0
"""Limit for database reads: most probes and scrapers time out after ten seconds."""
HEARTBEAT_SECONDS: Final = 90
"""The scheduler runs every minute; this allows half a minute of delay."""
LATE: Final = timedelta(minutes=5)
"""Age from which an unsent message or digest is worth a warning."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the bot can work: problems make it unready, warnings do not. One sentence each."""

    problems: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HealthSources:
    """Where health is read from.

    Attributes:
        database_problem: why the database cannot be used; None if it can.
        deliveries: the deliveries that are not settled.
        digest_lag: how late the most overdue digest is at a time.
        playbooks: those in use.
        playbook_problems: errors in playbooks that could not be loaded, one line each.
        heartbeat_age: seconds since the scheduler last made progress.
        clock: the only source of time.
        playbook_differences: versions of playbooks that other bots use, one line each.
    """

    database_problem: Callable[[], Awaitable[str | None]]
    deliveries: Callable[[], Awaitable[DeliveryHealth]]
    digest_lag: Callable[[datetime], Awaitable[timedelta]]
    playbooks: Playbooks
    playbook_problems: Callable[[], tuple[str, ...]]
    heartbeat_age: Callable[[], float]
    clock: Clock
    playbook_differences: Callable[[], tuple[str, ...]] = tuple


@dataclass(frozen=True, slots=True)
class _Status:
    """One reading of the database."""

    deliveries: DeliveryHealth
    digest_lag: timedelta
    at: datetime

    @property
    def oldest_age(self) -> timedelta:
        """The age of the oldest delivery that is due; zero if none is."""
        oldest = self.deliveries.oldest
        return max(timedelta(), self.at - oldest) if oldest else timedelta()


class Health:
    """Answers probes and scrapes. Concurrent requests share one reading of the database."""

    def __init__(self, sources: HealthSources, seconds: float = TIMEOUT_SECONDS) -> None:
        """Create it; each database read is limited to so many seconds."""
        self._sources = sources
        self._status = _SingleFlight(self._read_status, seconds)
        self._database_problem = _SingleFlight(sources.database_problem, seconds)

    async def readiness(self) -> Readiness:
        """Return whether the bot can work. Problems on Slack's side are warnings."""
        try:
            problem = await self._database_problem.result()
        except TimeoutError:
            problem = (
                "the database does not answer: check its server, or which process locks its file"
            )
        status = None if problem else await self._status_or_none()
        if not (problem or status):
            problem = "the database cannot be read: see the bot's log for the error"
        problems = [*([problem] if problem else []), *self._standstills()]
        sources = self._sources
        playbooks = [*sources.playbook_problems(), *sources.playbook_differences()]
        warnings = [*playbooks, *(_warnings(status) if status else ())]
        return Readiness(tuple(problems), tuple(warnings))

    async def snapshot(self) -> MetricsSnapshot:
        """Return the values that are read at each scrape."""
        status = await self._status_or_none()
        return MetricsSnapshot(
            database=_database_metrics(status) if status else None,
            heartbeat_age=self._sources.heartbeat_age(),
            playbooks=tuple(self._playbooks()),
            playbook_problems=len(self._sources.playbook_problems()),
            playbook_differences=len(self._sources.playbook_differences()),
        )

    async def _status_or_none(self) -> _Status | None:
        """Return the status, or None if the database could not be read; the error is logged."""
        try:
            return await self._status.result()
        except Exception:
            logger.exception("the database health check failed")
            return None

    async def _read_status(self) -> _Status:
        sources, now = self._sources, self._sources.clock.now()
        return _Status(await sources.deliveries(), await sources.digest_lag(now), now)

    def _standstills(self) -> Iterator[str]:
        if not self._sources.playbooks.titles():
            yield "no playbook is loaded: set RAGVSFT_RULES to a folder with a playbook.yml"
        age = self._sources.heartbeat_age()
        if age > HEARTBEAT_SECONDS:
            yield (
                f"the scheduler has not run for {age:.0f} s, so digests and reviews are not sent: "
                "restart the bot"
            )

    def _playbooks(self) -> Iterator[tuple[str, str, str]]:
        playbooks = self._sources.playbooks
        for playbook_id in playbooks.titles():
            version = playbooks.current(playbook_id)
            yield playbook_id, version.engine.playbook.version, version.text.hash


class _SingleFlight(Generic[T]):
    """Shares one run of a coroutine among all callers that wait for it at the same time."""

    def __init__(self, work: Callable[[], Awaitable[T]], seconds: float) -> None:
        self._work, self._seconds = work, seconds
        self._task: asyncio.Task[T] | None = None

    async def result(self) -> T:
        """Return the result, or raise what the work raises.

        Raises:
            TimeoutError: the work takes too long. It continues, and later callers join it.
        """
        # Keep a local reference: a caller that resumes earlier may replace `self._task`.
        task = self._task
        if task is None or task.done():
            task = self._task = asyncio.create_task(self._run())
            task.add_done_callback(_retrieve_error)
        done, _ = await asyncio.wait({task}, timeout=self._seconds)
        if not done:
            raise TimeoutError
        return task.result()

    async def _run(self) -> T:
        return await self._work()


def _retrieve_error(task: asyncio.Task[object]) -> None:
    """Mark an error as seen, also if every caller has timed out."""
    if not task.cancelled():
        task.exception()


def _database_metrics(status: _Status) -> DatabaseMetrics:
    return DatabaseMetrics(
        deliveries=status.deliveries.counts,
        oldest_due=status.oldest_age.total_seconds(),
        blocked=len(status.deliveries.blocked),
        digest_lag=status.digest_lag.total_seconds(),
    )


def _warnings(status: _Status) -> Iterator[str]:
    if status.oldest_age > LATE:
        yield f"the oldest unsent message has been waiting for {_duration(status.oldest_age)}"
    if status.digest_lag > LATE:
        yield f"a digest is {_duration(status.digest_lag)} late"
    blocked = status.deliveries.blocked
    channels = Counter(each.reason for each in blocked if each.channel is not None)
    for reason, count in sorted(channels.items()):
        subject = "1 channel accepts" if count == 1 else f"{count} channels accept"
        yield f"{subject} no messages ({reason}); the owners have been notified"
    workspaces = Counter(each.reason for each in blocked if each.channel is None)
    for reason, count in sorted(workspaces.items()):
        if reason == NO_ANSWER:
            subject = "1 workspace does" if count == 1 else f"{count} workspaces do"
            yield f"{subject} not answer in time: messages there are retried"
            continue
        subject = "1 workspace accepts" if count == 1 else f"{count} workspaces accept"
        yield f"{subject} no messages ({reason}): correct that, or install the bot again"


def _duration(time: timedelta) -> str:
    """Return a duration in its largest unit, rounded down."""
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        number = int(time.total_seconds()) // length
        if number:
            return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
    return "less than a minute"


async def livez(_request: Request) -> Response:
    """Answer 200: the process and its event loop are alive."""
    return PlainTextResponse("ok")


def readyz(
    readiness: Callable[[], Awaitable[Readiness]],
) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint that answers 200 if ready, 503 if not, with the reasons as JSON."""

    async def endpoint(_request: Request) -> Response:
        found = await readiness()
        body = {"ready": not found.problems, **asdict(found)}
        return JSONResponse(body, 503 if found.problems else 200)

    return endpoint
