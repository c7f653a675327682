"""What the full-text index holds of a decision, and how a filter searches it.

Beside the words, the index holds facets (workspace, status, option, readers) as words of their own,
so that a search skips what does not match without reading it. They decide nothing: every query has
the conditions of the scope as well.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.decisions.access import DecisionFilter
from bot.decisions.model import DecisionSummary, Visibility
from bot.storage.connection import Connection


def index_decision(db: Connection, decision: DecisionSummary) -> None:
    """Replace the entry of a decision, whose row and people are stored already."""
    readers = db.all(
        "select distinct user_id from decision_people"
        " where workspace = :workspace and number = :number",
        {"workspace": decision.workspace, "number": decision.number},
    )
    reasons = [each.reason for each in (decision.resolution, decision.closure) if each]
    facets = _facets(decision, [row["user_id"] for row in readers])
    texts = (decision.title, decision.problem, " ".join(reasons))
    db.words.store(decision.workspace, decision.number, facets, texts)


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
