"""Wakes what has to look at the log, or at files, from time to time; what is due is found there."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

logger = structlog.get_logger(__name__)

DELIVERY_SECONDS = 5
ROUND_SECONDS = 60
PLAYBOOK_SECONDS = 2


class PeriodicRunner:
    """Does what may have become due, one work after the other: at first, and when woken."""

    def __init__(
        self, *works: Callable[[], Awaitable[object]], time: Callable[[], float] = monotonic
    ) -> None:
        """Make rounds; nothing happens before `run`.

        Args:
            works: each finds in the log what is due.
            time: seconds that only pass, whatever is done to the clock.
        """
        self._works = works
        self._time = time
        self._sign_of_life = time()
        self._woken = asyncio.Event()
        self._stopping = False

    def age(self) -> float:
        """Return the seconds since the last sign of life: a round begun, or a work done."""
        return self._time() - self._sign_of_life

    def wake(self) -> None:
        """Have a round made, now or right after the one under way."""
        self._woken.set()

    def stop(self) -> None:
        """Ask `run` to return after the work under way."""
        self._stopping = True
        self._woken.set()

    async def run(self) -> None:
        """Make rounds until stopped; a work that fails is logged, and tried again next time."""
        while not self._stopping:
            self._woken.clear()
            self._sign_of_life = self._time()
            for work in self._works:
                if not self._stopping:
                    await _survive(work)
                    self._sign_of_life = self._time()
            await self._woken.wait()


async def _survive(work: Callable[[], Awaitable[object]]) -> None:
    task = asyncio.ensure_future(work())
    await asyncio.wait({task})
    error = task.exception()
    if error is not None:
        logger.error("a round failed", work=getattr(work, "__qualname__", ""), exc_info=error)


def create_schedule(
    wake_delivery: Callable[[], None],
    refresh_playbooks: Callable[[], None],
    wake_rounds: Callable[[], None],
) -> AsyncIOScheduler:
    """Return a scheduler, to be started in the running loop.

    Args:
        wake_delivery: called in the loop, in case a delivery has become due.
        refresh_playbooks: called on a thread of its own, in case a file has changed.
        wake_rounds: called in the loop, in case something has become due.
    """

    async def wake() -> None:
        wake_delivery()

    async def go_round() -> None:
        wake_rounds()

    scheduler = AsyncIOScheduler(
        timezone="UTC",
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    scheduler.add_job(wake, "interval", seconds=DELIVERY_SECONDS, id="delivery")
    scheduler.add_job(go_round, "interval", seconds=ROUND_SECONDS, id="rounds")
    scheduler.add_job(refresh_playbooks, "interval", seconds=PLAYBOOK_SECONDS, id="playbooks")
    return scheduler
