"""Restore a backup, so that nothing is posted twice and no number is assigned twice."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.storage.backup import SIDE_FILES, Copy, CopyRefused, copy_checked, part_of, put_in_place
from bot.storage.connection import Connection
from bot.storage.convert import utc_text
from bot.storage.decisions import UNKNOWN_GAP, highest_numbers, reserve_numbers
from bot.storage.inspection import inspect_connection
from bot.storage.migrations import migrate

Recover = Callable[[Connection, datetime], int]

LOCK_SECONDS = 1.0
"""How long to wait for another process to release the database."""
_DIGESTS_FROM_NOW = "update digest_settings set active_since = :now where is_on = 1"


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """The result of a restore.

    Attributes:
        copy: the verified copy of the backup.
        kept: where the replaced database is now; None if there was none.
        waiting: how many posts were unsent in the backup, so that their state is unknown.
        digests: whether any channel has a digest.
        gap: how many numbers are skipped, if it is unknown which were assigned since the backup.
    """

    copy: Copy
    kept: Path | None
    waiting: int
    digests: bool
    gap: int


def restore_database(
    backup: Path, database: Path, now: datetime, recover: Recover
) -> RestoreResult:
    """Replace a database by a backup; the replaced file is kept beside it.

    The replacement is atomic. Digests are due from `now` on. New decisions get numbers above those
    of the backup and of the replaced database.

    Args:
        backup: a file written by `back_up`, or a database.
        database: the file to replace; no process may have it open.
        now: the time.
        recover: prepares the deliveries of the backup; returns how many posts to reconcile.

    Raises:
        CopyRefused: the backup is damaged, not ours or too new, or the database is in use or cannot
            be written.
    """
    backup, database = backup.resolve(), database.resolve()
    if backup == database:
        raise CopyRefused(f"{backup} is the database itself: give a backup of it")
    if database.is_dir():
        raise CopyRefused(f"{database} is a folder: set DATABASE_URL to a file in it")
    _make_folder(database)
    with part_of(database) as part:
        copy = copy_checked(backup, part)
        if copy.found.unknown:
            raise CopyRefused(
                f"{backup} is of a newer version of ragvsft ({copy.found.unknown[-1]}): restore "
                "it with that version, or a newer one"
            )
        with _exclusive_lock(database) as replaced:
            numbers = _numbers_of(replaced)
            with _transaction(part) as db:
                migrate(db)
                waiting = recover(db, now)
                digests = db.execute(_DIGESTS_FROM_NOW, {"now": utc_text(now)})
                reserve_numbers(db, numbers)
            kept = _keep(database, now, part, readable=replaced is not None)
            put_in_place(part, database)
    gap = UNKNOWN_GAP if numbers is None else 0
    return RestoreResult(copy, kept, waiting, digests > 0, gap)


def _make_folder(database: Path) -> None:
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CopyRefused(
            f"{database.parent} cannot be created ({error.strerror}): set DATABASE_URL to "
            "another path"
        ) from error


@contextmanager
def _transaction(part: Path) -> Iterator[Connection]:
    """Open the copy for one transaction."""
    try:
        with closing(sqlite3.connect(part, isolation_level=None)) as connection:
            db = Connection(connection)
            db.execute("BEGIN IMMEDIATE")
            yield db
            db.execute("COMMIT")
    except sqlite3.Error as error:
        raise CopyRefused(
            f"the backup could not be prepared in {part.parent} ({error}): check the free space"
        ) from error


def _numbers_of(replaced: sqlite3.Connection | None) -> dict[str, int] | None:
    """Return the highest number of each workspace in the replaced database; None if unreadable."""
    if replaced is None:
        return None
    try:
        found = inspect_connection(replaced, thorough=True)
        if found.damage or not found.is_ragvsft:
            return None
        return highest_numbers(Connection(replaced))
    except sqlite3.Error:
        return None


@contextmanager
def _exclusive_lock(database: Path) -> Iterator[sqlite3.Connection | None]:
    """Lock a database, with its write-ahead log merged, and yield a connection to it.

    A process that has a database in WAL mode open holds a shared lock on its file, even while it
    is idle: https://www.sqlite.org/pragma.html#pragma_locking_mode
    Yields None if there is no database, or it is too damaged to be locked.

    Raises:
        CopyRefused: another process has it open.
    """
    if not database.exists():
        yield None
        return
    with closing(
        sqlite3.connect(database, timeout=LOCK_SECONDS, isolation_level=None)
    ) as connection:
        yield connection if _locked(connection, database) else None


def _locked(connection: sqlite3.Connection, database: Path) -> bool:
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            return False
        raise CopyRefused(
            f"{database} is in use: stop the bot and every other process that has it open, and "
            "try again"
        ) from error
    except sqlite3.DatabaseError:
        return False
    return True


def _keep(database: Path, now: datetime, part: Path, *, readable: bool) -> Path | None:
    """Copy the database that is replaced; return the path of the copy, None if there is none.

    The restored file gets its permissions. SQLite's files beside an unreadable database are moved.
    """
    kept = database.with_name(f"{database.name}.before-restore-{now:%Y%m%dT%H%M%SZ}")
    try:
        if not readable:
            for suffix in SIDE_FILES:
                side = Path(f"{database}{suffix}")
                if side.exists():
                    side.rename(f"{kept}{suffix}")
        if not database.exists():
            return None
        shutil.copymode(database, part)
        if os.geteuid() == 0:
            shutil.chown(part, database.stat().st_uid, database.stat().st_gid)
        if kept.exists():
            raise FileExistsError(None, "it exists already", str(kept))
        shutil.copy2(database, kept)
    except OSError as error:
        raise CopyRefused(
            f"{database} could not be kept as {kept.name} ({error.strerror}), so nothing was "
            "restored: check that its folder is writable"
        ) from error
    return kept
