"""Digests that come too late: given up, so that the next one tells what they would have told."""

from datetime import datetime

from sqlite_utils import Database

from bot.decisions.delivery import DeliveryKind, DeliveryState
from bot.decisions.digest.posting import latest_of
from bot.store import rows
from bot.store.stopping import redraw_notices

_TOO_LATE = "too_late"
_NOT_SENT = """
select * from deliveries where state in ('pending', 'held', 'failed') and kind = ?
"""
# A digest that was not posted is one of the missed, and told of no playbook either.
_LEFT_OUT = """
update digests set
  sent = 0,
  missed = json_insert(missed, '$[#]', day),
  editions = coalesce((
    select told.editions from digests as told
    where told.workspace = digests.workspace and told.channel = digests.channel
      and told.week < digests.week
    order by told.week desc limit 1
  ), '[]')
where workspace = :workspace and channel = :channel and sent
  and workspace || '/digest/' || channel || '/' || week = :key
"""


def is_late(row: rows.Row, at: datetime) -> bool:
    """Whether a delivery is a digest for which it is too late by then."""
    if row["kind"] != DeliveryKind.DIGEST:
        return False
    return latest_of(rows.to_delivery(row)) <= at


def give_up(db: Database, row: rows.Row, at: datetime) -> None:
    """Give a digest up that was not posted: the next one begins where the one before it ended."""
    values = {"state": DeliveryState.DISMISSED.value, "error": _TOO_LATE}
    db.table("deliveries").update(row["id"], values)
    of = {"workspace": row["workspace"], "channel": row["channel"], "key": row["key"]}
    db.execute(_LEFT_OUT, of)
    redraw_notices(db, row["key"], at)


def give_up_late(db: Database, at: datetime) -> None:
    """Give up all digests that were not posted and for which it is too late."""
    for row in list(db.query(_NOT_SENT, [DeliveryKind.DIGEST.value])):
        if is_late(row, at):
            give_up(db, row, at)
