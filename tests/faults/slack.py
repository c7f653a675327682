"""Let Slack fail in every way while users work with the bot, and audit what was lost or duplicated.

    python -m tests.faults.slack --spells 60 [--seed N] [--history] [--keep FOLDER]

Spells of one or more faults follow one another: 429 for minutes, 500 (also of requests that were
accepted), late responses, connections that break before and after Slack has accepted a
request, requests that arrive after the connection broke, refused connections. The shared clock
advances by minutes, so nothing waits in real time. The exit status is 1 if anything was lost or
duplicated.
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
from tests.faults.audit import AuditReport, print_report
from tests.faults.harness import FaultHarness, fault_harness
from tests.faults.phases import drain, running_workload

SLACK_TIMEOUT = 0.4
"""Seconds that the bot waits for Slack in this run; seven in production."""
REFUSED = "connections refused"
_SPELL_SECONDS = 1.0
_SPELL_REQUESTS = 30
_METHODS = ("chat.postMessage", "chat.*", "*")
_MAX_AT_ONCE = 3


def _for_minutes(kind: FaultKind, seconds: float) -> Callable[[FaultHarness], None]:
    def begin(harness: FaultHarness) -> None:
        duration = timedelta(minutes=harness.rng.randint(1, 10))
        method = harness.rng.choice(_METHODS)
        harness.playground.faults.add(kind, method, seconds=seconds, duration=duration)

    return begin


def _few_times(*kinds: FaultKind, seconds: float = 1.0) -> Callable[[FaultHarness], None]:
    def begin(harness: FaultHarness) -> None:
        times = harness.rng.randint(1, 3)
        for kind in kinds:
            harness.playground.faults.add(kind, "chat.*", seconds=seconds, count=times)

    return begin


FAULTS: dict[str, Callable[[FaultHarness], None]] = {
    "429 for minutes": _for_minutes("rate_limited", 40),
    "500 for minutes": _for_minutes("server_error", 1),
    "500, but accepted": _few_times("error_after"),
    "late response": _few_times("latency", seconds=SLACK_TIMEOUT * 1.5),
    "late, and not accepted": _few_times("latency", "drop_before", seconds=SLACK_TIMEOUT * 1.5),
    "dropped before": _few_times("drop_before"),
    "dropped after": _few_times("drop_after"),
    "dropped, accepted later": _few_times("accept_late", seconds=SLACK_TIMEOUT / 2),
}


async def run_slack_faults(
    folder: Path, spells: int, seed: int, *, history: bool = False
) -> tuple[Counter[str], AuditReport, float]:
    """Run so many spells of faults; return the number of each fault, the report and the seconds."""
    began, counts = time.monotonic(), Counter[str]()
    async with fault_harness(folder, seed, history=history) as harness:
        await harness.start_bot(slack_timeout=SLACK_TIMEOUT)
        async with running_workload(harness) as workload:
            for _ in range(spells):
                await _spell(harness, counts)
                await workload.answer_questions()
        harness.playground.faults.clear()
        report = await drain(harness, workload)
    return counts, report, time.monotonic() - began


async def _spell(harness: FaultHarness, counts: Counter[str]) -> None:
    """Inject faults, let users work, advance the clock, and end the faults."""
    names = [*FAULTS, REFUSED]
    for name in harness.rng.sample(names, harness.rng.randint(1, _MAX_AT_ONCE)):
        counts[name] += 1
        if name in FAULTS:
            FAULTS[name](harness)
        else:
            await harness.stop_slack()
    acked = len(harness.playground.dispatches) + _SPELL_REQUESTS
    for _ in range(harness.rng.randint(1, 4)):
        await harness.until(lambda: len(harness.playground.dispatches) > acked, _SPELL_SECONDS / 4)
        await harness.advance_when_idle(timedelta(seconds=harness.rng.uniform(1, 90)))
    if not harness.is_open:
        await harness.start_slack()
    if harness.rng.random() < 0.5:
        harness.playground.faults.clear()


@click.command()
@click.option("--spells", default=60, show_default=True, type=click.IntRange(1))
@click.option("--seed", type=int, help="Of the random generator; random by default.")
@click.option("--history", is_flag=True, help="The bot may read its channels' history.")
@click.option(
    "--keep", type=click.Path(path_type=Path), help="Keep log and database in this folder."
)
def main(spells: int, seed: int | None, history: bool, keep: Path | None) -> None:
    """Let Slack fail while users work with the bot; count what is lost or duplicated."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    with tempfile.TemporaryDirectory(prefix="ragvsft-slack-") as scratch:
        run = run_slack_faults(keep or Path(scratch), spells, seed, history=history)
        counts, report, seconds = asyncio.run(run)
    title = f"{spells} spells of faults, seed {seed}" + (", with history" if history else "")
    sys.exit(print_report(title, counts, report, seconds))


if __name__ == "__main__":
    main()
