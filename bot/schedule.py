"""Periodic work: wakes the delivery worker, the periodic jobs, and the playbooks' reload.

The scheduler only wakes. Each job reads from the database what is due, so that a missed or repeated
wake-up does no harm.
"""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.storage.connection import DatabaseUnavailable

logger = structlog.get_logger(__name__)

DELIVERY_SECONDS = 5
PERIODIC_SECONDS = 60
PLAYBOOK_SECONDS = 2

Job = Callable[[], Awaitable[object]]


class PeriodicRunner:
    """Runs jobs one after the other, at the start and at each wake-up."""

    def __init__(self, *jobs: Job, time: Callable[[], float] = monotonic) -> None:
        """Prepare to run jobs that do what is due; `time` is monotonic, in seconds."""
        self._jobs = jobs
        self._time = time
        self._last_heartbeat = time()
        self._wake = asyncio.Event()
        self._stopping = False

    def heartbeat_age(self) -> float:
        """Return the seconds since a run began or a job ended."""
        return self._time() - self._last_heartbeat

    def wake(self) -> None:
        """Run the jobs now, or once more after the current run."""
        self._wake.set()

    def stop(self) -> None:
        """Make `run` return after the current job."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Run until stopped; a job that fails is logged, and runs again at the next wake-up."""
        while not self._stopping:
            self._wake.clear()
            self._last_heartbeat = self._time()
            for job in self._jobs:
                if not self._stopping:
                    await _log_failure(job)
                    self._last_heartbeat = self._time()
            await self._wake.wait()


async def _log_failure(job: Job) -> None:
    task = asyncio.ensure_future(job())
    await asyncio.wait({task})
    error = task.exception()
    name = getattr(job, "__qualname__", "")
    if isinstance(error, DatabaseUnavailable):
        logger.error("a periodic job waits for the database", job=name, why=str(error))
    elif error is not None:
        logger.error("a periodic job failed", job=name, exc_info=error)


def create_schedule(
    wake_worker: Callable[[], None],
    refresh_playbooks: Callable[[], None],
    wake_periodic: Callable[[], None],
) -> AsyncIOScheduler:
    """Return a scheduler, to be started in the running loop.

    `refresh_playbooks` runs in a thread, the others in the loop.
    """

    async def deliver() -> None:
        wake_worker()

    async def run_jobs() -> None:
        wake_periodic()

    scheduler = AsyncIOScheduler(
        timezone="UTC",
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    scheduler.add_job(deliver, "interval", seconds=DELIVERY_SECONDS, id="delivery")
    scheduler.add_job(run_jobs, "interval", seconds=PERIODIC_SECONDS, id="periodic")
    scheduler.add_job(refresh_playbooks, "interval", seconds=PLAYBOOK_SECONDS, id="playbooks")
    return scheduler
