"""Finding decisions in the log, each person only what they may read. Fills `ReadingStore`.

Every query takes the conditions of `GRANTS`: `ReadScope.covers` in SQL.
"""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from bot.decisions.access import (
    AnswerSheet,
    Cursor,
    DecisionFilter,
    DecisionPage,
    Direction,
    MessageRef,
    ReadScope,
)
from bot.decisions.model import Decision
from bot.outbox.model import announcement_key
from bot.storage import rows
from bot.storage.connection import Connection
from bot.storage.database import Database
from bot.storage.scope import GRANTS, MAY_READ, THEIRS, who

_READ = f"""
select * from decisions where workspace = :workspace and number in (
  select number from catalogue where number = :number and {MAY_READ}
)
"""  # noqa: S608  # only constants of this file
_ANSWER_SHEETS = f"""
select number, answers from decisions where workspace = :workspace and number in (
  select number from catalogue where {MAY_READ} and playbook = :playbook
  order by number desc limit :limit
) order by number desc
"""  # noqa: S608  # only constants of this file
_PAGE = """
select * from decisions where workspace = :workspace and number in ({numbers})
order by number {order} limit :limit
"""
_WALK = """
select number from (
  select number from catalogue where workspace = :workspace and {conditions}
  order by number {order} limit :limit
)
"""
_SEARCH = """
select number from (
  select catalogue.number as number
  from decision_words cross join catalogue on catalogue.id = decision_words.rowid
  where decision_words match :match {beyond} and ({may_read}) and ({wanted})
  order by decision_words.rowid {order} limit :limit
)
"""
_BEYOND = """
and decision_words.rowid {sign}
  (select id from catalogue where workspace = :workspace and number = :from)
"""
_ANNOUNCED = "select sent_channel, ts from deliveries where key = ? and ts is not null"


class SqliteReading:
    """The port `ReadingStore`, on a log."""

    def __init__(self, log: Database) -> None:
        """Make it on a log that its owner opens and closes."""
        self._log = log

    async def find(
        self, sight: ReadScope, wanted: DecisionFilter, cursor: Cursor | None, limit: int
    ) -> DecisionPage:
        """Return at most `limit` decisions from the cursor on; from the newest without one."""
        query = _query(sight, wanted, cursor, limit + 1)
        found = await self._log.read(lambda db: list(db.query(query.sql, dict(query.arguments))))
        more = len(found) > limit
        decisions = [rows.to_decision(row) for row in found[:limit]]
        if cursor is not None and cursor.direction is Direction.NEWER:
            return DecisionPage(tuple(reversed(decisions)), newer=more, older=True)
        return DecisionPage(tuple(decisions), newer=cursor is not None, older=more)

    async def read(self, sight: ReadScope, number: int) -> Decision | None:
        """Return a decision; None if there is none of this number, or it may not be read."""
        arguments = {**who(sight), "number": number}
        found = await self._log.read(lambda db: list(db.query(_READ, arguments)))
        return rows.to_decision(found[0]) if found else None

    async def answer_sheets(
        self, sight: ReadScope, playbook_id: str, limit: int
    ) -> list[AnswerSheet]:
        """Return the answers of the newest decisions by a playbook, in any edition of it."""
        arguments = {**who(sight), "playbook": playbook_id, "limit": limit}
        found = await self._log.read(lambda db: list(db.query(_ANSWER_SHEETS, arguments)))
        return [AnswerSheet(row["number"], json.loads(row["answers"])) for row in found]

    async def announced(self, decision: Decision) -> MessageRef | None:
        """Return where a decision was announced; None as long as it was not."""
        key = announcement_key(decision)
        found = await self._log.read(lambda db: list(db.query(_ANNOUNCED, [key])))
        return MessageRef(found[0]["sent_channel"], found[0]["ts"]) if found else None

    async def workspaces(self) -> dict[str, int]:
        """Return how many decisions each workspace has, for the operator."""

        def work(db: Connection) -> dict[str, int]:
            query = "select workspace, count(*) as count from decisions group by 1 order by 1"
            return {row["workspace"]: row["count"] for row in db.query(query)}

        return await self._log.read(work)

    async def all_of(self, workspace: str, after: int, limit: int) -> list[Decision]:
        """Return decisions of a workspace by number, whoever may read them: for the operator.

        Args:
            workspace: the workspace.
            after: only those with a greater number.
            limit: how many at most.
        """
        query = "select * from decisions where workspace = ? and number > ? order by 2 limit ?"
        found = await self._log.read(lambda db: list(db.query(query, [workspace, after, limit])))
        return [rows.to_decision(row) for row in found]


@dataclass(frozen=True, slots=True)
class _Query:
    sql: str
    arguments: Mapping[str, Any]


def _query(sight: ReadScope, wanted: DecisionFilter, cursor: Cursor | None, limit: int) -> _Query:
    newer = cursor is not None and cursor.direction is Direction.NEWER
    arguments = {**who(sight), "limit": limit, "from": cursor.number if cursor else None}
    build = _with_words if wanted.words else _without_words
    return build(wanted, arguments, newer=newer)


def _without_words(wanted: DecisionFilter, arguments: dict[str, Any], *, newer: bool) -> _Query:
    """Return the query as a union of walks along an index, each of which can stop early."""
    order = "asc" if newer else "desc"
    beyond = [] if arguments["from"] is None else [f"number {'>' if newer else '<'} :from"]
    walks = [
        _WALK.format(conditions=" and ".join([*conditions, *beyond]), order=order)
        for conditions in _combined(wanted, arguments)
    ]
    return _Query(_PAGE.format(numbers=" union ".join(walks), order=order), arguments)


def _with_words(wanted: DecisionFilter, arguments: dict[str, Any], *, newer: bool) -> _Query:
    """Return the query as a walk along the full-text index, newest first."""
    order = "asc" if newer else "desc"
    arguments["match"] = _match(arguments, wanted)
    alternatives = " or ".join(f"({' and '.join(each)})" for each in _combined(wanted, arguments))
    beyond = "" if arguments["from"] is None else _BEYOND.format(sign=">" if newer else "<")
    numbers = _SEARCH.format(may_read=MAY_READ, wanted=alternatives, beyond=beyond, order=order)
    return _Query(_PAGE.format(numbers=numbers, order=order), arguments)


def _combined(wanted: DecisionFilter, arguments: dict[str, Any]) -> list[list[str]]:
    """Return the alternatives of what is wanted, each a list of conditions that must all hold.

    Adds to the arguments what they name.
    """
    arguments |= {f"status{at}": each.value for at, each in enumerate(wanted.statuses)}
    arguments |= {f"option{at}": each for at, each in enumerate(wanted.options)}
    choices: list[Sequence[str]] = [(THEIRS,) if wanted.mine else GRANTS]
    if wanted.statuses:
        choices.append([f"status = :status{at}" for at in range(len(wanted.statuses))])
    if wanted.options:
        choices.append([f"chosen = :option{at}" for at in range(len(wanted.options))])
    return [list(each) for each in product(*choices)]


def _match(arguments: Mapping[str, Any], wanted: DecisionFilter) -> str:
    """Return what the full-text index is asked for: each word quoted, so that none is a command.

    Source: https://www.sqlite.org/fts5.html#full_text_query_syntax
    """
    readers = [f"read{arguments['user']}"]
    if not wanted.mine:
        readers += ["readpublic", *([f"read{arguments['here']}"] if arguments["here"] else [])]
    facets = [
        [f"in{arguments['workspace']}"],
        readers,
        [f"status{each}" for each in wanted.statuses],
        [f"option{each.replace('_', '').replace('-', '')}" for each in wanted.options],
    ]
    any_of = [f"({' OR '.join(map(_quoted, each))})" for each in facets if each]
    words = " AND ".join(map(_spelt, wanted.words))
    return f"facets : ({' AND '.join(any_of)}) AND {{title problem reasons}} : ({words})"


def _spelt(word: str) -> str:
    """Return a word as it was typed, or as it is spelt in plain letters: `Straße` or `strasse`.

    The index folds the case and accents of both sides alike, but not what is more than a case.
    """
    plain = unicodedata.normalize("NFKC", word).casefold()
    return _quoted(word) if plain == word.lower() else f"({_quoted(word)} OR {_quoted(plain)})"


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'
