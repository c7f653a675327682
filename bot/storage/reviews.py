"""Reviews in the log: who is to be asked, what waits for whom, and what was said."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from bot.decisions.access import ReadScope
from bot.decisions.model import Decision, Person, Status
from bot.decisions.review_schedule import ReviewRequests
from bot.storage import rows
from bot.storage.connection import Connection
from bot.storage.database import Database
from bot.storage.scope import MAY_READ, who

_MOST_WAITING = 100
_FOLLOWED = {Status.ACCEPTED.value, Status.OVERRIDDEN.value}

_DUE = """
select * from decisions
where review_asked is null and review_on <= :day and status in ('accepted', 'overridden')
  and (review_on, workspace, number) > (:after_day, :after_workspace, :after_number)
order by review_on, workspace, number limit :limit
"""

# A cross join is never reordered: from a person's few decisions, not from all of a workspace.
_WAITING = """
select d.* from decision_people as p
cross join decisions as d on d.workspace = p.workspace and d.number = p.number
where p.workspace = :workspace and p.user = :user and p.role = 'decider'
  and (d.status = 'open' or (
    d.status in ('accepted', 'overridden') and d.review_on <= :day
    and not exists (
      select 1 from json_each(d.reviews) where json_extract(value, '$.by') = :user
    )
  ))
order by p.number limit :limit
"""
_REVIEWED = f"""
select * from decisions where {MAY_READ} and reviews <> '[]' order by number desc limit :limit
"""  # noqa: S608  # only constants of this package


class SqliteReviews:
    """The part of the port `Store` that is about reviews, on a log."""

    def __init__(self, log: Database) -> None:
        """Make it on a log that its owner opens and closes."""
        self._log = log

    async def to_review(self, day: date, after: Decision | None, limit: int) -> list[Decision]:
        """Return decisions to be reviewed by `day` some of whose deciders were not asked yet."""
        arguments = {
            "day": day.isoformat(),
            "after_day": str(after.review_on) if after else "",
            "after_workspace": after.workspace if after else "",
            "after_number": after.number if after else 0,
            "limit": limit,
        }
        found = await self._log.read(lambda db: list(db.query(_DUE, arguments)))
        return [rows.to_decision(row) for row in found]

    async def ask_reviews(
        self, decisions: Sequence[Decision], ask: Callable[[Decision], ReviewRequests]
    ) -> int:
        """Keep what `ask` returns for each decision that is still to be reviewed, as it is now."""
        return await self._log.write(lambda db: sum(_ask(db, each, ask) for each in decisions))

    async def waiting_for(self, person: Person, day: date) -> list[Decision]:
        """Return what is for a person to decide, or to review by `day`, oldest first."""
        arguments = {
            "workspace": person.workspace,
            "user": person.user,
            "day": day.isoformat(),
            "limit": _MOST_WAITING,
        }
        found = await self._log.read(lambda db: list(db.query(_WAITING, arguments)))
        return [rows.to_decision(row) for row in found]

    async def reviewed(self, sight: ReadScope, limit: int) -> list[Decision]:
        """Return the newest decisions that may be read and that somebody has reviewed."""
        arguments = {**who(sight), "limit": limit}
        found = await self._log.read(lambda db: list(db.query(_REVIEWED, arguments)))
        return [rows.to_decision(row) for row in found]

    async def drop_drafts(self, before: datetime) -> int:
        """Delete drafts that became no decision and were last changed before a time."""
        query = "delete from drafts where decision is null and changed_at < ?"
        arguments = (before.isoformat(),)
        return await self._log.write(lambda db: db.execute(query, arguments))


def _ask(db: Connection, decision: Decision, ask: Callable[[Decision], ReviewRequests]) -> int:
    """Ask about a decision; return how many of its deciders are asked now."""
    key = (decision.workspace, decision.number)
    row = db.get("decisions", workspace=key[0], number=key[1])
    if row is None or row["review_asked"] is not None or row["status"] not in _FOLLOWED:
        return 0
    asking = ask(rows.to_decision(row))
    table = db.table("deliveries")
    new = [each for each in asking.deliveries if not table.count_where("key = ?", [each.key])]
    for delivery in new:
        table.insert(rows.delivery_row(delivery))
    if asking.complete:
        db.table("decisions").update(key, {"review_asked": row["review_on"]})
    return len(new)
