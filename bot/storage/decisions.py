"""Decisions: rows, people, reviews, events and numbers; each change updates the search entry.

A number is assigned once in a workspace, also after a restore: buttons and threads in Slack hold
the numbers of decisions that a restore has removed. A floor is the highest number that may have
been assigned before; the next one is above it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from bot.decisions.events import Event
from bot.decisions.model import Decision, DecisionSummary, ReviewAnswer
from bot.storage.connection import Connection, Row
from bot.storage.convert import RowMapper
from bot.storage.people import note_people
from bot.storage.search_index import index_decisions

UNKNOWN_GAP = 1000
"""How many numbers to skip where it is unknown which were assigned since a backup."""
_EVERYWHERE = ""
"""The workspace of a floor for all workspaces."""
_NEXT = """
select 1 + coalesce(max(number), 0) as next from (
  select max(number) as number from decisions where workspace = :workspace
  union all
  select max(number) from number_floors where workspace in (:workspace, :everywhere)
) as used
"""
_HIGHEST = "select workspace, max(number) as number from {} group by workspace"
DRIVER, DECIDER, CONTRIBUTOR = "driver", "decider", "contributor"
"""The roles of `decision_people`."""

_Loaded = TypeVar("_Loaded", Decision, DecisionSummary)

_NESTED = {
    "place": {"channel": "channel", "visibility": "visibility"},
    "resolution": {
        "by": "resolved_by",
        "at": "resolved_at",
        "reason": "resolved_reason",
        "option": "resolved_option",
    },
    "closure": {"by": "closed_by", "at": "closed_at", "reason": "closed_reason"},
    "source": {"channel": "source_channel", "link": "source_link"},
}
_DECISIONS = RowMapper(
    Decision, _NESTED, stored_elsewhere=("deciders", "reviews", "playbook_id", "recommended")
)
_SUMMARIES = RowMapper(
    DecisionSummary,
    {**_NESTED, "playbook_id": "playbook"},
    stored_elsewhere=("deciders", "reviews"),
)
SUMMARY = _SUMMARIES.columns
"""The columns of `decisions` that a summary needs: the verdict, most of a row, is not read."""
_REVIEWS = RowMapper(ReviewAnswer, {"by": "user_id"})
_EVENTS = RowMapper(Event)
_BY_NUMBER = """
select {columns} from decisions where workspace = :workspace and number in (:numbers)
"""
_DECIDERS_OF = """
select number, user_id from decision_people
where workspace = :workspace and number in (:numbers) and role = 'decider'
order by number, position
"""
_REVIEWS_OF = """
select * from reviews where workspace = :workspace and number in (:numbers) order by number, id
"""


def find_decision(db: Connection, workspace: str, number: int) -> Decision | None:
    """Return a decision; None if there is none with that number."""
    row = db.get("decisions", workspace=workspace, number=number)
    return load_decisions(db, [row])[0] if row else None


def decision_of_draft(db: Connection, workspace: str, draft_id: str) -> Decision | None:
    """Return the decision that a draft became; None if there is none."""
    row = db.get("decisions", workspace=workspace, draft_id=draft_id)
    return load_decisions(db, [row])[0] if row else None


def decisions_by_number(
    db: Connection, workspace: str, numbers: Iterable[int]
) -> dict[int, Decision]:
    """Return decisions of a workspace by their numbers."""
    query = _BY_NUMBER.format(columns="*")
    found = db.all(query, {"workspace": workspace, "numbers": list(numbers)})
    return {each.number: each for each in load_decisions(db, found)}


def summaries_by_number(
    db: Connection, workspace: str, numbers: Iterable[int]
) -> dict[int, DecisionSummary]:
    """Return the summaries of decisions of a workspace by their numbers."""
    query = _BY_NUMBER.format(columns=SUMMARY)
    found = db.all(query, {"workspace": workspace, "numbers": list(numbers)})
    return {each.number: each for each in load_summaries(db, found)}


def load_decisions(db: Connection, found: Sequence[Row]) -> list[Decision]:
    """Return the decisions of rows of `decisions`, in their order."""
    return _load(db, _DECISIONS, found)


def load_summaries(db: Connection, found: Sequence[Row]) -> list[DecisionSummary]:
    """Return the summaries of rows with the columns `SUMMARY`, in their order."""
    rows = [{**row, "recommended": row["recommended"] or None} for row in found]
    return _load(db, _SUMMARIES, rows)


def _load(db: Connection, mapper: RowMapper[_Loaded], found: Sequence[Row]) -> list[_Loaded]:
    numbers: dict[str, list[int]] = {}
    for row in found:
        numbers.setdefault(row["workspace"], []).append(row["number"])
    deciders: dict[tuple[str, int], list[str]] = {}
    reviews: dict[tuple[str, int], tuple[ReviewAnswer, ...]] = {}
    for workspace, these in numbers.items():
        for person in db.all(_DECIDERS_OF, {"workspace": workspace, "numbers": these}):
            deciders.setdefault((workspace, person["number"]), []).append(person["user_id"])
        for number, given in reviews_by_number(db, workspace, these).items():
            reviews[workspace, number] = given
    return [
        mapper.load(
            row,
            deciders=tuple(deciders.get((row["workspace"], row["number"]), ())),
            reviews=reviews.get((row["workspace"], row["number"]), ()),
        )
        for row in found
    ]


def reviews_by_number(
    db: Connection, workspace: str, numbers: Iterable[int]
) -> dict[int, tuple[ReviewAnswer, ...]]:
    """Return the reviews of decisions by their numbers, in the order given."""
    found: dict[int, tuple[ReviewAnswer, ...]] = {}
    for row in db.all(_REVIEWS_OF, {"workspace": workspace, "numbers": list(numbers)}):
        found[row["number"]] = (*found.get(row["number"], ()), _REVIEWS.load(row))
    return found


def add_decisions(db: Connection, decisions: Sequence[Decision]) -> None:
    """Insert decisions under their numbers."""
    db.insert_all("decisions", [decision_row(each) for each in decisions])
    _insert_people(db, decisions)
    _insert_reviews(db, decisions)
    index_decisions(db, decisions)


def number_decision(db: Connection, decision: Decision) -> Decision:
    """Insert a decision under the next free number of its workspace; return it numbered."""
    numbered = replace(decision, number=next_number(db, decision.workspace))
    add_decisions(db, [numbered])
    return numbered


def save_decision(db: Connection, before: Decision, after: Decision) -> None:
    """Update a stored decision from `before` to `after`."""
    key = {"workspace": after.workspace, "number": after.number}
    db.update("decisions", decision_row(after), **key)
    if (before.driver, before.deciders) != (after.driver, after.deciders):
        db.delete("decision_people", **key, role=DRIVER)
        db.delete("decision_people", **key, role=DECIDER)
        _insert_people(db, [after])
    if before.reviews != after.reviews:
        db.delete("reviews", **key)
        _insert_reviews(db, [after])
    index_decisions(db, [after])


def add_contributor(db: Connection, decision: Decision, user: str) -> None:
    """Let a user who has added a perspective read the decision from anywhere."""
    if db.insert_if_new("decision_people", _person(decision, user, CONTRIBUTOR, 0)):
        note_people(db, decision.workspace, [user])
        index_decisions(db, [decision])


def add_event(db: Connection, workspace: str, number: int, event: Event) -> None:
    """Record an event of a decision."""
    key = {"workspace": workspace, "number": number}
    db.insert("events", {**key, "kind": event.kind.value, **_EVENTS.row(event)})


def find_events(db: Connection, workspace: str, number: int) -> tuple[Event, ...]:
    """Return the events of a decision, oldest first."""
    found = db.all(
        "select * from events where workspace = :workspace and number = :number order by id",
        {"workspace": workspace, "number": number},
    )
    return tuple(_EVENTS.load(row) for row in found)


def next_number(db: Connection, workspace: str) -> int:
    """Return the number for the next decision of a workspace."""
    (row,) = db.all(_NEXT, {"workspace": workspace, "everywhere": _EVERYWHERE})
    return int(row["next"])


def highest_numbers(db: Connection) -> dict[str, int]:
    """Return the highest number that a database knows of, by workspace."""
    found: dict[str, int] = {}
    for table in ("decisions", "number_floors"):
        rows = db.all(_HIGHEST.format(table))
        found = _higher(found, {row["workspace"]: row["number"] for row in rows})
    return found


def reserve_numbers(db: Connection, before: Mapping[str, int] | None) -> None:
    """Set floors, so that numbers continue above all that may have been assigned.

    Args:
        db: the restored database.
        before: the highest numbers of the database that it replaces; None if they are unknown,
            which leaves a gap.
    """
    own = highest_numbers(db)
    if before is None:
        own.setdefault(_EVERYWHERE, 0)
        before = {workspace: number + UNKNOWN_GAP for workspace, number in own.items()}
    for workspace, number in _higher(own, before).items():
        row = {"workspace": workspace, "number": number}
        db.upsert("number_floors", row, key=("workspace",))


def decision_row(decision: Decision) -> Row:
    """Return the row of a decision in `decisions`."""
    return {
        **_DECISIONS.row(decision),
        "playbook": decision.playbook_id,
        "recommended": decision.recommended or "",
        "chosen": decision.chosen or "",
        "decider_count": len(decision.deciders),
        "review_count": len(decision.reviews),
    }


def _insert_people(db: Connection, decisions: Sequence[Decision]) -> None:
    rows, people = list[Row](), dict[str, set[str]]()
    for each in decisions:
        rows.append(_person(each, each.driver, DRIVER, 0))
        rows += [_person(each, user, DECIDER, at) for at, user in enumerate(each.deciders)]
        people.setdefault(each.workspace, set()).update((each.driver, *each.deciders))
    db.insert_all("decision_people", rows)
    for workspace, users in people.items():
        note_people(db, workspace, users)


def _insert_reviews(db: Connection, decisions: Sequence[Decision]) -> None:
    rows = [
        {"workspace": each.workspace, "number": each.number, **_REVIEWS.row(review)}
        for each in decisions
        for review in each.reviews
    ]
    db.insert_all("reviews", rows)


def _person(decision: Decision, user: str, role: str, position: int) -> Row:
    return {
        "workspace": decision.workspace,
        "number": decision.number,
        "user_id": user,
        "role": role,
        "position": position,
    }


def _higher(some: Mapping[str, int], others: Mapping[str, int]) -> dict[str, int]:
    return {each: max(some.get(each, 0), others.get(each, 0)) for each in (*some, *others)}
