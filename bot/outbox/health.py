"""The state of the deliveries for `/readyz` and `/metrics`: unsettled, oldest, blocked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.outbox.model import DeliveryState
from bot.outbox.table import BlockedChannel, blocked_channels
from bot.storage.connection import Connection

_UNSETTLED = (
    DeliveryState.PENDING,
    DeliveryState.SENDING,
    DeliveryState.HELD,
    DeliveryState.UNKNOWN,
    DeliveryState.FAILED,
)
# The index on `state` skips the sent deliveries, which are nearly all.
_COUNTS = """
select state, count(*) as number from deliveries where state in (:states) group by state
"""
_OLDEST = """
select min(d.created_at) as since
from deliveries as d
left join deliveries as before on before.key = d.parent
left join deliveries as first on first.key = before.parent
where d.state in ('pending', 'sending')
  and coalesce(before.state, 'sent') in ('pending', 'sending', 'sent')
  and coalesce(first.state, 'sent') in ('pending', 'sending', 'sent')
  and not exists (
    select 1 from channel_blocks as b where b.workspace = d.workspace and b.channel = ''
  )
"""
"""A delivery follows at most two others."""


@dataclass(frozen=True, slots=True)
class DeliveryHealth:
    """The deliveries that are not settled.

    Attributes:
        counts: how many are in each unsettled state.
        oldest: when the oldest delivery in progress was created; None if none is. Deliveries that
            wait for one that is held, unknown or failed are not in progress, nor are those of a
            blocked workspace: their counts report them.
        blocked: channels and workspaces that accept no messages, the longest blocked first.
    """

    counts: Mapping[str, int]
    oldest: datetime | None
    blocked: Sequence[BlockedChannel] = ()


def delivery_health(db: Connection) -> DeliveryHealth:
    """Return the state of the deliveries. Fast for any number of sent deliveries."""
    states = [state.value for state in _UNSETTLED]
    found = {row["state"]: int(row["number"]) for row in db.all(_COUNTS, {"states": states})}
    (oldest,) = db.all(_OLDEST)
    return DeliveryHealth(
        {state: found.get(state, 0) for state in states},
        datetime.fromisoformat(oldest["since"]) if oldest["since"] else None,
        blocked_channels(db),
    )
