"""Periodic jobs run at the start and at each wake-up, even after failures."""

import asyncio

from structlog.testing import capture_logs

from bot.schedule import PeriodicRunner


class CountingJob:
    """Counts its runs; fails as long as `fails` is set."""

    def __init__(self) -> None:
        self.done = 0
        self.fails = False
        self.changed = asyncio.Condition()

    async def __call__(self) -> None:
        async with self.changed:
            self.done += 1
            self.changed.notify_all()
        if self.fails:
            raise OSError("the disk is full")

    async def until(self, times: int) -> None:
        async with asyncio.timeout(30), self.changed:
            await self.changed.wait_for(lambda: self.done >= times)


async def test_jobs_run_at_the_start_and_at_a_wake_up() -> None:
    """Each job runs once at the start, and once more at a wake-up."""
    first, second = CountingJob(), CountingJob()
    runner = PeriodicRunner(first, second)
    running = asyncio.create_task(runner.run())
    await second.until(1)
    runner.wake()
    await second.until(2)
    runner.stop()
    await running
    assert (first.done, second.done) == (2, 2)


async def test_a_failing_job_does_not_stop_the_others() -> None:
    """A failure is logged; the other jobs run, and all run again at the next wake-up."""
    failing, other = CountingJob(), CountingJob()
    failing.fails = True
    runner = PeriodicRunner(failing, other)
    with capture_logs() as logs:
        running = asyncio.create_task(runner.run())
        await other.until(1)
        runner.wake()
        await other.until(2)
        runner.stop()
        await running
    assert failing.done == 2
    assert [entry["event"] for entry in logs] == ["a periodic job failed"] * 2


async def test_stopping_waits_for_the_current_job() -> None:
    """Stopping waits for the current job and starts no other."""
    begun, go_on = asyncio.Event(), asyncio.Event()
    finished = []

    async def slow() -> None:
        begun.set()
        await go_on.wait()
        finished.append("slow")

    never = CountingJob()
    runner = PeriodicRunner(slow, never)
    running = asyncio.create_task(runner.run())
    async with asyncio.timeout(30):
        await begun.wait()
        runner.stop()
        go_on.set()
        await running
    assert (finished, never.done) == (["slow"], 0)


async def test_each_job_is_a_heartbeat() -> None:
    """The start of a run and the end of a job are heartbeats; a hanging job makes none."""
    now, hanging, go_on = 100.0, asyncio.Event(), asyncio.Event()

    async def hang() -> None:
        hanging.set()
        await go_on.wait()

    runner = PeriodicRunner(hang, time=lambda: now)
    now = 160.0
    assert runner.heartbeat_age() == 60
    running = asyncio.create_task(runner.run())
    async with asyncio.timeout(30):
        await hanging.wait()
        assert runner.heartbeat_age() == 0
        now = 260.0
        assert runner.heartbeat_age() == 100
        go_on.set()
        runner.stop()
        await running
    assert runner.heartbeat_age() == 0
