"""Run two bots on one database, kill one repeatedly, and audit what was lost or duplicated.

    python -m tests.faults.two_processes --kills 60 [--seed N] [--history] [--keep FOLDER]

Requests go to either bot; both deliver, and both check for due digests. The exit status is 1 if
anything was lost or duplicated.
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

from tests.faults.audit import AuditReport, print_report
from tests.faults.harness import fault_harness
from tests.faults.kills import KillRun
from tests.faults.phases import drain, running_workload, wait_until_idle
from tests.faults.workload import Workload

TIME_PER_POST = timedelta(seconds=0.3)
"""Less than in other runs: a clock that runs too fast would expire claims of a running bot."""
_STEPS = (timedelta(seconds=15), timedelta(seconds=61), timedelta(minutes=6))
_ADVANCE_EVERY = 4
_IDLE_SECONDS = 1.0
"""Long enough that no bot is still about to post a claimed delivery."""
_DIGEST_EVERY = 3


async def run_two_processes(
    folder: Path, kills: int, seed: int, *, history: bool = False
) -> tuple[Counter[str], AuditReport, float]:
    """Kill so many bots beside a running one; return the kills by point, report and seconds."""
    began = time.monotonic()
    async with fault_harness(folder, seed, history=history) as harness:
        harness.time_per_post = TIME_PER_POST
        run = KillRun(harness)
        await harness.start_bot()
        async with running_workload(harness) as workload:
            while run.kills.total() < kills:
                await run.kill_one()
                if harness.rng.randrange(_ADVANCE_EVERY) == 0:
                    await advance_clock(run, workload)
            await harness.start_bot()
        report = await drain(harness, workload)
    return run.kills, report, time.monotonic() - began


async def advance_clock(run: KillRun, workload: Workload) -> None:
    """Advance the clock while neither users nor bots are busy."""
    harness = run.harness
    async with workload.paused_users():
        await wait_until_idle(harness, _IDLE_SECONDS)
        if harness.rng.randrange(_DIGEST_EVERY) == 0:
            harness.advance_to_digest()
        else:
            harness.advance(harness.rng.choice(_STEPS))
        await wait_until_idle(harness, _IDLE_SECONDS)


@click.command()
@click.option("--kills", default=60, show_default=True, type=click.IntRange(1))
@click.option("--seed", type=int, help="Of the random generator; random by default.")
@click.option("--history", is_flag=True, help="The bot may read its channels' history.")
@click.option(
    "--keep", type=click.Path(path_type=Path), help="Keep log and database in this folder."
)
def main(kills: int, seed: int | None, history: bool, keep: Path | None) -> None:
    """Kill one of two bots while users work with both; count what is lost or duplicated."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    with tempfile.TemporaryDirectory(prefix="ragvsft-two-") as scratch:
        run = run_two_processes(keep or Path(scratch), kills, seed, history=history)
        counts, report, seconds = asyncio.run(run)
    title = f"two processes, {kills} kills, seed {seed}" + (", with history" if history else "")
    sys.exit(print_report(title, counts, report, seconds))


if __name__ == "__main__":
    main()
