"""Helpers: open databases, their schema, and rows without foreign keys."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.storage.connection import Connection
from bot.storage.database import Database


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Database]:
    """Open a database within a block."""
    database = await Database(path).open()
    try:
        yield database
    finally:
        await database.close()


def schema(db: Connection) -> str:
    """Return the schema as SQL."""
    return str(db.sqlite.schema)


def insert_state(db: Connection, state: str) -> None:
    """Insert a row without foreign keys."""
    db.insert("oauth_states", {"state": state, "expires_at": "2026"})


def states(db: Connection) -> list[str]:
    """Return the states that `insert_state` inserted, sorted."""
    return [row["state"] for row in db.all("select state from oauth_states order by state")]
