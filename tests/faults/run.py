"""What fault runs have in common: people at work, then a rest until all is delivered."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import sqlite_utils

from bot.outbox.model import DeliveryKind
from tests.faults.account import Account, drawn_up
from tests.faults.crowd import Crowd
from tests.faults.stage import CHANNELS, Stage

BACK_OFF = timedelta(minutes=6)
"""Longer than the bot waits at most before it tries again."""
_ROUNDS = 60
_STILL_SECONDS = 0.5
_DIGEST_SECONDS = 120
_TO_POST = "state in ('pending', 'sending')"


@asynccontextmanager
async def at_work(stage: Stage) -> AsyncIterator[Crowd]:
    """Have people work for the length of a `with` block; they finish what they are at."""
    crowd = Crowd(stage)
    async with asyncio.TaskGroup() as group:
        for person in crowd.people:
            group.create_task(crowd.live(person))
        try:
            yield crowd
        finally:
            crowd.resting = True
            stage.playground.slack.mark_changed()


async def drained(stage: Stage, crowd: Crowd) -> Account:
    """Let the bots that are alive deliver everything; ask people about what is uncertain.

    It begins with a last digest, which has to name those that nobody was there to send. Patience
    grows with each time that the clock was moved: what is late because a bot is at work, drawing a
    picture say, must not be made later by that for ever.
    """
    await quiet(stage)
    stage.jump_to_digest()
    await _digests_taken(stage)
    for tried in range(_ROUNDS):
        await quiet(stage, _STILL_SECONDS * (1 + tried / 5))
        if not await crowd.settle() and not _waiting(stage):
            break
        await stage.jump_calmly(BACK_OFF)
    return drawn_up(stage, crowd)


async def quiet(stage: Stage, still: float = _STILL_SECONDS) -> None:
    """Wait until nothing is due, or nothing has been asked of Slack for so many seconds.

    At the end of these every bot has to show that it did not merely stand still.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + still
    calls = -1
    while _waiting(stage):
        if len(stage.playground.calls) != calls:
            calls, until = len(stage.playground.calls), loop.time() + still
        elif loop.time() >= until:
            await stage.heard()
            if len(stage.playground.calls) == calls:
                return
        await stage.calm()


async def _digests_taken(stage: Stage) -> None:
    """Wait until every channel has had the turn of its digest, a quiet one included."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _DIGEST_SECONDS
    taken = f"day = '{stage.digest_days[-1]}'"
    while _count(stage.database, "digests", taken) < len(CHANNELS) and loop.time() < until:
        await stage.calm()


def left_digests(stage: Stage) -> bool:
    """Whether the dead have left a weekly digest that has had its turn and is not posted yet.

    It is a copy that is read: whoever opens the log first does what is for the next bot to do.
    """
    with tempfile.TemporaryDirectory(dir=stage.folder) as folder:
        for suffix in ("", "-wal"):
            left = Path(f"{stage.database}{suffix}")
            if left.exists():
                shutil.copy(left, folder)
        copy = Path(folder) / stage.database.name
        weekly = f"kind = '{DeliveryKind.DIGEST}' and key not like '%/now/%'"
        return _count(copy, "deliveries", f"{weekly} and {_TO_POST}") > 0


def _waiting(stage: Stage) -> bool:
    """Whether a delivery has not come to its end."""
    return _count(stage.database, "deliveries", _TO_POST) > 0


def _count(log: Path, table: str, where: str) -> int:
    db = sqlite_utils.Database(log)
    try:
        return db.table(table).count_where(where)
    finally:
        db.close()
