"""Events of decisions."""

from collections.abc import Iterable

from bot.decisions.events import Event
from bot.outbox.model import Delivery, DeliveryKind, DeliveryState
from bot.storage import rows
from bot.storage.connection import Connection
from bot.storage.convert import RowMapper

_EVENTS = RowMapper(Event)
_WAITING = (DeliveryState.PENDING.value, DeliveryState.HELD.value)
_GIVEN_UP = frozenset({DeliveryState.FAILED.value, DeliveryState.DISMISSED.value})


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


def keep_needed(db: Connection, deliveries: Iterable[Delivery]) -> None:
    """Keep deliveries, less those that would change nothing in Slack."""
    for delivery in deliveries:
        if not _is_needless(db, delivery):
            db.table("deliveries").insert(rows.delivery_row(delivery))


def _is_needless(db: Connection, delivery: Delivery) -> bool:
    """Whether it is kept already, or would not show anything that is not shown anyway.

    Messages are rendered when they are sent. So nothing needs to be redrawn that was not taken to
    be sent yet, and one redrawing that waits shows all that has happened until then.
    """
    table = db.table("deliveries")
    if table.count_where("key = ?", [delivery.key]):
        return True
    if delivery.after is None:
        return False
    states = [row["state"] for row in table.rows_where("key = ?", [delivery.after])]
    if not states or states[0] in _GIVEN_UP:
        return True
    if delivery.kind is not DeliveryKind.UPDATE:
        return False
    waiting = "kind = ? and after = ? and state in (?, ?)"
    same = (delivery.kind.value, delivery.after, *_WAITING)
    return states[0] in _WAITING or table.count_where(waiting, same) > 0
