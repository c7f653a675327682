"""Fill the disk repeatedly while users work with the bot, and audit what was lost or duplicated.

    python -m tests.faults.disk --times 20 [--seed N] [--tmpfs] [--keep FOLDER]

By default a resource limit on file sizes is set on the running bot. With `--tmpfs` the database is
in a small file system that is filled to the last byte; this needs user namespaces. While the disk
is full, the bot must respond to every request, say so if it failed, and give the reason at /readyz;
afterwards it must recover on its own. The exit status is 1 if anything was lost or duplicated.
"""

import asyncio
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import aiohttp
import click

from tests.faults.audit import AuditReport, print_report
from tests.faults.harness import FaultHarness, fault_harness
from tests.faults.phases import drain, running_workload
from tests.faults.processes import BotProcess

_FULL_SECONDS = 3.0
_FULL_REQUESTS = 25
_MAX_FILE_SIZE = 4096
"""The limit in bytes: less than what the database already has, so that no page fits."""
_TMPFS = "size=24m"
_INSIDE = "--inside"
EXPECTED = frozenset({"full, /readyz 503", "space again, /readyz 200"})


@contextmanager
def file_size_limit(_harness: FaultHarness, bot: BotProcess) -> Iterator[None]:
    """Limit the size of files that a bot may write."""
    _, hard = resource.prlimit(bot.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (_MAX_FILE_SIZE, hard))
    try:
        yield
    finally:
        resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (hard, hard))


@contextmanager
def full_file_system(harness: FaultHarness, _bot: BotProcess) -> Iterator[None]:
    """Fill the file system of the database."""
    filler = harness.folder / "log" / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            _write_all(file.fileno(), size)
    try:
        yield
    finally:
        filler.unlink()


def _write_all(file: int, size: int) -> None:
    block = bytes(size)
    try:
        while os.write(file, block):
            pass
    except OSError:
        return


async def run_full_disk(
    folder: Path, times: int, seed: int, *, tmpfs: bool = False
) -> tuple[Counter[str], AuditReport, float]:
    """Fill the disk so many times; return the states of /readyz, the report and the seconds."""
    began, counts = time.monotonic(), Counter[str]()
    async with fault_harness(folder, seed) as harness:
        harness.log = folder / "bot.log" if tmpfs else Path(os.devnull)
        bot = await harness.start_bot()
        async with running_workload(harness) as workload:
            for _ in range(times):
                await _work(harness)
                with full_file_system(harness, bot) if tmpfs else file_size_limit(harness, bot):
                    await _work(harness)
                    counts[f"full, /readyz {await _ready(bot)}"] += 1
                await harness.advance_when_idle(timedelta(seconds=harness.rng.choice((0, 15, 61))))
                counts[f"space again, /readyz {await _ready(bot)}"] += 1
                await workload.answer_questions()
        report = await drain(harness, workload)
        if bot.ended.is_set():
            report.wrong.append("the bot ended")
    report.wrong += [each for each in counts if each not in EXPECTED]
    return counts, report, time.monotonic() - began


async def _work(harness: FaultHarness) -> None:
    """Let users work for some requests or seconds."""
    enough = len(harness.playground.dispatches) + harness.rng.randint(5, _FULL_REQUESTS)
    await harness.until(lambda: len(harness.playground.dispatches) > enough, _FULL_SECONDS)


async def _ready(bot: BotProcess) -> str:
    """Return the status of /readyz, marked if a reason is missing."""
    url = f"http://127.0.0.1:{bot.port}/readyz"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        body = await answer.json()
        consistent = bool(body["problems"]) == (answer.status != 200)
        return f"{answer.status}" if consistent else f"{answer.status} without a reason"


@click.command()
@click.option("--times", default=20, show_default=True, type=click.IntRange(1))
@click.option("--seed", type=int, help="Of the random generator; random by default.")
@click.option(
    "--tmpfs", is_flag=True, help="Fill a small file system, mounted in a user namespace."
)
@click.option(
    "--keep", type=click.Path(path_type=Path), help="Keep log and database in this folder."
)
@click.option(_INSIDE, is_flag=True, hidden=True)
def main(times: int, seed: int | None, tmpfs: bool, keep: Path | None, inside: bool) -> None:
    """Fill the disk while users work with the bot; count what is lost or duplicated."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    if tmpfs and not inside:
        sys.exit(_in_namespace(["--times", str(times), "--seed", str(seed), "--tmpfs"]))
    with tempfile.TemporaryDirectory(prefix="ragvsft-disk-") as scratch:
        folder = keep or Path(scratch)
        if tmpfs:
            mount = folder / "log"
            mount.mkdir(parents=True)
            subprocess.run(["mount", "-t", "tmpfs", "-o", _TMPFS, "tmpfs", mount], check=True)
        counts, report, seconds = asyncio.run(run_full_disk(folder, times, seed, tmpfs=tmpfs))
        if tmpfs:
            subprocess.run(["umount", mount], check=True)
    method = "a small file system" if tmpfs else "a limit on files"
    sys.exit(
        print_report(f"disk full {times} times ({method}), seed {seed}", counts, report, seconds)
    )


def _in_namespace(arguments: list[str]) -> int:
    """Run this command in user and mount namespaces of its own; return its exit status."""
    if shutil.which("unshare") is None:
        raise click.UsageError("--tmpfs needs the command unshare; omit the option or install it")
    command = ["unshare", "-rm", sys.executable, "-m", "tests.faults.disk", _INSIDE, *arguments]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    main()
