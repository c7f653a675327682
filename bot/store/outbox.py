"""The deliveries of the log, as the one who carries them out needs them. Fills `Outbox`."""

from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from bot.decisions.delivery import Delivery, DeliveryState
from bot.store import rows
from bot.store.log import Log

PACE = timedelta(seconds=1)
"""One post a second and channel: https://docs.slack.dev/apis/web-api/rate-limits."""
IN_FLIGHT = timedelta(seconds=10)
"""Longer than a post waits for Slack: what was taken earlier was interrupted."""

_READY = """
from deliveries as d
left join deliveries as parent on parent.key = d.after
where d.state = :pending
  and (d.after is null or parent.state = :sent)
  and not exists (
    select 1 from deliveries as earlier
    where earlier.workspace = d.workspace and earlier.channel = d.channel
      and earlier.state = :pending and earlier.attempts > 0 and earlier.id < d.id
  )
"""
"""What could be sent when its time comes: not before what waits to be tried again in its channel,
so that a channel stays in order and nothing slips past a Retry-After."""

_CLAIMABLE = f"""
select d.* {_READY}
  and d.due_at <= :now
  and not exists (
    select 1 from deliveries as other
    where other.workspace = d.workspace and other.channel = d.channel
      and (other.taken_at > :pace or (other.state = :sending and other.taken_at > :in_flight))
  )
order by d.due_at, d.id limit 1
"""  # noqa: S608 (a constant of this module)

_WAITING = f"""
select d.due_at, (
    select max(other.taken_at) from deliveries as other
    where other.workspace = d.workspace and other.channel = d.channel
  ) as taken_at
{_READY}
order by d.due_at limit 100
"""  # noqa: S608 (a constant of this module)


class SqliteOutbox:
    """The port `Outbox`, on a log."""

    def __init__(self, log: Log) -> None:
        """Make an outbox on a log that its owner opens and closes."""
        self._log = log

    async def interrupted(self, before: datetime) -> list[Delivery]:
        """Return what was taken before then and is still in `sending`: a crash left it there."""
        arguments = (DeliveryState.SENDING.value, before.isoformat())
        found = await self._log.read(
            lambda db: list(
                db.table("deliveries").rows_where("state = ? and taken_at < ?", arguments, limit=50)
            )
        )
        return [rows.to_delivery(row) for row in found]

    async def claim(self, at: datetime) -> Delivery | None:
        """Take the next delivery that is due, and mark it as being sent; None if none is."""
        arguments = {
            "pending": DeliveryState.PENDING.value,
            "sending": DeliveryState.SENDING.value,
            "sent": DeliveryState.SENT.value,
            "in_flight": (at - IN_FLIGHT).isoformat(),
            "now": at.isoformat(),
            "pace": (at - PACE).isoformat(),
        }

        def work(db: Database) -> Delivery | None:
            for row in list(db.query(_CLAIMABLE, arguments)):
                taken = {
                    "state": DeliveryState.SENDING.value,
                    "attempts": row["attempts"] + 1,
                    "taken_at": at.isoformat(),
                }
                db.table("deliveries").update(row["id"], taken)
                return rows.to_delivery({**row, **taken})
            return None

        return await self._log.write(work)

    async def parent_of(self, delivery: Delivery) -> Delivery | None:
        """Return the delivery that this one comes after, as sent; None if it stands alone."""
        if delivery.after is None:
            return None
        found = await self._log.read(
            lambda db: list(db.table("deliveries").rows_where("key = ?", [delivery.after]))
        )
        return rows.to_delivery(found[0]) if found else None

    async def sent(self, delivery: Delivery, channel: str, ts: str) -> None:
        """Note where and under which timestamp Slack has the message."""
        await self._note(
            delivery,
            {"state": DeliveryState.SENT.value, "sent_channel": channel, "ts": ts, "error": None},
        )

    async def retry(self, delivery: Delivery, due_at: datetime, error: str) -> None:
        """Put a delivery back, to be tried at `due_at`."""
        await self._note(
            delivery,
            {
                "state": DeliveryState.PENDING.value,
                "due_at": due_at.isoformat(),
                "error": error,
            },
        )

    async def failed(self, delivery: Delivery, error: str, notice: Delivery | None) -> None:
        """Give a delivery up, and with it what waits for it; keep the notice about it."""
        failed = {"state": DeliveryState.FAILED.value, "error": error}

        def work(db: Database) -> None:
            table = db.table("deliveries")
            waiting = "(key = ? or after = ?) and state in ('sending', 'pending')"
            for row in list(table.rows_where(waiting, [delivery.key, delivery.key])):
                table.update(row["id"], failed)
            _keep(db, notice)

        await self._log.write(work)

    async def unknown(self, delivery: Delivery, error: str, notice: Delivery | None) -> None:
        """Note that nobody knows whether a delivery arrived; keep the notice about it."""
        await self._note(delivery, {"state": DeliveryState.UNKNOWN.value, "error": error}, notice)

    async def next_due(self) -> datetime | None:
        """Return when the next waiting delivery is due; None if none waits."""
        arguments = {"pending": DeliveryState.PENDING.value, "sent": DeliveryState.SENT.value}
        found = await self._log.read(lambda db: list(db.query(_WAITING, arguments)))
        return min((_free_at(row) for row in found), default=None)

    async def counts(self) -> dict[str, int]:
        """Return the number of deliveries in each state."""
        query = "select state, count(*) as n from deliveries group by state"
        found = await self._log.read(lambda db: list(db.query(query)))
        return {row["state"]: row["n"] for row in found}

    async def _note(
        self, delivery: Delivery, values: dict[str, Any], notice: Delivery | None = None
    ) -> None:
        def work(db: Database) -> None:
            table = db.table("deliveries")
            for row in list(table.rows_where("key = ?", [delivery.key])):
                table.update(row["id"], values)
            _keep(db, notice)

        await self._log.write(work)


def _free_at(row: rows.Row) -> datetime:
    """Return when a waiting delivery is due and its channel free again."""
    due = datetime.fromisoformat(row["due_at"])
    if row["taken_at"] is None:
        return due
    return max(due, datetime.fromisoformat(row["taken_at"]) + PACE)


def _keep(db: Database, notice: Delivery | None) -> None:
    if notice is not None:
        db.table("deliveries").insert(rows.delivery_row(notice), ignore=True)
