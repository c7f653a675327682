"""Database connections: durability, strict tables, atomic transactions."""

import asyncio
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.storage.connection import Connection, Location
from bot.storage.database import Database
from bot.storage.engines import sqlite
from bot.storage.engines.sqlite import SqliteConnection
from tests.services.harness import ServiceHarness
from tests.storage.databases import insert_state, opened, states


class Broken(Exception):
    """An error that a test raises within a transaction."""


def pragma(db: Connection, name: str) -> Any:
    """Return the value of a pragma."""
    return db.sqlite.execute(f"pragma {name}").fetchone()[0]


async def test_what_was_committed_survives_a_power_cut(path: Path) -> None:
    """WAL mode, a flush to disk on each commit, and enforced foreign keys."""
    async with opened(path) as database:
        found = await database.read(
            lambda db: [
                pragma(db, each) for each in ("journal_mode", "synchronous", "foreign_keys")
            ]
        )
    assert found == ["wal", 2, 1]


async def test_tables_are_strict(path: Path) -> None:
    """Every table of the schema is STRICT."""
    async with opened(path) as database:
        listed = await database.read(lambda db: db.all("pragma table_list"))
        tables = {each["name"]: each["strict"] for each in listed if each["type"] == "table"}
        loose = {name for name, strict in tables.items() if not strict}
        assert loose == {"sqlite_schema", "sqlite_temp_schema"}
        assert {"playbooks", "drafts", "decisions", "events", "deliveries"} <= tables.keys()
        event = {"workspace": "T1", "number": "one", "kind": "opened"}
        event |= {"actor": "U1", "at": "2026", "detail": "{}"}
        with pytest.raises(sqlite3.IntegrityError, match="cannot store TEXT value"):
            await database.write(lambda db: db.insert("events", event))


async def test_foreign_keys_hold(harness: ServiceHarness) -> None:
    """A draft of an unknown playbook version violates a foreign key."""
    await harness.create_draft()
    with pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError), match=r"(?i)foreign key"):
        await harness.database.write(
            lambda db: db.execute("update drafts set playbook_hash = 'none'")
        )


async def test_a_write_that_fails_leaves_nothing(location: Location) -> None:
    """An exception rolls the transaction back, and the next one works."""

    def breaking(db: Connection) -> None:
        insert_state(db, "half")
        raise Broken

    async with opened(location) as database:
        with pytest.raises(Broken):
            await database.write(breaking)
        await database.write(lambda db: insert_state(db, "whole"))
        assert await database.read(states) == ["whole"]


async def test_a_failed_statement_leaves_nothing(location: Location) -> None:
    """A constraint violation by the last statement rolls back the earlier ones."""

    def breaking(db: Connection) -> None:
        insert_state(db, "b")
        insert_state(db, "a")

    async with opened(location) as database:
        await database.write(lambda db: insert_state(db, "a"))
        with pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError)):
            await database.write(breaking)
        assert await database.read(states) == ["a"]


async def test_two_writers_lose_nothing(location: Location) -> None:
    """Transactions of two connections that read, then write, are serialized."""

    def count_up(db: Connection) -> None:
        number = int(states(db)[0])
        db.execute("update oauth_states set state = :to", {"to": f"{number + 1:04}"})

    async with opened(location) as one, opened(location) as two:
        await one.write(lambda db: insert_state(db, "0000"))
        await asyncio.gather(
            *(database.write(count_up) for _ in range(20) for database in (one, two))
        )
        assert await one.read(states) == ["0040"]


async def test_a_log_that_is_closed_says_so(location: Location) -> None:
    """Using a database that is not open is a programming error with its own message."""
    database = Database(location)
    with pytest.raises(RuntimeError, match="not open"):
        await database.read(states)
    await database.close()


async def test_the_loop_never_waits_for_the_disk(location: Location) -> None:
    """The event loop continues while the database thread is busy."""
    busy, go_on = threading.Event(), threading.Event()

    def slow(_db: Connection) -> bool:
        busy.set()
        return go_on.wait(30)

    async with opened(location) as database:
        working = asyncio.create_task(database.read(slow))
        await asyncio.to_thread(busy.wait, 30)
        assert not working.done()
        go_on.set()
        assert await working


async def test_close_does_not_wait_for_other_processes(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On close, writes that wait for another process's lock fail without delay."""
    monkeypatch.setattr(sqlite, "CLOSING_SECONDS", 0.1)
    database = await Database(path).open()
    await database.write(lambda db: insert_state(db, "kept"))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = [
            asyncio.create_task(database.write(lambda db: insert_state(db, "late")))
            for _ in range(3)
        ]
        async with asyncio.timeout(sqlite.BUSY_SECONDS / 2):
            await asyncio.wait(waiting, timeout=0)
            await database.close()
        ends = await asyncio.gather(*waiting, return_exceptions=True)
        assert [str(end) for end in ends] == ["database is locked"] * 3
        other.execute("ROLLBACK")
        assert states(SqliteConnection(other)) == ["kept"]


async def test_a_write_waits_for_another_process(path: Path) -> None:
    """While the database is open, a write waits for another process's transaction to end."""
    async with opened(path) as database:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            waiting = asyncio.create_task(database.write(lambda db: insert_state(db, "a")))
            await asyncio.wait([waiting], timeout=0.2)
            assert not waiting.done()
            other.execute("ROLLBACK")
        await waiting
        assert await database.read(states) == ["a"]
