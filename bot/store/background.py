"""What the log holds beside a decision: perspectives, events, and who people are."""

import json
from datetime import datetime

from sqlite_utils import Database

from bot.decisions.events import Event
from bot.decisions.model import Decision
from bot.decisions.records.background import Background, people_in
from bot.store.channels import name_of
from bot.store.log import Log
from bot.store.people import names_of
from bot.store.perspectives import team_of


class SqliteBackground:
    """The part of the port `ReadingStore` that is about a decision's life, on a log."""

    def __init__(self, log: Log) -> None:
        """Make it on a log that its owner opens and closes."""
        self._log = log

    async def background(self, decision: Decision) -> Background:
        """Return a decision's perspectives and events, and what people and channel are called."""
        return await self._log.read(lambda db: _background(db, decision))


def _background(db: Database, decision: Decision) -> Background:
    team = team_of(db, decision.workspace, decision.number)
    perspectives = team.perspectives if team else ()
    events = _events(db, decision)
    people = people_in(decision, perspectives, events)
    names = names_of(db, decision.workspace, people)
    called = name_of(db, decision.workspace, decision.place.channel)
    return Background(perspectives, events, names, called)


def _events(db: Database, decision: Decision) -> tuple[Event, ...]:
    found = db.table("events").rows_where(
        "workspace = ? and decision = ?", (decision.workspace, decision.number), order_by="id"
    )
    return tuple(
        Event(
            row["kind"], row["actor"], datetime.fromisoformat(row["at"]), json.loads(row["detail"])
        )
        for row in found
    )
