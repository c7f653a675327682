"""Run two bots on one PostgreSQL server, kill either, and audit what was lost or duplicated.

    python -m tests.faults.postgres --kills 300 [--seed N] [--history] [--keep FOLDER]

One bot stays; another one beside it is killed again and again at named points, and each third kill
is one of the server: all its processes at once, at a point that a bot reaches. It is
started again after a pause, at times longer than a request may wait. The exit status is 1 if
anything was lost or duplicated.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import click

from tests.engines import EmbeddedPostgres
from tests.faults.audit import AuditReport, print_report
from tests.faults.harness import FaultHarness, fault_harness
from tests.faults.kill_points import KILL_POINTS, KillPoint
from tests.faults.kills import KillRun
from tests.faults.phases import drain, running_workload
from tests.faults.two_processes import TIME_PER_POST, advance_clock

_SERVER_EVERY = 3
"""The last of so many kills is one of the server."""
_ADVANCE_EVERY = 4
_MAX_NTH = 12
_WAIT_SECONDS = 10
_PAUSES = (0.0, 0.5, 1.5, 4.0)
"""Seconds for which the server stays away; a request waits for two."""


async def run_postgres_faults(
    folder: Path, kills: int, seed: int, *, history: bool = False
) -> tuple[Counter[str], AuditReport, float]:
    """Kill bots and the server so many times; return the kills by point, report and seconds."""
    began = time.monotonic()
    server = EmbeddedPostgres(durable=True)
    counts: Counter[str] = Counter()
    try:
        async with fault_harness(folder, seed, history=history, server=server.lend()) as harness:
            harness.time_per_post = TIME_PER_POST
            run = KillRun(harness)
            await harness.start_bot()
            async with running_workload(harness) as workload:
                while run.kills.total() + counts.total() < kills:
                    done = run.kills.total() + counts.total()
                    if done % _SERVER_EVERY == _SERVER_EVERY - 1:
                        counts[await _kill_server(harness, server)] += 1
                    else:
                        await run.kill_one()
                    if harness.rng.randrange(_ADVANCE_EVERY) == 0:
                        await advance_clock(run, workload)
                await harness.start_bot()
            report = await drain(harness, workload)
    finally:
        server.stop()
    return run.kills + counts, report, time.monotonic() - began


async def _kill_server(harness: FaultHarness, server: EmbeddedPostgres) -> str:
    """Let a bot kill the server at a named point, and start it again; return what happened."""
    point = harness.rng.choice(KILL_POINTS)
    kill_point = KillPoint(point, harness.rng.randint(1, _MAX_NTH), server.pid)
    try:
        bot = await harness.start_bot(kill_point)
    except RuntimeError:
        if server.is_running:
            raise
        bot = None  # the server was killed during the start, which ends the bot
    await harness.until(lambda: not server.is_running, _WAIT_SECONDS)
    name = f"server {point}" if not server.is_running else "server at random"
    server.kill()
    await asyncio.sleep(harness.rng.choice(_PAUSES))
    await asyncio.to_thread(server.restart)
    await asyncio.sleep(harness.rng.uniform(0, 1))
    if bot is not None:
        if harness.rng.randrange(2):
            await bot.stop()
        else:
            bot.kill()
            await bot.ended.wait()
        harness.remove_bot(bot)
    return name


@click.command()
@click.option("--kills", default=60, show_default=True, type=click.IntRange(1))
@click.option("--seed", type=int, help="Of the random generator; random by default.")
@click.option("--history", is_flag=True, help="The bot may read its channels' history.")
@click.option("--keep", type=click.Path(path_type=Path), help="Keep the log in this folder.")
def main(kills: int, seed: int | None, history: bool, keep: Path | None) -> None:
    """Kill bots and their PostgreSQL server while users work; count what is lost or duplicated."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    with tempfile.TemporaryDirectory(prefix="ragvsft-postgres-run-") as scratch:
        run = run_postgres_faults(keep or Path(scratch), kills, seed, history=history)
        counts, report, seconds = asyncio.run(run)
    title = f"PostgreSQL, {kills} kills, seed {seed}" + (", with history" if history else "")
    sys.exit(print_report(title, counts, report, seconds))


if __name__ == "__main__":
    main()
