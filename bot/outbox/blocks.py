"""Channels that take nothing from us: what is held back for them, and who is told of it."""

from datetime import datetime

from bot.outbox.model import (
    PROBE_KINDS,
    Alert,
    Delivery,
    DeliveryKind,
    DeliveryState,
    redraw_of,
)
from bot.outbox.table import enqueue, to_delivery
from bot.storage.connection import Connection

WORKSPACE = ""
"""In the place of a channel: the whole workspace."""

_HELD_BACK = """
select d.* from stops join deliveries as d
  on d.workspace = stops.workspace and d.channel = stops.channel
where d.state = :pending and d.kind not in (:announcement, :digest)
"""
_RELEASED = """
update deliveries set state = :pending
where state = :held and +workspace = :workspace and +channel = :channel
"""
_STOP = """
insert into stops (workspace, channel, reason, since, try_at)
values (:workspace, :channel, :reason, :at, :try_at)
on conflict (workspace, channel) do update set reason = :reason, try_at = :try_at
"""
_TOLD = """
select count(*) as number from deliveries as d join stops
  on stops.workspace = :workspace and stops.channel = :channel
where d.workspace = :workspace and d.channel = :owner and d.kind = :kind
  and d.detail ->> 'channel' = :channel and d.kept_at >= stops.since
  and (:decision is null or exists (
    select 1 from deliveries as about
    where about.key = d.detail ->> 'about' and about.state <> 'dismissed'
  ))
"""


def stop(
    db: Connection, workspace: str, channel: str, reason: str, at: datetime, try_at: datetime
) -> bool:
    """Note that a channel takes nothing; return whether that is new."""
    before = db.table("stops").count_where("workspace = ? and channel = ?", (workspace, channel))
    values = {"workspace": workspace, "channel": channel, "reason": reason}
    db.execute(_STOP, {**values, "at": at.isoformat(), "try_at": try_at.isoformat()})
    return before == 0


def lift(db: Connection, workspace: str, channel: str) -> None:
    """Forget the stop of a channel, or of the whole workspace; nothing is released by that."""
    db.table("stops").delete_where("workspace = ? and channel = ?", (workspace, channel))


def release(db: Connection, workspace: str, channel: str) -> None:
    """Forget the stops that stood against a channel, and let go what was held back for it."""
    lift(db, workspace, channel)
    lift(db, workspace, WORKSPACE)
    db.execute(
        _RELEASED,
        {
            "pending": DeliveryState.PENDING.value,
            "held": DeliveryState.HELD.value,
            "workspace": workspace,
            "channel": channel,
        },
    )


def hold_back(db: Connection, at: datetime) -> None:
    """Hold what waits for channels that are stopped, but for what is to be tried there."""
    if not db.table("stops").count_where("channel <> ?", [WORKSPACE]):
        return
    announcement, digest = sorted(kind.value for kind in PROBE_KINDS)
    of = {"pending": DeliveryState.PENDING.value, "announcement": announcement, "digest": digest}
    for row in list(db.query(_HELD_BACK, of)):
        db.table("deliveries").update(row["id"], {"state": DeliveryState.HELD.value})
        redraw_notices(db, row["key"], at)


def is_told(db: Connection, notice: Delivery) -> bool:
    """Whether the owner was told of the stop that a notice is about.

    A notice about a digest that was given up tells of no decision any more.
    """
    if not isinstance(notice.payload, Alert):
        raise TypeError(f"{notice.key} is no alert")
    arguments = {
        "workspace": notice.workspace,
        "channel": notice.payload.channel,
        "owner": notice.channel,
        "kind": DeliveryKind.NOT_POSTED.value,
        "decision": notice.decision,
    }
    (counted,) = db.all(_TOLD, arguments)
    return int(counted["number"]) > 0


def redraw_notices(db: Connection, key: str, at: datetime) -> None:
    """Have the notices about a delivery show how things stand with it now."""
    enqueue(db, [redraw_of(notice, at) for notice in notices_about(db, key)])


def notices_about(db: Connection, key: str) -> list[Delivery]:
    """Return the notices about a delivery, oldest first."""
    found = db.table("deliveries").rows_where(
        "kind in ('not_posted', 'unconfirmed') and detail ->> 'about' = ?", [key], order_by="id"
    )
    return [to_delivery(row) for row in found]
