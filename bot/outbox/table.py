"""The table of deliveries: rows, and what other rooms do with it in their own transactions."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from bot.outbox import model
from bot.outbox.model import Delivery, DeliveryKind, DeliveryState, Payload, Redraw, redraw_of
from bot.storage.connection import Connection, Row

_PAYLOADS: dict[DeliveryKind, TypeAdapter[Any]] = {
    each.kind: TypeAdapter(each)
    for each in (
        model.AnnouncementPost,
        model.RecommendationPost,
        model.TeamPost,
        model.ThreadNote,
        model.Redraw,
        model.ViewRequestMessage,
        model.DeciderMessage,
        model.ReviewQuestion,
        model.DigestPost,
        model.NotPostedAlert,
        model.UnconfirmedAlert,
        model.TextNotice,
        model.UnreachableNotice,
        model.OpenModalOffer,
    )
}
_GIVEN_UP = frozenset({DeliveryState.FAILED, DeliveryState.DISMISSED})
_WAITING = frozenset({DeliveryState.PENDING, DeliveryState.HELD})

_INSERT = """
insert into deliveries (
  key, workspace, kind, channel, decision, after, detail, state, attempts, due_at, kept_at,
  expires_at
) values (
  :key, :workspace, :kind, :channel, :decision, :after, :detail, :state, 0, :due_at, :due_at,
  :expires_at
) on conflict (key) do nothing
"""
_REDRAW_WAITS = """
select key from deliveries
where kind = 'redraw' and after = :parent and state in ('pending', 'held') limit 1
"""


def enqueue(db: Connection, deliveries: Iterable[Delivery]) -> int:
    """Store deliveries, except those that would change nothing in Slack.

    Skipped are: a key that is stored already; a reply to a message that was given up; a redraw of a
    message that is not yet sent, or for which a redraw waits, since messages are rendered when they
    are sent.

    Returns:
        The number of deliveries stored.
    """
    return sum(_insert(db, each) for each in deliveries if not _is_redundant(db, each))


def enqueue_redraws(db: Connection, messages: Iterable[Delivery], at: datetime) -> None:
    """Render messages again, if they were sent."""
    enqueue(db, [redraw_of(each, at) for each in messages])


def by_key(db: Connection, key: str) -> Delivery | None:
    """Return a delivery by its key; None if there is none."""
    row = db.get("deliveries", key=key)
    return to_delivery(row) if row else None


def about_decision(
    db: Connection, workspace: str, number: int, kinds: Collection[DeliveryKind]
) -> list[Delivery]:
    """Return the deliveries of some kinds about a decision, in the order in which they were made.

    Args:
        db: the connection.
        workspace: the decision's.
        number: the decision's.
        kinds: which kinds.
    """
    query = "select * from deliveries where workspace = :workspace and decision = :number"
    found = db.all(f"{query} order by id", {"workspace": workspace, "number": number})
    return [to_delivery(row) for row in found if row["kind"] in kinds]


def payload_json(payload: Payload) -> str:
    """Return the JSON that a row stores of a payload."""
    return _PAYLOADS[payload.kind].dump_json(payload).decode()


def to_delivery(row: Row) -> Delivery:
    """Return the delivery that a row stores."""
    kind = DeliveryKind(row["kind"])
    payload: Payload = _PAYLOADS[kind].validate_json(row["detail"])
    return Delivery(
        key=row["key"],
        workspace=row["workspace"],
        payload=payload,
        channel=row["channel"],
        due_at=datetime.fromisoformat(row["due_at"]),
        decision=row["decision"],
        parent=row["after"],
        expires_at=_time(row["expires_at"]),
        state=DeliveryState(row["state"]),
        attempts=row["attempts"],
        ts=row["ts"],
        sent_channel=row["sent_channel"],
        first_failed_at=_time(row["failing_since"]),
        error=row["error"],
    )


def _insert(db: Connection, delivery: Delivery) -> int:
    values = {
        "key": delivery.key,
        "workspace": delivery.workspace,
        "kind": delivery.kind.value,
        "channel": delivery.channel,
        "decision": delivery.decision,
        "after": delivery.parent,
        "detail": payload_json(delivery.payload),
        "state": delivery.state.value,
        "due_at": delivery.due_at.isoformat(),
        "expires_at": delivery.expires_at.isoformat() if delivery.expires_at else None,
    }
    return db.execute(_INSERT, values)


def _is_redundant(db: Connection, delivery: Delivery) -> bool:
    if delivery.parent is None:
        return False
    parent = by_key(db, delivery.parent)
    if parent is None or parent.state in _GIVEN_UP:
        return True
    if not isinstance(delivery.payload, Redraw):
        return False
    if parent.state in _WAITING:
        return True
    return db.one(_REDRAW_WAITS, {"parent": delivery.parent}) is not None


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
