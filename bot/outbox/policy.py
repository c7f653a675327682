"""The failure policy: retry with exponential back-off, reconcile with Slack, hold, or give up."""

import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.ports import Clock
from bot.outbox.failures import (
    INTERNAL,
    NO_ANSWER,
    NO_CONNECTION,
    RATE_LIMITED,
    Failure,
    FailureClass,
    is_server_error,
)
from bot.outbox.issues import DeliveryIssues
from bot.outbox.model import (
    AT_MOST_ONCE,
    AlertType,
    DeciderMessage,
    Delivery,
    DeliveryKind,
    NotPostedAlert,
    UnconfirmedAlert,
    UnreachableNotice,
    alert_for,
    unreachable_notice,
)
from bot.outbox.reconcile import START, HistoryCursor, Lookup, LookupResult, check_at, find_message
from bot.outbox.store import PROBE_INTERVAL, Outbox, Unconfirmed

logger = structlog.get_logger(__name__)

OnUnreachable = Callable[[Delivery, str], Awaitable[None]]
"""Takes a direct message that Slack rejected, and Slack's error name."""

QUARANTINE = timedelta(seconds=60)
"""How long an unconfirmed post may still be in flight."""
_LATE_ARRIVAL = timedelta(seconds=10)
"""How long an unconfirmed redraw may still arrive, and overwrite the next one."""
_LONGEST_BACK_OFF = timedelta(minutes=5)
_RETRY_LIMIT = timedelta(days=1)
"""How long a delivery is retried while Slack fails, or does not answer the reconciliation."""
_UNEXPLAINED_LIMIT = timedelta(minutes=10)
"""How long a delivery is retried that Slack refuses for an unknown reason, while it accepts others
in the workspace."""
_INTERNAL_RETRY_LIMIT = timedelta(hours=1)
"""How long a delivery is retried that the bot itself cannot render."""


class FailurePolicy:
    """Decides what happens to a delivery after a failure, and alerts its owner."""

    def __init__(
        self, outbox: Outbox, issues: DeliveryIssues, on_unreachable: OnUnreachable, clock: Clock
    ) -> None:
        """Create the policy.

        Args:
            outbox: the deliveries.
            issues: finds the owner of a delivery.
            on_unreachable: called before a direct message about a decision is given up.
            clock: the clock.
        """
        self._outbox = outbox
        self._issues = issues
        self._on_unreachable = on_unreachable
        self._clock = clock
        self._lookups: dict[str, tuple[datetime, HistoryCursor]] = {}

    async def handle(self, delivery: Delivery, failure: Failure) -> None:
        """Handle a failed attempt.

        After a server error of Slack, a post that must not appear twice is reconciled first: Slack
        documents that it may have been posted before the error.
        """
        now = self._clock.now()
        if failure.reason == NO_ANSWER:
            await self._outbox.pause_workspace(delivery.workspace, now)
        logger.warning(
            "a delivery failed",
            kind=delivery.kind,
            failure=failure.kind,
            reason=failure.reason,
            attempts=delivery.attempts,
        )
        match failure.kind:
            case FailureClass.TEMPORARY:
                await self._retry(delivery, failure, now)
            case FailureClass.SERVER_ERROR if delivery.kind not in AT_MOST_ONCE:
                await self._retry(delivery, failure, now)
            case FailureClass.SERVER_ERROR | FailureClass.UNKNOWN:
                await self._await_confirmation(delivery, failure, now)
            case FailureClass.WORKSPACE_BLOCKED:
                await self._wait_for_workspace(delivery, failure.reason, now, now)
            case FailureClass.UNEXPLAINED:
                await self._wait_for_explanation(delivery, failure.reason, now)
            case FailureClass.CHANNEL_BLOCKED if not delivery.is_direct:
                await self._hold(delivery, failure.reason, now)
            case _:
                await self._give_up(delivery, failure.reason, now)

    async def reconcile(self, client: AsyncWebClient, unconfirmed: Unconfirmed) -> bool:
        """Find out whether an unconfirmed delivery arrived; return whether that is settled."""
        delivery, now = unconfirmed.delivery, self._clock.now()
        if delivery.kind is DeliveryKind.REDRAW:
            await self._outbox.retry(delivery, now, "interrupted")
            return True
        started_at, cursor = self._lookups.get(delivery.key, (now, START))
        parent = await self._outbox.parent_of(delivery)
        found = await find_message(client, unconfirmed, parent, cursor)
        if found.result is Lookup.UNAVAILABLE and now - started_at >= _RETRY_LIMIT:
            found = LookupResult(Lookup.UNKNOWN, "history_unavailable")
        if found.result is Lookup.UNAVAILABLE:
            self._lookups[delivery.key] = (started_at, found.cursor)
        else:
            self._lookups.pop(delivery.key, None)
        await self._settle(unconfirmed, found, now)
        return found.result is not Lookup.UNAVAILABLE

    async def _settle(self, unconfirmed: Unconfirmed, found: LookupResult, now: datetime) -> None:
        delivery = unconfirmed.delivery
        logger.info(
            "a delivery was reconciled",
            kind=delivery.kind,
            result=found.result,
            reason=found.reason,
        )
        match found.result:
            case Lookup.FOUND:
                await self._outbox.mark_sent(delivery, found.channel, found.ts)
            case Lookup.ABSENT if is_server_error(unconfirmed.error):
                await self._retry_or_give_up(delivery, now, unconfirmed.error, now)
            case Lookup.ABSENT:
                await self._outbox.retry(delivery, now, "not_there")
            case Lookup.UNAVAILABLE:
                at = check_at(now, found)
                await self._outbox.mark_unconfirmed(delivery, at, unconfirmed.error)
            case Lookup.UNKNOWN if delivery.kind in AT_MOST_ONCE:
                alerts = await self._alerts(UnconfirmedAlert, delivery, now, found.reason)
                await self._outbox.mark_unknown(delivery, found.reason, alerts)
            case Lookup.UNKNOWN:
                await self._outbox.retry(delivery, now, found.reason)

    async def _retry(self, delivery: Delivery, failure: Failure, now: datetime) -> None:
        due_at = now + (failure.retry_after or back_off(delivery.attempts))
        if failure.reason == RATE_LIMITED:
            await self._outbox.slow_down(delivery, due_at, failure.reason)
        elif failure.reason == NO_CONNECTION:
            await self._outbox.retry(delivery, due_at, failure.reason)
        else:
            await self._retry_or_give_up(delivery, due_at, failure.reason, now)

    async def _retry_or_give_up(
        self, delivery: Delivery, due_at: datetime, reason: str, now: datetime
    ) -> None:
        """Retry a delivery unless it has been failing for too long."""
        since = delivery.first_failed_at or now
        if now - since >= (_INTERNAL_RETRY_LIMIT if reason == INTERNAL else _RETRY_LIMIT):
            await self._give_up(delivery, reason, now)
        else:
            await self._outbox.retry(delivery, due_at, reason, since)

    async def _await_confirmation(
        self, delivery: Delivery, failure: Failure, now: datetime
    ) -> None:
        """Leave a post that must not appear twice to the reconciliation; retry any other."""
        if delivery.kind in AT_MOST_ONCE:
            await self._outbox.mark_unconfirmed(delivery, now + QUARANTINE, failure.reason)
        else:
            wait = max(_LATE_ARRIVAL, back_off(delivery.attempts))
            await self._outbox.retry(delivery, now + wait, failure.reason)

    async def _wait_for_workspace(
        self,
        delivery: Delivery,
        reason: str,
        now: datetime,
        due_at: datetime,
        since: datetime | None = None,
        alerts: tuple[Delivery, ...] = (),
    ) -> None:
        if await self._outbox.wait_for_workspace(delivery, now, reason, due_at, since, alerts):
            logger.error(
                "a workspace accepts no messages: its deliveries wait until what Slack names as "
                "the reason is corrected, or the bot is installed again",
                workspace=delivery.workspace,
                reason=reason,
            )

    async def _wait_for_explanation(self, delivery: Delivery, reason: str, now: datetime) -> None:
        """Hold the workspace; give the delivery up if it is the only one that Slack refuses.

        It is retried after the first probe, which is thus another delivery: at least the alert to
        the owner. If Slack accepts that and refuses this one for longer than
        `_UNEXPLAINED_LIMIT`, the reason is the message.
        """
        since = delivery.first_failed_at or now
        blocked = await self._outbox.blocked_since(delivery.workspace)
        others_accepted = blocked is None or blocked > since
        if now - since >= _UNEXPLAINED_LIMIT and others_accepted:
            await self._give_up(delivery, reason, now)
            return
        due_at = now + max(2 * PROBE_INTERVAL, back_off(delivery.attempts))
        is_first = delivery.first_failed_at is None and delivery.kind in AT_MOST_ONCE
        alerts = await self._alerts(NotPostedAlert, delivery, now, reason) if is_first else ()
        await self._wait_for_workspace(delivery, reason, now, due_at, since, alerts)

    async def _hold(self, delivery: Delivery, reason: str, now: datetime) -> None:
        alerts = await self._alerts(NotPostedAlert, delivery, now, reason)
        if await self._outbox.hold(delivery, now, reason, alerts[0] if alerts else None):
            logger.warning(
                "a channel accepts no messages: its deliveries are held",
                workspace=delivery.workspace,
                channel=delivery.channel,
                reason=reason,
            )

    async def _give_up(self, delivery: Delivery, reason: str, now: datetime) -> None:
        if delivery.kind in AT_MOST_ONCE:
            alerts = await self._alerts(NotPostedAlert, delivery, now, reason)
        else:
            alerts = _unreachable_notices(delivery, now, reason)
            await self._on_unreachable(delivery, reason)
        await self._outbox.mark_failed(delivery, reason, alerts)

    async def _alerts(
        self, kind: AlertType, about: Delivery, at: datetime, reason: str
    ) -> tuple[Delivery, ...]:
        """Return the alert to the owner of a delivery, if it has one."""
        owner = (await self._issues.of(about)).owner
        return (alert_for(kind, about, owner, at, reason),) if owner else ()


def back_off(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: exponential, with jitter."""
    longest = min(_LONGEST_BACK_OFF, timedelta(seconds=2 ** min(attempts, 12)))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 (jitter guards no secret)


def _unreachable_notices(delivery: Delivery, at: datetime, reason: str) -> tuple[Delivery, ...]:
    """Return what tells the sender of a decider's message that the decider cannot be reached."""
    if not isinstance(delivery.payload, DeciderMessage) or delivery.decision is None:
        return ()
    notice = UnreachableNotice(delivery.channel, delivery.kind, reason)
    about = (delivery.workspace, delivery.decision)
    return (unreachable_notice(*about, delivery.payload.asked_by, notice, at),)
