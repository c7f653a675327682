"""Events of decisions."""

from bot.decisions.events import Event
from bot.storage.connection import Connection
from bot.storage.convert import RowMapper

_EVENTS = RowMapper(Event)


def add_event(db: Connection, workspace: str, number: int, event: Event) -> None:
    """Record an event of a decision."""
    db.insert("events", {"workspace": workspace, "number": number, **_EVENTS.row(event)})


def find_events(db: Connection, workspace: str, number: int) -> tuple[Event, ...]:
    """Return the events of a decision, oldest first."""
    found = db.all(
        "select * from events where workspace = :workspace and number = :number order by id",
        {"workspace": workspace, "number": number},
    )
    return tuple(_EVENTS.load(row) for row in found)
