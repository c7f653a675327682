"""Logs that are open for a while, and a row that depends on no other."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.storage.connection import Connection
from bot.storage.database import Database


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Database]:
    """A log that is open for the length of a block."""
    database = await Database(path).open()
    try:
        yield database
    finally:
        await database.close()


def schema(db: Connection) -> str:
    """Return the schema as SQL."""
    return str(db.sqlite.schema)


def insert_state(db: Connection, state: str) -> None:
    """Insert a row that depends on no other."""
    db.insert("oauth_states", {"state": state, "expires_at": "2026"})


def states(db: Connection) -> list[str]:
    """Return what `insert_state` has left."""
    return [row["state"] for row in db.all("select state from oauth_states order by state")]
