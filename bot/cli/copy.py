"""`ragvsft copy`: move all decisions from one database to another, on either engine."""

import click

from bot.cli.common import UsageError
from bot.settings import check_values
from bot.storage.connection import DatabaseUnavailable, DatabaseUnusable
from bot.storage.copying import CopiedTable, CopyDiffers, copy_database
from bot.storage.location import Location


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
