"""`Database.problem`: what makes a database unusable."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.storage.migrations import MIGRATIONS
from tests.engines import sqlite_only
from tests.services.harness import ServiceHarness


@pytest.fixture
def other(harness: ServiceHarness, path: Path) -> Iterator[sqlite3.Connection]:
    """Another program's connection to the same file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


async def test_a_usable_database_has_no_problem(harness: ServiceHarness) -> None:
    """An intact database of this version has no problem, and is not changed."""
    before = await harness.rows("schema_migrations")
    assert await harness.database.problem() is None
    assert await harness.rows("schema_migrations") == before


@sqlite_only
async def test_a_locked_database_is_a_problem(
    harness: ServiceHarness, other: sqlite3.Connection
) -> None:
    """While another connection holds the write lock, the database cannot be written."""
    await harness.database.read(lambda db: db.execute("pragma busy_timeout = 10"))
    other.execute("begin immediate")
    problem = await harness.database.problem()
    assert problem is not None
    assert problem.endswith("cannot be written: database is locked")
    other.execute("rollback")
    assert await harness.database.problem() is None


@sqlite_only
async def test_a_read_only_database_is_a_problem(harness: ServiceHarness) -> None:
    """The check really writes: taking the lock would not reveal a read-only database."""
    await harness.database.read(lambda db: db.execute("pragma query_only = on"))
    problem = await harness.database.problem()
    assert problem is not None
    assert "cannot be written: attempt to write a readonly database" in problem


async def test_another_schema_is_a_problem(
    harness: ServiceHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A schema of a newer or of an older version is a problem."""
    row = {"name": "m999_later"}
    await harness.write(lambda db: db.insert("schema_migrations", row))
    assert "a newer version of ragvsft (m999_later)" in str(await harness.database.problem())
    await harness.write(lambda db: db.delete("schema_migrations", **row))
    monkeypatch.setitem(MIGRATIONS, "m001_later", lambda _db: None)
    assert "an older version of ragvsft: start the bot" in str(await harness.database.problem())
