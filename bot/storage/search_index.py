"""The full-text index of decisions: the one module that knows FTS5.

Beside the words, the index holds facets (workspace, status, option, readers) as words of their own,
so that a search skips what does not match without reading it. They decide nothing: every query has
the conditions of the scope as well.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from bot.decisions.access import DecisionFilter
from bot.decisions.model import Decision, Visibility
from bot.storage.connection import Connection

INDEX_SQL = """
create virtual table decision_words using fts5 (
  facets, title, problem, reasons, tokenize='porter unicode61 remove_diacritics 2'
)
"""
_INSERT = """
insert into decision_words (rowid, facets, title, problem, reasons)
select id, :facets, :title, :problem, :reasons from decisions
where workspace = :workspace and number = :number
"""
_DELETE = """
delete from decision_words where rowid = (
  select id from decisions where workspace = :workspace and number = :number
)
"""
_SEARCH = """
select number from (
  select decisions.number as number
  from decision_words cross join decisions on decisions.id = decision_words.rowid
  where decision_words match :match {beyond} and {conditions}
  order by decision_words.rowid {order} limit :limit
)
"""
_BEYOND = """
and decision_words.rowid {sign}
  (select id from decisions where workspace = :workspace and number = :from)
"""


def index_decision(db: Connection, decision: Decision) -> None:
    """Replace the entry of a decision, whose row and people are stored already."""
    key = {"workspace": decision.workspace, "number": decision.number}
    readers = db.all(
        "select distinct user_id from decision_people"
        " where workspace = :workspace and number = :number",
        key,
    )
    reasons = [each.reason for each in (decision.resolution, decision.closure) if each]
    db.execute(_DELETE, key)
    db.execute(
        _INSERT,
        {
            **key,
            "facets": _facets(decision, [row["user_id"] for row in readers]),
            "title": decision.title,
            "problem": decision.problem,
            "reasons": " ".join(reasons),
        },
    )


def numbers_with_words(conditions: str, *, newer: bool, after_cursor: bool) -> str:
    """Return the query for the numbers of decisions that match `:match`, newest first.

    Args:
        conditions: SQL that a row of `decisions` must satisfy.
        newer: from the cursor `:from` on to newer decisions, else to older ones.
        after_cursor: whether there is a cursor.
    """
    beyond = _BEYOND.format(sign=">" if newer else "<") if after_cursor else ""
    order = "asc" if newer else "desc"
    return _SEARCH.format(conditions=conditions, beyond=beyond, order=order)


def match_expression(filter_: DecisionFilter, scope: Mapping[str, Any]) -> str:
    """Return the argument `:match` for a filter and the parameters of a read scope.

    Each word is quoted, so that none is a command.
    Source: https://www.sqlite.org/fts5.html#full_text_query_syntax
    """
    readers = [f"read{scope['user']}"]
    if not filter_.mine:
        readers += ["readpublic", *([f"read{scope['here']}"] if scope["here"] else [])]
    facets = [
        [f"in{scope['workspace']}"],
        readers,
        [f"status{each}" for each in filter_.statuses],
        [f"option{_plain(each)}" for each in filter_.options],
    ]
    any_of = [f"({' OR '.join(map(_quoted, each))})" for each in facets if each]
    words = " AND ".join(map(_spellings, filter_.words))
    return f"facets : ({' AND '.join(any_of)}) AND {{title problem reasons}} : ({words})"


def _facets(decision: Decision, readers: Iterable[str]) -> str:
    place = decision.place
    facets = [
        f"in{decision.workspace}",
        f"status{decision.status}",
        f"option{_plain(decision.chosen or '')}",
        *(f"read{user}" for user in readers),
    ]
    if place.visibility is Visibility.PUBLIC:
        facets.append("readpublic")
    if place.visibility is Visibility.PRIVATE:
        facets.append(f"read{place.channel}")
    return " ".join(facets)


def _plain(option: str) -> str:
    """Return an option's id as one word of the index."""
    return option.replace("_", "").replace("-", "")


def _spellings(word: str) -> str:
    """Return a word as it was typed, or in plain letters: `Straße` or `strasse`.

    The index folds the case and accents of both sides alike, but nothing else.
    """
    plain = unicodedata.normalize("NFKC", word).casefold()
    return _quoted(word) if plain == word.lower() else f"({_quoted(word)} OR {_quoted(plain)})"


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'
