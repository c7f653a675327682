"""Helpers: open databases, their schema, and rows without foreign keys."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.storage.connection import Connection, Location
from bot.storage.database import Database
from bot.storage.engines.sqlite import SqliteConnection


@asynccontextmanager
async def opened(location: Location) -> AsyncIterator[Database]:
    """Open a database within a block."""
    database = await Database(location).open()
    try:
        yield database
    finally:
        await database.close()


def schema(db: Connection) -> str:
    """Return the schema in a form that can be compared."""
    if isinstance(db, SqliteConnection):
        return str(db.sqlite.schema)
    columns = db.all(
        "select table_name, column_name, data_type, collation_name, is_nullable"
        " from information_schema.columns where table_schema = current_schema()"
        " order by table_name, ordinal_position"
    )
    indexes = db.all(
        "select indexdef from pg_indexes where schemaname = current_schema() order by 1"
    )
    return "\n".join(map(str, [*columns, *indexes]))


def insert_state(db: Connection, state: str) -> None:
    """Insert a row without foreign keys."""
    db.insert("oauth_states", {"state": state, "expires_at": "2026"})


def states(db: Connection) -> list[str]:
    """Return the states that `insert_state` inserted, sorted."""
    return [row["state"] for row in db.all("select state from oauth_states order by state")]
