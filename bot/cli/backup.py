"""`ragvsft backup` and `ragvsft restore`: the log copied to a file, and put back."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.common import UsageError, existing_log_path, log_path

if TYPE_CHECKING:
    from bot.storage.restore import RestoreResult

FILE = click.Path(path_type=Path)


@click.command()
@click.argument("file", type=FILE)
@click.option("--force", is_flag=True, help="Replace FILE if it is there already.")
def backup(file: Path, *, force: bool) -> None:
    """Copy the log to FILE, while the bot runs.

    Copies the log that DATABASE_URL names, as it is at that moment, and checks the copy. FILE is
    there only when it is whole. It holds private decisions too, and is readable by you alone.
    """
    from bot.storage.backup import CopyRefused, back_up

    log = existing_log_path()
    try:
        copy = back_up(log, file, overwrite=force)
    except CopyRefused as error:
        raise UsageError(str(error)) from error
    click.echo(
        f"{decisions(copy.found.decisions)} from {log} in {file} ({size(copy.size)}), "
        "checked and whole."
    )


@click.command()
@click.argument("file", type=FILE)
def restore(file: Path) -> None:
    """Put the backup FILE in the log's place.

    The log is the one that DATABASE_URL names. Stop the bot first. What was there is kept beside
    it. Messages that were waiting when the backup was made are not posted a second time.
    """
    from bot.clock import SystemClock
    from bot.storage import restore
    from bot.storage.backup import CopyRefused

    log = log_path()
    try:
        restored = restore.restore_database(file, log, SystemClock().now())
    except CopyRefused as error:
        raise UsageError(str(error)) from error
    click.echo("\n".join(_said(file, log, restored)))


def decisions(count: int) -> str:
    """Return a number of decisions in words."""
    return "1 decision" if count == 1 else f"{count:,} decisions"


def size(count: int) -> str:
    """Return a number of bytes as people say it."""
    if count < 1_000_000:
        return f"{max(1, round(count / 1000))} kB"
    return f"{count / 1_000_000:,.1f} MB"


def _said(file: Path, log: Path, restored: "RestoreResult") -> Iterator[str]:
    found = restored.copy.found
    yield f"{decisions(found.decisions)} from {file} in {log}, checked and whole."
    if found.pending:
        steps = "1 step" if len(found.pending) == 1 else f"{len(found.pending)} steps"
        yield f"It was of an older version of ragvsft, and was brought up to date in {steps}."
    if restored.kept is not None:
        yield f"What was there before is kept: {log.with_name(restored.kept.name)}"
    if restored.waiting:
        many = "1 message was" if restored.waiting == 1 else f"{restored.waiting:,} messages were"
        yield (
            f"{many} waiting when the backup was made, and may have been posted since. The bot "
            "looks for them in Slack; where it may not look, it asks the decision's driver."
        )
    if restored.digests:
        yield "Digests that were due before now are left out; the next ones come on their days."
    if restored.gap:
        yield (
            "Nothing tells which decisions came after the backup, so the next number is "
            f"{restored.gap:,} higher, and old buttons in Slack act on none of the new ones."
        )
    yield "Start the bot again: ragvsft run"
