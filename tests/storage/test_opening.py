"""Opening a database: creation, concurrency, migrations, and errors with a remedy."""

import asyncio
import multiprocessing
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.storage.connection import DatabaseUnusable, Location
from bot.storage.database import Database
from bot.storage.engines.sqlite import SqliteConnection
from bot.storage.migrations import MIGRATIONS, applied
from tests.engines import ENGINES, EmbeddedPostgres
from tests.services.harness import ServiceHarness
from tests.storage.databases import insert_state, opened, schema, states


@pytest.fixture(params=ENGINES)
def empty(request: pytest.FixtureRequest, path: Path) -> Iterator[Location]:
    """A database that does not exist yet, or is empty."""
    if request.param == "sqlite":
        yield path
        return
    server: EmbeddedPostgres = request.getfixturevalue("postgres")
    url = server.create()
    yield url
    server.drop(url)


async def test_opening_again_keeps_everything(location: Location) -> None:
    """A reopened database has its rows and the same schema."""
    async with opened(location) as database:
        await database.write(lambda db: insert_state(db, "a"))
        before = await database.read(schema)
    async with opened(location) as database:
        assert await database.read(states) == ["a"]
        assert await database.read(schema) == before


@pytest.mark.parametrize("_attempt", range(3))
async def test_many_open_one_new_database_at_once(empty: Location, _attempt: int) -> None:
    """Concurrent connections that create the same database all succeed, with one schema."""
    databases = await asyncio.gather(*(Database(empty).open() for _ in range(4)))
    schemas = await asyncio.gather(*(database.read(schema) for database in databases))
    await asyncio.gather(*(database.close() for database in databases))
    assert len(set(schemas)) == 1


async def test_opening_waits_for_the_schema(path: Path) -> None:
    """Opening waits until another connection has created the schema."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("CREATE TABLE made (id INTEGER)")
        opening = asyncio.create_task(Database(path).open())
        await asyncio.wait([opening], timeout=0.2)
        assert not opening.done()
        other.execute("COMMIT")
    database = await asyncio.wait_for(opening, 60)
    assert "made" in await database.read(schema)
    await database.close()


def _open_in_process(path: Path, barrier: Any, results: Any) -> None:
    async def work() -> None:
        barrier.wait()
        async with opened(path) as database:
            await database.write(
                lambda db: insert_state(db, multiprocessing.current_process().name)
            )

    try:
        asyncio.run(work())
    except BaseException as error:
        results.put(repr(error))
        raise
    results.put("")


def test_two_processes_open_one_new_file_at_once(path: Path) -> None:
    """Two processes that open a new file at the same time both succeed and write."""
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(2), context.Queue()
    processes = [
        context.Process(target=_open_in_process, args=(path, barrier, results), name=name)
        for name in ("a", "b")
    ]
    for process in processes:
        process.start()
    assert [results.get(timeout=60) for _ in processes] == ["", ""]
    for process in processes:
        process.join(60)
    with closing(sqlite3.connect(path)) as connection:
        assert states(SqliteConnection(connection)) == ["a", "b"]


@pytest.mark.parametrize("content", [b"not a database at all, whatever it is" * 100, b"{}"])
def test_a_file_that_is_no_database(path: Path, content: bytes) -> None:
    """A file that is no database is refused with a message, and does not change."""
    path.write_bytes(content)
    with pytest.raises(DatabaseUnusable) as raised:
        asyncio.run(Database(path).open())
    assert str(path) in str(raised.value)
    assert "DATABASE_URL" in str(raised.value)
    assert path.read_bytes() == content


async def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    """A folder is refused with a message that says what to do."""
    with pytest.raises(DatabaseUnusable, match="DATABASE_URL"):
        await Database(tmp_path).open()


async def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    """A path below a file is refused with a message that says what to do."""
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseUnusable, match="that it and its folder can be written"):
        await Database(tmp_path / "file" / "ragvsft.db").open()


async def test_folders_are_made(tmp_path: Path) -> None:
    """Missing parent folders of a new database are created."""
    path = tmp_path / "a" / "b" / "ragvsft.db"
    async with opened(path):
        assert path.is_file()


@pytest.fixture
async def older(path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database that lacks a migration."""
    await (await Database(path).open()).close()
    monkeypatch.setitem(MIGRATIONS, "m001_later", lambda db: db.execute("create table later (a)"))
    return path


async def test_an_older_database_is_migrated_once(older: Path) -> None:
    """Opening applies the missing migrations; opening again finds them applied."""
    for _ in range(2):
        async with opened(older) as database:
            assert "later" in await database.read(lambda db: db.tables())
            assert await database.read(applied) == ["m001_later", "schema"]


async def test_a_new_database_has_every_migration(
    empty: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    """schema.sql includes what migrations do: a new database records them and runs none."""
    monkeypatch.setitem(MIGRATIONS, "m001_later", lambda db: db.execute("no SQL at all"))
    async with opened(empty) as database:
        assert await database.read(applied) == ["m001_later", "schema"]


async def test_a_newer_database_is_not_opened(path: Path) -> None:
    """A database with a newer version's migration is refused, and does not change."""
    async with opened(path) as database:
        await database.write(lambda db: db.insert("schema_migrations", {"name": "m999_later"}))
    before = path.read_bytes()
    database = Database(path)
    with pytest.raises(DatabaseUnusable, match=r"newer version of ragvsft \(m999_later\)"):
        await database.open()
    await database.close()
    assert path.read_bytes() == before


async def test_a_read_only_connection_migrates_nothing(older: Path) -> None:
    """A read-only connection does not migrate an older database; the error says what does."""
    before = older.read_bytes()
    for writable in (False, True):
        with pytest.raises(
            DatabaseUnusable, match="older version of ragvsft: start the bot of this version once"
        ):
            await Database(older).open_existing(writable=writable)
    assert older.read_bytes() == before
    with closing(sqlite3.connect(older)) as connection, connection:
        connection.execute("insert into schema_migrations (name) values ('m999_later')")
    with pytest.raises(DatabaseUnusable, match=r"newer version of ragvsft \(m999_later\)"):
        await Database(older).open_existing()
    steps_gone = older.with_name("other.db")
    steps_gone.touch()
    with pytest.raises(DatabaseUnusable, match="is not a ragvsft database"):
        await Database(steps_gone).open_existing()
    with pytest.raises(DatabaseUnusable, match="unable to open"):
        await Database(older.with_name("none.db")).open_existing()
    assert not older.with_name("none.db").exists()


async def test_a_read_only_connection_cannot_write(path: Path) -> None:
    """While the bot has it open, the database can be read; only a writable connection writes."""
    database = await Database(path).open()
    await ServiceHarness(database).post_decision()
    looking = await Database(path).open_existing()
    assert await looking.read(lambda db: len(db.all("select id from decisions"))) == 1
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await looking.write(lambda db: db.execute("delete from events"))
    await looking.close()
    writing = await Database(path).open_existing(writable=True)
    await writing.write(lambda db: db.execute("delete from events"))
    assert await database.read(lambda db: db.all("select id from events")) == []
    await writing.close()
    await database.close()
