"""`ragvsft rules replay`: past decisions that the current rules would recommend differently."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import click

from bot.cli import rules_input
from bot.cli.common import count_of
from bot.cli.resources import open_database
from bot.decisions.model import Decision
from bot.decisions.records.words import recommended_words
from bot.playbooks.engine import InvalidAnswers, RuleEngine
from bot.playbooks.loader import PlaybookError, parse
from bot.playbooks.replay import ReplayResult, replay
from bot.storage.database import Database
from bot.storage.playbook_versions import find_playbook
from bot.storage.search import decision_counts, decisions_of_workspace

_PAGE = 200


@click.command()
@click.argument(
    "folder",
    metavar="[DIR]",
    default=rules_input.default_folder,
    type=click.Path(path_type=Path),
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each decision.")
def replay_command(folder: Path, *, as_json: bool) -> None:
    """List decisions that would differ today.

    Evaluates each decision of DATABASE_URL with its own answers, by the playbook that it was made
    with and by the current one. Lists those with another recommendation. Changes nothing.
    """
    asyncio.run(_report(folder, as_json=as_json))


async def _report(folder: Path, *, as_json: bool) -> None:
    engines = [
        RuleEngine(rules_input.read_playbook(each)) for each in rules_input.playbook_folders(folder)
    ]
    replayed = differing = 0
    skipped = Counter[str]()
    async with open_database() as database:
        playbooks = _Playbooks(database, {each.playbook.id: each for each in engines})
        async for decision in _decisions(database):
            found = await playbooks.replay(decision)
            if isinstance(found, str):
                skipped[found] += 1
                continue
            replayed += 1
            if found.result.differs:
                differing += 1
                click.echo(_to_json(decision, found) if as_json else _to_text(decision, found))
    if not as_json:
        click.echo(f"{differing} of {replayed} decisions would be recommended differently today.")
    for line in _skipped(skipped):
        click.echo(line, err=as_json)


async def _decisions(database: Database) -> AsyncIterator[Decision]:
    for workspace in await database.read(decision_counts):
        after = 0
        while page := await database.read(
            partial(decisions_of_workspace, workspace=workspace, after=after, limit=_PAGE)
        ):
            after = page[-1].number
            for decision in page:
                yield decision


@dataclass(frozen=True, slots=True)
class _Replayed:
    """A decision, evaluated by the playbook that it was made with and by the current one."""

    then: RuleEngine
    now: RuleEngine
    result: ReplayResult


class _Playbooks:
    """The current playbooks, and those that decisions were made with, each parsed once."""

    def __init__(self, database: Database, current: dict[str, RuleEngine]) -> None:
        self._database, self._current = database, current
        self._past: dict[str, RuleEngine | str] = {}

    async def replay(self, decision: Decision) -> _Replayed | str:
        """Evaluate a decision by both playbooks; return the reason if that is impossible."""
        if decision.playbook_hash not in self._past:
            self._past[decision.playbook_hash] = await self._read(decision.playbook_hash)
        then = self._past[decision.playbook_hash]
        if isinstance(then, str):
            return then
        now = self._current.get(then.playbook.id)
        if now is None:
            return f"there is no playbook `{then.playbook.id}` any more"
        try:
            return _Replayed(then, now, replay(decision.answers, then, now))
        except InvalidAnswers:
            return "their answers do not fit the playbook that they were made with"

    async def _read(self, playbook_hash: str) -> RuleEngine | str:
        text = await self._database.read(lambda db: find_playbook(db, playbook_hash))
        if text is None:
            return "the database does not have the text of their playbook"
        try:
            return RuleEngine(parse(text))
        except PlaybookError as error:
            return f"this version of ragvsft rejects their playbook ({error.problems[0]})"


def _skipped(reasons: Counter[str]) -> Iterator[str]:
    for reason, count in reasons.most_common():
        yield f"{count_of(count, 'decision')} could not be replayed: {reason}."


def _to_text(decision: Decision, found: _Replayed) -> str:
    result = found.result
    before = recommended_words(found.then.playbook, result.before)
    now = recommended_words(found.now.playbook, result.now)
    lines = [
        f"{decision.workspace} #{decision.number}  {decision.title}",
        f"  {before} then, {now} today",
    ]
    lines += [f"  - {sentence}" for sentence in result.why]
    for name in result.dropped:
        question, answer = found.then.playbook.question(name), decision.answers[name]
        text = "Don't know" if answer is None else question.answers[answer]
        lines.append(f"  - answer no longer offered: {text} ({question.ask})")
    return "\n".join(lines)


def _to_json(decision: Decision, found: _Replayed) -> str:
    identity = {"workspace": decision.workspace, "number": decision.number}
    data = {**identity, "title": decision.title, **asdict(found.result)}
    return json.dumps(data, ensure_ascii=False)
