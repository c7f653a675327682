"""`ragvsft export`: the decisions as files that can be kept in a repository."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.common import UsageError, existing_log_path

if TYPE_CHECKING:
    from bot.decisions.records.record import Record
    from bot.storage.store import SqliteStore

_BATCH = 500
_REFUSED = (
    "Playbook {edition} cannot be used any more ({why}): its decisions are written with what they "
    "hold themselves."
)

_PRIVATE_THERE = (
    "Private decisions are still in {folder}, from a run with --include-private. Delete these "
    "files if not everybody who can read the folder may read them:\n{names}"
)


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["adr", "csv", "json"]),
    default="adr",
    show_default=True,
    help="One Markdown record (MADR 4) for each decision, or one file with all of them.",
)
@click.option("--workspace", metavar="ID", help="Which workspace, where the log holds several.")
@click.option(
    "--include-private",
    is_flag=True,
    help="Take decisions of private channels and direct messages along: whoever can read DIR "
    "can read them.",
)
def export(folder: Path, form: str, workspace: str | None, include_private: bool) -> None:
    """Write the decisions to files in DIR.

    Reads the log that DATABASE_URL names. Running it again gives the same files, byte for byte,
    unless a decision has changed: 0012-answers-for-support.md stays decision 12, whatever its
    title becomes.
    """
    from bot.cli.export_files import bring_up_to_date, files_about, files_of

    records = asyncio.run(_read(existing_log_path(), workspace))
    kept: list[Record] = []
    left_out: list[Record] = []
    for each in records:
        public = each.visibility.value == "public"
        (kept if public or include_private else left_out).append(each)
    try:
        written = bring_up_to_date(folder, files_of(kept, form), kept if form == "adr" else ())
        still_there = files_about(folder, left_out)
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be written ({error.strerror}): choose another"
        ) from error
    click.echo(_said(folder, len(kept), len(left_out), written))
    if still_there:
        click.echo(_PRIVATE_THERE.format(folder=folder, names="\n".join(still_there)), err=True)


async def _read(path: Path, workspace: str | None) -> "list[Record]":
    """Return every record of a workspace, by number.

    Raises:
        BadInput: the log cannot be used, or the workspace is not clear.
    """
    from bot.storage.database import Database, DatabaseUnusable
    from bot.storage.store import SqliteStore

    try:
        log = await Database(path).open_existing()
    except DatabaseUnusable as error:
        raise UsageError(str(error)) from error
    try:
        store = SqliteStore(log)
        return await _records(store, _chosen(workspace, await store.workspaces()))
    finally:
        await log.close()


def _chosen(workspace: str | None, there: dict[str, int]) -> str:
    listed = ", ".join(f"{name} with {count:,}" for name, count in there.items())
    if workspace is not None:
        if workspace not in there:
            found = f"there are {listed}" if there else "it holds none at all"
            raise UsageError(f"the log holds no decisions of workspace {workspace}: {found}")
        return workspace
    if len(there) > 1:
        raise UsageError(
            f"name one workspace with --workspace: the log holds decisions of {listed}"
        )
    return next(iter(there), "")


async def _records(store: "SqliteStore", workspace: str) -> "list[Record]":
    from bot.decisions.records.making import record_of
    from bot.services.playbook_versions import StoredVersions

    playbooks = StoredVersions(store)
    records: list[Record] = []
    while batch := await store.all_of(workspace, records[-1].number if records else 0, _BATCH):
        for decision in batch:
            context = await store.context(decision)
            records.append(record_of(decision, await playbooks.of(decision), context))
    for each, why in playbooks.refused.items():
        click.echo(_REFUSED.format(edition=each[:7], why=why), err=True)
    return records


def _said(folder: Path, kept: int, left_out: int, written: int) -> str:
    decisions = "1 decision" if kept == 1 else f"{kept:,} decisions"
    changed = "nothing has changed" if not written else f"{written:,} written anew"
    said = f"{decisions} in {folder}: {changed}."
    if left_out:
        were = "was" if left_out == 1 else "were"
        said += f"\n{left_out:,} private {were} left out; --include-private takes them along."
    return said
