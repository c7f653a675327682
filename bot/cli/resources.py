"""The database and the playbooks that commands read, with one line for what cannot be used."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.catalog import PlaybookCatalog
from bot.cli.common import UsageError, existing_database, partial_settings
from bot.playbooks.loader import NoPlaybookError, PlaybookError
from bot.storage.connection import DatabaseUnusable
from bot.storage.database import Database


@asynccontextmanager
async def open_database(*, writable: bool = False) -> AsyncIterator[Database]:
    """Open the database of DATABASE_URL for a `with` block, without migrating it.

    Raises:
        UsageError: it does not exist or cannot be used.
    """
    try:
        database = await Database(existing_database()).open_existing(writable=writable)
    except DatabaseUnusable as error:
        raise UsageError(str(error)) from error
    try:
        yield database
    finally:
        await database.close()


def open_catalog() -> PlaybookCatalog:
    """Return the playbooks of RAGVSFT_RULES.

    Raises:
        UsageError: there is none, or the first one is broken.
    """
    try:
        return PlaybookCatalog(partial_settings("RAGVSFT_RULES").rules)
    except PlaybookError as error:
        raise UsageError(*map(str, error.problems)) from error
    except NoPlaybookError as error:
        raise UsageError(str(error)) from error
