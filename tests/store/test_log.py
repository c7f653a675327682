"""The connection to the log: durable, strict, and whole or not at all."""

import asyncio
import multiprocessing
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from bot.store import log as log_module
from bot.store.log import BUSY_SECONDS, Log, LogUnusable
from tests.decisions.world import World


class Broken(Exception):
    """What a test raises in the middle of a write."""


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Log]:
    """A log that is open for the length of a block."""
    log = await Log(path).open()
    try:
        yield log
    finally:
        await log.close()


def schema(db: Database) -> str:
    """Return the schema as SQL."""
    return db.schema


def pragma(db: Database, name: str) -> Any:
    """Return the value of a pragma."""
    return db.execute(f"pragma {name}").fetchone()[0]


def insert_state(db: Database, state: str) -> None:
    """Insert a row that depends on no other."""
    db.table("oauth_states").insert({"state": state, "expires_at": "2026"})


def states(db: Database) -> list[str]:
    """Return what `insert_state` has left."""
    return [row["state"] for row in db.table("oauth_states").rows_where(order_by="state")]


async def test_what_was_committed_survives_a_power_cut(path: Path) -> None:
    """The log writes ahead, and waits for the disk on each commit; foreign keys are enforced."""
    async with opened(path) as log:
        found = await log.read(
            lambda db: [
                pragma(db, each) for each in ("journal_mode", "synchronous", "foreign_keys")
            ]
        )
    assert found == ["wal", 2, 1]


async def test_tables_are_strict(path: Path) -> None:
    """Every table of ours refuses values of another type than its column's."""
    async with opened(path) as log:
        listed = await log.read(lambda db: list(db.query("pragma table_list")))
        tables = {each["name"]: each["strict"] for each in listed if each["type"] == "table"}
        loose = {name for name, strict in tables.items() if not strict}
        assert loose == {"_sqlite_migrations", "sqlite_schema", "sqlite_temp_schema"}
        assert {"playbooks", "drafts", "decisions", "events", "deliveries"} <= tables.keys()
        event = ["T1", "one", "opened", "U1", "2026", "{}"]
        columns = "workspace, decision, kind, actor, at, detail"
        with pytest.raises(sqlite3.IntegrityError, match="cannot store TEXT value"):
            await log.write(
                lambda db: db.execute(f"insert into events ({columns}) values (?,?,?,?,?,?)", event)
            )


async def test_foreign_keys_hold(world: World) -> None:
    """A draft of a playbook that the log does not keep is refused."""
    await world.drafted()
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        await world.log.write(lambda db: db.execute("update drafts set playbook_hash = 'none'"))


async def test_opening_again_keeps_everything(path: Path) -> None:
    """A log that is opened again has its rows, and the same schema."""
    async with opened(path) as log:
        await log.write(lambda db: insert_state(db, "a"))
        before = await log.read(schema)
    async with opened(path) as log:
        assert await log.read(states) == ["a"]
        assert await log.read(schema) == before


async def test_a_write_that_fails_leaves_nothing(path: Path) -> None:
    """What a write did before it raised is undone, and the next write works."""

    def breaking(db: Database) -> None:
        insert_state(db, "half")
        raise Broken

    async with opened(path) as log:
        with pytest.raises(Broken):
            await log.write(breaking)
        await log.write(lambda db: insert_state(db, "whole"))
        assert await log.read(states) == ["whole"]


async def test_a_failed_statement_leaves_nothing(path: Path) -> None:
    """A constraint broken by the last of several statements undoes those before it."""

    def breaking(db: Database) -> None:
        insert_state(db, "b")
        insert_state(db, "a")

    async with opened(path) as log:
        await log.write(lambda db: insert_state(db, "a"))
        with pytest.raises(sqlite3.IntegrityError):
            await log.write(breaking)
        assert await log.read(states) == ["a"]


async def test_two_writers_lose_nothing(path: Path) -> None:
    """Two connections that read and then write wait for each other; every write counts."""

    def count_up(db: Database) -> None:
        number = int(states(db)[0])
        db.execute("update oauth_states set state = ?", [f"{number + 1:04}"])

    async with opened(path) as one, opened(path) as two:
        await one.write(lambda db: insert_state(db, "0000"))
        await asyncio.gather(*(log.write(count_up) for _ in range(20) for log in (one, two)))
        assert await one.read(states) == ["0040"]


async def test_many_open_one_new_file_at_once(tmp_path: Path) -> None:
    """Several logs that create the same file at the same time all succeed, with one schema."""
    for attempt in range(5):
        path = tmp_path / f"{attempt}.db"
        logs = await asyncio.gather(*(Log(path).open() for _ in range(4)))
        schemas = await asyncio.gather(*(log.read(schema) for log in logs))
        await asyncio.gather(*(log.close() for log in logs))
        assert len(set(schemas)) == 1


async def test_a_log_waits_for_who_is_making_its_file(path: Path) -> None:
    """A log opened on a file that another connection is still writing comes up when it is done."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("CREATE TABLE made (id INTEGER)")
        opening = asyncio.create_task(Log(path).open())
        await asyncio.wait([opening], timeout=0.2)
        assert not opening.done()
        other.execute("COMMIT")
    log = await asyncio.wait_for(opening, 60)
    assert "made" in await log.read(schema)
    await log.close()


def _open_in_process(path: Path, barrier: Any, results: Any) -> None:
    async def work() -> None:
        barrier.wait()
        async with opened(path) as log:
            await log.write(lambda db: insert_state(db, multiprocessing.current_process().name))

    try:
        asyncio.run(work())
    except BaseException as error:
        results.put(repr(error))
        raise
    results.put("")


def test_two_processes_open_one_new_file_at_once(path: Path) -> None:
    """Two processes started at the same moment on a new file both come up and write."""
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
        assert states(Database(connection)) == ["a", "b"]


@pytest.mark.parametrize("content", [b"not a database at all, whatever it is" * 100, b"{}"])
def test_a_file_that_is_no_database(path: Path, content: bytes) -> None:
    """Another program's file is refused with a sentence, and left as it is."""
    path.write_bytes(content)
    with pytest.raises(LogUnusable) as raised:
        asyncio.run(Log(path).open())
    assert str(path) in str(raised.value)
    assert "DATABASE_URL" in str(raised.value)
    assert path.read_bytes() == content


async def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    """A folder is refused with a sentence that says what to do."""
    with pytest.raises(LogUnusable, match="DATABASE_URL"):
        await Log(tmp_path).open()


async def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    """A path below a file is refused with a sentence that says what to do."""
    (tmp_path / "file").touch()
    with pytest.raises(LogUnusable, match="that it and its folder can be written"):
        await Log(tmp_path / "file" / "ragvsft.db").open()


async def test_folders_are_made(tmp_path: Path) -> None:
    """Folders on the way to a new log are created."""
    path = tmp_path / "a" / "b" / "ragvsft.db"
    async with opened(path):
        assert path.is_file()


async def test_a_log_that_is_closed_says_so(path: Path) -> None:
    """Reading before opening is a mistake of ours, and named as one."""
    log = Log(path)
    with pytest.raises(RuntimeError, match="not open"):
        await log.read(states)
    await log.close()


async def test_the_loop_never_waits_for_the_disk(path: Path) -> None:
    """While the log's thread is busy, the loop goes on."""
    busy, go_on = threading.Event(), threading.Event()

    def slow(_db: Database) -> bool:
        busy.set()
        return go_on.wait(30)

    async with opened(path) as log:
        working = asyncio.create_task(log.read(slow))
        await asyncio.to_thread(busy.wait, 30)
        assert not working.done()
        go_on.set()
        assert await working


async def test_closing_waits_for_nobody_else_for_long(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What still waits for another process when the log is closed fails, and keeps nobody."""
    monkeypatch.setattr(log_module, "CLOSING_SECONDS", 0.1)
    log = await Log(path).open()
    await log.write(lambda db: insert_state(db, "kept"))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = [
            asyncio.create_task(log.write(lambda db: insert_state(db, "late"))) for _ in range(3)
        ]
        async with asyncio.timeout(BUSY_SECONDS / 2):
            await asyncio.wait(waiting, timeout=0)
            await log.close()
        ends = await asyncio.gather(*waiting, return_exceptions=True)
        assert [str(end) for end in ends] == ["database is locked"] * 3
        other.execute("ROLLBACK")
        assert states(Database(other)) == ["kept"]


async def test_a_write_waits_for_another_process(path: Path) -> None:
    """As long as the log is open, a write waits until whoever writes has finished."""
    async with opened(path) as log:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            waiting = asyncio.create_task(log.write(lambda db: insert_state(db, "a")))
            await asyncio.wait([waiting], timeout=0.2)
            assert not waiting.done()
            other.execute("ROLLBACK")
        await waiting
        assert await log.read(states) == ["a"]


@pytest.fixture
async def older(path: Path) -> Path:
    """A log that lacks a step of the schema."""
    await (await Log(path).open()).close()
    with closing(sqlite3.connect(path)) as connection:
        Database(connection).table("_sqlite_migrations").delete_where("name like 'm006%'")
        connection.commit()
    return path


async def test_a_look_brings_no_schema_up_to_date(older: Path) -> None:
    """Whoever only looks leaves an older log as it is, and says who brings it up to date."""
    before = older.read_bytes()
    for to_write in (False, True):
        with pytest.raises(LogUnusable, match="older version of ragvsft: start the bot of this"):
            await Log(older).open_as_it_is(to_write=to_write)
    assert older.read_bytes() == before
    with closing(sqlite3.connect(older)) as connection:
        steps = Database(connection).table("_sqlite_migrations")
        steps.insert({"migration_set": "ragvsft", "name": "m999_later", "applied_at": "2030"})
        connection.commit()
    with pytest.raises(LogUnusable, match=r"newer version of ragvsft \(m999_later\)"):
        await Log(older).open_as_it_is()
    steps_gone = older.with_name("other.db")
    steps_gone.touch()
    with pytest.raises(LogUnusable, match="is no log of ragvsft"):
        await Log(steps_gone).open_as_it_is()
    with pytest.raises(LogUnusable, match="unable to open"):
        await Log(older.with_name("none.db")).open_as_it_is()
    assert not older.with_name("none.db").exists()


async def test_who_only_looks_cannot_write(path: Path) -> None:
    """Beside a bot that has it open, a log can be read, and written only where that is meant."""
    log = await Log(path).open()
    await World(log).decided()
    looking = await Log(path).open_as_it_is()
    assert await looking.read(lambda db: db.table("decisions").count) == 1
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await looking.write(lambda db: db.execute("delete from events"))
    await looking.close()
    writing = await Log(path).open_as_it_is(to_write=True)
    await writing.write(lambda db: db.execute("delete from events"))
    assert await log.read(lambda db: db.table("events").count) == 0
    await writing.close()
    await log.close()
