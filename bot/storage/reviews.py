"""Reviews: which decisions are due, which wait for a person, and which were reviewed."""

from datetime import date

from bot.decisions.access import ReadScope
from bot.decisions.model import DecisionSummary, Person
from bot.storage.connection import Connection
from bot.storage.decisions import SUMMARY, load_summaries
from bot.storage.search import READABLE, scope_params

_MOST_WAITING = 100

_DUE = f"""
select {SUMMARY} from decisions
where review_asked is null and review_on <= :day and status in ('accepted', 'overridden')
  and (review_on, workspace, number) > (:after_day, :after_workspace, :after_number)
order by review_on, workspace, number limit :limit
"""  # noqa: S608  # constants of this package
_PENDING = f"""
select {SUMMARY} from decisions
where workspace = :workspace and number = :number
  and review_asked is null and status in ('accepted', 'overridden')
"""  # noqa: S608  # constants of this package
_WAITING = f"""
select {SUMMARY} from decisions as d where workspace = :workspace and number in (
  select number from decision_people
  where workspace = :workspace and user_id = :user and role = 'decider'
) and (status = 'open' or (
  status in ('accepted', 'overridden') and review_on <= :day and not exists (
    select 1 from reviews
    where reviews.workspace = d.workspace and reviews.number = d.number and user_id = :user
  )
))
order by number limit :limit
"""  # noqa: S608  # constants of this package
_REVIEWED = f"""
select {SUMMARY} from decisions where {READABLE} and review_count > 0
order by number desc limit :limit
"""  # noqa: S608  # constants of this package


def decisions_to_review(
    db: Connection, day: date, after: DecisionSummary | None, limit: int
) -> list[DecisionSummary]:
    """Return decisions due for review by `day` some of whose deciders were not asked yet.

    Args:
        db: the connection.
        day: the last review date to include.
        after: the last decision of the previous page; None for the first page.
        limit: how many at most.
    """
    parameters = {
        "day": day.isoformat(),
        "after_day": str(after.review_on) if after else "",
        "after_workspace": after.workspace if after else "",
        "after_number": after.number if after else 0,
        "limit": limit,
    }
    return load_summaries(db, db.all(_DUE, parameters))


def find_review_pending(db: Connection, workspace: str, number: int) -> DecisionSummary | None:
    """Return a decision if it is still to be reviewed and not all its deciders were asked."""
    found = load_summaries(db, db.all(_PENDING, {"workspace": workspace, "number": number}))
    return found[0] if found else None


def mark_review_asked(db: Connection, decision: DecisionSummary) -> None:
    """Record that all deciders were asked for the review of this date."""
    asked = decision.review_on.isoformat() if decision.review_on else None
    key = {"workspace": decision.workspace, "number": decision.number}
    db.update("decisions", {"review_asked": asked}, **key)


def decisions_waiting_for(db: Connection, person: Person, day: date) -> list[DecisionSummary]:
    """Return what a person has to decide, or to review by `day`: oldest first, at most 100."""
    parameters = {
        "workspace": person.workspace,
        "user": person.user,
        "day": day.isoformat(),
        "limit": _MOST_WAITING,
    }
    return load_summaries(db, db.all(_WAITING, parameters))


def reviewed_decisions(db: Connection, scope: ReadScope, limit: int) -> list[DecisionSummary]:
    """Return the newest decisions of a scope that have a review."""
    return load_summaries(db, db.all(_REVIEWED, {**scope_params(scope), "limit": limit}))
