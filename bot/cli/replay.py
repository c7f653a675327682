"""`ragvsft rules replay`: which past decisions today's rules would decide otherwise, and why."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli import rules_input
from bot.cli.common import BadInput

if TYPE_CHECKING:
    from bot.advice.advisor import Advisor
    from bot.advice.replay import Replay
    from bot.decisions.model import Decision
    from bot.store.log import Log

_PAGE = 200


@click.command()
@click.argument(
    "folder",
    metavar="[DIR]",
    envvar="RAGVSFT_RULES",
    default="rules",
    type=click.Path(path_type=Path),
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each decision.")
def replay(folder: Path, *, as_json: bool) -> None:
    """List past decisions that today's rules would decide otherwise.

    Reads the decision log in DATABASE_URL. Each decision is held against the playbook of its day
    and today's, with the answers of its day; the log is not changed.
    """
    from bot.settings import check_values, read_values

    settings, problems = check_values(read_values(os.environ, Path(".env")))
    if settings is None or problems:
        raise BadInput(*problems)
    if not settings.database_path.is_file():
        raise BadInput(
            f"there is no decision log at {settings.database_path}: set DATABASE_URL to the one "
            "that the bot uses"
        )
    asyncio.run(_report(settings.database_path, folder, as_json=as_json))


async def _report(database: Path, folder: Path, *, as_json: bool) -> None:
    from bot.advice.advisor import Advisor
    from bot.store.log import Log, LogUnusable

    today = [Advisor(rules_input.load(each)) for each in rules_input.folders(folder)]
    try:
        log = await Log(database).open()
    except LogUnusable as error:
        raise BadInput(str(error)) from error
    looked_at = differing = 0
    try:
        async for decision, found in _replays(log, {each.playbook.id: each for each in today}):
            looked_at += 1
            if found.differs:
                differing += 1
                click.echo(_as_json(decision, found) if as_json else _as_text(decision, found))
    finally:
        await log.close()
    if not as_json:
        click.echo(f"{differing} of {looked_at} decisions would be recommended otherwise today.")


async def _replays(
    log: "Log", today: "dict[str, Advisor]"
) -> "AsyncIterator[tuple[Decision, Replay]]":
    """Yield each decision whose playbook is still there, with its replay."""
    from bot.advice import loader
    from bot.advice.advisor import Advisor
    from bot.advice.replay import replay as replayed
    from bot.store.reading import SqliteReading
    from bot.store.sqlite import SqliteStore

    reading, store = SqliteReading(log), SqliteStore(log)
    editions: dict[str, Advisor] = {}
    for workspace in await reading.workspaces():
        after = 0
        while page := await reading.all_of(workspace, after, _PAGE):
            after = page[-1].number
            for decision in page:
                if decision.playbook_hash not in editions:
                    text = await store.playbook_text(decision.playbook_hash)
                    if text is None:
                        continue
                    editions[decision.playbook_hash] = Advisor(loader.parse(text))
                then = editions[decision.playbook_hash]
                now = today.get(then.playbook.id)
                if now is not None:
                    yield decision, replayed(decision.answers, then, now)


def _as_text(decision: "Decision", found: "Replay") -> str:
    head = f"{decision.workspace} #{decision.number}  {decision.title}"
    lines = [head, f"  {found.before} then, {found.now} today"]
    lines += [f"  - {sentence}" for sentence in found.why]
    if found.dropped:
        lines.append(f"  - no longer asked: {', '.join(found.dropped)}")
    return "\n".join(lines)


def _as_json(decision: "Decision", found: "Replay") -> str:
    identity = {"workspace": decision.workspace, "number": decision.number}
    return json.dumps({**identity, "title": decision.title, **asdict(found)}, ensure_ascii=False)
