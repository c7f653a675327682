"""One connection to the log, on one thread; every write in a transaction of its own."""

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
from bot.storage.schema.migrations import migrations
from bot.storage.schema.versions import is_of_another_program, schema_trouble

Result = TypeVar("Result")

BUSY_SECONDS = 10
CLOSING_SECONDS = 1.0
"""How long writes may still wait for another process when the log is closed."""
_ONE_TRY = "PRAGMA busy_timeout = 25"
"""SQLite's own wait, in milliseconds, cannot be broken off: it is a short one, again and again."""


class DatabaseUnusable(RuntimeError):
    """The database file cannot be opened, or is not a log; the message says what to do."""


class Database:
    """The connection. Callers pass functions of a `Connection`, which run on its thread."""

    def __init__(self, path: Path) -> None:
        """Make a log at `path`; nothing is opened before `open`."""
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="log")
        self._db: Connection | None = None
        self._ends = math.inf

    async def open(self) -> Self:
        """Open the file, creating it if need be, and bring its schema up to date.

        Raises:
            LogUnusable: with a sentence that says what is wrong and what to do.
        """
        await self._on_thread(self._open)
        return self

    async def open_as_it_is(self, *, to_write: bool = False) -> Self:
        """Open a file that is there, and leave its schema to the bot, who may be running on it.

        Args:
            to_write: whether anything is to be written in it; else nothing can be.

        Raises:
            LogUnusable: with a sentence that says what is wrong and what to do.
        """
        try:
            await self._on_thread(lambda: self._open_as_it_is(to_write))
        except BaseException:
            await self.close()
            raise
        return self

    async def close(self) -> None:
        """Close the file, when what is under way has finished.

        A write that waits for another process to finish its own is given up before long.
        """
        self._ends = monotonic() + CLOSING_SECONDS
        await self._on_thread(self._close)
        self._thread.shutdown()

    async def read(self, work: Callable[[Connection], Result]) -> Result:
        """Run `work` and return what it returns."""
        return await self._on_thread(lambda: self._patiently(lambda: work(self._connected())))

    async def write(self, work: Callable[[Connection], Result]) -> Result:
        """Run `work` in one transaction; what it raises undoes all of it and is passed on."""
        return await self._on_thread(lambda: self._in_transaction(work))

    async def trouble(self) -> str | None:
        """Try to write, and return what keeps the log from being written; None if it can be."""
        return await self._on_thread(self._trouble)

    def _trouble(self) -> str | None:
        try:
            self._in_transaction(lambda db: db.execute("PRAGMA user_version = 0"))
        except sqlite3.Error as error:
            return f"the database {self._path} cannot be written: {error}"
        return None

    async def _on_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _open(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            known = self._file()
            self._connect()
            while known not in {None, self._file()}:  # a backup was restored in the meantime
                self._close()
                known = self._file()
                self._connect()
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error

    def _open_as_it_is(self, to_write: bool) -> None:
        uri = f"{self._path.absolute().as_uri()}?mode=rw"
        try:
            self._db = Connection(
                sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
            )
            for pragma in ("synchronous = FULL", "foreign_keys = ON"):
                self._db.execute(f"PRAGMA {pragma}")
            if not to_write:
                self._db.execute("PRAGMA query_only = ON")
            trouble = schema_trouble(self._db)
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        if trouble is not None:
            raise DatabaseUnusable(f"the database {self._path} {trouble}")

    def _unusable(self, error: Exception) -> DatabaseUnusable:
        return DatabaseUnusable(
            f"the database {self._path} cannot be used ({error}): check that it is a log of "
            "ragvsft, that it and its folder can be written and that there is room, or set "
            "DATABASE_URL to another file"
        )

    def _connect(self) -> None:
        connection = sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None)
        self._db = Connection(connection)
        if _patiently(is_of_another_program)(self._db):
            raise DatabaseUnusable(
                f"the database {self._path} is another program's: set DATABASE_URL to a file of "
                "ragvsft's own, which it makes if it is not there"
            )
        _enable_wal(self._db)
        for pragma in ("synchronous = FULL", "foreign_keys = ON"):
            self._db.execute(f"PRAGMA {pragma}")
        self._in_transaction(migrations.apply)
        self._db.execute(_ONE_TRY)

    def _file(self) -> int | None:
        """Return which file has the log's name; None if none has."""
        return self._path.stat().st_ino if self._path.exists() else None

    def _close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    def _connected(self) -> Connection:
        if self._db is None:
            raise RuntimeError("the log is not open")
        return self._db

    def _in_transaction(self, work: Callable[[Connection], Result]) -> Result:
        # sqlite-utils begins deferred transactions, which fail at once under two writers.
        db = self._connected()
        self._patiently(lambda: db.execute("BEGIN IMMEDIATE"))
        try:
            result = work(db)
            db.execute("COMMIT")
        except BaseException:
            if db.conn.in_transaction:
                db.execute("ROLLBACK")
            raise
        return result

    def _patiently(self, work: Callable[[], Result]) -> Result:
        """Run `work` again as long as another connection stands in its way, within bounds."""
        until = monotonic() + BUSY_SECONDS
        while True:
            try:
                return work()
            except sqlite3.OperationalError as error:
                if not _is_busy(error) or monotonic() >= min(until, self._ends):
                    raise


def _is_busy(error: BaseException) -> bool:
    """Whether another connection stands in the way, for as long as it takes it to finish."""
    return (
        isinstance(error, sqlite3.OperationalError)
        and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY  # the rest says of what kind
    )


# SQLite does not wait for a lock that it would have to raise: two that change the mode of a new
# file at once are told so at once, whatever their timeout (https://sqlite.org/c3ref/busy_handler.html).
_patiently = retry(
    retry=retry_if_exception(_is_busy),
    stop=stop_after_delay(BUSY_SECONDS),
    wait=wait_random(0.005, 0.05),
    reraise=True,
)


@_patiently
def _enable_wal(db: Connection) -> None:
    db.enable_wal()
