"""`ragvsft rules replay`: past decisions that the current rules would recommend differently."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import click

from bot.cli import rules_input
from bot.cli.common import (
    count_of,
    open_database,
    say,
)
from bot.decisions.errors import PlaybookVersionUnusable
from bot.decisions.model import Decision
from bot.decisions.records.words import recommended_words, words_of_answer
from bot.playbooks.analysis.replay import ReplayResult, replay
from bot.playbooks.engine import InvalidAnswers, RuleEngine
from bot.storage.database import Database
from bot.storage.playbook_versions import StoredVersions
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
    playbooks = [rules_input.read_playbook(each) for each in rules_input.playbook_folders(folder)]
    current = {each.id: RuleEngine(each) for each in playbooks}
    replayed = differing = 0
    skipped = Counter[str]()
    async with open_database() as database:
        stored = StoredVersions(database)
        async for decision in _decisions(database):
            found = await _replay(decision, stored, current)
            if isinstance(found, str):
                skipped[found] += 1
                continue
            replayed += 1
            if found.result.differs:
                differing += 1
                say(_to_json(decision, found) if as_json else _to_text(decision, found))
    if not as_json:
        say(f"{differing} of {replayed} decisions would be recommended differently today.")
    for line in _skipped(skipped):
        say(line, err=as_json)


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


async def _replay(
    decision: Decision, stored: StoredVersions, current: Mapping[str, RuleEngine]
) -> _Replayed | str:
    """Evaluate a decision by both playbooks; return the reason if that is impossible."""
    try:
        then = await stored.engine(decision.playbook_hash)
    except PlaybookVersionUnusable as error:
        return f"their playbook cannot be used any more ({error})"
    now = current.get(then.playbook.id)
    if now is None:
        return f"there is no playbook `{then.playbook.id}` any more"
    try:
        return _Replayed(then, now, replay(decision.answers, then, now))
    except InvalidAnswers:
        return "their answers do not fit the playbook that they were made with"


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
    for name, lost in result.dropped.items():
        question = found.then.playbook.question(name)
        words = words_of_answer(question.answers, lost)
        lines.append(f"  - answer no longer offered: {words} ({question.ask})")
    return "\n".join(lines)


def _to_json(decision: Decision, found: _Replayed) -> str:
    identity = {"workspace": decision.workspace, "number": decision.number}
    data = {**identity, "title": decision.title, **asdict(found.result)}
    return json.dumps(data, ensure_ascii=False)
