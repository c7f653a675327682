"""What people were told of a decision by direct message, drawn anew as it is true no longer."""

from collections.abc import Collection
from datetime import datetime

from bot.decisions.model import Decision
from bot.outbox.model import DeliveryKind, redrawing
from bot.storage import rows
from bot.storage.connection import Connection
from bot.storage.events import keep_needed

KINDS = (DeliveryKind.ASKED, DeliveryKind.TO_DECIDE, DeliveryKind.REVIEW)
_NEXT = chr(ord("/") + 1)
"""What keys of a decision come before, as they all begin with its number and a slash."""


def redraw_changed(db: Connection, before: Decision, after: Decision, at: datetime) -> None:
    """Have the messages drawn anew that a change of words, status or deciders outdates."""
    reworded = (before.title, before.problem) != (after.title, after.problem)
    if reworded or before.status is not after.status:
        redraw(db, after, KINDS, at)
    elif before.deciders != after.deciders:
        redraw(db, after, (DeliveryKind.TO_DECIDE,), at)


def redraw(
    db: Connection,
    decision: Decision,
    kinds: Collection[DeliveryKind],
    at: datetime,
    user: str | None = None,
) -> None:
    """Have direct messages of some kinds about a decision drawn anew: somebody's, or all."""
    begins = f"{decision.workspace}/{decision.number}"
    found = db.table("deliveries").rows_where(
        "key > ? and key < ?", (f"{begins}/", f"{begins}{_NEXT}"), order_by="id"
    )
    messages = [rows.to_delivery(row) for row in found if row["kind"] in kinds]
    mine = [each for each in messages if user in {None, each.channel}]
    keep_needed(db, [redrawing(each, at) for each in mine])
