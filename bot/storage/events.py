"""What every change of a decision leaves in the log: its event, and the deliveries it needs."""

import json
from collections.abc import Iterable

from bot.decisions.events import Event
from bot.decisions.model import Decision
from bot.outbox.model import Delivery, DeliveryKind, DeliveryState
from bot.storage import rows
from bot.storage.connection import Connection

_WAITING = (DeliveryState.PENDING.value, DeliveryState.HELD.value)
_GIVEN_UP = frozenset({DeliveryState.FAILED.value, DeliveryState.DISMISSED.value})


def note(db: Connection, decision: Decision, event: Event) -> None:
    """Keep an event in a decision's life."""
    db.table("events").insert(
        {
            "workspace": decision.workspace,
            "decision": decision.number,
            "kind": event.kind,
            "actor": event.actor,
            "at": event.at.isoformat(),
            "detail": json.dumps(dict(event.detail)),
        }
    )


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
