"""Reviews in the log: who is to be asked, what waits for whom, and what was said."""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from sqlite_utils import Database

from bot.decisions.delivery import Delivery
from bot.decisions.model import Decision, Person
from bot.store import rows
from bot.store.log import Log

_AT_ONCE = 100
_MOST_WAITING = 100

_DUE = """
select * from decisions
where review_asked is null and review_on <= :day and status in ('accepted', 'overridden')
order by review_on limit :limit
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


class SqliteReviews:
    """The part of the port `Store` that is about reviews, on a log."""

    def __init__(self, log: Log) -> None:
        """Make it on a log that its owner opens and closes."""
        self._log = log

    async def ask_reviews(self, day: date, ask: Callable[[Decision], Iterable[Delivery]]) -> int:
        """Keep what `ask` returns for each decision that is to be reviewed by `day`, once."""
        asked = 0
        while count := await self._log.write(lambda db: _ask(db, day, ask)):
            asked += count
        return asked

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

    async def reviewed(self, workspace: str) -> list[Decision]:
        """Return the decisions of a workspace that somebody has reviewed, oldest first."""
        query = "select * from decisions where workspace = ? and reviews <> '[]' order by number"
        found = await self._log.read(lambda db: list(db.query(query, (workspace,))))
        return [rows.to_decision(row) for row in found]

    async def drop_drafts(self, before: datetime) -> int:
        """Delete drafts that became no decision and were last changed before a time."""
        query = "delete from drafts where decision is null and changed_at < ?"
        arguments = (before.isoformat(),)
        return await self._log.write(lambda db: int(db.execute(query, arguments).rowcount))


def _ask(db: Database, day: date, ask: Callable[[Decision], Iterable[Delivery]]) -> int:
    """Ask about some decisions that are due; return about how many."""
    due = list(db.query(_DUE, {"day": day.isoformat(), "limit": _AT_ONCE}))
    for row in due:
        for delivery in ask(rows.to_decision(row)):
            db.table("deliveries").insert(rows.delivery_row(delivery), ignore=True)
        asked = {"review_asked": row["review_on"]}
        db.table("decisions").update((row["workspace"], row["number"]), asked)
    return len(due)
