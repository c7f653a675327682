"""`ragvsft export`: write the decisions to files, for a repository."""

import asyncio
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

import click
import yaml

from bot.charts.subprocess import render_needs
from bot.cli.common import (
    UsageError,
    count_of,
    open_database,
    say,
)
from bot.decisions.errors import PlaybookVersionUnusable
from bot.decisions.model import Decision, Visibility
from bot.decisions.records.build import record_of
from bot.decisions.records.madr import as_markdown, filename, picture_name
from bot.decisions.records.promptfoo import READ_ME, bakeoff_files
from bot.decisions.records.record import Record, record_as_json, record_schema
from bot.decisions.records.spreadsheet import as_csv
from bot.playbooks.bakeoff import plan_bakeoff
from bot.playbooks.engine import RuleEngine
from bot.services.search import decision_context
from bot.storage.decisions import find_decision
from bot.storage.playbook_versions import StoredVersions
from bot.storage.search import decision_counts, decisions_of_workspace

_BATCH = 500
_FRONT_MATTER = re.compile(r"\A---\n(.*?)^---$", re.DOTALL | re.MULTILINE)

_UNUSABLE_PLAYBOOK = (
    "Playbook {version} cannot be used any more ({why}): its decisions are exported without the "
    "details that only the playbook holds."
)
_PRIVATE_FILES = (
    "{folder} still contains private decisions from a run with --include-private. Delete these "
    "files if not everyone with access to the folder may read them:\n{names}"
)


@click.command()
@click.argument("target", metavar="DIR | NUMBER")
@click.option(
    "--bakeoff",
    "bakeoff_folder",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write a test between the options of decision NUMBER, as files for promptfoo.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["adr", "csv", "json"]),
    default="adr",
    show_default=True,
    help="A Markdown record (MADR 4) for each decision, or one file with all of them.",
)
@click.option("--workspace", metavar="ID", help="Which workspace, if the database has several.")
@click.option(
    "--include-private",
    is_flag=True,
    help="Export decisions of private channels and direct messages too: everyone with access to "
    "DIR can read them.",
)
def export(
    target: str,
    bakeoff_folder: Path | None,
    form: str,
    workspace: str | None,
    include_private: bool,
) -> None:
    """Write the decisions of DATABASE_URL to files in DIR.

    A second run writes the same files, byte for byte, unless a decision has changed. File names
    begin with the decision's number: a new title renames 0012-answers-for-support.md, but decision
    12 stays 0012.

    With --bakeoff DIR: write the plan of a bake-off for one decision, with test items to fill in,
    prompts and a configuration for promptfoo. Nothing is overwritten.
    """
    if bakeoff_folder is not None:
        decision, engine = asyncio.run(_find(target, workspace, include_private=include_private))
        _write_bakeoff(bakeoff_folder, decision, engine)
        return
    if target.isdigit():
        raise UsageError(
            f"{target} is a number: name a folder for all decisions (./{target} if you mean that), "
            f"or add --bakeoff DIR to plan a bake-off for decision {target}"
        )
    folder = Path(target)
    records = asyncio.run(_read(workspace))
    exported: list[Record] = []
    private: list[Record] = []
    for record in records:
        public = record.visibility.value == "public"
        (exported if public or include_private else private).append(record)
    try:
        renamed = exported if form == "adr" else ()
        written = _write_changed(folder, _files(exported, form), renamed)
        private_files = _files_of(folder, private)
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be written ({error.strerror}): choose another folder"
        ) from error
    changed = f"{written:,} written" if written else "no changes"
    say(f"{count_of(len(exported), 'decision')} in {folder}: {changed}.")
    if private:
        omitted = count_of(len(private), "private decision")
        say(f"{omitted} omitted; --include-private exports them too.")
    if private_files:
        say(_PRIVATE_FILES.format(folder=folder, names="\n".join(private_files)), err=True)


async def _read(workspace: str | None) -> list[Record]:
    """Return the records of a workspace, by number.

    Raises:
        UsageError: the database cannot be used, or the workspace is ambiguous.
    """
    async with open_database() as database:
        chosen = choose_workspace(workspace, await database.read(decision_counts))
        playbooks = StoredVersions(database)
        records: list[Record] = []
        while batch := await database.read(
            partial(
                decisions_of_workspace,
                workspace=chosen,
                after=records[-1].number if records else 0,
                limit=_BATCH,
            )
        ):
            for decision in batch:
                context = await database.read(partial(decision_context, decision=decision))
                records.append(record_of(decision, await playbooks.of(decision), context))
    for playbook_hash, why in playbooks.refused.items():
        say(_UNUSABLE_PLAYBOOK.format(version=playbook_hash[:7], why=why), err=True)
    return records


async def _find(
    number: str, workspace: str | None, *, include_private: bool
) -> tuple[Decision, RuleEngine]:
    """Return a decision with the engine of its playbook.

    Raises:
        UsageError: it does not exist, is private, or its playbook cannot be used.
    """
    if not number.isascii() or not number.isdecimal():
        raise UsageError(f"--bakeoff needs the number of a decision, such as 12, not {number!r}")
    async with open_database() as database:
        chosen = choose_workspace(workspace, await database.read(decision_counts))
        decision = await database.read(
            partial(find_decision, workspace=chosen, number=int(number[:9]))
        )
        if decision is None:
            raise UsageError(f"there is no decision {number}")
        if decision.place.visibility is not Visibility.PUBLIC and not include_private:
            raise UsageError(f"decision {number} is private: --include-private exports it too")
        try:
            return decision, await StoredVersions(database).engine(decision.playbook_hash)
        except PlaybookVersionUnusable as error:
            raise UsageError(f"the playbook of decision {number} cannot be used: {error}") from None


def _write_bakeoff(folder: Path, decision: Decision, engine: RuleEngine) -> None:
    """Write the files of the bake-off between a decision's options.

    Raises:
        UsageError: the playbook has none, a file exists already, or the folder cannot be written.
    """
    verdict, playbook = decision.verdict, engine.playbook
    options = dict.fromkeys([verdict.option, decision.chosen, verdict.runner_up])
    plan = plan_bakeoff(playbook, [each for each in options if each])
    if plan is None:
        raise UsageError(f"the playbook {playbook.id} has no bake-off: add one to playbook.yml")
    files = bakeoff_files(plan, playbook, decision.number, decision.title)
    existing = next((name for name in files if (folder / name).exists()), None)
    if existing is not None:
        raise UsageError(f"{folder / existing} exists already: choose another folder")
    try:
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8", newline="")
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be written ({error.strerror}): choose another folder"
        ) from error
    arms = ", ".join(arm.id for arm in plan.arms)
    say(
        f"Wrote {count_of(len(files), 'file')} to {folder}: arms {arms}, {plan.items} test items "
        f"to fill in. Start with {folder / READ_ME}."
    )


def choose_workspace(workspace: str | None, known: Mapping[str, int]) -> str:
    """Return the workspace that an option names, or the only one that has decisions.

    Args:
        workspace: the option's value; None if it is not given.
        known: the number of decisions of each workspace.

    Raises:
        UsageError: there is none of that name, or it is not clear which one.
    """
    listed = ", ".join(f"{name} ({count_of(n, 'decision')})" for name, n in known.items())
    if workspace is not None:
        if workspace not in known:
            found = f"it has {listed}" if known else "it is empty"
            raise UsageError(f"the database has no decisions of workspace {workspace}: {found}")
        return workspace
    if len(known) > 1:
        raise UsageError(f"choose a workspace with --workspace: the database has {listed}")
    return next(iter(known), "")


def _files(records: Sequence[Record], form: str) -> dict[str, str]:
    """Return the content of each file by its name."""
    match form:
        case "csv":
            return {"decisions.csv": as_csv(records)}
        case "json":
            schema = json.dumps(record_schema(), indent=2) + "\n"
            return {"decisions.json": record_as_json(records), "decisions.schema.json": schema}
        case _:
            return {name: text for each in records for name, text in _adr(each).items()}


def _adr(record: Record) -> dict[str, str]:
    """Return a record as Markdown, and the picture of its needs if it can be drawn."""
    try:
        drawn = render_needs(record.needs, "svg").decode() if record.needs else ""
    except ValueError as error:
        say(f"decision {record.number} has no picture: {error}", err=True)
        drawn = ""
    picture = {picture_name(record): drawn} if drawn else {}
    return {filename(record): as_markdown(record, pictured=bool(picture)), **picture}


def _write_changed(folder: Path, files: Mapping[str, str], renamed: Iterable[Record]) -> int:
    """Write the files whose content differs; return how many were written.

    `renamed` are decisions whose records under an earlier title are deleted.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for record in renamed:
        for path in folder.glob(f"{record.number:04}-*.md"):
            if path.name not in files and _is_record_of(path, record):
                path.unlink()
                path.with_suffix(".svg").unlink(missing_ok=True)
    written = 0
    for name, content in files.items():
        path, data = folder / name, content.encode()
        if not path.is_file() or path.read_bytes() != data:
            path.write_bytes(data)
            written += 1
    return written


def _files_of(folder: Path, records: Iterable[Record]) -> list[str]:
    """Return the names of existing files that are records of these decisions."""
    found = (
        path.name
        for record in records
        for path in folder.glob(f"{record.number:04}-*.md")
        if path.is_file() and _is_record_of(path, record)
    )
    return sorted(found)


def _is_record_of(path: Path, record: Record) -> bool:
    """Return whether a file is an exported record of this decision, by its front matter."""
    found = _FRONT_MATTER.match(path.read_text(encoding="utf-8", errors="replace"))
    try:
        front = yaml.safe_load(found.group(1)) if found else None
    except yaml.YAMLError:
        return False
    own = {"workspace": record.workspace, "number": record.number}
    return isinstance(front, dict) and front.get("ragvsft") == own
