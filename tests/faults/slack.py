"""Slack is in trouble of every kind while people work with the bot: is anything lost or doubled?

    python -m tests.faults.slack --spells 60 [--seed N] [--history] [--keep FOLDER]

Spells of trouble, one after the other and mixed: 429 for minutes, 500 (also of requests that were
accepted), answers that come too late, connections that break before and after Slack has accepted a
request, requests that land after the connection broke, refused connections. Minutes pass on the
clock that all share; nothing waits for them. It ends with status 1 if anything was lost or doubled.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import click

from bot.playground.fault_injection import FaultKind
from tests.faults.account import Account
from tests.faults.report import printed
from tests.faults.run import at_work, drained
from tests.faults.stage import Stage, staged

PATIENCE = 0.4
"""Seconds that the bot waits for Slack here; seven in earnest."""
REFUSED = "connections refused"
_SPELL_SECONDS = 1.0
_SPELL_REQUESTS = 30
_METHODS = ("chat.postMessage", "chat.*", "*")
_MOST_AT_ONCE = 3


def _lasting(kind: FaultKind, seconds: float) -> Callable[[Stage], None]:
    def begin(stage: Stage) -> None:
        lasting = timedelta(minutes=stage.rng.randint(1, 10))
        method = stage.rng.choice(_METHODS)
        stage.playground.faults.add(kind, method, seconds=seconds, duration=lasting)

    return begin


def _counted(*kinds: FaultKind, seconds: float = 1.0) -> Callable[[Stage], None]:
    def begin(stage: Stage) -> None:
        times = stage.rng.randint(1, 3)
        for kind in kinds:
            stage.playground.faults.add(kind, "chat.*", seconds=seconds, count=times)

    return begin


TROUBLES: dict[str, Callable[[Stage], None]] = {
    "429 for minutes": _lasting("rate_limited", 40),
    "500 for minutes": _lasting("server_error", 1),
    "500, but accepted": _counted("error_after"),
    "answers too late": _counted("latency", seconds=PATIENCE * 1.5),
    "late, and not accepted": _counted("latency", "drop_before", seconds=PATIENCE * 1.5),
    "broken off before": _counted("drop_before"),
    "broken off after": _counted("drop_after"),
    "broken off, lands later": _counted("accept_late", seconds=PATIENCE / 2),
}


async def troubled(
    folder: Path, spells: int, seed: int, *, history: bool = False
) -> tuple[Counter[str], Account, float]:
    """Have so many spells of trouble; return them by kind, the account, and the seconds."""
    began, met = time.monotonic(), Counter[str]()
    async with staged(folder, seed, history=history) as stage:
        await stage.begin(patience=PATIENCE)
        async with at_work(stage) as crowd:
            for _ in range(spells):
                await _spell(stage, met)
                await crowd.settle()
        stage.playground.faults.clear()
        account = await drained(stage, crowd)
    return met, account, time.monotonic() - began


async def _spell(stage: Stage, met: Counter[str]) -> None:
    """Let trouble begin, people work on, minutes pass, and trouble end."""
    names = [*TROUBLES, REFUSED]
    for name in stage.rng.sample(names, stage.rng.randint(1, _MOST_AT_ONCE)):
        met[name] += 1
        if name in TROUBLES:
            TROUBLES[name](stage)
        else:
            await stage.close()
    acked = len(stage.playground.dispatches) + _SPELL_REQUESTS
    for _ in range(stage.rng.randint(1, 4)):
        await stage.until(lambda: len(stage.playground.dispatches) > acked, _SPELL_SECONDS / 4)
        await stage.jump_calmly(timedelta(seconds=stage.rng.uniform(1, 90)))
    if not stage.is_open:
        await stage.open()
    if stage.rng.random() < 0.5:
        stage.playground.faults.clear()


@click.command()
@click.option("--spells", default=60, show_default=True, type=click.IntRange(1))
@click.option("--seed", type=int, help="What chance begins with; another each time by default.")
@click.option("--history", is_flag=True, help="The bot may read its channels' history.")
@click.option("--keep", type=click.Path(path_type=Path), help="Keep log and database here.")
def main(spells: int, seed: int | None, history: bool, keep: Path | None) -> None:
    """Let Slack be in trouble while people work with the bot, and count what is lost or doubled."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    with tempfile.TemporaryDirectory(prefix="ragvsft-slack-") as scratch:
        run = troubled(keep or Path(scratch), spells, seed, history=history)
        met, account, seconds = asyncio.run(run)
    title = f"{spells} spells of trouble, seed {seed}" + (", with history" if history else "")
    sys.exit(printed(title, met, account, seconds))


if __name__ == "__main__":
    main()
