"""The perspectives of decisions, in the log. Fills the port `TeamStore`."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.decisions.comparison import TeamViews
from bot.decisions.model import Decision, Person, Perspective, ViewRequest
from bot.outbox.model import DeliveryKind
from bot.playbooks.verdict import Strength
from bot.services.team_log import TeamChange
from bot.storage import rows
from bot.storage.connection import Connection
from bot.storage.database import Database
from bot.storage.direct_messages import redraw
from bot.storage.events import keep_needed, note

_OF = "workspace = ? and number = ?"
_MOST_ASKED = 100

# A cross join is never reordered: from what was asked of a person, not from all of a workspace.
_ASKED_OF = """
select d.* from asked as a
cross join decisions as d on d.workspace = a.workspace and d.number = a.number
where a.workspace = :workspace and a.user = :user and d.status = 'open' and not exists (
  select 1 from perspectives as p
  where p.workspace = a.workspace and p.number = a.number and p.user = a.user
)
order by a.number limit :limit
"""


class SqlitePerspectives:
    """The port `TeamStore`, on a log."""

    def __init__(self, log: Database) -> None:
        """Make it on a log that its owner opens and closes."""
        self._log = log

    async def team(self, workspace: str, number: int) -> TeamViews | None:
        """Return a decision with its perspectives; None if there is none of that number."""
        return await self._log.read(lambda db: team_of(db, workspace, number))

    async def asked_of(self, person: Person) -> list[Decision]:
        """Return the open decisions on which a person was asked for a perspective and gave none."""
        arguments = {"workspace": person.workspace, "user": person.user, "limit": _MOST_ASKED}
        found = await self._log.read(lambda db: list(db.query(_ASKED_OF, arguments)))
        return [rows.to_decision(row) for row in found]

    async def change_team(
        self, workspace: str, number: int, change: Callable[[TeamViews], TeamChange]
    ) -> Decision | None:
        """Log what is added to a decision, with its event and deliveries."""

        def work(db: Connection) -> Decision | None:
            team = team_of(db, workspace, number)
            if team is None:
                return None
            _apply(db, team.decision, change(team))
            return team.decision

        return await self._log.write(work)


def team_of(db: Connection, workspace: str, number: int) -> TeamViews | None:
    """Return a decision with its perspectives; None if there is none of that number."""
    row = db.get("decisions", workspace=workspace, number=number)
    if row is None:
        return None
    key = (workspace, number)
    perspectives = db.table("perspectives").rows_where(_OF, key, order_by="added_at, user")
    asked = db.table("asked").rows_where(_OF, key, order_by="asked_at, user")
    return TeamViews(
        rows.to_decision(row),
        tuple(_to_perspective(each) for each in perspectives),
        tuple(_to_asked(each) for each in asked),
    )


def _apply(db: Connection, decision: Decision, made: TeamChange) -> None:
    pk = ("workspace", "number", "user")
    if made.perspective is not None:
        db.table("perspectives").upsert(_perspective_row(made.perspective), pk=pk)
    for asked in made.asked:
        db.table("asked").upsert(_asked_row(decision, asked), pk=pk)
    for user in made.unasked:
        db.table("asked").delete((decision.workspace, decision.number, user))
    if made.draft is not None:
        db.update("drafts", {"decision": decision.number}, id=made.draft)
    if made.event is not None:
        note(db, decision, made.event)
    keep_needed(db, made.deliveries)
    if made.perspective is not None and made.event is not None:
        kinds, user = (DeliveryKind.ASKED,), made.perspective.user
        redraw(db, decision, kinds, made.event.at, user)


def _perspective_row(perspective: Perspective) -> dict[str, Any]:
    return {
        "workspace": perspective.workspace,
        "number": perspective.decision,
        "user": perspective.user,
        "answers": json.dumps(dict(perspective.answers)),
        "option": perspective.option or "",
        "strength": perspective.strength.value,
        "added_at": perspective.added_at.isoformat(),
        "changed_at": perspective.changed_at.isoformat(),
    }


def _to_perspective(row: rows.Row) -> Perspective:
    return Perspective(
        workspace=row["workspace"],
        decision=row["number"],
        user=row["user"],
        answers=json.loads(row["answers"]),
        option=row["option"] or None,
        strength=Strength(row["strength"]),
        added_at=datetime.fromisoformat(row["added_at"]),
        changed_at=datetime.fromisoformat(row["changed_at"]),
    )


def _asked_row(decision: Decision, asked: ViewRequest) -> dict[str, Any]:
    return {
        "workspace": decision.workspace,
        "number": decision.number,
        "user": asked.user,
        "asked_by": asked.by,
        "asked_at": asked.at.isoformat(),
        "nudged_at": asked.nudged_at.isoformat() if asked.nudged_at else None,
    }


def _to_asked(row: rows.Row) -> ViewRequest:
    nudged = row["nudged_at"]
    return ViewRequest(
        user=row["user"],
        by=row["asked_by"],
        at=datetime.fromisoformat(row["asked_at"]),
        nudged_at=datetime.fromisoformat(nudged) if nudged else None,
    )
