"""Perspectives of decisions, and who was asked for one."""

from bot.decisions.comparison import TeamViews
from bot.decisions.model import Decision, DecisionSummary, Person, Perspective, ViewRequest
from bot.storage.connection import Connection
from bot.storage.convert import RowMapper
from bot.storage.decisions import SUMMARY, add_contributor, find_decision, load_summaries
from bot.storage.people import note_people

_MOST_REQUESTED = 100
_KEY = ("workspace", "number", "user_id")
_PERSPECTIVES = RowMapper(Perspective, {"decision": "number", "user": "user_id"})
_REQUESTS = RowMapper(ViewRequest, {"user": "user_id", "by": "asked_by", "at": "asked_at"})
_GIVEN = """
select * from perspectives where workspace = :workspace and number = :number
order by added_at, user_id
"""
_ASKED = """
select * from view_requests where workspace = :workspace and number = :number
order by asked_at, user_id
"""
_REQUESTED = f"""
select {SUMMARY} from decisions where workspace = :workspace and status = 'open' and number in (
  select number from view_requests as asked
  where workspace = :workspace and user_id = :user and not exists (
    select 1 from perspectives as given
    where given.workspace = asked.workspace and given.number = asked.number
      and given.user_id = asked.user_id
  )
) order by number limit :limit
"""  # noqa: S608  # constants of this package


def find_team(db: Connection, workspace: str, number: int) -> TeamViews | None:
    """Return a decision with its perspectives and view requests; None if there is none."""
    decision = find_decision(db, workspace, number)
    if decision is None:
        return None
    key = {"workspace": workspace, "number": number}
    given, asked = db.all(_GIVEN, key), db.all(_ASKED, key)
    return TeamViews(
        decision,
        tuple(_PERSPECTIVES.load({**row, "option": row["option"] or None}) for row in given),
        tuple(_REQUESTS.load(row) for row in asked),
    )


def decisions_awaiting_view(db: Connection, person: Person) -> list[DecisionSummary]:
    """Return the open decisions for which a person was asked for a perspective and gave none.

    Oldest first, and at most 100.
    """
    key = {"workspace": person.workspace, "user": person.user, "limit": _MOST_REQUESTED}
    return load_summaries(db, db.all(_REQUESTED, key))


def save_perspective(db: Connection, decision: Decision, perspective: Perspective) -> None:
    """Insert or replace a person's perspective of a decision; they may read it from then on."""
    row = {**_PERSPECTIVES.row(perspective), "option": perspective.option or ""}
    db.upsert("perspectives", row, key=_KEY)
    add_contributor(db, decision, perspective.user)


def save_view_request(db: Connection, decision: Decision, request: ViewRequest) -> None:
    """Insert or replace the request for a person's perspective of a decision."""
    key = {"workspace": decision.workspace, "number": decision.number}
    db.upsert("view_requests", {**key, **_REQUESTS.row(request)}, key=_KEY)
    note_people(db, decision.workspace, [request.user])


def delete_view_request(db: Connection, decision: Decision, user: str) -> None:
    """Delete the request for a person's perspective of a decision."""
    key = {"workspace": decision.workspace, "number": decision.number}
    db.delete("view_requests", **key, user_id=user)
