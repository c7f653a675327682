"""What the log holds beside a decision: perspectives, events, and who people are."""

from bot.decisions.model import Decision
from bot.decisions.records.build import DecisionContext, people_in
from bot.storage.channels import name_of
from bot.storage.connection import Connection
from bot.storage.database import Database
from bot.storage.events import find_events
from bot.storage.people import find_names
from bot.storage.perspectives import find_team


class SqliteBackground:
    """The part of the port `ReadingStore` that is about a decision's life, on a log."""

    def __init__(self, log: Database) -> None:
        """Make it on a log that its owner opens and closes."""
        self._log = log

    async def context(self, decision: Decision) -> DecisionContext:
        """Return a decision's perspectives and events, and what people and channel are called."""
        return await self._log.read(lambda db: _background(db, decision))


def _background(db: Connection, decision: Decision) -> DecisionContext:
    team = find_team(db, decision.workspace, decision.number)
    perspectives = team.perspectives if team else ()
    events = find_events(db, decision.workspace, decision.number)
    people = people_in(decision, perspectives, events)
    names = find_names(db, decision.workspace, people)
    called = name_of(db, decision.workspace, decision.place.channel)
    return DecisionContext(perspectives, events, names, called)
