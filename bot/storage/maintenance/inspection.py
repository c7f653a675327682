"""Inspection of a database: integrity, owner, schema version, and newest entry."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.storage.connection import Connection, DatabaseUnusable, Location
from bot.storage.database import postgres_engine
from bot.storage.engines.sqlite import SqliteConnection
from bot.storage.migrations import applied, is_foreign, pending, unknown

MAX_AHEAD = timedelta(days=1)
"""How far the newest entry may lie ahead of the clock."""
BUSY_SECONDS = 2.0
"""How long to wait for a writer to finish."""
_NEWEST = """
select max(at) as at from (
  select at from events where id = (select max(id) from events)
  union all
  select claimed_at as at from deliveries where id = (select max(id) from deliveries)
) as newest
"""


@dataclass(frozen=True, slots=True)
class Inspection:
    """The condition of a database.

    Attributes:
        damage: the findings of SQLite's integrity check; empty if there are none.
        pending: migrations that the next start will apply.
        unknown: migrations applied by a newer version, which this one does not know.
        decisions: how many decisions it has.
        is_ragvsft: whether it is a database of this program.
        is_foreign: whether it is the database of another program.
    """

    damage: tuple[str, ...]
    pending: tuple[str, ...]
    unknown: tuple[str, ...]
    decisions: int
    is_ragvsft: bool
    is_foreign: bool


def inspect(location: Location) -> Inspection:
    """Inspect an existing database without changing it.

    Damage of a file that ends the inspection is its only finding.

    Raises:
        DatabaseUnusable: it cannot be opened or written, or is not a database; says why.
    """
    if isinstance(location, Path):
        return _inspect_file(location)
    return postgres_engine(location).look(lambda db: _inspection(db, ()))


def _inspect_file(path: Path) -> Inspection:
    uri = f"{path.absolute().as_uri()}?mode=rw"
    try:
        with closing(
            sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
        ) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                found = inspect_connection(connection)
                if not found.damage:
                    connection.execute("PRAGMA user_version = 0")  # tests that it can be written
                return found
            finally:
                connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CORRUPT:
            return Inspection((str(error),), (), (), 0, is_ragvsft=False, is_foreign=False)
        raise DatabaseUnusable(f"{path} cannot be used: {error}") from error


def inspect_connection(connection: sqlite3.Connection, *, thorough: bool = False) -> Inspection:
    """Inspect a database through an open connection.

    Args:
        connection: the connection.
        thorough: also compare indices with their tables, and check the foreign keys.

    Raises:
        sqlite3.DatabaseError: it is not a database.
    """
    db = SqliteConnection(connection)
    check = "PRAGMA integrity_check(3)" if thorough else "PRAGMA quick_check(3)"
    damage = [str(row[0]) for row in connection.execute(check) if row[0] != "ok"]
    if thorough and not damage:
        loose = connection.execute("PRAGMA foreign_key_check")
        damage = [f"row {row[1]} of {row[0]} has no parent in {row[2]}" for row in loose][:3]
    return _inspection(db, tuple(damage))


def _inspection(db: Connection, damage: tuple[str, ...]) -> Inspection:
    has_decisions = "decisions" in db.tables()
    counted = db.one("select count(*) as number from decisions") if has_decisions else None
    return Inspection(
        damage=damage,
        pending=tuple(pending(db)),
        unknown=tuple(unknown(db)),
        decisions=counted["number"] if counted else 0,
        is_ragvsft=bool(applied(db)) and has_decisions,
        is_foreign=is_foreign(db),
    )


def newest_entry(db: Connection) -> datetime | None:
    """Return the time of the newest event or delivery; None if there is none."""
    found = db.one(_NEWEST)
    return datetime.fromisoformat(found["at"]) if found and found["at"] else None


def check_clock(db: Connection, now: datetime) -> None:
    """Check that the newest entry does not lie far ahead of the clock.

    A clock that is behind would delay deliveries and digests, and put events in the wrong order.

    Raises:
        DatabaseUnusable: it does; says what to do.
    """
    newest = newest_entry(db)
    if newest is None or newest - now <= MAX_AHEAD:
        return
    raise DatabaseUnusable(
        f"the newest entry of the database is of {newest:%Y-%m-%d %H:%M} UTC, but this machine's "
        f"clock says {now:%Y-%m-%d %H:%M} UTC: correct the clock and start again; if the entry was "
        "made while the clock was wrong, wait until then or restore a backup from before"
    )
