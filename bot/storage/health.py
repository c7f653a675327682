"""How the log is, and what waits in it. Fills the port `LogVitals`."""

from datetime import datetime

from bot.decisions.vitals import DeliveryBacklog
from bot.outbox.model import DeliveryState
from bot.storage.connection import Connection
from bot.storage.database import Database

_UNSETTLED = (
    DeliveryState.PENDING,
    DeliveryState.SENDING,
    DeliveryState.HELD,
    DeliveryState.UNKNOWN,
    DeliveryState.FAILED,
)
# Both walk along the indices of states, past what was sent, which is nearly everything.
_COUNTS = "select state, count(*) as number from deliveries where state in ({}) group by state"
_SINCE = """
select min(coalesce(d.kept_at, d.due_at)) as since
from deliveries as d
left join deliveries as before on before.key = d.after
left join deliveries as first on first.key = before.after
where d.state in ('pending', 'sending')
  and coalesce(before.state, 'sent') in ('pending', 'sending', 'sent')
  and coalesce(first.state, 'sent') in ('pending', 'sending', 'sent')
  and not exists (select 1 from stops where stops.workspace = d.workspace and stops.channel = '')
"""
"""Not what comes after something that is parked, nor what a whole workspace does not take: it is
not on its way, and told of by the counts of those. Nothing comes after more than two others."""


class SqliteVitals:
    """The port `LogVitals`, on a log."""

    def __init__(self, log: Database) -> None:
        """Make it on a log that its owner opens and closes."""
        self._log = log

    async def trouble(self) -> str | None:
        """Return what keeps the log from being used; None if it can be."""
        return await self._log.problem()

    async def waiting(self) -> DeliveryBacklog:
        """Return what waits to be delivered, in one look at the log."""
        return await self._log.read(_waiting)


def _waiting(db: Connection) -> DeliveryBacklog:
    states = [state.value for state in _UNSETTLED]
    query = _COUNTS.format(", ".join("?" * len(states)))
    found = {row["state"]: int(row["number"]) for row in db.all(query, states)}
    (oldest,) = db.all(_SINCE)
    since = datetime.fromisoformat(oldest["since"]) if oldest["since"] else None
    return DeliveryBacklog({state: found.get(state, 0) for state in states}, since)
