"""Deliveries in trouble, as their owners deal with them. Fills a part of the port `Store`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.decisions.events import Event, EventKind
from bot.decisions.model import Decision, Place
from bot.outbox.blocks import lift, notices_about, redraw_notices
from bot.outbox.fanout import fan_out
from bot.outbox.model import (
    Alert,
    Delivery,
    DeliveryKind,
    DeliveryState,
    announcement_key,
    redraw_of,
)
from bot.outbox.table import enqueue, to_delivery
from bot.storage.channels import find_channel_name, save_channel_name
from bot.storage.connection import Connection, Row
from bot.storage.database import Database
from bot.storage.decisions import add_event, save_decision

_RESENT_FOR = timedelta(days=1)
"""How long a delivery that expires may take when its owner sends it again."""
_MISSING = "state in ('failed', 'held')"


class DeliveryIssueTable:
    """Deliveries that failed or are unconfirmed, as their owners act on them."""

    def __init__(self, database: Database) -> None:
        """Create it on a database."""
        self._log = database

    async def delivery(self, workspace: str, key: str) -> Delivery | None:
        """Return a delivery of a workspace by its key; None if there is none."""
        of = (key, workspace)
        found = await self._log.read(
            lambda db: list(db.table("deliveries").rows_where("key = ? and workspace = ?", of))
        )
        return to_delivery(found[0]) if found else None

    async def has_later_notice(self, notice: Delivery) -> bool:
        """Whether the owner was told of the same delivery again since."""
        alert = notice.payload
        if not isinstance(alert, Alert):
            raise TypeError(f"{notice.key} is no alert")
        found = await self._log.read(lambda db: notices_about(db, alert.about))
        return bool(found) and found[-1].key != notice.key

    async def redirect(self, decision: Decision, place: Place, actor: str, at: datetime) -> bool:
        """Send a decision's failed deliveries again, to `place`, and move the decision there.

        Once it is announced it stays where it is: a thread does not move.
        """
        of = (decision.workspace, decision.number, decision.place.channel)

        def work(db: Connection) -> bool:
            announced = db.table("deliveries").count_where(
                "key = ? and state = ?", (announcement_key(decision), DeliveryState.SENT.value)
            )
            to = decision.place if announced else place
            missing = list(
                db.table("deliveries").rows_where(
                    f"workspace = ? and decision = ? and channel = ? and {_MISSING}", of
                )
            )
            _send(db, missing, to.channel, at)
            if missing and to != decision.place:
                _move_waiting(db, decision, to)
                moved = replace(decision, place=to)
                save_decision(db, decision, moved)
                event = Event(EventKind.MOVED, actor, at, {"from": decision.place.channel})
                add_event(db, decision.workspace, decision.number, event)
                fan_out(db, decision, moved, event)
            return bool(missing)

        return await self._log.write(work)

    async def send_again(self, delivery: Delivery, at: datetime) -> bool:
        """Send one failed delivery again, and lift the stop of its channel."""

        def work(db: Connection) -> bool:
            where = f"key = ? and {_MISSING}"
            missing = list(db.table("deliveries").rows_where(where, [delivery.key]))
            _send(db, missing, delivery.channel, at)
            return bool(missing)

        return await self._log.write(work)

    async def settle_unknown(self, workspace: str, key: str, *, resend: bool, at: datetime) -> bool:
        """Resend or dismiss a delivery of which nobody knows whether it arrived."""
        state = DeliveryState.PENDING if resend else DeliveryState.DISMISSED

        def work(db: Connection) -> bool:
            changed = db.execute(
                "update deliveries set state = ?, due_at = ?"
                " where workspace = ? and key = ? and state = ?",
                (state.value, at.isoformat(), workspace, key, DeliveryState.UNKNOWN.value),
            )
            if changed:
                if resend:
                    _let_stand_alone(db, key)
                    _allow_a_day(db, key, at)
                else:
                    _set_free(db, key)
                redraw_notices(db, key, at)
            return changed > 0

        return await self._log.write(work)

    async def learn_place(
        self, decision: Decision, channel: str, ts: str, at: datetime, called: str = ""
    ) -> None:
        """Confirm an announcement that was unconfirmed, and store its channel's name.

        It is updated: the decision may have changed while it was unconfirmed. Almost every press is
        on a confirmed one in a channel whose name is stored, so this reads before it writes.
        """
        place = Place(channel, decision.place.visibility, called)
        key = announcement_key(decision)
        found = {"state": DeliveryState.SENT.value, "sent_channel": channel, "ts": ts}

        def unconfirmed(db: Connection) -> list[Row]:
            lost = "key = ? and state in ('sending', 'unknown', 'dismissed')"
            return list(db.table("deliveries").rows_where(lost, [key]))

        def is_news(db: Connection) -> bool:
            known = find_channel_name(db, decision.workspace, channel)
            return called not in {"", known} or bool(unconfirmed(db))

        def work(db: Connection) -> None:
            table = db.table("deliveries")
            for row in unconfirmed(db):
                table.update(row["id"], found)
                redraw_notices(db, key, at)
                enqueue(db, [redraw_of(to_delivery(row), at)])
            save_channel_name(db, decision.workspace, place)

        if await self._log.read(is_news):
            await self._log.write(work)

    async def overdue_since(self, workspace: str) -> datetime | None:
        """Return when the oldest delivery that was tried, and has not arrived, was kept.

        The time of the last try would not do: right after it nothing would seem to be late.
        """
        query = (
            "select min(coalesce(kept_at, due_at)) as since from deliveries"
            " where workspace = :workspace and"
            " (state = 'pending' and attempts > 0 or state = 'sending' and attempts > 1)"
        )
        of = {"workspace": workspace}
        (row,) = await self._log.read(lambda db: list(db.query(query, of)))
        return datetime.fromisoformat(row["since"]) if row["since"] else None


def _send(db: Connection, missing: Sequence[Row], channel: str, at: datetime) -> None:
    """Have deliveries that failed sent to a channel, whether or not it was stopped."""
    for row in missing:
        again = {
            "channel": channel,
            "state": DeliveryState.PENDING.value,
            "due_at": at.isoformat(),
        }
        db.table("deliveries").update(row["id"], again)
        lift(db, row["workspace"], channel)
        redraw_notices(db, row["key"], at)


def _move_waiting(db: Connection, decision: Decision, to: Place) -> None:
    """Have what still waits for a decision's announcement go where that goes."""
    waiting = "workspace = ? and decision = ? and channel = ? and state = 'pending'"
    of = (decision.workspace, decision.number, decision.place.channel)
    for row in list(db.table("deliveries").rows_where(waiting, of)):
        db.table("deliveries").update(row["id"], {"channel": to.channel})


def _let_stand_alone(db: Connection, key: str) -> None:
    """Let a reply to a message of which nobody knows the place go out beside it."""
    db.execute(
        "update deliveries set after = null where key = ? and after in"
        " (select key from deliveries where state = 'dismissed')",
        [key],
    )


def _allow_a_day(db: Connection, key: str, at: datetime) -> None:
    """Extend the time in which a delivery that is sent again may be posted."""
    db.execute(
        "update deliveries set expires_at = ? where key = ? and expires_at is not null",
        ((at + _RESENT_FOR).isoformat(), key),
    )


def _set_free(db: Connection, key: str) -> None:
    """Let what waits for a message of which nobody knows the place go out by itself.

    Its thread can't be found, so the recommendation stands beside it; what redraws it is moot.
    """
    table = db.table("deliveries")
    for row in list(table.rows_where("after = ? and state in ('pending', 'held')", [key])):
        moot = row["kind"] == DeliveryKind.REDRAW
        table.update(
            row["id"], {"state": DeliveryState.DISMISSED.value} if moot else {"after": None}
        )
