"""Two bots on one database, one of them killed again and again: is anything lost or doubled?

    python -m tests.faults.two_processes --kills 60 [--seed N] [--history] [--keep FOLDER]

People's requests go to either of them; both deliver, and both see when a digest is due. It ends
with status 1 if anything was lost or doubled.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import click

from tests.faults.account import Account
from tests.faults.crowd import Crowd
from tests.faults.kills import Killing
from tests.faults.report import printed
from tests.faults.run import at_work, drained, quiet
from tests.faults.stage import staged

POST_TAKES = timedelta(seconds=0.3)
"""A clock that runs away from the real one would make the living look dead to one another."""
_JUMPS = (timedelta(seconds=15), timedelta(seconds=61), timedelta(minutes=6))
_JUMP_IN = 4
_STILL_SECONDS = 1.0
"""So long that neither bot can still be about to post what it has taken."""
_A_WEEK_IN = 3


async def shared(
    folder: Path, kills: int, seed: int, *, history: bool = False
) -> tuple[Counter[str], Account, float]:
    """Kill so many bots beside another that lives; return kills by point, account and seconds."""
    began = time.monotonic()
    async with staged(folder, seed, history=history) as stage:
        stage.post_takes = POST_TAKES
        killing = Killing(stage)
        await stage.begin()
        async with at_work(stage) as crowd:
            while killing.kills.total() < kills:
                await killing.one_of_them()
                if stage.rng.randrange(_JUMP_IN) == 0:
                    await _let_time_pass(killing, crowd)
            await stage.begin()
        account = await drained(stage, crowd)
    return killing.kills, account, time.monotonic() - began


async def _let_time_pass(killing: Killing, crowd: Crowd) -> None:
    """Move the clock on while nobody is at anything, as it would pass."""
    stage = killing.stage
    async with crowd.pausing():
        await quiet(stage, _STILL_SECONDS)
        if stage.rng.randrange(_A_WEEK_IN) == 0:
            stage.jump_to_digest()
        else:
            stage.jump(stage.rng.choice(_JUMPS))
        await quiet(stage, _STILL_SECONDS)


@click.command()
@click.option("--kills", default=60, show_default=True, type=click.IntRange(1))
@click.option("--seed", type=int, help="What chance begins with; another each time by default.")
@click.option("--history", is_flag=True, help="The bot may read its channels' history.")
@click.option("--keep", type=click.Path(path_type=Path), help="Keep log and database here.")
def main(kills: int, seed: int | None, history: bool, keep: Path | None) -> None:
    """Kill one of two bots while people work with both, and count what is lost or doubled."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    with tempfile.TemporaryDirectory(prefix="ragvsft-two-") as scratch:
        run = shared(keep or Path(scratch), kills, seed, history=history)
        met, account, seconds = asyncio.run(run)
    title = f"two processes, {kills} kills, seed {seed}" + (", with history" if history else "")
    sys.exit(printed(title, met, account, seconds))


if __name__ == "__main__":
    main()
