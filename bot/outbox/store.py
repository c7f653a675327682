"""The deliveries of the log, as the one who carries them out needs them. Fills `Outbox`."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog

from bot.outbox import queries
from bot.outbox.blocks import (
    WORKSPACE,
    hold_back,
    is_told,
    lift,
    redraw_notices,
    release,
    stop,
)
from bot.outbox.clock_skew import APART, put_channel_right, put_right
from bot.outbox.expiry import expire
from bot.outbox.model import Delivery, DeliveryKind, DeliveryState
from bot.outbox.ports import BlockedChannel, Unconfirmed
from bot.outbox.stale_updates import draw_again_if_overtaken
from bot.outbox.table import enqueue, to_delivery
from bot.storage.connection import Connection, Row
from bot.storage.database import Database

logger = structlog.get_logger(__name__)

PACE = timedelta(seconds=1)
"""One post a second and channel: https://docs.slack.dev/apis/web-api/rate-limits."""
IN_FLIGHT = timedelta(seconds=10)
"""Longer than a post waits for Slack: what was taken earlier was interrupted."""
TRIAL = timedelta(minutes=1)
"""How long a workspace that takes nothing is left alone after each try."""
_POST = "post"
_STATES = {state.value: state.value for state in DeliveryState}

Result = TypeVar("Result")


class SqliteOutbox:
    """The port `Outbox`, on a log."""

    def __init__(self, log: Database) -> None:
        """Make an outbox on a log that its owner opens and closes."""
        self._log = log

    async def doubtful(self, before: datetime, now: datetime) -> list[Unconfirmed]:
        """Return what was taken before then, is still in `sending`, and is to be looked up now."""
        times = {"before": before.isoformat(), "now": now.isoformat()}
        found = await self._query(queries.DOUBTFUL, times)
        return [
            Unconfirmed(
                to_delivery(row), datetime.fromisoformat(row["taken_at"]), row["error"] or ""
            )
            for row in found
        ]

    async def claim(self, at: datetime) -> Delivery | None:
        """Take the next delivery that is due, and mark it as being sent; None if none is."""
        arguments = _named(
            ahead=(at + APART).isoformat(),
            in_flight=(at - IN_FLIGHT).isoformat(),
            now=at.isoformat(),
            pace=(at - PACE).isoformat(),
        )

        def work(db: Connection) -> Delivery | None:
            put_right(db, at)
            hold_back(db, at)
            while found := list(db.query(queries.CLAIMABLE, arguments)):
                (row,) = found
                put_channel_right(db, row["workspace"], row["channel"], at)
                if row["expires_at"] is not None and row["expires_at"] <= at.isoformat():
                    expire(db, row["key"], at)
                    continue
                taken = {
                    "state": DeliveryState.SENDING.value,
                    "attempts": row["attempts"] + 1,
                    "taken_at": at.isoformat(),
                    "error": None,
                }
                table = db.table("deliveries")
                table.update(row["id"], taken)
                _try_later(db, row["workspace"], at + TRIAL)
                try:
                    return to_delivery({**row, **taken})
                except ValueError:
                    logger.exception("a delivery has an unreadable payload", kind=row["kind"])
                    table.update(row["id"], _parked(DeliveryState.FAILED, "unreadable_payload"))
            return None

        return await self._log.write(work)

    async def take_anew(self, delivery: Delivery, at: datetime) -> Delivery | None:
        """Note that a delivery is handed to Slack only now; None if another has settled it."""
        anew = replace(delivery, attempts=delivery.attempts + 1)
        values = {"taken_at": at.isoformat(), "attempts": anew.attempts}
        return anew if await self._note(delivery, values, lambda _db: True) else None

    async def parent_of(self, delivery: Delivery) -> Delivery | None:
        """Return the delivery that this one comes after, as sent; None if it stands alone."""
        if delivery.parent is None:
            return None
        found = await self._log.read(
            lambda db: list(db.table("deliveries").rows_where("key = ?", [delivery.parent]))
        )
        return to_delivery(found[0]) if found else None

    async def sent(self, delivery: Delivery, channel: str, ts: str) -> None:
        """Note where and under which timestamp Slack has the message; its channel is open then."""
        there = {"state": DeliveryState.SENT.value, "sent_channel": channel, "ts": ts}

        def work(db: Connection) -> None:
            table = db.table("deliveries")
            for row in list(table.rows_where("key = ?", [delivery.key])):
                draw_again_if_overtaken(db, delivery, row, _time_of(row))
                if row["state"] == DeliveryState.SENT:
                    continue
                table.update(row["id"], {**there, "error": None})
                release(db, delivery.workspace, delivery.channel)
                redraw_notices(db, delivery.key, _time_of(row))

        await self._log.write(work)

    async def retry(
        self,
        delivery: Delivery,
        due_at: datetime,
        error: str,
        first_failed_at: datetime | None = None,
    ) -> None:
        """Put a delivery back, to be tried at `due_at`; note since when it is failing, if it is."""
        await self._note(delivery, _pending(due_at, error, first_failed_at), lambda _db: None)

    async def slow_down(self, delivery: Delivery, until: datetime, error: str) -> None:
        """Put a delivery back until then, and with it whatever falls under the same limit."""
        kind = delivery.kind
        method = kind.value if kind is DeliveryKind.REDRAW else _POST
        others = _named(
            workspace=delivery.workspace,
            channel=delivery.channel,
            error=error,
            key=delivery.key,
        )
        pause = {"workspace": delivery.workspace, "method": method, "until": until.isoformat()}

        def work(db: Connection) -> None:
            (slowed,) = db.all(queries.OTHERS_SLOWED, others)
            if slowed["number"] or method != _POST:
                db.execute(queries.PAUSE, pause)

        await self._note(delivery, _pending(until, error, delivery.first_failed_at), work)

    async def doubt(self, delivery: Delivery, look_at: datetime, error: str) -> None:
        """Leave a delivery in `sending`, to be looked up at `look_at`."""
        values = {"due_at": look_at.isoformat(), "error": error}
        await self._note(delivery, values, lambda _db: None)

    async def hold(
        self, delivery: Delivery, at: datetime, error: str, notice: Delivery | None
    ) -> bool:
        """Stop a delivery's channel, and hold back what waits for it; keep the notice once."""

        def work(db: Connection) -> bool:
            lift(db, delivery.workspace, WORKSPACE)
            new = stop(db, delivery.workspace, delivery.channel, error, at, at)
            hold_back(db, at)
            redraw_notices(db, delivery.key, at)
            needed = delivery.kind is DeliveryKind.ANNOUNCEMENT
            if notice is not None and (needed or not is_told(db, notice)):
                enqueue(db, [notice])
            return new

        values = _parked(DeliveryState.HELD, error)
        return bool(await self._note(delivery, values, work))

    async def wait_for_workspace(
        self, delivery: Delivery, at: datetime, try_at: datetime, error: str
    ) -> bool:
        """Put a delivery back, and let everything in its workspace wait; one is tried then."""

        def work(db: Connection) -> bool:
            return stop(db, delivery.workspace, WORKSPACE, error, at, try_at)

        return bool(await self._note(delivery, _pending(at, error), work))

    async def failed(
        self, delivery: Delivery, error: str, notices: Iterable[Delivery] = ()
    ) -> None:
        """Give a delivery up, and with it what waits for it; keep the notices about it."""
        failed = {"state": DeliveryState.FAILED.value, "error": error}

        def work(db: Connection) -> None:
            lift(db, delivery.workspace, WORKSPACE)
            waiting = "after = ? and state in ('pending', 'sending', 'held')"
            for row in list(db.table("deliveries").rows_where(waiting, [delivery.key])):
                db.table("deliveries").update(row["id"], failed)
            _tell(db, delivery, notices)

        await self._note(delivery, _parked(DeliveryState.FAILED, error), work)

    async def unknown(
        self, delivery: Delivery, error: str, notices: Iterable[Delivery] = ()
    ) -> None:
        """Note that nobody knows whether a delivery arrived; keep the notices about it."""
        values = _parked(DeliveryState.UNKNOWN, error)
        await self._note(delivery, values, lambda db: _tell(db, delivery, notices))

    async def next_due(self) -> datetime | None:
        """Return when the next waiting delivery is due; None if none waits."""
        found = await self._query(queries.WAITING, {})
        return min((_free_at(row) for row in found), default=None)

    async def counts(self) -> dict[str, int]:
        """Return the number of deliveries in each state."""
        found = await self._query("select state, count(*) as n from deliveries group by state", {})
        return {row["state"]: row["n"] for row in found}

    async def stopped(self) -> list[BlockedChannel]:
        """Return where nothing can be delivered, the longest first."""
        found = await self._query("select * from stops order by since, workspace, channel", {})
        return [
            BlockedChannel(
                row["workspace"],
                row["channel"] or None,
                row["reason"],
                datetime.fromisoformat(row["since"]),
            )
            for row in found
        ]

    async def _query(self, query: str, arguments: dict[str, str]) -> list[Row]:
        return await self._log.read(lambda db: list(db.query(query, _named(**arguments))))

    async def _note(
        self, delivery: Delivery, values: dict[str, Any], more: Callable[[Connection], Result]
    ) -> Result | None:
        """Note what came of a delivery, unless somebody else has settled it in the meantime."""

        def work(db: Connection) -> Result | None:
            table = db.table("deliveries")
            taken = "key = ? and state = 'sending' and attempts = ?"
            for row in list(table.rows_where(taken, (delivery.key, delivery.attempts))):
                table.update(row["id"], values)
                return more(db)
            return None

        return await self._log.write(work)


def _named(**more: str) -> dict[str, str]:
    """Return arguments for a query, with the names of the states among them."""
    return {**_STATES, "redraw": DeliveryKind.REDRAW.value, "post": _POST, **more}


def _pending(
    due_at: datetime, error: str, failing_since: datetime | None = None
) -> dict[str, str | None]:
    return {
        "state": DeliveryState.PENDING.value,
        "due_at": due_at.isoformat(),
        "error": error,
        "failing_since": failing_since.isoformat() if failing_since else None,
    }


def _parked(state: DeliveryState, error: str) -> dict[str, str | None]:
    """Return what is noted of a delivery that is not tried again by itself."""
    return {"state": state.value, "error": error, "failing_since": None}


def _try_later(db: Connection, workspace: str, at: datetime) -> None:
    """Leave a workspace that takes nothing alone for a while, after this one try."""
    of = {"workspace": workspace, "channel": WORKSPACE, "at": at.isoformat()}
    db.execute(
        "update stops set try_at = :at where workspace = :workspace and channel = :channel", of
    )


def _tell(db: Connection, delivery: Delivery, notices: Iterable[Delivery]) -> None:
    found = db.table("deliveries").rows_where("key = ?", [delivery.key])
    for row in list(found):
        redraw_notices(db, delivery.key, _time_of(row))
    enqueue(db, notices)


def _time_of(row: Row) -> datetime:
    """Return when a delivery was last taken, or else due: a time that has come."""
    return datetime.fromisoformat(row["taken_at"] or row["due_at"])


def _free_at(row: Row) -> datetime:
    """Return when a waiting delivery is due and its channel free again."""
    at = datetime.fromisoformat(row["due_at"])
    if row["taken_at"] is not None:
        at = max(at, datetime.fromisoformat(row["taken_at"]) + PACE)
    if row["sending_at"] is not None:
        at = max(at, datetime.fromisoformat(row["sending_at"]) + IN_FLIGHT)
    return at
