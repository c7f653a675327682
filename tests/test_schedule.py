"""Rounds: what is due is looked for at the start and when woken, whatever fails."""

import asyncio

from structlog.testing import capture_logs

from bot.schedule import PeriodicRunner


class Work:
    """Counts how often it is done; fails as long as it is told to."""

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


async def test_a_round_is_made_at_the_start_and_when_woken() -> None:
    """Each work is done once at the start, and once more when woken."""
    first, second = Work(), Work()
    rounds = PeriodicRunner(first, second)
    running = asyncio.create_task(rounds.run())
    await second.until(1)
    rounds.wake()
    await second.until(2)
    rounds.stop()
    await running
    assert (first.done, second.done) == (2, 2)


async def test_a_work_that_fails_keeps_nothing_from_being_done() -> None:
    """A failure is logged; the other works are done, and the next round comes."""
    failing, other = Work(), Work()
    failing.fails = True
    rounds = PeriodicRunner(failing, other)
    with capture_logs() as logs:
        running = asyncio.create_task(rounds.run())
        await other.until(1)
        rounds.wake()
        await other.until(2)
        rounds.stop()
        await running
    assert failing.done == 2
    assert [entry["event"] for entry in logs] == ["a periodic job failed"] * 2


async def test_stopping_waits_for_the_work_under_way() -> None:
    """Asked to stop, the work under way is finished, and none is begun."""
    begun, go_on = asyncio.Event(), asyncio.Event()
    finished = []

    async def slow() -> None:
        begun.set()
        await go_on.wait()
        finished.append("slow")

    never = Work()
    rounds = PeriodicRunner(slow, never)
    running = asyncio.create_task(rounds.run())
    async with asyncio.timeout(30):
        await begun.wait()
        rounds.stop()
        go_on.set()
        await running
    assert (finished, never.done) == (["slow"], 0)


async def test_a_round_is_a_sign_of_life() -> None:
    """Each round and each work in it is a sign of life; while one hangs its age grows."""
    now, hanging, go_on = 100.0, asyncio.Event(), asyncio.Event()

    async def hang() -> None:
        hanging.set()
        await go_on.wait()

    rounds = PeriodicRunner(hang, time=lambda: now)
    now = 160.0
    assert rounds.heartbeat_age() == 60
    running = asyncio.create_task(rounds.run())
    async with asyncio.timeout(30):
        await hanging.wait()
        assert rounds.heartbeat_age() == 0
        now = 260.0
        assert rounds.heartbeat_age() == 100
        go_on.set()
        rounds.stop()
        await running
    assert rounds.heartbeat_age() == 0
