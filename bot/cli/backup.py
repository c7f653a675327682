"""`ragvsft backup`, `restore` and `copy`: copy a database, replace it, move to another one."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import click

from bot.cli.common import UsageError, count_of, database_location, existing_database, open_database
from bot.clock import SystemClock
from bot.outbox.restore import recover_deliveries
from bot.settings import check_values
from bot.storage.connection import DatabaseUnavailable, DatabaseUnusable, Location, PostgresUrl
from bot.storage.decisions import UNKNOWN_GAP
from bot.storage.maintenance.backup import (
    CopyRefused,
    RestoreResult,
    back_up,
    reconcile_restored,
    restore_database,
)
from bot.storage.maintenance.copying import CopiedTable, CopyDiffers, copy_database

FILE = click.Path(path_type=Path)
_RESTORE_POSTGRES = (
    "PostgreSQL is restored by its own tools: stop every bot, run pg_restore --clean --if-exists "
    '--no-owner --dbname "$DATABASE_URL" FILE, then ragvsft restore --reconcile'
)


@click.command()
@click.argument("file", type=FILE)
@click.option("--force", is_flag=True, help="Overwrite FILE if it exists.")
def backup(file: Path, *, force: bool) -> None:
    """Copy the database to FILE while the bot runs.

    Copies the database of DATABASE_URL as of the start of the command, and verifies the copy. FILE
    appears only when it is complete. It contains private decisions too, and only you can read it.
    """
    source = existing_database()
    if isinstance(source, PostgresUrl):
        raise UsageError(
            "PostgreSQL is backed up by its own tools: run "
            f'pg_dump --format=custom --file {file} "$DATABASE_URL"'
        )
    try:
        copy = back_up(source, file, overwrite=force)
    except CopyRefused as error:
        raise UsageError(str(error)) from error
    decisions = count_of(copy.found.decisions, "decision")
    click.echo(f"Backed up {decisions} from {source} to {file} ({format_size(copy.size)}).")


@click.command()
@click.argument("file", type=FILE, required=False)
@click.option(
    "--reconcile",
    is_flag=True,
    help="PostgreSQL: prepare the database for the bot after pg_restore.",
)
def restore(file: Path | None, *, reconcile: bool) -> None:
    """Replace the database by the backup FILE.

    Stop the bot first. The database of DATABASE_URL is replaced; the old one is kept beside it.
    Messages that were waiting when the backup was made are not posted a second time. PostgreSQL
    is restored by pg_restore; --reconcile then does the rest.
    """
    target = database_location()
    if isinstance(target, PostgresUrl):
        if not reconcile:
            raise UsageError(_RESTORE_POSTGRES)
        asyncio.run(_reconcile())
        return
    if file is None or reconcile:
        raise UsageError("give the file of a backup: ragvsft restore FILE")
    try:
        now = SystemClock().now()
        restored = restore_database(file, target, now, recover_deliveries)
    except CopyRefused as error:
        raise UsageError(str(error)) from error
    click.echo("\n".join(_report(file, target, restored)))


async def _reconcile() -> None:
    now = SystemClock().now()
    async with open_database(writable=True) as database:
        waiting, digests = await database.write(
            lambda db: reconcile_restored(db, now, recover_deliveries)
        )
    click.echo("\n".join(_afterwards(waiting, digests=digests, gap=UNKNOWN_GAP)))


def format_size(size: int) -> str:
    """Return a number of bytes as kB or MB."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} kB"
    return f"{size / 1_000_000:,.1f} MB"


def _report(file: Path, target: Path, restored: RestoreResult) -> Iterator[str]:
    found = restored.copy.found
    yield f"Restored {count_of(found.decisions, 'decision')} from {file} to {target}."
    if found.pending:
        migrations = count_of(len(found.pending), "migration")
        yield f"The backup has the schema of an older version: {migrations} applied."
    if restored.kept is not None:
        yield f"The previous database is kept as {target.with_name(restored.kept.name)}"
    yield from _afterwards(restored.waiting, digests=restored.digests, gap=restored.gap)


def _afterwards(waiting: int, *, digests: bool, gap: int) -> Iterator[str]:
    if waiting:
        messages = count_of(waiting, "message")
        yield (
            f"{messages} waited when the backup was made and may have been posted since. The bot "
            "looks them up in Slack, or asks their owners."
        )
    if digests:
        yield "Digests that were due before now are skipped."
    if gap:
        yield (
            "The decisions made after the backup are unknown, so the next number is "
            f"{gap:,} higher: buttons of old messages cannot act on new decisions."
        )
    yield "Start the bot again: ragvsft run"


@click.command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
def copy(source: str, target: str) -> None:
    """Copy all decisions from the database FROM to the new database TO.

    Both are given as in DATABASE_URL: sqlite:///ragvsft.db, or
    postgresql://user:password@host/database. Stop the bot first. Every table is read back and
    compared; if anything differs, TO stays empty. Then set DATABASE_URL to TO and start the bot.
    """
    origin, destination = _location("FROM", source), _location("TO", target)
    try:
        copied = copy_database(origin, destination, _show)
    except (CopyDiffers, DatabaseUnusable, DatabaseUnavailable) as error:
        raise UsageError(str(error)) from error
    rows = sum(table.rows for table in copied)
    click.echo(f"Copied {rows:,} rows of {len(copied)} tables to {destination}: all are the same.")
    click.echo("Set DATABASE_URL to it and start the bot: ragvsft run")


def _location(name: str, url: str) -> Location:
    settings, problems = check_values({"DATABASE_URL": url})
    if settings is None:
        raise UsageError(*(each.replace("DATABASE_URL", name, 1) for each in problems))
    return settings.database


def _show(table: CopiedTable) -> None:
    click.echo(f"  {table.name:<24}{table.rows:>10,}")
