"""A message drawn by two at a time: the older state must not be the one that stays."""

from datetime import datetime

from bot.outbox.model import Delivery, DeliveryKind, DeliveryState, redraw_of
from bot.outbox.table import enqueue, to_delivery
from bot.storage.connection import Connection, Row

_LATER = """
kind = 'redraw' and after = :after
  and id > :id and taken_at is not null
"""
"""A redraw that was claimed later has a higher id."""


def draw_again_if_overtaken(db: Connection, delivery: Delivery, row: Row, at: datetime) -> None:
    """Have a message drawn once more if somebody else drew it while an update was under way.

    Whoever was held up for longer than anything is under way may have drawn an older state over a
    newer one.

    Args:
        db: the log.
        delivery: the update, as it was taken.
        row: the same as it stands now.
        at: when to draw it again.
    """
    if delivery.kind is not DeliveryKind.REDRAW:
        return
    taken = (row["state"], row["attempts"])
    is_ours = taken == (DeliveryState.SENDING, delivery.attempts)
    table = db.table("deliveries")
    if is_ours and not table.count_where(_LATER, {"after": row["after"], "id": row["id"]}):
        return
    for drawn in table.rows_where("key = ?", [delivery.parent]):
        enqueue(db, [redraw_of(to_delivery(drawn), at)])
