"""What only a server does: conflicts of transactions, lost connections, tables of others."""

import asyncio
import threading
from collections.abc import Iterator
from time import sleep

import psycopg
import pytest

from bot.decisions.model import Person
from bot.storage.connection import (
    Connection,
    DatabaseUnavailable,
    DatabaseUnusable,
    PostgresUrl,
    parse_location,
)
from bot.storage.database import Database
from bot.storage.engines import postgres as engine
from bot.storage.engines.postgres import PATIENCE
from bot.storage.migrations import applied
from tests.engines import EmbeddedPostgres, postgres_only
from tests.services.harness import ADA, ServiceHarness
from tests.storage.databases import insert_state, states

TERMINATE = """
select count(pg_terminate_backend(pid)) as number from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()
"""


def terminate_all(url: PostgresUrl) -> None:
    """End every other connection to a database, as a failover does."""
    with psycopg.connect(url.url) as connection:
        connection.execute(TERMINATE)


@pytest.fixture
def own_server() -> Iterator[EmbeddedPostgres]:
    """A server that the test may kill."""
    server = EmbeddedPostgres(durable=True)
    yield server
    server.stop()


@postgres_only
async def test_a_lost_connection_is_replaced(harness: ServiceHarness) -> None:
    """After all connections were ended, reads and writes succeed as if nothing had happened."""
    await harness.post_decision()
    for _ in range(3):
        await asyncio.to_thread(terminate_all, harness.database.location)
        found = await asyncio.gather(*(harness.services.decision("T1", 1) for _ in range(4)))
        assert all(found)
        await asyncio.to_thread(terminate_all, harness.database.location)
        await harness.services.notify(ADA, "Hello.")
    assert len(await harness.rows("deliveries")) == 2 + 3


@postgres_only
async def test_a_connection_lost_in_the_middle_is_retried_whole(harness: ServiceHarness) -> None:
    """A transaction whose connection breaks before its commit runs again, and counts once."""
    runs: list[int] = []

    def work(db: Connection) -> None:
        insert_state(db, "once")
        runs.append(1)
        if len(runs) == 1:
            terminate_all(harness.database.location)
        insert_state(db, "twice")

    await harness.database.write(work)
    assert len(runs) == 2
    assert await harness.database.read(states) == ["once", "twice"]


async def test_a_server_that_is_away_is_reported_in_time(
    own_server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a server a request fails within Slack's three seconds; afterwards all goes on."""
    pauses: list[float] = []
    monkeypatch.setattr(engine, "PATIENCE", PATIENCE)
    monkeypatch.setattr(engine, "sleep", pauses.append)
    monkeypatch.setattr(engine, "monotonic", lambda: sum(pauses))
    database = await Database(own_server.create()).open()
    await database.write(lambda db: insert_state(db, "kept"))
    own_server.kill()
    with pytest.raises(DatabaseUnavailable):
        await database.write(lambda db: insert_state(db, "lost"))
    assert 1 < sum(pauses) <= PATIENCE < 3
    assert "cannot be used" in str(await database.problem())
    await asyncio.to_thread(own_server.restart)
    await database.write(lambda db: insert_state(db, "later"))
    assert await database.read(states) == ["kept", "later"]
    assert await database.problem() is None
    await database.close()


@postgres_only
async def test_a_commit_whose_end_is_unknown_is_not_repeated(
    harness: ServiceHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the connection breaks during the commit, the caller gets an error; nothing runs again."""
    commit = psycopg.Connection.commit

    def breaking(self: psycopg.Connection) -> None:
        commit(self)
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(psycopg.Connection, "commit", breaking)
    with pytest.raises(DatabaseUnavailable):
        await harness.database.write(lambda db: insert_state(db, "once"))
    monkeypatch.undo()
    assert await harness.database.read(states) == ["once"]


@postgres_only
async def test_transactions_that_conflict_run_again(harness: ServiceHarness) -> None:
    """Two transactions that each write what the other one has read do not both use the old."""
    both = threading.Barrier(2)
    runs: list[str] = []

    def work(db: Connection, own: str) -> None:
        runs.append(own)
        seen = states(db)
        if len(runs) <= 2:
            both.wait(30)
        insert_state(db, f"{own} after {len(seen)}")

    await asyncio.gather(*(harness.write(work, own) for own in ("a", "b")))
    assert len(runs) == 3
    assert sorted(state[2:] for state in await harness.database.read(states)) == [
        "after 0",
        "after 1",
    ]


@postgres_only
async def test_transactions_that_conflicted_take_turns(harness: ServiceHarness) -> None:
    """After a conflict no two transactions overlap, so that none of them loses again and again."""
    together = threading.Barrier(4)
    runs: list[str] = []
    repeating: list[str] = []
    most = []

    def work(db: Connection, own: str) -> None:
        runs.append(own)
        states(db)
        if runs.count(own) == 1:
            together.wait(30)
            insert_state(db, own)
            return
        repeating.append(own)
        most.append(len(repeating))
        sleep(0.1)
        insert_state(db, own)
        repeating.remove(own)

    await asyncio.gather(*(harness.write(work, own) for own in "abcd"))
    assert await harness.database.read(states) == ["a", "b", "c", "d"]
    assert set(most) == {1}


@postgres_only
async def test_conflicts_without_end_are_given_up(
    harness: ServiceHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction that conflicts again and again fails in time, as an unavailable database."""
    monkeypatch.setattr(engine, "PATIENCE", 0.1)

    def work(_db: Connection) -> None:
        raise psycopg.errors.SerializationFailure("could not serialize access")

    with pytest.raises(DatabaseUnavailable, match="could not serialize access"):
        await harness.database.write(work)


@postgres_only
async def test_a_read_sees_one_moment(harness: ServiceHarness) -> None:
    """All statements of a read see the same state, and it cannot write."""

    def work(db: Connection) -> tuple[list[str], list[str]]:
        before = states(db)
        with psycopg.connect(harness.database.location.url) as other:
            other.execute("insert into oauth_states values ('between', '2026')")
        return before, states(db)

    assert await harness.database.read(work) == ([], [])
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        await harness.database.read(lambda db: insert_state(db, "no"))


@postgres_only
async def test_claimants_skip_what_another_one_claims(harness: ServiceHarness) -> None:
    """A claim does not wait for the row that another transaction has locked."""
    for user in ("U1", "U2"):
        await harness.services.notify(Person("T1", user), "Hello.")
    with psycopg.connect(harness.database.location.url) as other:
        other.execute("select id from deliveries order by id limit 1 for update")
        claimed = await harness.outbox.claim(harness.clock.now())
    assert claimed is not None
    assert claimed.channel == "U2"


async def test_another_programs_database_is_refused(postgres: EmbeddedPostgres) -> None:
    """A database with other tables is refused with a remedy, and does not change."""
    url = postgres.create()
    with psycopg.connect(url.url) as other:
        other.execute("create table songs (title text)")
    database = Database(url)
    with pytest.raises(DatabaseUnusable, match="has tables of another program: set DATABASE_URL"):
        await database.open()
    with psycopg.connect(url.url) as other:
        other.execute("create schema ragvsft")
    own = parse_location(f"{url.url}&options=-csearch_path%3Dragvsft")
    beside = await Database(own).open()
    assert await beside.read(applied) == ["schema"]
    await beside.close()
    await database.close()
    postgres.drop(url)


def test_a_password_is_not_shown() -> None:
    """The text of a URL, which messages contain, has no password."""
    shown = str(PostgresUrl("postgresql://ada:s3cret@host:5432/db?sslmode=require&password=s3cret"))
    assert shown == "postgresql://ada:…@host:5432/db?sslmode=require&password=…"
    assert "s3cret" not in repr(PostgresUrl("postgresql://ada:s3cret@h/db"))
