"""SQL on deliveries and blocked channels, as functions that run in the caller's transaction."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from pydantic import TypeAdapter

from bot.outbox.model import (
    BACKGROUND_KINDS,
    EXPIRED,
    Alert,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Payload,
    Redraw,
    redraw_of,
)
from bot.storage.connection import Connection, Row
from bot.storage.convert import utc_text

WORKSPACE = ""
"""The channel of a block on the whole workspace."""

_PAYLOADS: dict[DeliveryKind, TypeAdapter[Any]] = {
    each.kind: TypeAdapter(each) for each in get_args(Payload)
}
_GIVEN_UP = frozenset({DeliveryState.FAILED, DeliveryState.DISMISSED})
_WAITING = frozenset({DeliveryState.PENDING, DeliveryState.HELD})

_REDRAW_WAITS = """
select key from deliveries
where kind = 'redraw' and parent = :parent and state in ('pending', 'held') limit 1
"""
_ABOUT = "select * from deliveries where workspace = :workspace and decision = :number order by id"
_ALERTS = "select * from deliveries where subject = :key order by id"
_OVERDUE = """
select key from deliveries where state in ('pending', 'held', 'failed') and expires_at <= :now
"""
_EXPIRE = "update deliveries set state = 'dismissed', error = :error where key = :key"
_BLOCK = """
insert into channel_blocks (workspace, channel, reason, since, probe_at, probes)
values (:workspace, :channel, :reason, :at, :probe_at, 0)
on conflict (workspace, channel) do update set reason = excluded.reason
"""
_RESUME = """
update deliveries set state = 'pending'
where state = 'held' and workspace = :workspace and channel = :channel
"""
# SQLite keeps the order of a cross join: few channels are blocked, and many deliveries pending.
_TO_HOLD = """
select d.key from channel_blocks as b cross join deliveries as d
where d.workspace = b.workspace and d.channel = b.channel and b.channel <> ''
  and d.state = 'pending' and d.kind not in ('announcement', 'digest')
"""
_HOLD = "update deliveries set state = 'held' where key = :key"
_ALERTED = """
select d.key from deliveries as d join channel_blocks as b
  on b.workspace = :workspace and b.channel = :channel
where d.workspace = :workspace and d.channel = :owner and d.kind = 'not_posted'
  and d.subject_channel = :channel and d.created_at >= b.since
  and (:about_digest = 1 or exists (
    select 1 from deliveries as about where about.key = d.subject and about.state <> 'dismissed'
  ))
limit 1
"""


@dataclass(frozen=True, slots=True)
class BlockedChannel:
    """A channel, or a whole workspace (`channel` is None), that accepts no messages.

    `reason` is Slack's error name.
    """

    workspace: str
    channel: str | None
    reason: str
    since: datetime


def enqueue(db: Connection, deliveries: Iterable[Delivery]) -> int:
    """Store deliveries, except those that would change nothing in Slack.

    Skipped are: a key that is stored already; a reply to a message that was given up; a redraw of a
    message that is not yet sent, or for which a redraw waits, since messages are rendered when they
    are sent.

    Returns:
        The number of deliveries stored.
    """
    return sum(
        db.insert_if_new("deliveries", _to_row(each))
        for each in deliveries
        if not _is_redundant(db, each)
    )


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
    """Return the deliveries of some kinds about a decision, oldest first."""
    found = db.all(_ABOUT, {"workspace": workspace, "number": number})
    return [to_delivery(row) for row in found if row["kind"] in kinds]


def alerts_about(db: Connection, key: str) -> list[Delivery]:
    """Return the alerts about a delivery, oldest first."""
    return [to_delivery(row) for row in db.all(_ALERTS, {"key": key})]


def redraw_alerts(db: Connection, key: str, at: datetime) -> None:
    """Render the alerts about a delivery again, which show its state."""
    enqueue_redraws(db, alerts_about(db, key), at)


def expire(db: Connection, key: str, at: datetime) -> None:
    """Dismiss a delivery whose time has passed."""
    db.execute(_EXPIRE, {"key": key, "error": EXPIRED})
    redraw_alerts(db, key, at)


def expire_overdue(db: Connection, at: datetime) -> None:
    """Dismiss all deliveries that were not posted and whose time has passed."""
    for row in db.all(_OVERDUE, {"now": utc_text(at)}):
        expire(db, row["key"], at)


def block(
    db: Connection, workspace: str, channel: str, reason: str, at: datetime, probe_at: datetime
) -> bool:
    """Block a channel; return whether it was not blocked before.

    A workspace that is blocked already keeps the time of its next probe.

    Args:
        db: the connection.
        workspace: the channel's.
        channel: the channel's id, or `WORKSPACE`.
        reason: Slack's error name.
        at: the time.
        probe_at: when to post the first delivery as a probe; used for workspaces only.
    """
    is_new = db.get("channel_blocks", workspace=workspace, channel=channel) is None
    values = {"workspace": workspace, "channel": channel, "reason": reason}
    db.execute(_BLOCK, {**values, "at": utc_text(at), "probe_at": utc_text(probe_at)})
    return is_new


def unblock(db: Connection, workspace: str, channel: str) -> None:
    """Unblock a channel, or a workspace; held deliveries stay held."""
    db.delete("channel_blocks", workspace=workspace, channel=channel)


def resume(db: Connection, workspace: str, channel: str) -> None:
    """Unblock a channel and its workspace, and resume what was held for the channel."""
    unblock(db, workspace, channel)
    unblock(db, workspace, WORKSPACE)
    db.execute(_RESUME, {"workspace": workspace, "channel": channel})


def hold_pending(db: Connection, at: datetime) -> None:
    """Hold what is pending for blocked channels, except probes."""
    for row in db.all(_TO_HOLD):
        db.execute(_HOLD, {"key": row["key"]})
        redraw_alerts(db, row["key"], at)


def is_alerted(db: Connection, alert: Delivery) -> bool:
    """Whether the recipient of an alert was alerted of the same blocked channel before.

    An alert about an expired digest still counts for the next digest, one about a dismissed message
    of a decision does not.
    """
    if not isinstance(alert.payload, Alert):
        raise TypeError(f"{alert.key} is not an alert")
    of = {"workspace": alert.workspace, "channel": alert.payload.channel, "owner": alert.channel}
    return db.one(_ALERTED, {**of, "about_digest": int(alert.decision is None)}) is not None


def blocked_channels(db: Connection) -> list[BlockedChannel]:
    """Return the blocked channels and workspaces, the longest blocked first."""
    return [
        BlockedChannel(
            row["workspace"],
            row["channel"] or None,
            row["reason"],
            datetime.fromisoformat(row["since"]),
        )
        for row in db.all("select * from channel_blocks order by since, workspace, channel")
    ]


def to_delivery(row: Row) -> Delivery:
    """Return the delivery of a row.

    Raises:
        ValueError: this version cannot read its payload.
    """
    kind = DeliveryKind(row["kind"])
    return Delivery(
        key=row["key"],
        workspace=row["workspace"],
        payload=_PAYLOADS[kind].validate_json(row["payload"]),
        channel=row["channel"],
        due_at=datetime.fromisoformat(row["due_at"]),
        decision=row["decision"],
        parent=row["parent"],
        expires_at=_time(row["expires_at"]),
        state=DeliveryState(row["state"]),
        attempts=row["attempts"],
        ts=row["ts"],
        sent_channel=row["sent_channel"],
        first_failed_at=_time(row["first_failed_at"]),
        error=row["error"],
    )


def _to_row(delivery: Delivery) -> Row:
    payload = delivery.payload
    subject, subject_channel = None, None
    if isinstance(payload, Alert):
        subject, subject_channel = payload.about, payload.channel
    return {
        "key": delivery.key,
        "workspace": delivery.workspace,
        "kind": delivery.kind.value,
        "channel": delivery.channel,
        "decision": delivery.decision,
        "parent": delivery.parent,
        "subject": subject,
        "subject_channel": subject_channel,
        "payload": _PAYLOADS[delivery.kind].dump_json(payload).decode(),
        "background": int(delivery.kind in BACKGROUND_KINDS),
        "state": delivery.state.value,
        "attempts": 0,
        "created_at": utc_text(delivery.due_at),
        "due_at": utc_text(delivery.due_at),
        "expires_at": utc_text(delivery.expires_at) if delivery.expires_at else None,
    }


def _is_redundant(db: Connection, delivery: Delivery) -> bool:
    if delivery.parent is None:
        return False
    parent = db.get("deliveries", key=delivery.parent)
    if parent is None or parent["state"] in _GIVEN_UP:
        return True
    if not isinstance(delivery.payload, Redraw):
        return False
    return parent["state"] in _WAITING or bool(db.all(_REDRAW_WAITS, {"parent": delivery.parent}))


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
