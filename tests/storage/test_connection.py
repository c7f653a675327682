"""Insert, read and update rows by key."""

import sqlite3
from collections.abc import Iterator

import psycopg
import pytest

from bot.storage.connection import Connection, RowMissing
from bot.storage.engines.postgres import PostgresConnection
from bot.storage.engines.sqlite import SqliteConnection
from tests.engines import ENGINES, EmbeddedPostgres


@pytest.fixture(params=ENGINES)
def db(request: pytest.FixtureRequest) -> Iterator[Connection]:
    """A database with two channels of the same id in two workspaces."""
    if request.param == "sqlite":
        yield _filled(SqliteConnection(sqlite3.connect(":memory:", isolation_level=None)))
        return
    server: EmbeddedPostgres = request.getfixturevalue("postgres")
    url = server.create()
    with psycopg.connect(url.url) as connection:
        yield _filled(PostgresConnection(connection))
    server.drop(url)


def _filled(db: Connection) -> Connection:
    rows = [{"workspace": each, "channel": "C1", "name": "old"} for each in ("T1", "T2")]
    db.execute(
        "create table names"
        " (workspace text, channel text, name text, primary key (workspace, channel))"
    )
    for row in rows:
        db.insert("names", row)
    return db


def test_only_the_row_with_the_whole_key_changes(db: Connection) -> None:
    """An update changes the named columns of one row."""
    db.update("names", {"name": "it's new"}, workspace="T1", channel="C1")
    assert [db.get("names", workspace=each, channel="C1") for each in ("T1", "T2")] == [
        {"workspace": "T1", "channel": "C1", "name": "it's new"},
        {"workspace": "T2", "channel": "C1", "name": "old"},
    ]


def test_what_is_not_there_is_not_changed_in_silence(db: Connection) -> None:
    """Updating a missing row is an error, so that its transaction is rolled back."""
    assert db.get("names", workspace="T3", channel="C1") is None
    with pytest.raises(RowMissing):
        db.update("names", {"name": "new"}, workspace="T3", channel="C1")


def test_a_known_key_is_not_inserted_again(db: Connection) -> None:
    """For an existing key, one method leaves the row as it is, and the other updates it."""
    row = {"workspace": "T1", "channel": "C1", "name": "new"}
    assert not db.insert_if_new("names", row)
    assert db.get("names", workspace="T1", channel="C1") == {**row, "name": "old"}
    db.upsert("names", row, key=("workspace", "channel"))
    assert db.get("names", workspace="T1", channel="C1") == row
    assert db.insert_if_new("names", {**row, "channel": "C2"})
    assert db.delete("names", workspace="T1") == 2
