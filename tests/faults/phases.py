"""The phases of every fault run: the workload, the drain, the audit."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from bot.outbox.model import DeliveryKind
from bot.storage.connection import Location
from tests.engines import connected
from tests.faults.audit import AuditReport, audit
from tests.faults.harness import CHANNELS, FaultHarness
from tests.faults.workload import Workload

MAX_BACK_OFF = timedelta(minutes=6)
"""Longer than the longest back-off of the outbox."""
_ROUNDS = 60
_IDLE_SECONDS = 0.5
_DIGEST_SECONDS = 120
_TO_POST = "state in ('pending', 'sending')"


@asynccontextmanager
async def running_workload(harness: FaultHarness) -> AsyncIterator[Workload]:
    """Run the users for the length of a `with` block; they finish their last action."""
    workload = Workload(harness)
    async with asyncio.TaskGroup() as group:
        for person in workload.people:
            group.create_task(workload.run_user(person))
        try:
            yield workload
        finally:
            workload.stopping = True
            harness.playground.slack.mark_changed()


async def drain(harness: FaultHarness, workload: Workload) -> AuditReport:
    """Let the running bots deliver everything, answer their questions, and audit the result.

    A last digest comes first, as it must name the digests that were missed. The idle time grows
    with each round: otherwise a bot that is slow (renders a chart, say) would be made late again
    by every advance of the clock.
    """
    await wait_until_idle(harness)
    harness.advance_to_digest()
    await _wait_for_digest_runs(harness)
    for tried in range(_ROUNDS):
        await wait_until_idle(harness, _IDLE_SECONDS * (1 + tried / 5))
        if not await workload.answer_questions() and not _has_pending(harness):
            break
        await harness.advance_when_idle(MAX_BACK_OFF)
    return audit(harness, workload)


async def wait_until_idle(harness: FaultHarness, idle: float = _IDLE_SECONDS) -> None:
    """Wait until no delivery is due, or Slack has received no request for `idle` seconds.

    Afterwards every bot has to answer /readyz, which shows that it is idle and not stalled.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + idle
    calls = -1
    while _has_pending(harness):
        if len(harness.playground.calls) != calls:
            calls, until = len(harness.playground.calls), loop.time() + idle
        elif loop.time() >= until:
            await harness.wait_for_bots()
            if len(harness.playground.calls) == calls:
                return
        await harness.pause()


async def _wait_for_digest_runs(harness: FaultHarness) -> None:
    """Wait until every channel has a digest run of the last due day, posted or empty."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _DIGEST_SECONDS
    due = f"day = '{harness.digest_days[-1]}'"
    while _count(harness.database, "digest_runs", due) < len(CHANNELS) and loop.time() < until:
        await harness.pause()


def has_unposted_digest(harness: FaultHarness) -> bool:
    """Return whether killed bots have left a weekly digest that is enqueued and not posted.

    A copy of the database is read: opening the file itself would do the WAL recovery that the next
    bot has to do.
    """
    weekly = f"kind = '{DeliveryKind.DIGEST}' and key not like '%/now/%' and {_TO_POST}"
    if not isinstance(harness.database, Path):
        return _count(harness.database, "deliveries", weekly) > 0
    with tempfile.TemporaryDirectory(dir=harness.folder) as folder:
        for suffix in ("", "-wal"):
            file = Path(f"{harness.database}{suffix}")
            if file.exists():
                shutil.copy(file, folder)
        copy = Path(folder) / harness.database.name
        return _count(copy, "deliveries", weekly) > 0


def _has_pending(harness: FaultHarness) -> bool:
    """Return whether a delivery has not ended."""
    return _count(harness.database, "deliveries", _TO_POST) > 0


def _count(database: Location, table: str, where: str) -> int:
    with connected(database) as db:
        (row,) = db.all(f"select count(*) as number from {table} where {where}")
        return int(row["number"])
