"""What the commands share: settings, database, playbooks, and the error for unusable input."""

import os
import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, Any

import click

from bot.catalog import PlaybookCatalog
from bot.playbooks.loader import NoPlaybookError, PlaybookError
from bot.settings import Settings, SettingsError, check_values, read_settings, read_values
from bot.storage.connection import DatabaseUnusable, Location
from bot.storage.database import Database

_BIDI = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""Classes of characters that change the direction of the text after them."""


class UsageError(click.ClickException):
    """The input cannot be used: exit status 2, one line for each problem, no traceback.

    Args:
        problems: sentences that say what is wrong, where, and what to do.
    """

    exit_code = 2

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems

    def show(self, file: IO[Any] | None = None) -> None:
        """Print one line for each problem, by default to stderr."""
        for problem in self.problems:
            click.echo(f"ragvsft: {printable(problem)}", file=file, err=file is None)


def say(text: str, *, err: bool = False) -> None:
    """Print text that may hold what people wrote: a terminal obeys none of it.

    Control characters and those that change the direction of text appear as escapes, which are
    valid in JSON too.
    """
    click.echo(printable(text), err=err)


def printable(text: str) -> str:
    """Return a text with escapes for what a terminal would obey."""
    return "".join(f"\\u{ord(each):04x}" if _is_command(each) else each for each in text)


def _is_command(character: str) -> bool:
    return character not in "\n\t" and (
        unicodedata.category(character) == "Cc" or unicodedata.bidirectional(character) in _BIDI
    )


def load_settings() -> Settings:
    """Return the settings from the environment and from `.env` in the working directory.

    Raises:
        UsageError: one line for each setting that is missing or malformed.
    """
    try:
        return read_settings(os.environ, Path(".env"))
    except SettingsError as error:
        raise UsageError(*error.problems) from error


def partial_settings(*names: str) -> Settings:
    """Read only these settings; the others have their defaults.

    Raises:
        UsageError: one of these is malformed.
    """
    try:
        values = read_values(os.environ, Path(".env"))
    except SettingsError as error:
        raise UsageError(*error.problems) from error
    settings, problems = check_values(
        {name: value for name, value in values.items() if name in names}
    )
    if settings is None:
        raise UsageError(*problems)
    return settings


def database_location() -> Location:
    """Return where the database is, which need not exist. Needs no token.

    Raises:
        UsageError: DATABASE_URL is malformed.
    """
    return partial_settings("DATABASE_URL").database


def existing_database() -> Location:
    """Return where the database is.

    Raises:
        UsageError: DATABASE_URL is malformed, or names a file that does not exist.
    """
    location = database_location()
    if isinstance(location, Path) and not location.is_file():
        raise UsageError(f"there is no database at {location}: set DATABASE_URL to its file")
    return location


def count_of(number: int, singular: str, plural: str | None = None) -> str:
    """Return a number with its noun, such as "1 decision" or "1,200 decisions"."""
    return f"{number:,} {singular if number == 1 else plural or f'{singular}s'}"


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
