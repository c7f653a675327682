"""Kill the bot repeatedly while users work with it, and audit what was lost or duplicated.

    python -m tests.faults.kills --kills 500 [--seed N] [--history] [--keep FOLDER]

The kills (`kill -9`) are at named points (before and after a commit, a post, an ack; while Slack
processes a post) and at random moments, in shuffled order; a point that a bot did not reach is
repeated next. The exit status is 1 if anything was lost or duplicated, or if a run of 20 kills
or more missed a named point or interrupted no weekly digest.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import click

from tests.faults.audit import AuditReport, print_report
from tests.faults.harness import FaultHarness, fault_harness
from tests.faults.kill_points import KILL_POINTS, KillPoint
from tests.faults.phases import drain, has_unposted_digest, running_workload
from tests.faults.processes import BotProcess

DURING_A_POST = "during a post"
RANDOM = "at random"
NAMED = (*KILL_POINTS, DURING_A_POST)
POINTS = (*NAMED, RANDOM)
MISSED = "point not reached"
_COVERAGE_FROM = 20
"""Runs with this many kills must reach every named point and interrupt digests."""
_MAX_NTH = {"commit": 30, "post": 3, "ack": 25}
"""The bot is killed at a random one of the first so many times that it reaches a point."""
_MAX_REQUESTS = 90
"""After so many requests a bot that has not reached its point is killed."""
_MAX_SECONDS = 10
_MAX_RANDOM_SECONDS = 0.6
_STEPS = (*[timedelta()] * 4, timedelta(seconds=15), *[timedelta(seconds=61)] * 3,
          timedelta(minutes=6), timedelta(hours=5))  # fmt: skip
_DIGEST_EVERY = 8
"""Every so many kills the clock moves to the next digest."""


@dataclass
class KillRun:
    """A series of kills.

    Attributes:
        kills: number of kills at each point; `MISSED` counts bots that did not reach theirs.
        during_digests: number of kills that left a weekly digest unposted.
    """

    harness: FaultHarness
    kills: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(POINTS, 0)))
    during_digests: int = 0
    _deck: list[str] = field(default_factory=list)
    _again: str | None = None

    async def next_kill(self) -> None:
        """Advance the clock while no bot runs, start one, and wait until it is killed."""
        self._advance_clock()
        await self.kill_one()
        self.during_digests += has_unposted_digest(self.harness)

    async def kill_one(self) -> None:
        """Start a bot, beside others that may run, and wait until it is killed."""
        point, nth = self._next()
        kill_point = KillPoint(point, nth) if point in KILL_POINTS else None
        bot = await self.harness.start_bot(kill_point)
        with self._kill_during_post(bot, nth) if point == DURING_A_POST else nullcontext():
            outlived = await self._wait_for_death(bot, at_random=point == RANDOM)
        missed = outlived and point != RANDOM
        self._again = point if missed else None
        self.kills[MISSED if missed else point] += 1
        self.harness.remove_bot(bot)

    def missing_coverage(self) -> list[str]:
        """Return the points that a long enough run should have covered and has not; a line each."""
        if self.kills.total() < _COVERAGE_FROM:
            return []
        never = [f"no bot was killed {point}" for point in NAMED if not self.kills[point]]
        return never + ["no kill interrupted a weekly digest"] * (not self.during_digests)

    def _next(self) -> tuple[str, int]:
        """Return the next point and the nth time; a missed point again, the first time."""
        rng = self.harness.rng
        if self._again is not None:
            return self._again, 1
        if not self._deck:
            self._deck = rng.sample(POINTS, len(POINTS))
        point = self._deck.pop()
        return point, rng.randint(1, _MAX_NTH.get(point.split()[-1], 1))

    async def _wait_for_death(self, bot: BotProcess, *, at_random: bool) -> bool:
        """Wait until a bot has ended; return whether it outlived its limits and was killed here."""
        loop, enough = asyncio.get_running_loop(), self.harness.requests + _MAX_REQUESTS
        timer = None
        if at_random:
            timer = loop.call_later(self.harness.rng.uniform(0, _MAX_RANDOM_SECONDS), bot.kill)
        ended = asyncio.ensure_future(bot.ended.wait())
        ended.add_done_callback(lambda _: self.harness.playground.slack.mark_changed())
        await self.harness.until(
            lambda: ended.done() or self.harness.requests > enough, _MAX_SECONDS
        )
        outlived = not ended.done()
        bot.kill()
        await ended
        if timer is not None:
            timer.cancel()
        return outlived

    @contextmanager
    def _kill_during_post(self, bot: BotProcess, nth: int) -> Iterator[None]:
        """Kill a bot when its nth post has arrived at Slack and is not answered yet."""

        def arrived(method: str) -> None:
            nonlocal nth
            nth -= method == "chat.postMessage"
            if nth == 0:
                bot.kill()

        self.harness.on_call.append(arrived)
        try:
            yield
        finally:
            self.harness.on_call.remove(arrived)

    def _advance_clock(self) -> None:
        if self.kills.total() % _DIGEST_EVERY == _DIGEST_EVERY // 2:
            self.harness.advance_to_digest()
        else:
            self.harness.advance(self.harness.rng.choice(_STEPS))


async def run_kills(
    folder: Path, kills: int, seed: int, *, history: bool = False
) -> tuple[KillRun, AuditReport, float]:
    """Kill the bot so many times, drain, and audit.

    Returns:
        The kills, the report, and the seconds taken.
    """
    began = time.monotonic()
    async with fault_harness(folder, seed, history=history) as harness:
        run = KillRun(harness)
        async with running_workload(harness) as workload:
            while run.kills.total() < kills:
                await run.next_kill()
            await harness.start_bot()
        report = await drain(harness, workload)
    report.wrong += run.missing_coverage()
    return run, report, time.monotonic() - began


@click.command()
@click.option("--kills", default=500, show_default=True, type=click.IntRange(1))
@click.option("--seed", type=int, help="Of the random generator; random by default.")
@click.option("--history", is_flag=True, help="The bot may read its channels' history.")
@click.option(
    "--keep", type=click.Path(path_type=Path), help="Keep log and database in this folder."
)
def main(kills: int, seed: int | None, history: bool, keep: Path | None) -> None:
    """Kill the bot while users work with it, and count what is lost or duplicated."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    with tempfile.TemporaryDirectory(prefix="ragvsft-kills-") as scratch:
        run, report, seconds = asyncio.run(
            run_kills(keep or Path(scratch), kills, seed, history=history)
        )
    title = f"{kills} kills, seed {seed}" + (", with history" if history else "")
    counts = {**run.kills, "during weekly digests": run.during_digests}
    sys.exit(print_report(title, counts, report, seconds))


if __name__ == "__main__":
    main()
