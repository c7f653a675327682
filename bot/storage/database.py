"""The database: every access runs on a thread of its engine, every write in a transaction.

Only `storage.engines` and `storage.maintenance` depend on an engine.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

from bot.storage.connection import Connection, DatabaseUnusable, Location, PostgresUrl
from bot.storage.engines.sqlite import SqliteEngine

if TYPE_CHECKING:
    from bot.storage.engines.postgres import PostgresEngine

Result = TypeVar("Result")


class Engine(Protocol):
    """A database engine; its methods block, and run on `threads` threads."""

    threads: int

    def open(self) -> None:
        """Open the database, create what is missing, and apply pending migrations."""
        ...

    def open_existing(self, *, writable: bool) -> None:
        """Open an existing database without migrating it."""
        ...

    def stop_waiting(self) -> None:
        """Give up soon what waits for other processes; called on any thread."""
        ...

    def close(self) -> None:
        """Close all connections; no work runs any more."""
        ...

    def read(self, work: Callable[[Connection], Result]) -> Result:
        """Run `work`, which only reads, and return its result."""
        ...

    def write(self, work: Callable[[Connection], Result]) -> Result:
        """Run `work` in one transaction and return its result; an exception rolls it back."""
        ...

    def write_in_turn(self, work: Callable[[Connection], Result]) -> Result:
        """Like `write`; no two of these transactions overlap, in any process."""
        ...

    def compact(self) -> bool:
        """Rewrite the storage without what was deleted; return whether nothing of it is left."""
        ...

    def problem(self) -> str | None:
        """Try a write and check the schema; return what is wrong and what to do, else None."""
        ...


class Database:
    """The database. Callers pass functions of a `Connection`, which run on a thread.

    Such a function may run more than once, each time in a new transaction: it changes nothing but
    the database.

    Attributes:
        location: where it is.
    """

    def __init__(self, location: Location) -> None:
        """Create a closed database.

        Raises:
            DatabaseUnusable: the driver of PostgreSQL is not installed.
        """
        self.location = location
        self._engine = engine_of(location)
        self._turn = asyncio.Lock()
        self._threads = ThreadPoolExecutor(self._engine.threads, thread_name_prefix="database")

    async def open(self) -> Self:
        """Open the database, create it if it is missing, and apply pending migrations.

        Raises:
            DatabaseUnusable: with a sentence that says what is wrong and what to do.
        """
        await self._on_thread(self._engine.open)
        return self

    async def open_existing(self, *, writable: bool = False) -> Self:
        """Open an existing database without migrating it; the bot may be running on it.

        Raises:
            DatabaseUnusable: with a sentence that says what is wrong and what to do.
        """
        try:
            await self._on_thread(lambda: self._engine.open_existing(writable=writable))
        except BaseException:
            await self.close()
            raise
        return self

    async def close(self) -> None:
        """Close the database after the work in progress; work that waits is given up soon."""
        self._engine.stop_waiting()
        await self._on_thread(self._engine.close)
        self._threads.shutdown()

    async def read(self, work: Callable[[Connection], Result]) -> Result:
        """Run `work`, which only reads, and return its result.

        Raises:
            DatabaseUnavailable: a server did not answer in time.
        """
        return await self._on_thread(lambda: self._engine.read(work))

    async def write(self, work: Callable[[Connection], Result]) -> Result:
        """Run `work` in one transaction and return its result; an exception rolls it back.

        Raises:
            DatabaseUnavailable: a server did not answer in time, or the connection broke during
                the commit.
        """
        return await self._on_thread(lambda: self._engine.write(work))

    async def write_in_turn(self, work: Callable[[Connection], Result]) -> Result:
        """Like `write`; no two of these transactions overlap, in any process.

        The worker's transactions read what most of the others write, so that they would conflict
        and be repeated more often than not. At most one of them uses a thread.
        """
        async with self._turn:
            return await self._on_thread(lambda: self._engine.write_in_turn(work))

    async def compact(self) -> bool:
        """Rewrite the storage without what was deleted; it takes exclusive locks.

        Returns:
            False if another process still reads what was deleted, in SQLite's log.
        """
        return await self._on_thread(self._engine.compact)

    async def problem(self) -> str | None:
        """Try a write and check the schema; return what is wrong and what to do, else None."""
        return await self._on_thread(self._engine.problem)

    async def _on_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def engine_of(location: Location) -> Engine:
    """Return a closed engine for a location.

    Raises:
        DatabaseUnusable: the driver of PostgreSQL is not installed.
    """
    return SqliteEngine(location) if isinstance(location, Path) else postgres_engine(location)


def postgres_engine(url: PostgresUrl) -> "PostgresEngine":
    """Return a closed engine; its driver is imported only here.

    Raises:
        DatabaseUnusable: the driver is not installed.
    """
    if find_spec("psycopg") is None:
        raise DatabaseUnusable(
            "DATABASE_URL names a PostgreSQL database, whose driver is not installed: "
            "pip install 'psycopg[binary]'"
        )
    from bot.storage.engines.postgres import PostgresEngine

    return PostgresEngine(url)
