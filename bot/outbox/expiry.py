"""Deliveries that are too late to be posted: dismissed, with `EXPIRED` as their error."""

from datetime import datetime

from bot.outbox.blocks import redraw_notices
from bot.outbox.model import EXPIRED, DeliveryState
from bot.storage.connection import Connection

_EXPIRE = "update deliveries set state = :state, error = :error where key = :key"
_OVERDUE = """
select key from deliveries
where state in ('pending', 'held', 'failed') and expires_at <= :now
"""


def expire(db: Connection, key: str, at: datetime) -> None:
    """Dismiss a delivery that was not posted, or may not have been; redraw alerts about it."""
    values = {"key": key, "state": DeliveryState.DISMISSED.value, "error": EXPIRED}
    db.execute(_EXPIRE, values)
    redraw_notices(db, key, at)


def expire_overdue(db: Connection, at: datetime) -> None:
    """Dismiss all deliveries that are too late to be posted."""
    for row in db.all(_OVERDUE, {"now": at.isoformat()}):
        expire(db, row["key"], at)
