"""`ragvsft backup` and `ragvsft restore`: copy the database, and replace it by a copy."""

from collections.abc import Iterator
from pathlib import Path

import click

from bot.cli.common import UsageError, count_of, database_path, existing_database
from bot.clock import SystemClock
from bot.outbox.restore import recover_deliveries
from bot.storage.backup import CopyRefused, RestoreResult, back_up, restore_database

FILE = click.Path(path_type=Path)


@click.command()
@click.argument("file", type=FILE)
@click.option("--force", is_flag=True, help="Overwrite FILE if it exists.")
def backup(file: Path, *, force: bool) -> None:
    """Copy the database to FILE while the bot runs.

    Copies the database of DATABASE_URL as of the start of the command, and verifies the copy. FILE
    appears only when it is complete. It contains private decisions too, and only you can read it.
    """
    source = existing_database()
    try:
        copy = back_up(source, file, overwrite=force)
    except CopyRefused as error:
        raise UsageError(str(error)) from error
    decisions = count_of(copy.found.decisions, "decision")
    click.echo(f"Backed up {decisions} from {source} to {file} ({format_size(copy.size)}).")


@click.command()
@click.argument("file", type=FILE)
def restore(file: Path) -> None:
    """Replace the database by the backup FILE.

    Stop the bot first. The database of DATABASE_URL is replaced; the old one is kept beside it.
    Messages that were waiting when the backup was made are not posted a second time.
    """
    target = database_path()
    try:
        now = SystemClock().now()
        restored = restore_database(file, target, now, recover_deliveries)
    except CopyRefused as error:
        raise UsageError(str(error)) from error
    click.echo("\n".join(_report(file, target, restored)))


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
    if restored.waiting:
        messages = count_of(restored.waiting, "message")
        yield (
            f"{messages} waited when the backup was made and may have been posted since. The bot "
            "looks them up in Slack, or asks their owners."
        )
    if restored.digests:
        yield "Digests that were due before now are skipped."
    if restored.gap:
        yield (
            "The decisions made after the backup are unknown, so the next number is "
            f"{restored.gap:,} higher: buttons of old messages cannot act on new decisions."
        )
    yield "Start the bot again: ragvsft run"
