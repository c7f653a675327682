"""Wakes what has to look at the log, or at files, from time to time; what is due is found there."""

from collections.abc import Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler

DELIVERY_SECONDS = 5
PLAYBOOK_SECONDS = 2


def create_schedule(
    wake_delivery: Callable[[], None], refresh_playbooks: Callable[[], None]
) -> AsyncIOScheduler:
    """Return a scheduler, to be started in the running loop.

    Args:
        wake_delivery: called in the loop, in case a delivery has become due.
        refresh_playbooks: called on a thread of its own, in case a file has changed.
    """

    async def wake() -> None:
        wake_delivery()

    scheduler = AsyncIOScheduler(
        timezone="UTC",
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    scheduler.add_job(wake, "interval", seconds=DELIVERY_SECONDS, id="delivery")
    scheduler.add_job(refresh_playbooks, "interval", seconds=PLAYBOOK_SECONDS, id="playbooks")
    return scheduler
