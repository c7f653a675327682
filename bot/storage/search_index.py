"""What the full-text index holds of a decision, and how a filter searches it.

Beside the words, the index holds facets (workspace, status, option, readers) as words of their own,
so that a search skips what does not match without reading it. They decide nothing: every query has
the conditions of the scope as well.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bot.decisions.access import DecisionFilter
from bot.decisions.model import DecisionSummary, Visibility
from bot.storage.connection import Connection, IndexEntry

_READERS = """
select distinct number, user_id from decision_people
where workspace = :workspace and number in (:numbers)
"""


def index_decisions(db: Connection, decisions: Sequence[DecisionSummary]) -> None:
    """Replace the entries of decisions, whose rows and people are stored already."""
    numbers: dict[str, list[int]] = {}
    for decision in decisions:
        numbers.setdefault(decision.workspace, []).append(decision.number)
    readers: dict[tuple[str, int], list[str]] = {}
    for workspace, these in numbers.items():
        for row in db.all(_READERS, {"workspace": workspace, "numbers": these}):
            readers.setdefault((workspace, row["number"]), []).append(row["user_id"])
    db.words.store(
        [_entry(each, readers.get((each.workspace, each.number), ())) for each in decisions]
    )


def match_expression(db: Connection, filter_: DecisionFilter, scope: Mapping[str, Any]) -> str:
    """Return the argument `:match` for a filter and the parameters of a read scope."""
    readers = [f"read{scope['user']}"]
    if not filter_.mine:
        readers += ["readpublic", *([f"read{scope['here']}"] if scope["here"] else [])]
    facets = [
        [f"in{scope['workspace']}"],
        readers,
        [f"status{each}" for each in filter_.statuses],
        [f"option{_plain(each)}" for each in filter_.options],
    ]
    return db.words.match([each for each in facets if each], filter_.words)


def _entry(decision: DecisionSummary, readers: Iterable[str]) -> IndexEntry:
    reasons = [each.reason for each in (decision.resolution, decision.closure) if each]
    texts = (decision.title, decision.problem, " ".join(reasons))
    facets = tuple(_facets(decision, readers))
    return IndexEntry(decision.workspace, decision.number, facets, texts)


def _facets(decision: DecisionSummary, readers: Iterable[str]) -> Iterator[str]:
    place = decision.place
    yield f"in{decision.workspace}"
    yield f"status{decision.status}"
    yield f"option{_plain(decision.chosen or '')}"
    yield from (f"read{user}" for user in readers)
    if place.visibility is Visibility.PUBLIC:
        yield "readpublic"
    if place.visibility is Visibility.PRIVATE:
        yield f"read{place.channel}"


def _plain(option: str) -> str:
    """Return an option's id as one word of the index."""
    return option.replace("_", "").replace("-", "")
