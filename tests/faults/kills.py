"""The bot is killed, again and again, while people work with it: is anything lost or doubled?

    python -m tests.faults.kills --kills 500 [--seed N] [--history] [--keep FOLDER]

`kill -9` meets it at named points (before and after a commit, a post, an ack; while Slack takes a
post) and at random moments: these are dealt like cards, and a point that a bot has not come to is
dealt again at once. It ends with status 1 if anything was lost or doubled, or if in a run of 20
kills and more a named point was never met, or no weekly digest was under way.
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
from tests.faults.run import at_work, drained, left_digests
from tests.faults.stage import Stage, staged

DURING_A_POST = "during a post"
RANDOM = "at random"
NAMED = (*OWN_POINTS, DURING_A_POST)
POINTS = (*NAMED, RANDOM)
MISSED = "later, point missed"
_ENOUGH = 20
"""Kills from which on every named point has to be met, and digests with them."""
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
        kills: how many there were at each point; those who missed theirs are counted apart.
        during_digests: how many of them came upon weekly digests not all posted yet.
    """

    stage: Stage
    kills: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(POINTS, 0)))
    during_digests: int = 0
    _dealt: list[str] = field(default_factory=list)
    _again: str | None = None

    async def once(self) -> None:
        """Let time pass without a bot, start one, and see it killed."""
        self._let_time_pass()
        await self.one_of_them()
        self.during_digests += left_digests(self.stage)

    async def one_of_them(self) -> None:
        """Start a bot, beside others if there are any, and see it killed."""
        point, nth = self._next()
        own = Death(point, nth) if point in OWN_POINTS else None
        life = await self.stage.begin(own)
        with self._killed_by_a_post(life, nth) if point == DURING_A_POST else nullcontext():
            by_hand = await self._outlived(life, at_random=point == RANDOM)
        missed = by_hand and point != RANDOM
        self._again = point if missed else None
        self.kills[MISSED if missed else point] += 1
        self.stage.buried(life)

    def unmet(self) -> list[str]:
        """What a run that is long enough has to have met, and has not; a line each."""
        if self.kills.total() < _ENOUGH:
            return []
        never = [f"nobody was killed {point}" for point in NAMED if not self.kills[point]]
        return never + ["no weekly digest was under way"] * (not self.during_digests)

    def _next(self) -> tuple[str, int]:
        """Deal a point, and which passing of it is the fatal one: the first, if it was missed."""
        rng = self.stage.rng
        if self._again is not None:
            return self._again, 1
        if not self._dealt:
            self._dealt = rng.sample(POINTS, len(POINTS))
        point = self._dealt.pop()
        return point, rng.randint(1, _NTH.get(point.split()[-1], 1))

    async def _outlived(self, life: Life, *, at_random: bool) -> bool:
        """Wait until a bot has died; whether it had to be killed because it had lived enough."""
        loop, enough = asyncio.get_running_loop(), self.stage.requests + _LONGEST_LIFE
        moment = None
        if at_random:
            moment = loop.call_later(self.stage.rng.uniform(0, _LONGEST_RANDOM_LIFE), life.kill)
        died = asyncio.ensure_future(life.ended.wait())
        died.add_done_callback(lambda _: self.stage.playground.slack.mark_changed())
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
    def _killed_by_a_post(self, life: Life, left: int) -> Iterator[None]:
        """Kill a bot when Slack has so many posts of its, and has not answered the last yet."""

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
        if self.kills.total() % _A_WEEK_IN == _A_WEEK_IN // 2:
            self.stage.jump_to_digest()
        else:
            self.stage.jump(self.stage.rng.choice(_JUMPS))


async def killed(
    folder: Path, kills: int, seed: int, *, history: bool = False
) -> tuple[Killing, Account, float]:
    """Kill the bot so many times, let the last one deliver everything, and count.

    Returns:
        The kills, the account, and the seconds that it took.
    """
    began = time.monotonic()
    async with staged(folder, seed, history=history) as stage:
        killing = Killing(stage)
        async with at_work(stage) as crowd:
            while killing.kills.total() < kills:
                await killing.once()
            await stage.begin()
        account = await drained(stage, crowd)
    account.wrong += killing.unmet()
    return killing, account, time.monotonic() - began


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
        killing, account, seconds = asyncio.run(run)
    title = f"{kills} kills, seed {seed}" + (", with history" if history else "")
    met = {**killing.kills, "amid weekly digests": killing.during_digests}
    sys.exit(printed(title, met, account, seconds))


if __name__ == "__main__":
    main()
