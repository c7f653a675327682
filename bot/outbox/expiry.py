"""Digests that are not known to have come: given up, so that the next one tells what they tell."""

from datetime import datetime

from bot.outbox.blocks import redraw_notices
from bot.outbox.model import EXPIRED, DeliveryKind, DeliveryState
from bot.storage.connection import Connection, Row

_NOT_SENT = """
select * from deliveries where state in ('pending', 'held', 'failed') and kind = ?
"""
_OF_THE_CHANNEL = """
select d.* from digests as had join deliveries as d
  on d.key = had.workspace || '/digest/' || had.channel || '/' || had.week
where had.workspace = ? and had.channel = ? and had.sent and had.week < ?
  and d.state in ('pending', 'sending', 'held', 'failed', 'unknown')
"""
# A digest that was not posted is one of the missed, and told of no playbook either. One that may
# have been posted is not named as missed.
_LEFT_OUT = """
update digests set
  sent = 0,
  missed = case when :perhaps_there then missed else json_insert(missed, '$[#]', day) end,
  editions = coalesce((
    select told.editions from digests as told
    where told.workspace = digests.workspace and told.channel = digests.channel
      and told.week < digests.week
    order by told.week desc limit 1
  ), '[]')
where workspace = :workspace and channel = :channel and sent
  and workspace || '/digest/' || channel || '/' || week = :key
"""


def is_late(row: Row, at: datetime) -> bool:
    """Whether a delivery is a digest for which it is too late by then."""
    return row["expires_at"] is not None and row["expires_at"] <= at.isoformat()


def give_up(db: Connection, row: Row, at: datetime) -> None:
    """Give a digest up that was not posted, or that nobody knows of.

    The next one begins where the one before it ended.
    """
    values = {
        "state": DeliveryState.DISMISSED.value,
        "error": EXPIRED,
    }
    db.table("deliveries").update(row["id"], values)
    of = {
        "workspace": row["workspace"],
        "channel": row["channel"],
        "key": row["key"],
        "perhaps_there": row["state"] == DeliveryState.UNKNOWN,
    }
    db.execute(_LEFT_OUT, of)
    redraw_notices(db, row["key"], at)


def give_up_late(db: Connection, at: datetime) -> None:
    """Give up all digests that were not posted and for which it is too late."""
    for row in list(db.query(_NOT_SENT, [DeliveryKind.DIGEST.value])):
        if is_late(row, at):
            give_up(db, row, at)


def make_room(db: Connection, workspace: str, channel: str, week: str, at: datetime) -> bool:
    """Give up a channel's digests before a week's that are not known to have come.

    Returns:
        False, and none is given up, if one is being posted at the moment.
    """
    found = list(db.query(_OF_THE_CHANNEL, (workspace, channel, week)))
    if any(row["state"] == DeliveryState.SENDING for row in found):
        return False
    for row in found:
        give_up(db, row, at)
    return True
