"""Lists and searches of decisions; every query for a person has the conditions of their scope."""

from collections.abc import Sequence
from itertools import product
from typing import Any

from bot.decisions.access import (
    AnswerSheet,
    Cursor,
    DecisionFilter,
    DecisionPage,
    Direction,
    ReadScope,
)
from bot.decisions.model import Decision, Visibility
from bot.storage.connection import Connection
from bot.storage.convert import RowMapper
from bot.storage.decisions import SUMMARY, load_decisions, load_summaries
from bot.storage.search_index import match_expression

PUBLIC = "visibility = :public"
_OPEN_HERE = "visibility = :open_here and channel = :here"
"""For guests; for others `:open_here` is no visibility, as `:public` is none for guests."""
THIS_CHANNEL = "visibility = :private and channel = :here"
OWN = (
    "number in (select number from decision_people"
    " where workspace = :workspace and user_id = :user)"
)
SCOPE_CONDITIONS = (PUBLIC, _OPEN_HERE, THIS_CHANNEL, OWN)
"""`ReadScope.allows` in SQL, for rows of `decisions`: each of them allows reading."""
READABLE = f"workspace = :workspace and ({' or '.join(f'({each})' for each in SCOPE_CONDITIONS)})"

_READ = f"select * from decisions where number = :number and {READABLE}"  # noqa: S608
_ANSWER_SHEETS = f"""
select number, answers from decisions where workspace = :workspace and number in (
  select number from decisions where {READABLE} and playbook = :playbook
  order by number desc limit :limit
) order by number desc
"""  # noqa: S608  # constants of this package
_PAGE = f"""
select {SUMMARY} from decisions where workspace = :workspace and number in ({{numbers}})
order by number {{order}} limit :limit
"""  # noqa: S608  # constants of this package
_WALK = """
select number from (
  select number from decisions where workspace = :workspace and {conditions}
  order by number {order} limit :limit
) as walk
"""
_SHEETS = RowMapper(AnswerSheet)


def scope_params(scope: ReadScope) -> dict[str, Any]:
    """Return the parameters that the conditions name."""
    return {
        "workspace": scope.workspace,
        "user": scope.user,
        "here": scope.here,
        "public": "" if scope.guest else Visibility.PUBLIC.value,
        "open_here": Visibility.PUBLIC.value if scope.guest else "",
        "private": Visibility.PRIVATE.value,
    }


def find_page(
    db: Connection,
    scope: ReadScope,
    filter_: DecisionFilter,
    cursor: Cursor | None,
    limit: int,
) -> DecisionPage:
    """Return at most `limit` decisions from the cursor on; from the newest without one."""
    newer = cursor is not None and cursor.direction is Direction.NEWER
    parameters = {
        **scope_params(scope),
        "limit": limit + 1,
        "from": cursor.number if cursor else None,
    }
    if filter_.words:
        query = _with_words(db, filter_, parameters, newer=newer)
    else:
        query = _without_words(filter_, parameters, newer=newer)
    found = db.all(query, parameters)
    more = len(found) > limit
    decisions = load_summaries(db, found[:limit])
    if newer:
        return DecisionPage(tuple(reversed(decisions)), newer=more, older=True)
    return DecisionPage(tuple(decisions), newer=cursor is not None, older=more)


def read_decision(db: Connection, scope: ReadScope, number: int) -> Decision | None:
    """Return a decision; None if there is none of this number, or the scope does not allow it."""
    found = db.all(_READ, {**scope_params(scope), "number": number})
    return load_decisions(db, found)[0] if found else None


def answer_sheets(
    db: Connection, scope: ReadScope, playbook_id: str, limit: int
) -> list[AnswerSheet]:
    """Return the answers of the newest decisions by a playbook, in any version of it."""
    parameters = {**scope_params(scope), "playbook": playbook_id, "limit": limit}
    return [_SHEETS.load(row) for row in db.all(_ANSWER_SHEETS, parameters)]


def decision_counts(db: Connection) -> dict[str, int]:
    """Return how many decisions each workspace has, for the operator."""
    query = "select workspace, count(*) as number from decisions group by 1 order by 1"
    return {row["workspace"]: row["number"] for row in db.all(query)}


def decisions_of_workspace(
    db: Connection, workspace: str, after: int, limit: int
) -> list[Decision]:
    """Return decisions of a workspace numbered above `after`, in no scope: for the operator."""
    found = db.all(
        "select * from decisions where workspace = :workspace and number > :after"
        " order by number limit :limit",
        {"workspace": workspace, "after": after, "limit": limit},
    )
    return load_decisions(db, found)


def _without_words(filter_: DecisionFilter, parameters: dict[str, Any], *, newer: bool) -> str:
    """Return the query as a union of index walks that can each stop early."""
    order = "asc" if newer else "desc"
    beyond = [] if parameters["from"] is None else [f"number {'>' if newer else '<'} :from"]
    walks = [
        _WALK.format(conditions=" and ".join([*conditions, *beyond]), order=order)
        for conditions in _alternatives(filter_, parameters)
    ]
    return _PAGE.format(numbers=" union ".join(walks), order=order)


def _with_words(
    db: Connection, filter_: DecisionFilter, parameters: dict[str, Any], *, newer: bool
) -> str:
    """Return the query as a walk along the full-text index, newest first."""
    wanted = " or ".join(f"({' and '.join(each)})" for each in _alternatives(filter_, parameters))
    parameters["match"] = match_expression(db, filter_, parameters)
    numbers = db.words.numbers(
        f"({READABLE}) and ({wanted})", newer=newer, after_cursor=parameters["from"] is not None
    )
    return _PAGE.format(numbers=numbers, order="asc" if newer else "desc")


def _alternatives(filter_: DecisionFilter, parameters: dict[str, Any]) -> list[list[str]]:
    """Return alternatives for a filter, each a list of conditions that must all hold.

    Adds the parameters that they name.
    """
    parameters |= {f"option{at}": each for at, each in enumerate(filter_.options)}
    choices: list[Sequence[str]] = [(OWN,) if filter_.mine else SCOPE_CONDITIONS]
    if filter_.statuses:
        # Not as parameters: SQLite would plan the query again for each value, as there are indexes
        # of some statuses only.
        choices.append([f"status = '{each.value}'" for each in filter_.statuses])
    if filter_.options:
        choices.append([f"chosen = :option{at}" for at in range(len(filter_.options))])
    return [list(each) for each in product(*choices)]
