"""Logs that are open for a while, and a row that depends on no other."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlite_utils import Database

from bot.store.log import Log


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


def insert_state(db: Database, state: str) -> None:
    """Insert a row that depends on no other."""
    db.table("oauth_states").insert({"state": state, "expires_at": "2026"})


def states(db: Database) -> list[str]:
    """Return what `insert_state` has left."""
    return [row["state"] for row in db.table("oauth_states").rows_where(order_by="state")]
