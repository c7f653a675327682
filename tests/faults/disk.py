"""The disk is full, again and again, while people work with the bot: is anything lost or doubled?

    python -m tests.faults.disk --times 20 [--seed N] [--tmpfs] [--keep FOLDER]

Either the bot may not write past the end of small files (a resource limit, set on it while it
runs), or its database lies in a small file system that is filled to the last byte (`--tmpfs`; this
needs user namespaces). While there is no room, every request has to be answered, with a sentence
where it was not carried out, and /readyz has to say why; when there is room again, all goes on by
itself. It ends with status 1 if anything was lost or doubled.
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

from tests.faults.account import Account
from tests.faults.lives import Life
from tests.faults.report import printed
from tests.faults.run import at_work, drained
from tests.faults.stage import Stage, staged

_FULL_SECONDS = 3.0
_FULL_REQUESTS = 25
_LARGEST = 4096
"""Bytes that a file may have when there is no room: no page of a database fits any more."""
_TMPFS = "size=24m"
_WITHIN = "--within"


@contextmanager
def limited(_stage: Stage, life: Life) -> Iterator[None]:
    """Forbid a bot to write past the first bytes of any file."""
    _, hard = resource.prlimit(life.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(life.pid, resource.RLIMIT_FSIZE, (_LARGEST, hard))
    try:
        yield
    finally:
        resource.prlimit(life.pid, resource.RLIMIT_FSIZE, (hard, hard))


@contextmanager
def filled(stage: Stage, _life: Life) -> Iterator[None]:
    """Fill the file system of the database."""
    filler = stage.database.parent / "filler"
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


async def filled_up(
    folder: Path, times: int, seed: int, *, tmpfs: bool = False
) -> tuple[Counter[str], Account, float]:
    """Fill the disk so many times; return what was met, the account, and the seconds."""
    began, met = time.monotonic(), Counter[str]()
    async with staged(folder, seed) as stage:
        stage.log = folder / "bot.log" if tmpfs else Path(os.devnull)
        life = await stage.begin()
        async with at_work(stage) as crowd:
            for _ in range(times):
                await _work(stage)
                with filled(stage, life) if tmpfs else limited(stage, life):
                    await _work(stage)
                    met[f"full, /readyz {await _ready(life)}"] += 1
                await stage.jump_calmly(timedelta(seconds=stage.rng.choice((0, 15, 61))))
                met[f"room again, /readyz {await _ready(life)}"] += 1
                await crowd.settle()
        account = await drained(stage, crowd)
        if life.ended.is_set():
            account.wrong.append("the bot ended")
    account.wrong += [each for each in met if each not in EXPECTED]
    return met, account, time.monotonic() - began


EXPECTED = frozenset({"full, /readyz 503", "room again, /readyz 200"})


async def _work(stage: Stage) -> None:
    """Let people work on for a while."""
    enough = len(stage.playground.dispatches) + stage.rng.randint(5, _FULL_REQUESTS)
    await stage.until(lambda: len(stage.playground.dispatches) > enough, _FULL_SECONDS)


async def _ready(life: Life) -> str:
    """Ask the bot whether it is ready; the status, and a mark if it says no reason."""
    url = f"http://127.0.0.1:{life.port}/readyz"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        body = await answer.json()
        told = bool(body["problems"]) == (answer.status != 200)
        return f"{answer.status}" if told else f"{answer.status} without a reason"


@click.command()
@click.option("--times", default=20, show_default=True, type=click.IntRange(1))
@click.option("--seed", type=int, help="What chance begins with; another each time by default.")
@click.option("--tmpfs", is_flag=True, help="Fill a file system of its own, in user namespaces.")
@click.option("--keep", type=click.Path(path_type=Path), help="Keep log and database here.")
@click.option(_WITHIN, is_flag=True, hidden=True)
def main(times: int, seed: int | None, tmpfs: bool, keep: Path | None, within: bool) -> None:
    """Fill the disk while people work with the bot, and count what is lost or doubled."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    if tmpfs and not within:
        sys.exit(_in_namespace(["--times", str(times), "--seed", str(seed), "--tmpfs"]))
    with tempfile.TemporaryDirectory(prefix="ragvsft-disk-") as scratch:
        folder = keep or Path(scratch)
        if tmpfs:
            room = folder / "log"
            room.mkdir(parents=True)
            subprocess.run(["mount", "-t", "tmpfs", "-o", _TMPFS, "tmpfs", room], check=True)
        met, account, seconds = asyncio.run(filled_up(folder, times, seed, tmpfs=tmpfs))
        if tmpfs:
            subprocess.run(["umount", room], check=True)
    way = "a small file system" if tmpfs else "a limit on files"
    sys.exit(printed(f"disk full {times} times ({way}), seed {seed}", met, account, seconds))


def _in_namespace(arguments: list[str]) -> int:
    """Run this command where it may mount a file system of its own."""
    if shutil.which("unshare") is None:
        raise click.UsageError("--tmpfs needs the command unshare; leave it out, or install it")
    command = ["unshare", "-rm", sys.executable, "-m", "tests.faults.disk", _WITHIN, *arguments]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    main()
