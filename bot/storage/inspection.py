"""A look at a log from outside, which changes nothing in it."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.storage.connection import Connection
from bot.storage.database import DatabaseUnusable
from bot.storage.schema.migrations import migrations
from bot.storage.schema.versions import is_of_another_program, known_steps

PATIENCE = 2.0
"""Seconds to wait for a writer to finish."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """How a log's file is.

    Attributes:
        damage: what SQLite's own check finds wrong with it; empty if nothing.
        pending: schema steps that the next start will apply.
        unknown: schema steps applied by a newer version, which this one does not know.
        decisions: how many decisions it holds.
        ours: whether it is a log of this program at all.
        anothers: whether it is the database of another program.
    """

    damage: tuple[str, ...]
    pending: tuple[str, ...]
    unknown: tuple[str, ...]
    decisions: int
    ours: bool
    anothers: bool


def inspect(path: Path) -> Inspection:
    """Look at an existing log; what is tried on it is undone.

    Raises:
        LogUnusable: the file cannot be opened or written, or is not a database; says why.
    """
    uri = f"{path.absolute().as_uri()}?mode=rw"
    try:
        with closing(
            sqlite3.connect(uri, uri=True, timeout=PATIENCE, isolation_level=None)
        ) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                found = inspect_connection(connection)
                if not found.damage:
                    connection.execute("PRAGMA user_version = 0")  # whether it can be written
                return found
            finally:
                connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        raise DatabaseUnusable(f"{path} cannot be used: {error}") from error


def inspect_connection(connection: sqlite3.Connection, *, thoroughly: bool = False) -> Inspection:
    """Look at a log through a connection to it.

    Args:
        connection: whatever it is connected to.
        thoroughly: compare the indices with their tables and follow the foreign keys too.

    Raises:
        sqlite3.DatabaseError: it is not a database.
    """
    db = Connection(connection)
    check = "PRAGMA integrity_check(3)" if thoroughly else "PRAGMA quick_check(3)"
    damage = [str(row[0]) for row in db.execute(check) if row[0] != "ok"]
    if thoroughly and not damage:
        loose = db.execute("PRAGMA foreign_key_check")
        damage = [f"row {row[1]} of {row[0]} belongs to no row of {row[2]}" for row in loose][:3]
    applied = [migration.name for migration in migrations.applied(db)]
    pending = [migration.name for migration in migrations.pending(db)]
    known = known_steps()
    kept = db.table("decisions").exists()
    return Inspection(
        damage=tuple(damage),
        pending=tuple(pending),
        unknown=tuple(name for name in applied if name not in known),
        decisions=db.table("decisions").count if kept else 0,
        ours=bool(applied) and kept,
        anothers=is_of_another_program(db),
    )
