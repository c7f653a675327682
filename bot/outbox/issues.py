"""Delivery issues: failed, held and unconfirmed deliveries, and what their owner can do."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.decisions.errors import NothingToResend, NotTheirs
from bot.decisions.events import Event, Moved
from bot.decisions.model import Decision, Person, Place
from bot.decisions.ports import Clock
from bot.outbox import table
from bot.outbox.fanout import fan_out
from bot.outbox.model import Alert, Delivery, DeliveryState, DigestPost, announcement_key
from bot.storage.channels import find_channel_name, save_channel_name
from bot.storage.connection import Connection, Row
from bot.storage.convert import utc_text
from bot.storage.database import Database
from bot.storage.decisions import add_event, find_decision, save_decision

RESEND_LIFETIME = timedelta(days=1)
"""How long a resent delivery that expires may still be posted."""

_MISSING_KEY = "select * from deliveries where key = :key and state in ('failed', 'held')"
_MISSING_OF = """
select * from deliveries
where workspace = :workspace and decision = :number and channel = :channel
  and state in ('failed', 'held')
"""
_IS_ANNOUNCED = "select key from deliveries where key = :key and state = 'sent'"
_MOVE_PENDING = """
update deliveries set channel = :to
where workspace = :workspace and decision = :number and channel = :channel and state = 'pending'
"""
_DETACH = """
update deliveries set parent = null where key = :key
  and parent in (select key from deliveries where state = 'dismissed')
"""
_EXTEND = "update deliveries set expires_at = :until where key = :key and expires_at is not null"
_DISMISS_REDRAWS = """
update deliveries set state = 'dismissed'
where parent = :key and kind = 'redraw' and state in ('pending', 'held')
"""
_DETACH_REPLIES = """
update deliveries set parent = null where parent = :key and state in ('pending', 'held')
"""
_LOST = """
select * from deliveries where key = :key and state in ('sending', 'unknown', 'dismissed')
"""
_OVERDUE = """
select min(created_at) as since from deliveries where workspace = :workspace
  and (state = 'pending' and attempts > 0 or state = 'sending' and attempts > 1)
"""


@dataclass(frozen=True, slots=True)
class DeliveryIssue:
    """A delivery that failed, is held or is unconfirmed, or was so.

    Attributes:
        delivery: the delivery as it is now.
        decision: the decision that it is about; None for a digest.
        alerted_again: whether there is a later alert about it.
    """

    delivery: Delivery
    decision: Decision | None
    alerted_again: bool = False

    @property
    def owner(self) -> str | None:
        """The user id of who is alerted and may act: the driver, or the digest's owner."""
        if self.decision is not None:
            return self.decision.driver
        payload = self.delivery.payload
        return payload.owner if isinstance(payload, DigestPost) else None


class DeliveryIssues:
    """Use cases of the owner of a delivery with an issue; each method is one."""

    def __init__(self, database: Database, clock: Clock, wake_delivery: Callable[[], None]) -> None:
        """Create the use cases; `wake_delivery` is called when there is something to deliver."""
        self._database = database
        self._clock = clock
        self._wake_delivery = wake_delivery

    async def of(self, delivery: Delivery) -> DeliveryIssue:
        """Return a delivery with the decision that it is about."""
        return await self._database.read(lambda db: _issue(db, delivery))

    async def reported_by(self, alert: Delivery) -> DeliveryIssue:
        """Return what an alert is about, as it is now.

        Raises:
            LookupError: there is no such delivery.
        """

        def work(db: Connection) -> DeliveryIssue:
            about = alert.payload.about if isinstance(alert.payload, Alert) else ""
            delivery = table.by_key(db, about)
            if delivery is None:
                raise LookupError(f"{alert.key} is about no delivery")
            last = table.alerts_about(db, about)[-1:]
            again = bool(last) and last[0].key != alert.key
            return replace(_issue(db, delivery), alerted_again=again)

        return await self._database.read(work)

    async def send_again(self, actor: Person, key: str, place: Place | None = None) -> None:
        """Resend what was not posted: a digest, or all missing messages of a decision.

        Args:
            actor: who resends it.
            key: the key of a delivery that failed or is held.
            place: another channel to post the decision in.

        Raises:
            NotTheirs: another person owns it.
            NothingToResend: it was posted in the meantime, or there is no such delivery.
        """
        now = self._clock.now()

        def work(db: Connection) -> bool:
            issue = _owned(db, actor, key)
            if issue.decision is not None:
                to = place or issue.decision.place
                return _resend_decision(db, issue.decision, to, actor, now)
            missing = db.all(_MISSING_KEY, {"key": key})
            _resend(db, missing, issue.delivery.channel, now)
            return bool(missing)

        if not await self._database.write(work):
            raise NothingToResend(key)
        self._wake_delivery()

    async def settle(self, actor: Person, key: str, *, resend: bool) -> None:
        """Resend or dismiss an unconfirmed delivery.

        Raises:
            NotTheirs: another person owns it.
            NothingToResend: it was settled in the meantime.
        """
        now = self._clock.now()

        def work(db: Connection) -> bool:
            delivery = _owned(db, actor, key).delivery
            if delivery.state is not DeliveryState.UNKNOWN:
                return False
            state = DeliveryState.PENDING if resend else DeliveryState.DISMISSED
            db.update("deliveries", {"state": state.value, "due_at": utc_text(now)}, key=key)
            if resend:
                db.execute(_DETACH, {"key": key})
                db.execute(_EXTEND, {"key": key, "until": utc_text(now + RESEND_LIFETIME)})
            else:
                _release_replies(db, key)
            table.redraw_alerts(db, key, now)
            return True

        if not await self._database.write(work):
            raise NothingToResend(key)
        self._wake_delivery()


async def record_place(
    database: Database, decision: Decision, channel: str, ts: str, at: datetime, name: str = ""
) -> None:
    """Record where a decision's announcement is, after a press on a button in it.

    `name` is the channel's, empty if unknown.
    """
    key = announcement_key(decision)
    place = Place(channel, decision.place.visibility, name)
    sent = {"state": DeliveryState.SENT.value, "sent_channel": channel, "ts": ts}

    def is_new(db: Connection) -> bool:
        known = find_channel_name(db, decision.workspace, channel)
        return name not in {"", known} or bool(db.all(_LOST, {"key": key}))

    def work(db: Connection) -> None:
        for row in db.all(_LOST, {"key": key}):
            db.update("deliveries", sent, id=row["id"])
            table.redraw_alerts(db, key, at)
            table.enqueue_redraws(db, [table.to_delivery(row)], at)
        save_channel_name(db, decision.workspace, place)

    if await database.read(is_new):
        await database.write(work)


def overdue_since(db: Connection, workspace: str) -> datetime | None:
    """Return when the oldest delivery that was tried and is not sent was created."""
    row = db.one(_OVERDUE, {"workspace": workspace})
    return datetime.fromisoformat(row["since"]) if row and row["since"] else None


def _issue(db: Connection, delivery: Delivery) -> DeliveryIssue:
    number = delivery.decision
    found = find_decision(db, delivery.workspace, number) if number else None
    return DeliveryIssue(delivery, found)


def _owned(db: Connection, actor: Person, key: str) -> DeliveryIssue:
    delivery = table.by_key(db, key)
    if delivery is None or delivery.workspace != actor.workspace:
        raise NothingToResend(key)
    issue = _issue(db, delivery)
    if issue.owner != actor.user:
        raise NotTheirs((issue.owner,) if issue.owner else ())
    return issue


def _resend_decision(
    db: Connection, decision: Decision, place: Place, actor: Person, at: datetime
) -> bool:
    """Resend the missing messages of a decision; return whether there were any.

    A decision that is not announced yet moves to `place`; a thread cannot move.
    """
    of = {
        "workspace": decision.workspace,
        "number": decision.number,
        "channel": decision.place.channel,
    }
    is_announced = db.one(_IS_ANNOUNCED, {"key": announcement_key(decision)}) is not None
    to = decision.place if is_announced else place
    missing = db.all(_MISSING_OF, of)
    _resend(db, missing, to.channel, at)
    if missing and to != decision.place:
        db.execute(_MOVE_PENDING, {**of, "to": to.channel})
        moved = replace(decision, place=to)
        save_decision(db, decision, moved)
        event = Event(Moved(decision.place.channel), actor.user, at)
        add_event(db, decision.workspace, decision.number, event)
        fan_out(db, decision, moved, event)
    return bool(missing)


def _resend(db: Connection, missing: list[Row], channel: str, at: datetime) -> None:
    """Send deliveries again, and unblock their channel."""
    for row in missing:
        values = {"channel": channel, "state": "pending", "due_at": utc_text(at), "error": None}
        db.update("deliveries", values, id=row["id"])
        table.unblock(db, row["workspace"], channel)
        table.redraw_alerts(db, row["key"], at)


def _release_replies(db: Connection, key: str) -> None:
    """Post the replies to a message outside its thread, and dismiss its redraws."""
    db.execute(_DISMISS_REDRAWS, {"key": key})
    db.execute(_DETACH_REPLIES, {"key": key})
