"""A look at a log from outside, which changes nothing in it."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from bot.store.log import LogUnusable
from bot.store.migrations import migrations

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
    """

    damage: tuple[str, ...]
    pending: tuple[str, ...]
    unknown: tuple[str, ...]
    decisions: int


def inspect(path: Path) -> Inspection:
    """Look at an existing log, with the lock for writing taken and given back.

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
                return _inspect(Database(connection))
            finally:
                connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        raise LogUnusable(f"{path} cannot be used: {error}") from error


def _inspect(db: Database) -> Inspection:
    verdicts = [str(row[0]) for row in db.execute("PRAGMA quick_check(3)")]
    applied = [migration.name for migration in migrations.applied(db)]
    pending = [migration.name for migration in migrations.pending(db)]
    with closing(Database(memory=True)) as nothing:
        known = {migration.name for migration in migrations.pending(nothing)}
    return Inspection(
        damage=tuple(verdict for verdict in verdicts if verdict != "ok"),
        pending=tuple(pending),
        unknown=tuple(name for name in applied if name not in known),
        decisions=db.table("decisions").count if db.table("decisions").exists() else 0,
    )
