"""Back up a database while the bot writes to it, and restore a backup.

After a restore nothing is posted twice and no number is assigned twice.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.storage.connection import Connection
from bot.storage.convert import utc_text
from bot.storage.decisions import UNKNOWN_GAP, highest_numbers, reserve_numbers
from bot.storage.engines.sqlite import SqliteConnection
from bot.storage.maintenance.inspection import Inspection, inspect_connection
from bot.storage.migrations import migrate

Recover = Callable[[Connection, datetime], int]

_PAGES = 1000
"""Pages copied at a time: about 4 MB."""
_SIDE_FILES = ("-wal", "-shm", "-journal")
"""Suffixes of SQLite's files beside a database: https://www.sqlite.org/tempfiles.html"""
LOCK_SECONDS = 1.0
"""How long to wait for another process to release the database."""
_DIGESTS_FROM_NOW = "update digest_settings set active_since = :now where is_on = 1"


class CopyRefused(RuntimeError):
    """A database cannot be backed up or restored; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A verified copy of a database.

    Attributes:
        found: its inspection.
        size: in bytes.
    """

    found: Inspection
    size: int


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


def back_up(database: Path, target: Path, *, overwrite: bool = False) -> Copy:
    """Copy a database to another file, as of the start of this call.

    Raises:
        CopyRefused: the database is damaged or missing, or `target` cannot be written.
    """
    database, target = database.resolve(), target.resolve()
    _may_be_written(target, database, overwrite=overwrite)
    with _part_of(target) as part:
        copy = _copy_checked(database, part)
        _put_in_place(part, target)
    return copy


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
    with _part_of(database) as part:
        copy = _copy_checked(backup, part)
        if copy.found.unknown:
            raise CopyRefused(
                f"{backup} is of a newer version of ragvsft ({copy.found.unknown[-1]}): restore "
                "it with that version, or a newer one"
            )
        with _exclusive_lock(database) as replaced:
            numbers = _numbers_of(replaced)
            with _transaction(part) as db:
                migrate(db)
                waiting, digests = reconcile_restored(db, now, recover, numbers)
            kept = _keep(database, now, part, readable=replaced is not None)
            _put_in_place(part, database)
    gap = UNKNOWN_GAP if numbers is None else 0
    return RestoreResult(copy, kept, waiting, digests, gap)


def reconcile_restored(
    db: Connection, now: datetime, recover: Recover, numbers: Mapping[str, int] | None = None
) -> tuple[int, bool]:
    """Prepare a restored database for the bot: deliveries, digests and numbers.

    Args:
        db: a connection to it, in a transaction.
        now: the time.
        recover: prepares the deliveries; returns how many posts to reconcile.
        numbers: the highest numbers assigned since the backup; None if they are unknown.

    Returns:
        How many posts are reconciled, and whether any channel has a digest.
    """
    waiting = recover(db, now)
    digests = db.execute(_DIGESTS_FROM_NOW, {"now": utc_text(now)})
    reserve_numbers(db, numbers)
    return waiting, digests > 0


def _copy_checked(source: Path, part: Path) -> Copy:
    """Copy a database into an empty file, and verify the copy.

    Raises:
        CopyRefused: the source is unreadable, damaged or not a ragvsft database, or the copy cannot
            be written.
    """
    if not source.is_file():
        raise CopyRefused(f"there is no file {source}: give one that `ragvsft backup` wrote")
    with closing(sqlite3.connect(part, isolation_level=None)) as copy:
        with closing(_opened(source)) as original:
            _copy(original, source, copy, part)
        try:
            copy.execute("PRAGMA journal_mode = DELETE")
            found = inspect_connection(copy, thorough=True)
        except sqlite3.Error as error:
            raise CopyRefused(_damaged(source, str(error))) from error
    if found.damage:
        raise CopyRefused(_damaged(source, found.damage[0]))
    if not found.is_ragvsft:
        raise CopyRefused(f"{source} is not a ragvsft database: give another file")
    return Copy(found, part.stat().st_size)


@contextmanager
def _part_of(target: Path) -> Iterator[Path]:
    """Create a temporary file beside `target`; delete it at the end, unless it was renamed.

    Raises:
        CopyRefused: the folder is missing or cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(
            prefix=f".{target.name}.", suffix=".part", dir=target.parent
        )
        os.close(handle)
    except OSError as error:
        raise CopyRefused(
            f"{target} cannot be written ({error.strerror}): choose an existing folder "
            "that you can write to"
        ) from error
    try:
        yield Path(name)
    finally:
        for suffix in ("", *_SIDE_FILES):
            Path(f"{name}{suffix}").unlink(missing_ok=True)


def _put_in_place(part: Path, target: Path) -> None:
    """Rename a complete file to its final name and flush it to disk.

    Raises:
        CopyRefused: it cannot be renamed.
    """
    try:
        _to_disk(part)
        part.replace(target)
        _to_disk(target.parent)
    except OSError as error:
        raise CopyRefused(
            f"{target} cannot be written ({error.strerror}): choose another file"
        ) from error


def _may_be_written(target: Path, database: Path, *, overwrite: bool) -> None:
    if target == database:
        raise CopyRefused(f"{target} is the database itself: give another file")
    if target.is_dir():
        raise CopyRefused(f"{target} is a folder: give a file in it")
    if target.exists() and not overwrite:
        raise CopyRefused(f"{target} exists: give another file, or add --force")
    for suffix in _SIDE_FILES:
        if Path(f"{target}{suffix}").exists():
            raise CopyRefused(
                f"{target.name}{suffix} exists, so {target} may be a database in use: give "
                "another file"
            )


def _opened(source: Path) -> sqlite3.Connection:
    """Return a connection in a read transaction, which sees the database as it is now.

    Without a transaction, a copy in steps restarts after each write of another connection:
    https://www.sqlite.org/c3ref/backup_finish.html
    """
    connection = sqlite3.connect(f"{source.as_uri()}?mode=rw", uri=True, isolation_level=None)
    try:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.Error as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_CORRUPT:
            raise CopyRefused(_damaged(source, str(error))) from error
        raise CopyRefused(f"{source} cannot be read as a ragvsft database: {error}") from error
    return connection


def _copy(original: sqlite3.Connection, source: Path, copy: sqlite3.Connection, part: Path) -> None:
    copy.execute("PRAGMA synchronous = OFF")
    try:
        original.backup(copy, pages=_PAGES)
    except sqlite3.Error as error:
        raise CopyRefused(
            f"{source} could not be copied into {part.parent} ({error}): check the free space, "
            "or choose another folder"
        ) from error


def _damaged(path: Path, how: str) -> str:
    return f"{path} is damaged ({how}): keep the file, and use an earlier backup"


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


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
            db = SqliteConnection(connection)
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
        return highest_numbers(SqliteConnection(replaced))
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
            for suffix in _SIDE_FILES:
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
