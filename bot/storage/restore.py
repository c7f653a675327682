"""A backup put in a log's place, in such a way that nothing is done again that was done since."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.outbox.model import DeliveryKind, DeliveryState
from bot.outbox.restore_refresh import Lives, lives, redraw
from bot.storage.backup import SIDE_FILES, Copy, CopyRefused, copy_checked, part_of, put_in_place
from bot.storage.connection import Connection
from bot.storage.inspection import inspect_connection
from bot.storage.migrations import migrate
from bot.storage.numbers import GAP, highest_numbers, raise_floors

_PATIENCE = 1.0
"""Seconds to wait for somebody else to let go of the log."""
_UNCERTAIN = """
update deliveries set state = :sending, taken_at = min(coalesce(taken_at, kept_at, due_at), :now),
  due_at = min(due_at, :now)
where state in (:pending, :sending, :held) and kind <> :redraw
"""
_DIGESTS_FROM_NOW = """
update digest_settings set counts_from = :now where is_on
"""


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """What a restore has done.

    Attributes:
        copy: the backup, as it was found.
        kept: where that is now which was there before; None if nothing was.
        waiting: how many posts the backup has as not yet sent, so that nobody knows.
        digests: whether there are channels with a digest.
        gap: how many numbers are left out, as nothing tells which were given since the backup.
    """

    copy: Copy
    kept: Path | None
    waiting: int
    digests: bool
    gap: int


def restore_database(backup: Path, log: Path, now: datetime) -> RestoreResult:
    """Put a backup in a log's place; what was there is kept beside it.

    The log is always either the one or the other, whole, whenever this is interrupted. Posts that
    the backup has as waiting may have gone out since: they become such as a crash has interrupted,
    which the bot looks up, or asks their owners about. What Slack may show otherwise than the
    backup has it is drawn again. Digests are due from now on. Numbers of decisions go on above
    those of the backup and of what was there.

    Args:
        backup: a file made by `back_up`, or a log.
        log: where to put it; nobody may have it open.
        now: the time.

    Raises:
        CopyRefused: the backup is damaged, none at all or too new, the log is in use, or cannot
            be written.
    """
    backup, log = backup.resolve(), log.resolve()
    if backup == log:
        raise CopyRefused(f"{backup} is the log itself: name a backup of it")
    if log.is_dir():
        raise CopyRefused(f"{log} is a folder: set DATABASE_URL to a file in it")
    _make_folder(log)
    with part_of(log) as part:
        copy = copy_checked(backup, part)
        if copy.found.unknown:
            raise CopyRefused(
                f"{backup} is of a newer version of ragvsft ({copy.found.unknown[-1]}): restore "
                "it with that version, or a newer one"
            )
        waiting, digests = _prepared(part, now)
        with _nobody_else(log) as replaced:
            before = _known_of(replaced)
            with _written(part) as db:
                raise_floors(db, before.numbers if before else None)
                redraw(db, before.lives if before else None, now)
            kept = _kept(log, now, part, whole=replaced is not None)
            put_in_place(part, log)
    return RestoreResult(copy, kept, waiting, digests, 0 if before is not None else GAP)


def _make_folder(log: Path) -> None:
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CopyRefused(
            f"{log.parent} cannot be made ({error.strerror}): set DATABASE_URL to another place"
        ) from error


def _prepared(part: Path, now: datetime) -> tuple[int, bool]:
    """Bring a copy up to date; return how many posts are uncertain, and whether digests are set."""
    arguments = {
        "pending": DeliveryState.PENDING.value,
        "sending": DeliveryState.SENDING.value,
        "held": DeliveryState.HELD.value,
        "redraw": DeliveryKind.REDRAW.value,
        "now": now.isoformat(),
    }
    with _written(part) as db:
        migrate(db)
        waiting = db.execute(_UNCERTAIN, arguments)
        digests = db.execute(_DIGESTS_FROM_NOW, {"now": now.isoformat()})
    return waiting, digests > 0


@contextmanager
def _written(part: Path) -> Iterator[Connection]:
    """Give a copy, to be written in one transaction."""
    try:
        with closing(sqlite3.connect(part, isolation_level=None)) as connection:
            db = Connection(connection)
            db.execute("BEGIN IMMEDIATE")
            yield db
            db.execute("COMMIT")
    except sqlite3.Error as error:
        raise CopyRefused(
            f"the backup could not be brought up to date in {part.parent} ({error}): see that "
            "there is room for it"
        ) from error


@dataclass(frozen=True, slots=True)
class _Before:
    """What the log to be replaced knows: the highest numbers, and what happened to decisions."""

    numbers: dict[str, int]
    lives: Lives


def _known_of(replaced: sqlite3.Connection | None) -> _Before | None:
    """Return what the log to be replaced knows; None if it cannot tell."""
    if replaced is None:
        return None
    try:
        found = inspect_connection(replaced, thorough=True)
        if found.damage or not found.is_ragvsft:
            return None
        db = Connection(replaced)
        return _Before(highest_numbers(db), lives(db))
    except sqlite3.Error:
        return None


@contextmanager
def _nobody_else(log: Path) -> Iterator[sqlite3.Connection | None]:
    """Keep everybody else from a log for the length of a `with` block, all of it in the one file.

    Whoever has a log open holds a shared lock on its file, even while idle, as long as it writes
    ahead. Gives a connection to it; None if there is no log, or it is damaged and cannot be locked.
    https://www.sqlite.org/pragma.html#pragma_locking_mode

    Raises:
        CopyRefused: somebody has it open.
    """
    if not log.exists():
        yield None
        return
    with closing(sqlite3.connect(log, timeout=_PATIENCE, isolation_level=None)) as connection:
        yield connection if _locked(connection, log) else None


def _locked(connection: sqlite3.Connection, log: Path) -> bool:
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            return False
        raise CopyRefused(
            f"{log} is in use: stop the bot, and whatever else has it open, and try again"
        ) from error
    except sqlite3.DatabaseError:
        return False
    return True


def _kept(log: Path, now: datetime, part: Path, *, whole: bool) -> Path | None:
    """Give what is there another name besides its own; return that, None if nothing is there."""
    kept = log.with_name(f"{log.name}.before-restore-{now:%Y%m%dT%H%M%SZ}")
    try:
        if not whole:
            for suffix in SIDE_FILES:
                side = Path(f"{log}{suffix}")
                if side.exists():
                    side.rename(f"{kept}{suffix}")
        if not log.exists():
            return None
        _like(part, log)
        _named_too(log, kept)
    except OSError as error:
        raise CopyRefused(
            f"{log} could not be kept as {kept.name} ({error.strerror}), so nothing was restored: "
            "see that its folder can be written"
        ) from error
    return kept


def _like(part: Path, log: Path) -> None:
    """Let a file be for those who could read and write the log."""
    there = log.stat()
    shutil.copymode(log, part)
    if os.geteuid() == 0:
        os.chown(part, there.st_uid, there.st_gid)


def _named_too(log: Path, kept: Path) -> None:
    """Give a file a second name; where the disk has no such thing, make a copy."""
    try:
        kept.hardlink_to(log)
    except FileExistsError:
        raise
    except OSError:
        shutil.copy2(log, kept)
