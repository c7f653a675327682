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
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import click

from tests.faults.account import Account
from tests.faults.death import OWN_POINTS, Death
from tests.faults.lives import Life
from tests.faults.report import printed
from tests.faults.run import at_work, drained
from tests.faults.stage import Stage, staged

DURING_A_POST = "during a post"
RANDOM = "at random"
POINTS = (*OWN_POINTS, DURING_A_POST, RANDOM)
_NTH = {"commit": 30, "post": 3, "ack": 25}
"""Among how many passings of a point the fatal one is chosen."""
_LONGEST_LIFE = 90
"""Requests: whoever has not met the point that was chosen by then is killed."""
_LONGEST_LIFE_SECONDS = 10
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
        """Let time pass without a bot, start one, and see it killed."""
        self._let_time_pass()
        await self.one_of_them()

    async def one_of_them(self) -> None:
        """Start a bot, beside others if there are any, and see it killed."""
        rng = self.stage.rng
        point = rng.choice(POINTS)
        own = Death(point, rng.randint(1, _NTH[point.split()[-1]])) if point in OWN_POINTS else None
        life = await self.stage.begin(own)
        with self._killed_by_a_post(life) if point == DURING_A_POST else nullcontext():
            by_hand = await self._outlived(life, at_random=point == RANDOM)
        self.kills[RANDOM if by_hand else point] += 1
        self.stage.buried(life)

    async def _outlived(self, life: Life, *, at_random: bool) -> bool:
        """Wait until a bot has died; whether it had to be killed because it had lived enough."""
        loop, enough = asyncio.get_running_loop(), self.stage.requests + _LONGEST_LIFE
        moment = None
        if at_random:
            moment = loop.call_later(self.stage.rng.uniform(0, _LONGEST_RANDOM_LIFE), life.kill)
        died = asyncio.ensure_future(life.ended.wait())
        died.add_done_callback(lambda _: self.stage.playground.world.changed())
        await self.stage.until(
            lambda: died.done() or self.stage.requests > enough, _LONGEST_LIFE_SECONDS
        )
        by_hand = not died.done()
        life.kill()
        await died
        if moment is not None:
            moment.cancel()
        return by_hand

    @contextmanager
    def _killed_by_a_post(self, life: Life) -> Iterator[None]:
        """Kill a bot when Slack has a post of its, and has not answered yet."""
        left = self.stage.rng.randint(1, _NTH["post"])

        def arrived(method: str) -> None:
            nonlocal left
            left -= method == "chat.postMessage"
            if left == 0:
                life.kill()

        self.stage.on_call.append(arrived)
        try:
            yield
        finally:
            self.stage.on_call.remove(arrived)

    def _let_time_pass(self) -> None:
        if self.stage.rng.randrange(_A_WEEK_IN) == 0:
            self.stage.jump_to_digest()
        else:
            self.stage.jump(self.stage.rng.choice(_JUMPS))


async def killed(
    folder: Path, kills: int, seed: int, *, history: bool = False
) -> tuple[Counter[str], Account, float]:
    """Kill the bot so many times, let the last one deliver everything, and count.

    Returns:
        The kills by point, the account, and the seconds that it took.
    """
    began = time.monotonic()
    async with staged(folder, seed, history=history) as stage:
        killing = Killing(stage)
        async with at_work(stage) as crowd:
            while killing.kills.total() < kills:
                await killing.once()
            await stage.begin()
        account = await drained(stage, crowd)
    return killing.kills, account, time.monotonic() - began


@click.command()
@click.option("--kills", default=500, show_default=True, type=click.IntRange(1))
@click.option("--seed", type=int, help="What chance begins with; another each time by default.")
@click.option("--history", is_flag=True, help="The bot may read its channels' history.")
@click.option("--keep", type=click.Path(path_type=Path), help="Keep log and database here.")
def main(kills: int, seed: int | None, history: bool, keep: Path | None) -> None:
    """Kill the bot while people work with it, and count what is lost or doubled."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    with tempfile.TemporaryDirectory(prefix="ragvsft-kills-") as scratch:
        run = killed(keep or Path(scratch), kills, seed, history=history)
        met, account, seconds = asyncio.run(run)
    title = f"{kills} kills, seed {seed}" + (", with history" if history else "")
    sys.exit(printed(title, met, account, seconds))


if __name__ == "__main__":
    main()
