"""Helpers: create, restore and read databases."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlite_utils

from bot.outbox.restore import recover_deliveries
from bot.storage.database import Database
from bot.storage.maintenance.backup import RestoreResult, restore_database
from tests.services.factories import make_decision, store_decisions
from tests.services.harness import ServiceHarness

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
"""The time of a restore."""


def rows(path: Path, table: str) -> list[dict[str, Any]]:
    """Return the rows of a table."""
    with closing(sqlite3.connect(path)) as connection:
        return list(sqlite_utils.Database(connection).table(table).rows)


def numbers(path: Path) -> list[int]:
    """Return the numbers of the decisions in a database."""
    return [row["number"] for row in rows(path, "decisions")]


async def make(path: Path, *found: int) -> Path:
    """Create a database with decisions of these numbers, and close it."""
    database = await Database(path).open()
    await store_decisions(ServiceHarness(database), *(make_decision(number) for number in found))
    await database.close()
    return path


def restore(backup: Path, path: Path, now: datetime) -> RestoreResult:
    """Restore a backup as the command does."""
    return restore_database(backup, path, now, recover_deliveries)
