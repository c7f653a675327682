"""The bot is killed, again and again, while people work with it: is anything lost or doubled?

    python -m tests.faults.kills --kills 500 [--seed N] [--history] [--keep FOLDER]

`kill -9` meets it at named points (before and after a commit, a post, an ack; while Slack takes a
post) and at random moments. It ends with status 1 if anything was lost or doubled.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import click

from tests.faults.account import Account
from tests.faults.death import OWN_POINTS, Death
from tests.faults.report import printed
from tests.faults.run import at_work, drained
from tests.faults.stage import Stage, staged

DURING_A_POST = "during a post"
RANDOM = "at random"
POINTS = (*OWN_POINTS, DURING_A_POST, RANDOM)
_NTH = {"commit": 30, "post": 4, "ack": 25}
"""Among how many passings of a point the fatal one is chosen."""
_LONGEST_LIFE = 2.5
"""Seconds: whoever does not die of the point that was chosen is killed then."""
_LONGEST_RANDOM_LIFE = 0.6
_JUMPS = (*[timedelta()] * 4, timedelta(seconds=15), *[timedelta(seconds=61)] * 3,
          timedelta(minutes=6), timedelta(hours=5))  # fmt: skip
_A_WEEK_IN = 8
"""One life in so many begins with the day of the next digest."""


@dataclass
class Killing:
    """The killings of a run.

    Attributes:
        kills: how many there were of each point.
    """

    stage: Stage
    kills: Counter[str] = field(default_factory=Counter)

    async def once(self) -> None:
        """Start a bot, and see it killed."""
        rng = self.stage.rng
        self._let_time_pass(rng)
        point = rng.choice(POINTS)
        own = Death(point, rng.randint(1, _NTH[point.split()[-1]])) if point in OWN_POINTS else None
        life = await self.stage.begin(own)
        if own is not None and life.ended.is_set():
            self.kills[point] += 1
            return
        loop = asyncio.get_running_loop()
        longest = rng.uniform(0, _LONGEST_RANDOM_LIFE) if point == RANDOM else _LONGEST_LIFE
        handle = loop.call_later(longest, life.kill)
        nth = rng.randint(1, _NTH["post"])

        def posting(method: str) -> None:
            nonlocal nth
            nth -= method == "chat.postMessage"
            if nth == 0:
                life.kill()

        if point == DURING_A_POST:
            self.stage.on_call.append(posting)
        began = loop.time()
        await life.ended.wait()
        handle.cancel()
        if point == DURING_A_POST:
            self.stage.on_call.remove(posting)
        by_hand = loop.time() - began >= longest
        self.kills[RANDOM if by_hand else point] += 1
        self.stage.buried(life)

    def _let_time_pass(self, rng: random.Random) -> None:
        if rng.randrange(_A_WEEK_IN) == 0:
            self.stage.jump_to_digest()
        else:
            self.stage.jump(rng.choice(_JUMPS))


@dataclass(frozen=True)
class Result:
    """A run: its kills by point, its account, how long it took, and its story."""

    kills: Counter[str]
    account: Account
    seconds: float
    story: tuple[str, ...]


async def killed(folder: Path, kills: int, seed: int, *, history: bool = False) -> Result:
    """Kill the bot so many times, let the last one deliver everything, and count."""
    began = time.monotonic()
    async with staged(folder, seed, history=history) as stage:
        killing = Killing(stage)
        async with at_work(stage) as crowd:
            while killing.kills.total() < kills:
                await killing.once()
            await stage.begin()
        account = await drained(stage, crowd)
        return Result(killing.kills, account, time.monotonic() - began, tuple(stage.story))


@click.command()
@click.option("--kills", default=500, show_default=True, type=click.IntRange(1))
@click.option("--seed", type=int, help="What chance begins with; another each time by default.")
@click.option("--history", is_flag=True, help="The bot may read its channels' history.")
@click.option("--keep", type=click.Path(path_type=Path), help="Keep log and database here.")
def main(kills: int, seed: int | None, history: bool, keep: Path | None) -> None:
    """Kill the bot while people work with it, and count what is lost or doubled."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    with tempfile.TemporaryDirectory(prefix="ragvsft-kills-") as scratch:
        result = asyncio.run(killed(keep or Path(scratch), kills, seed, history=history))
    title = f"{kills} kills, seed {seed}" + (", with history" if history else "")
    sys.exit(printed(title, result.kills, result.account, result.seconds))


if __name__ == "__main__":
    main()
