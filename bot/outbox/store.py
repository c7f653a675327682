"""The deliveries as the worker uses them: claim one, and record the result."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from bot.outbox import table
from bot.outbox.failures import NO_ANSWER
from bot.outbox.model import Delivery, DeliveryKind, DeliveryState
from bot.outbox.table import WORKSPACE, BlockedChannel, to_delivery
from bot.storage.connection import Connection, Row, RowMissing
from bot.storage.convert import utc_text
from bot.storage.database import Database

logger = structlog.get_logger(__name__)

PACE = timedelta(seconds=1)
"""One post a second and channel: https://docs.slack.dev/apis/web-api/rate-limits."""
PREPARATION = timedelta(seconds=30)
"""How long a digest is leased by the worker that draws and uploads its picture."""
IN_FLIGHT = timedelta(seconds=10)
"""Longer than a post waits for Slack's answer; what was claimed earlier was interrupted."""
PER_WORKSPACE = 4
"""Deliveries in flight in a workspace, each in another channel. Slack takes several hundred posts a
minute from an app: https://docs.slack.dev/apis/web-api/rate-limits."""
PROBE_INTERVAL = timedelta(minutes=1)
"""When a blocked workspace is probed first; each further pause is twice as long."""
NO_ANSWER_INTERVAL = timedelta(seconds=5)
"""The same for a workspace that is blocked because its calls time out."""
_LONGEST_PROBE_INTERVAL = timedelta(hours=1)
_LONGEST_NO_ANSWER_INTERVAL = timedelta(minutes=2)
_POST = "post"

Result = TypeVar("Result")

_READY = """
from deliveries as d
left join deliveries as parent on parent.key = d.parent
left join rate_limits as rate on rate.workspace = d.workspace
  and rate.method = case d.kind when 'redraw' then 'redraw' else 'post' end
left join channel_blocks as gone on gone.workspace = d.workspace and gone.channel = ''
where d.state = 'pending'
  and (d.parent is null or parent.state = 'sent')
  and not exists (
    select 1 from deliveries as earlier
    where earlier.workspace = d.workspace and earlier.channel = d.channel
      and earlier.state = 'pending' and earlier.attempts > 0 and earlier.id < d.id
      and earlier.background <= d.background
      and (earlier.kind <> 'redraw' or d.kind = 'redraw')
  )
  and not exists (
    select 1 from deliveries as before
    where before.state = 'sending' and before.parent = d.parent and before.id < d.id
      and before.kind <> 'redraw' and d.kind <> 'redraw'
  )
"""
"""What can be posted once it is due. A channel stays in order: a delivery waits for earlier ones
that are retried, except that a post does not wait for a redraw, which is another API method with
its own rate limit, and that no message to which people look forward waits for a background one. A
reply waits while an earlier reply in its thread is unconfirmed."""
_CLAIMABLE = f"""
select d.*, gone.probes {_READY}
  and d.background = :background
  and d.due_at <= :now
  and coalesce(rate.resumes_at, '') <= :now
  and coalesce(gone.probe_at, '') <= :now
  and not exists (
    select 1 from deliveries as other
    where other.workspace = d.workspace and other.channel = d.channel
      and other.claimed_at > :in_flight
      and (other.claimed_at > :pace or other.state = 'sending')
  )
  and (
    select count(*) from deliveries as other
    where other.workspace = d.workspace and other.state = 'sending'
      and other.claimed_at > :in_flight
  ) < :per_workspace
{{only}} order by d.due_at, d.id limit 1
"""  # noqa: S608 (a constant of this module)
_CLAIM = """
update deliveries set state = 'sending', attempts = attempts + 1, claimed_at = :now, error = null
where id = :id
"""
_WAITING = f"""
select d.due_at, rate.resumes_at, gone.probe_at,
  (
    select max(other.claimed_at) from deliveries as other
    where other.workspace = d.workspace and other.channel = d.channel
  ) as claimed_at,
  (
    select max(other.claimed_at) from deliveries as other
    where other.workspace = d.workspace and other.channel = d.channel and other.state = 'sending'
  ) as sending_at
{_READY}
  and d.background = :background
order by d.due_at limit 100
"""  # noqa: S608 (a constant of this module)
_UNCONFIRMED = """
select d.* from deliveries as d left join deliveries as parent on parent.key = d.parent
where d.state = 'sending' and d.claimed_at < :before and d.due_at <= :now
  and (d.parent is null or parent.state in ('sent', 'dismissed', 'failed'))
order by d.id limit 50
"""
_PROBE_LATER = """
update channel_blocks set probes = probes + 1,
  probe_at = case reason when 'no_answer' then :soon else :later end
where workspace = :workspace and channel = ''
"""
_PROBE_NOW = """
update channel_blocks set probe_at = :now, probes = 0 where channel = '' and probe_at > :now
"""
_PREPARE = "update deliveries set due_at = :until where id = :id"
_PREPARED = "update deliveries set due_at = :due_at where key = :key and state = 'pending'"
_OTHERS_LIMITED = """
select key from deliveries
where state = 'pending' and attempts > 0 and workspace = :workspace and channel <> :channel
  and kind <> 'redraw' and error = :error
  and due_at > (select claimed_at from deliveries where key = :key)
limit 1
"""
_LIMIT = """
insert into rate_limits (workspace, method, resumes_at) values (:workspace, :method, :resumes_at)
on conflict (workspace, method) do update set resumes_at = case
  when rate_limits.resumes_at < excluded.resumes_at then excluded.resumes_at
  else rate_limits.resumes_at end
"""
_FAIL_REPLIES = """
update deliveries set state = 'failed', error = :error
where parent = :key and state in ('pending', 'sending', 'held')
"""
_REDRAWN_SINCE = """
select later.key from deliveries as later join deliveries as own on own.key = :key
where later.kind = 'redraw' and later.parent = own.parent and later.id > own.id
  and later.claimed_at is not null
limit 1
"""


@dataclass(frozen=True, slots=True)
class ClaimScope:
    """Which deliveries a worker can take.

    Attributes:
        waited_for: those that a person waits for; they come first.
        background: those that nobody waits for.
        prepared: keys of digests whose picture is ready; another digest is leased, so that its
            picture is prepared before it is claimed. None if no digest is prepared.
        prepare_from: digests that were due before are claimed all the same; None for no digest.
    """

    waited_for: bool = True
    background: bool = True
    prepared: Collection[str] | None = None
    prepare_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """A delivery that was claimed and neither confirmed nor rejected.

    `error` is what was raised instead of an answer; empty if the process ended.
    """

    delivery: Delivery
    claimed_at: datetime
    error: str = ""


_EVERYTHING = ClaimScope()


class Outbox:
    """The deliveries; each method is one transaction.

    A result is recorded only while the delivery is still `sending` by the same claim: another
    process may have reconciled it in the meantime.
    """

    def __init__(self, database: Database) -> None:
        """Use a database that the caller opens and closes."""
        self._database = database

    async def claim(self, at: datetime, scope: ClaimScope = _EVERYTHING) -> Delivery | None:
        """Claim the next delivery that is due: set it to `sending`; return None if none is due.

        One post a second and channel, and at most `PER_WORKSPACE` in flight in a workspace. A reply
        waits until its parent is sent. In a blocked channel only announcements and
        digests are claimed, because people expect to see them there; a rate limit or a blocked
        workspace is waited out.

        Args:
            at: the time.
            scope: which deliveries to take.

        Returns:
            A delivery; one that is leased, and not claimed, is `pending` still.
        """
        classes = [0] * scope.waited_for + [1] * scope.background

        def work(db: Connection) -> Delivery | None:
            table.hold_pending(db, at)
            found = (_claim_one(db, at, scope, {"background": each}) for each in classes)
            return next(filter(None, found), None)

        return await self._database.write_in_turn(work)

    async def claim_prepared(self, delivery: Delivery, at: datetime) -> Delivery | None:
        """End the lease of a digest and claim it; None if it has to wait.

        Args:
            delivery: as it was leased.
            at: the time.
        """
        prepared = ClaimScope(prepared=(delivery.key,))

        def work(db: Connection) -> Delivery | None:
            _end_lease(db, delivery)
            return _claim_one(db, at, prepared, {"background": 1, "key": delivery.key})

        return await self._database.write_in_turn(work)

    async def end_lease(self, delivery: Delivery) -> None:
        """Let any worker claim a leased digest at once."""
        await self._database.write_in_turn(lambda db: _end_lease(db, delivery))

    async def pause_workspace(self, workspace: str, at: datetime) -> None:
        """Block a workspace whose calls time out, until a probe is answered."""

        def work(db: Connection) -> None:
            if db.get("channel_blocks", workspace=workspace, channel=WORKSPACE) is None:
                table.block(db, workspace, WORKSPACE, NO_ANSWER, at, at + NO_ANSWER_INTERVAL)

        await self._database.write_in_turn(work)

    async def probe_blocked(self, at: datetime) -> None:
        """Probe all blocked workspaces now: a start may follow a correction of the operator's."""
        values = {"now": utc_text(at)}
        await self._database.write_in_turn(lambda db: db.execute(_PROBE_NOW, values))

    async def renew_claim(self, delivery: Delivery, at: datetime) -> Delivery | None:
        """Claim a delivery again just before the post; None if another process settled it.

        It counts as another attempt, so what others found out about the last one is void.
        """
        renewed = replace(delivery, attempts=delivery.attempts + 1)
        values = {"claimed_at": utc_text(at), "attempts": renewed.attempts}
        return renewed if await self._record(delivery, values, lambda _db: True) else None

    async def parent_of(self, delivery: Delivery) -> Delivery | None:
        """Return the parent of a delivery; None if it has none."""
        key = delivery.parent
        if key is None:
            return None
        return await self._database.read(lambda db: table.by_key(db, key))

    async def unconfirmed(self, before: datetime, now: datetime) -> list[Unconfirmed]:
        """Return deliveries claimed before `before` and still `sending`, to be reconciled by now.

        A reply is excluded until its parent is settled.
        """
        times = {"before": utc_text(before), "now": utc_text(now)}
        found = await self._database.read(lambda db: db.all(_UNCONFIRMED, times))
        return [
            Unconfirmed(
                to_delivery(row), datetime.fromisoformat(row["claimed_at"]), row["error"] or ""
            )
            for row in found
        ]

    async def mark_sent(self, delivery: Delivery, channel: str, ts: str) -> None:
        """Record where the message is in Slack, and resume what was held for its channel."""
        sent = {"state": "sent", "sent_channel": channel, "ts": ts, "error": None}

        def work(db: Connection) -> None:
            row = db.get("deliveries", key=delivery.key)
            if row is None:
                return
            _redraw_if_stale(db, delivery, row)
            if row["state"] != DeliveryState.SENT:
                db.update("deliveries", sent, id=row["id"])
                table.resume(db, delivery.workspace, delivery.channel)
                table.redraw_alerts(db, delivery.key, _time_of(row))

        await self._database.write_in_turn(work)

    async def retry(
        self,
        delivery: Delivery,
        due_at: datetime,
        error: str,
        first_failed_at: datetime | None = None,
    ) -> None:
        """Set a delivery back to `pending` until `due_at`.

        Args:
            delivery: the delivery.
            due_at: when to try again.
            error: why.
            first_failed_at: start of the failures that count towards giving up, if they do.
        """
        await self._record(delivery, _pending(due_at, error, first_failed_at), lambda _db: None)

    async def release(self, delivery: Delivery) -> None:
        """Give a claim back that led to no post: the delivery can be claimed again at once."""
        values = {"state": "pending", "claimed_at": None}
        await self._record(delivery, values, lambda _db: None)

    async def slow_down(self, delivery: Delivery, until: datetime, error: str) -> None:
        """Retry a delivery after a rate limit, and delay what falls under the same limit.

        For redraws these are all redraws of the workspace; for posts those of the channel, or of
        the workspace if another channel of it is limited too.
        """
        kind = delivery.kind
        method = kind.value if kind is DeliveryKind.REDRAW else _POST
        limit = {
            "workspace": delivery.workspace,
            "method": method,
            "resumes_at": utc_text(until),
        }
        others = {
            "workspace": delivery.workspace,
            "channel": delivery.channel,
            "error": error,
            "key": delivery.key,
        }

        def work(db: Connection) -> None:
            if method != _POST or db.one(_OTHERS_LIMITED, others):
                db.execute(_LIMIT, limit)

        await self._record(delivery, _pending(until, error, delivery.first_failed_at), work)

    async def mark_unconfirmed(self, delivery: Delivery, check_at: datetime, error: str) -> None:
        """Leave a delivery in `sending`, to be reconciled at `check_at`."""
        values = {"due_at": utc_text(check_at), "error": error}
        await self._record(delivery, values, lambda _db: None)

    async def hold(
        self, delivery: Delivery, at: datetime, error: str, alert: Delivery | None
    ) -> bool:
        """Block a delivery's channel and hold what is pending for it.

        The alert is stored if it is about an announcement, or the first to its recipient since the
        channel is blocked.

        Returns:
            Whether the channel was not blocked before.
        """

        def work(db: Connection) -> bool:
            table.unblock(db, delivery.workspace, WORKSPACE)
            is_new = table.block(db, delivery.workspace, delivery.channel, error, at, at)
            table.hold_pending(db, at)
            table.redraw_alerts(db, delivery.key, at)
            always = delivery.kind is DeliveryKind.ANNOUNCEMENT
            if alert is not None and (always or not table.is_alerted(db, alert)):
                table.enqueue(db, [alert])
            return is_new

        return bool(await self._record(delivery, _settled("held", error), work))

    async def wait_for_workspace(
        self,
        delivery: Delivery,
        at: datetime,
        error: str,
        due_at: datetime,
        first_failed_at: datetime | None = None,
        alerts: Iterable[Delivery] = (),
    ) -> bool:
        """Retry a delivery, and block its whole workspace until a probe is accepted.

        Args:
            delivery: the delivery.
            at: the time.
            error: why.
            due_at: when to try this delivery again; a probe may be another one.
            first_failed_at: start of the failures that count towards giving up, if they do.
            alerts: what tells its owner; one of them is the probe.

        Returns:
            Whether the workspace was not blocked before.
        """
        probe_at = at + PROBE_INTERVAL

        def work(db: Connection) -> bool:
            table.enqueue(db, alerts)
            return table.block(db, delivery.workspace, WORKSPACE, error, at, probe_at)

        return bool(await self._record(delivery, _pending(due_at, error, first_failed_at), work))

    async def blocked_since(self, workspace: str) -> datetime | None:
        """Return since when a workspace is blocked; None if it is not."""

        def work(db: Connection) -> datetime | None:
            row = db.get("channel_blocks", workspace=workspace, channel=WORKSPACE)
            return datetime.fromisoformat(row["since"]) if row else None

        return await self._database.read(work)

    async def mark_failed(
        self, delivery: Delivery, error: str, alerts: Iterable[Delivery] = ()
    ) -> None:
        """Give up a delivery and the replies that wait for it; store the alerts about it."""

        def work(db: Connection) -> None:
            table.unblock(db, delivery.workspace, WORKSPACE)
            db.execute(_FAIL_REPLIES, {"key": delivery.key, "error": error})
            _alert(db, delivery, alerts)

        await self._record(delivery, _settled("failed", error), work)

    async def mark_unknown(
        self, delivery: Delivery, error: str, alerts: Iterable[Delivery] = ()
    ) -> None:
        """Record that Slack does not tell whether a delivery arrived; store the alerts about it."""
        await self._record(
            delivery, _settled("unknown", error), lambda db: _alert(db, delivery, alerts)
        )

    async def next_due(self, *, background: bool = True) -> datetime | None:
        """Return when the next pending delivery can be claimed; None if none is pending.

        Args:
            background: whether deliveries count that nobody waits for.
        """
        classes = [0, 1] if background else [0]

        def work(db: Connection) -> list[Row]:
            return [row for each in classes for row in db.all(_WAITING, {"background": each})]

        found = await self._database.read(work)
        return min((_claimable_at(row) for row in found), default=None)

    async def counts(self) -> dict[str, int]:
        """Return the number of deliveries in each state."""
        query = "select state, count(*) as number from deliveries group by state"
        found = await self._database.read(lambda db: db.all(query))
        return {row["state"]: row["number"] for row in found}

    async def blocked(self) -> list[BlockedChannel]:
        """Return the blocked channels and workspaces, the longest blocked first."""
        return await self._database.read(table.blocked_channels)

    async def _record(
        self, delivery: Delivery, values: Row, more: Callable[[Connection], Result]
    ) -> Result | None:
        """Update a delivery that this claim still owns, and return what `more` returns then."""

        def work(db: Connection) -> Result | None:
            claim = {"state": "sending", "attempts": delivery.attempts}
            try:
                db.update("deliveries", values, key=delivery.key, **claim)
            except RowMissing:
                return None
            return more(db)

        return await self._database.write_in_turn(work)


def _claim_one(db: Connection, at: datetime, scope: ClaimScope, which: Row) -> Delivery | None:
    """Claim or lease the next delivery of a class, or the one with a `key`."""
    now = utc_text(at)
    values = {
        **which,
        "now": now,
        "in_flight": utc_text(at - IN_FLIGHT),
        "pace": utc_text(at - PACE),
        "per_workspace": PER_WORKSPACE,
    }
    query = _CLAIMABLE.format(only="and d.key = :key" if "key" in which else "")
    while row := db.one(f"{query}{db.skip_locked}", values):
        if row["expires_at"] is not None and row["expires_at"] <= now:
            table.expire(db, row["key"], at)
            continue
        if _is_to_prepare(row, scope):
            db.execute(_PREPARE, {"id": row["id"], "until": utc_text(at + PREPARATION)})
            return to_delivery(row)
        db.execute(_CLAIM, {"id": row["id"], "now": now})
        if row["probes"] is not None:
            _probe_later(db, row["workspace"], row["probes"], at)
        claimed = {"state": "sending", "attempts": row["attempts"] + 1, "error": None}
        try:
            return to_delivery({**row, **claimed})
        except ValueError:
            logger.exception("a delivery has an unreadable payload", kind=row["kind"])
            db.update("deliveries", _settled("failed", "unreadable_payload"), id=row["id"])
    return None


def _end_lease(db: Connection, delivery: Delivery) -> None:
    db.execute(_PREPARED, {"key": delivery.key, "due_at": utc_text(delivery.due_at)})


def _is_to_prepare(row: Row, scope: ClaimScope) -> bool:
    return (
        row["kind"] == DeliveryKind.DIGEST
        and scope.prepared is not None
        and row["key"] not in scope.prepared
        and (scope.prepare_from is None or row["due_at"] >= utc_text(scope.prepare_from))
    )


def _probe_later(db: Connection, workspace: str, probes: int, at: datetime) -> None:
    """Set the time of the next probe of a blocked workspace, in case this one fails."""
    longer = 2 ** min(probes, 12)
    soon = min(NO_ANSWER_INTERVAL * longer, _LONGEST_NO_ANSWER_INTERVAL) + IN_FLIGHT
    later = min(PROBE_INTERVAL * longer, _LONGEST_PROBE_INTERVAL)
    times = {"soon": utc_text(at + soon), "later": utc_text(at + later)}
    db.execute(_PROBE_LATER, {"workspace": workspace, **times})


def _pending(due_at: datetime, error: str, first_failed_at: datetime | None = None) -> Row:
    failed = utc_text(first_failed_at) if first_failed_at else None
    return {
        "state": "pending",
        "due_at": utc_text(due_at),
        "error": error,
        "first_failed_at": failed,
    }


def _settled(state: str, error: str) -> Row:
    """Return the values of a delivery that is not retried by itself."""
    return {"state": state, "error": error, "first_failed_at": None}


def _alert(db: Connection, delivery: Delivery, alerts: Iterable[Delivery]) -> None:
    row = db.get("deliveries", key=delivery.key)
    if row is not None:
        table.redraw_alerts(db, delivery.key, _time_of(row))
    table.enqueue(db, alerts)


def _redraw_if_stale(db: Connection, delivery: Delivery, row: Row) -> None:
    """Redraw a message once more if another process redrew it during this redraw.

    A worker that stalled past its claim may have overwritten a newer rendering with an older one.
    """
    if delivery.kind is not DeliveryKind.REDRAW or delivery.parent is None:
        return
    is_owned = (row["state"], row["attempts"]) == (DeliveryState.SENDING, delivery.attempts)
    if is_owned and not db.one(_REDRAWN_SINCE, {"key": delivery.key}):
        return
    message = table.by_key(db, delivery.parent)
    if message is not None:
        table.enqueue_redraws(db, [message], _time_of(row))


def _time_of(row: Row) -> datetime:
    """Return when a delivery was last claimed, or else due: a time in the past."""
    return datetime.fromisoformat(row["claimed_at"] or row["due_at"])


def _claimable_at(row: Row) -> datetime:
    """Return when a pending delivery is due and its channel free."""
    times = [row["due_at"], row["resumes_at"], row["probe_at"]]
    at = max(datetime.fromisoformat(each) for each in times if each)
    if row["claimed_at"] is not None:
        at = max(at, datetime.fromisoformat(row["claimed_at"]) + PACE)
    if row["sending_at"] is not None:
        at = max(at, datetime.fromisoformat(row["sending_at"]) + IN_FLIGHT)
    return at
