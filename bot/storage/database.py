"""The database: one SQLite connection on one thread, and every write in a transaction of its own.

Only this module, `connection`, `search_index`, `backup` and `inspection` depend on SQLite.
"""

import asyncio
import math
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import Self, TypeVar

from tenacity import retry, retry_if_exception, stop_after_delay, wait_random

from bot.storage.connection import Connection
from bot.storage.migrations import is_foreign, migrate, schema_problem, unknown

Result = TypeVar("Result")

BUSY_SECONDS = 10
CLOSING_SECONDS = 1.0
"""How long writes still wait for another process after `close` is called."""
_SHORT_WAIT = "PRAGMA busy_timeout = 25"
"""Milliseconds. SQLite's own wait cannot be interrupted, so it is short, and is repeated."""


class DatabaseUnusable(RuntimeError):
    """The database file cannot be opened or is not ragvsft's; the message says what to do."""


class Database:
    """The database. Callers pass functions of a `Connection`, which run on its thread."""

    def __init__(self, path: Path) -> None:
        """Create a closed database at a path."""
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")
        self._db: Connection | None = None
        self._closes_at = math.inf

    async def open(self) -> Self:
        """Open the file, create it if it is missing, and apply pending migrations.

        Raises:
            DatabaseUnusable: with a sentence that says what is wrong and what to do.
        """
        await self._on_thread(self._open)
        return self

    async def open_existing(self, *, writable: bool = False) -> Self:
        """Open an existing file without migrating it; the bot may be running on it.

        Args:
            writable: whether writes are allowed.

        Raises:
            DatabaseUnusable: with a sentence that says what is wrong and what to do.
        """
        try:
            await self._on_thread(lambda: self._open_existing(writable))
        except BaseException:
            await self.close()
            raise
        return self

    async def close(self) -> None:
        """Close the file after the work in progress.

        A write that waits for another process is given up after `CLOSING_SECONDS`.
        """
        self._closes_at = monotonic() + CLOSING_SECONDS
        await self._on_thread(self._close)
        self._thread.shutdown()

    async def read(self, work: Callable[[Connection], Result]) -> Result:
        """Run `work` and return its result."""
        return await self._on_thread(
            lambda: self._retry_while_busy(lambda: work(self._connection()))
        )

    async def write(self, work: Callable[[Connection], Result]) -> Result:
        """Run `work` in one transaction and return its result; an exception rolls it back."""
        return await self._on_thread(lambda: self._in_transaction(work))

    async def problem(self) -> str | None:
        """Try a write and check the schema; return what is wrong and what to do, else None."""
        return await self._on_thread(self._problem)

    def _problem(self) -> str | None:
        try:
            self._in_transaction(lambda db: db.execute("PRAGMA user_version = 0"))
            problem = schema_problem(self._connection())
        except sqlite3.Error as error:
            return f"the database {self._path} cannot be written: {error}"
        return f"the database {self._path} {problem}" if problem else None

    async def _on_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _open(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            known = self._inode()
            self._connect()
            while known not in {None, self._inode()}:  # a backup was restored in the meantime
                self._close()
                known = self._inode()
                self._connect()
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error

    def _open_existing(self, writable: bool) -> None:
        uri = f"{self._path.absolute().as_uri()}?mode=rw"
        try:
            self._db = Connection(
                sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
            )
            _set_pragmas(self._db)
            if not writable:
                self._db.execute("PRAGMA query_only = ON")
            problem = schema_problem(self._db)
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        if problem is not None:
            raise DatabaseUnusable(f"the database {self._path} {problem}")

    def _unusable(self, error: Exception) -> DatabaseUnusable:
        return DatabaseUnusable(
            f"the database {self._path} cannot be used ({error}): check that it is a ragvsft "
            "database, that it and its folder can be written and that there is room, or set "
            "DATABASE_URL to another file"
        )

    def _connect(self) -> None:
        db = Connection(sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None))
        self._db = db
        if _retry_busy(is_foreign)(db):
            raise DatabaseUnusable(
                f"the database {self._path} is another program's: set DATABASE_URL to a file of "
                "ragvsft's own; a missing one is created"
            )
        if _retry_busy(unknown)(db):
            raise DatabaseUnusable(f"the database {self._path} {schema_problem(db)}")
        _enable_wal(db)
        _set_pragmas(db)
        self._in_transaction(migrate)
        db.execute(_SHORT_WAIT)

    def _inode(self) -> int | None:
        """Return the inode at the database's path; None without a file."""
        return self._path.stat().st_ino if self._path.exists() else None

    def _close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    def _connection(self) -> Connection:
        if self._db is None:
            raise RuntimeError("the database is not open")
        return self._db

    def _in_transaction(self, work: Callable[[Connection], Result]) -> Result:
        # BEGIN alone would defer the lock, and fail at once where two connections write.
        db = self._connection()
        self._retry_while_busy(lambda: db.execute("BEGIN IMMEDIATE"))
        try:
            result = work(db)
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        return result

    def _retry_while_busy(self, work: Callable[[], Result]) -> Result:
        """Repeat `work` while another connection has the lock, for at most `BUSY_SECONDS`."""
        until = monotonic() + BUSY_SECONDS
        while True:
            try:
                return work()
            except sqlite3.OperationalError as error:
                if not _is_busy(error) or monotonic() >= min(until, self._closes_at):
                    raise


def _is_busy(error: BaseException) -> bool:
    """Return whether another connection holds the lock."""
    return (
        isinstance(error, sqlite3.OperationalError)
        and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY  # the rest says of what kind
    )


# SQLite does not wait for a lock that it would have to upgrade: two connections that change the
# mode of a new file at once fail at once, whatever their timeout
# (https://sqlite.org/c3ref/busy_handler.html).
_retry_busy = retry(
    retry=retry_if_exception(_is_busy),
    stop=stop_after_delay(BUSY_SECONDS),
    wait=wait_random(0.005, 0.05),
    reraise=True,
)


@_retry_busy
def _enable_wal(db: Connection) -> None:
    db.execute("PRAGMA journal_mode = WAL")


def _set_pragmas(db: Connection) -> None:
    for pragma in ("synchronous = FULL", "foreign_keys = ON"):
        db.execute(f"PRAGMA {pragma}")
