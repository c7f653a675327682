"""`ragvsft rules replay`: which past decisions today's rules would decide otherwise, and why."""

import asyncio
import json
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli import rules_input
from bot.cli.common import UsageError

if TYPE_CHECKING:
    from bot.decisions.model import Decision
    from bot.playbooks.engine import RuleEngine
    from bot.playbooks.replay import ReplayResult
    from bot.storage.database import Database

_PAGE = 200


@click.command()
@click.argument(
    "folder",
    metavar="[DIR]",
    default=rules_input.default_folder,
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
        raise UsageError(*problems)
    if not settings.database_path.is_file():
        raise UsageError(
            f"there is no database at {settings.database_path}: set DATABASE_URL to the one "
            "that the bot uses"
        )
    asyncio.run(_report(settings.database_path, folder, as_json=as_json))


async def _report(database: Path, folder: Path, *, as_json: bool) -> None:
    from bot.playbooks.engine import RuleEngine
    from bot.storage.database import Database, DatabaseUnusable

    today = [RuleEngine(rules_input.load(each)) for each in rules_input.folders(folder)]
    try:
        log = await Database(database).open_existing()
    except DatabaseUnusable as error:
        raise UsageError(str(error)) from error
    looked_at = differing = 0
    unable = Counter[str]()
    try:
        playbooks = _Editions(log, {each.playbook.id: each for each in today})
        async for decision in _decisions(log):
            found = await playbooks.replay(decision)
            if isinstance(found, str):
                unable[found] += 1
                continue
            looked_at += 1
            if found.replay.differs:
                differing += 1
                click.echo(_as_json(decision, found) if as_json else _as_text(decision, found))
    finally:
        await log.close()
    if not as_json:
        click.echo(f"{differing} of {looked_at} decisions would be recommended otherwise today.")
    for line in _unable(unable):
        click.echo(line, err=as_json)


async def _decisions(log: "Database") -> "AsyncIterator[Decision]":
    from bot.storage.search import SqliteReading

    reading = SqliteReading(log)
    for workspace in await reading.workspaces():
        after = 0
        while page := await reading.all_of(workspace, after, _PAGE):
            after = page[-1].number
            for decision in page:
                yield decision


@dataclass(frozen=True, slots=True)
class _Replayed:
    """A decision held against both playbooks."""

    then: "RuleEngine"
    now: "RuleEngine"
    replay: "ReplayResult"


class _Editions:
    """The playbooks that decisions were made with, each read once."""

    def __init__(self, log: "Database", today: "dict[str, RuleEngine]") -> None:
        from bot.storage.store import SqliteStore

        self._store, self._today = SqliteStore(log), today
        self._known: dict[str, RuleEngine | str] = {}

    async def replay(self, decision: "Decision") -> _Replayed | str:
        """Hold a decision against the playbook of its day and today's, or say what prevents it."""
        from bot.playbooks.engine import InvalidAnswers
        from bot.playbooks.replay import replay as replayed

        if decision.playbook_hash not in self._known:
            self._known[decision.playbook_hash] = await self._read(decision.playbook_hash)
        then = self._known[decision.playbook_hash]
        if isinstance(then, str):
            return then
        now = self._today.get(then.playbook.id)
        if now is None:
            return f"there is no playbook `{then.playbook.id}` any more"
        try:
            return _Replayed(then, now, replayed(decision.answers, then, now))
        except InvalidAnswers:
            return "their answers don't fit the playbook that they were made with"

    async def _read(self, playbook_hash: str) -> "RuleEngine | str":
        from bot.playbooks.engine import RuleEngine
        from bot.playbooks.loader import PlaybookError, parse

        text = await self._store.playbook_text(playbook_hash)
        if text is None:
            return "the log doesn't have the text of their playbook"
        try:
            return RuleEngine(parse(text))
        except PlaybookError as error:
            return f"their playbook is refused by this version of ragvsft ({error.problems[0]})"


def _unable(why: Counter[str]) -> "Iterator[str]":
    for reason, count in why.most_common():
        many = "decision" if count == 1 else "decisions"
        yield f"{count} {many} could not be replayed: {reason}."


def _as_text(decision: "Decision", found: _Replayed) -> str:
    from bot.decisions.records.words import recommended_words

    replay = found.replay
    before = recommended_words(found.then.playbook, replay.before)
    now = recommended_words(found.now.playbook, replay.now)
    lines = [
        f"{decision.workspace} #{decision.number}  {decision.title}",
        f"  {before} then, {now} today",
    ]
    lines += [f"  - {sentence}" for sentence in replay.why]
    for name in replay.dropped:
        question, answer = found.then.playbook.question(name), decision.answers[name]
        text = "Don't know" if answer is None else question.answers[answer]
        lines.append(f"  - answer no longer offered: {text} ({question.ask})")
    return "\n".join(lines)


def _as_json(decision: "Decision", found: _Replayed) -> str:
    identity = {"workspace": decision.workspace, "number": decision.number}
    told = {**identity, "title": decision.title, **asdict(found.replay)}
    return json.dumps(told, ensure_ascii=False)
