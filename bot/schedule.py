"""Wakes what has to look at the log from time to time; what is due is found there."""

from collections.abc import Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler

DELIVERY_SECONDS = 5


def create_schedule(wake_delivery: Callable[[], None]) -> AsyncIOScheduler:
    """Return a scheduler, to be started in the running loop.

    Args:
        wake_delivery: called every few seconds, in case a delivery has become due.
    """
    scheduler = AsyncIOScheduler(timezone="UTC")
    scheduler.add_job(
        wake_delivery,
        "interval",
        seconds=DELIVERY_SECONDS,
        id="delivery",
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )
    return scheduler
