"""Back up a database while the bot writes to it, and verify the copy."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.storage.inspection import Inspection, inspect_connection

_PAGES = 1000
"""Pages copied at a time: about 4 MB."""
SIDE_FILES = ("-wal", "-shm", "-journal")
"""Suffixes of SQLite's files beside a database: https://www.sqlite.org/tempfiles.html"""


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


def back_up(database: Path, target: Path, *, overwrite: bool = False) -> Copy:
    """Copy a database to another file, as of the start of this call.

    Writers are not blocked meanwhile. `target` appears when the copy is complete and on disk; it is
    a single file.

    Args:
        database: an existing database.
        target: the file to create.
        overwrite: whether an existing file may be replaced.

    Raises:
        CopyRefused: the database is damaged or missing, or `target` cannot be written.
    """
    database, target = database.resolve(), target.resolve()
    _may_be_written(target, database, overwrite=overwrite)
    with part_of(target) as part:
        copy = copy_checked(database, part)
        put_in_place(part, target)
    return copy


def copy_checked(source: Path, part: Path) -> Copy:
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
def part_of(target: Path) -> Iterator[Path]:
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
        for suffix in ("", *SIDE_FILES):
            Path(f"{name}{suffix}").unlink(missing_ok=True)


def put_in_place(part: Path, target: Path) -> None:
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
    for suffix in SIDE_FILES:
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
