"""What comes of deliveries that failed, or of which nobody knows: noted, looked up, and told."""

import random
from datetime import datetime, timedelta

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.ports import Clock
from bot.outbox.failures import INTERNAL, RATELIMITED, UNREACHABLE, Failure, is_slacks_failure
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
from bot.outbox.ports import Outbox, Unconfirmed
from bot.outbox.reconcile import START, HistoryCursor, LookupResult, again_at, find_message
from bot.services.services import Services

logger = structlog.get_logger(__name__)

QUARANTINE = timedelta(seconds=60)
"""How long a post that broke off may still be on its way to Slack."""
WORKSPACE_WAIT = timedelta(minutes=1)
"""How often a workspace that takes nothing is tried, with one delivery."""
_LATE_ARRIVAL = timedelta(seconds=10)
"""How long an update that broke off may still arrive, and must not come after the next one."""
_LONGEST_BACK_OFF = timedelta(minutes=5)
_LONGEST_TRIED = timedelta(days=1)
"""How long Slack may fail over one delivery, or not answer a look for it."""
_LONGEST_OURS = timedelta(hours=1)
"""How long a delivery may fail on our side: the log can't be read, or there is a mistake in us."""


class FailurePolicy:
    """Decides what happens to a delivery after it failed, and tells its owner if need be."""

    def __init__(self, outbox: Outbox, services: Services, clock: Clock) -> None:
        """Make it.

        Args:
            outbox: the deliveries.
            services: whose they are.
            clock: the only source of time.
        """
        self._outbox = outbox
        self._services = services
        self._clock = clock
        self._looks: dict[str, tuple[datetime, HistoryCursor]] = {}

    async def note(self, delivery: Delivery, outcome: Failure) -> None:
        """Note what came of a delivery that was not, or perhaps not, posted.

        What must not come twice is looked up after an error of Slack's own as well: Slack says
        itself that it may have been posted before the error.
        """
        now = self._clock.now()
        logger.warning(
            "a delivery failed",
            kind=delivery.kind,
            outcome=outcome.what,
            reason=outcome.reason,
            attempts=delivery.attempts,
        )
        match outcome.what:
            case "later":
                await self._later(delivery, outcome, now)
            case "slack_failed" if delivery.kind not in AT_MOST_ONCE:
                await self._later(delivery, outcome, now)
            case "slack_failed" | "unknown":
                await self._perhaps(delivery, outcome, now)
            case "workspace_closed":
                await self._wait_for_workspace(delivery, outcome.reason, now)
            case "channel_closed" if not delivery.is_direct:
                await self._hold(delivery, outcome.reason, now)
            case _:
                await self._give_up(delivery, outcome.reason, now)

    async def look_up(self, client: AsyncWebClient, doubtful: Unconfirmed) -> bool:
        """Find out what became of a delivery that broke off; return whether that is settled."""
        delivery, now = doubtful.delivery, self._clock.now()
        if delivery.kind is DeliveryKind.REDRAW:
            await self._outbox.retry(delivery, now, "interrupted")
            return True
        begun, bookmark = self._looks.get(delivery.key, (now, START))
        parent = await self._outbox.parent_of(delivery)
        sighting = await find_message(client, doubtful, parent, bookmark)
        if sighting.what == "later" and now - begun >= _LONGEST_TRIED:
            sighting = LookupResult("unsure", "history_unavailable")
        if sighting.what == "later":
            self._looks[delivery.key] = (begun, sighting.bookmark)
        else:
            self._looks.pop(delivery.key, None)
        await self._settle(doubtful, sighting, now)
        return sighting.what != "later"

    async def _settle(self, doubtful: Unconfirmed, sighting: LookupResult, now: datetime) -> None:
        delivery = doubtful.delivery
        logger.info(
            "a delivery was looked up",
            kind=delivery.kind,
            outcome=sighting.what,
            reason=sighting.reason,
        )
        match sighting.what:
            case "found":
                await self._outbox.sent(delivery, sighting.channel, sighting.ts)
            case "absent" if is_slacks_failure(doubtful.error):
                await self._again(delivery, now, doubtful.error, now)
            case "absent":
                await self._outbox.retry(delivery, now, "not_there")
            case "later":
                await self._outbox.doubt(delivery, again_at(now, sighting), doubtful.error)
            case "unsure" if delivery.kind in AT_MOST_ONCE:
                alert = await self._alert(UnconfirmedAlert, delivery, now, sighting.reason)
                await self._outbox.unknown(delivery, sighting.reason, alert)
            case "unsure":
                await self._outbox.retry(delivery, now, sighting.reason)

    async def _later(self, delivery: Delivery, outcome: Failure, now: datetime) -> None:
        due_at = now + (outcome.wait or back_off(delivery.attempts))
        if outcome.reason == RATELIMITED:
            await self._outbox.slow_down(delivery, due_at, outcome.reason)
        elif outcome.reason == UNREACHABLE:
            await self._outbox.retry(delivery, due_at, outcome.reason)
        else:
            await self._again(delivery, due_at, outcome.reason, now)

    async def _again(
        self, delivery: Delivery, due_at: datetime, reason: str, now: datetime
    ) -> None:
        """Try a delivery again that is failing, unless that has gone on for too long."""
        since = delivery.first_failed_at or now
        if now - since >= (_LONGEST_OURS if reason == INTERNAL else _LONGEST_TRIED):
            await self._give_up(delivery, reason, now)
        else:
            await self._outbox.retry(delivery, due_at, reason, since)

    async def _perhaps(self, delivery: Delivery, outcome: Failure, now: datetime) -> None:
        """Leave what must not come twice to be looked up; try the rest again.

        It was taken a while ago: a picture was uploaded first, say, or the machine slept.
        """
        if delivery.kind in AT_MOST_ONCE:
            await self._outbox.doubt(delivery, now + QUARANTINE, outcome.reason)
        else:
            wait = max(_LATE_ARRIVAL, back_off(delivery.attempts))
            await self._outbox.retry(delivery, now + wait, outcome.reason)

    async def _wait_for_workspace(self, delivery: Delivery, reason: str, now: datetime) -> None:
        again = now + WORKSPACE_WAIT
        if await self._outbox.wait_for_workspace(delivery, now, again, reason):
            logger.error(
                "a workspace takes nothing from the bot: its deliveries wait until it is "
                "installed again, or its token put right",
                workspace=delivery.workspace,
                reason=reason,
            )

    async def _hold(self, delivery: Delivery, reason: str, now: datetime) -> None:
        alert = await self._alert(NotPostedAlert, delivery, now, reason)
        if await self._outbox.hold(delivery, now, reason, next(iter(alert), None)):
            logger.warning(
                "a channel takes nothing from the bot: its deliveries are held back",
                workspace=delivery.workspace,
                channel=delivery.channel,
                reason=reason,
            )

    async def _give_up(self, delivery: Delivery, reason: str, now: datetime) -> None:
        if delivery.kind in AT_MOST_ONCE:
            notices = await self._alert(NotPostedAlert, delivery, now, reason)
        else:
            notices = _unreachable(delivery, now, reason)
            await self._services.person_unreachable(delivery, reason)
        await self._outbox.failed(delivery, reason, notices)

    async def _alert(
        self,
        kind: AlertType,
        about: Delivery,
        at: datetime,
        reason: str,
    ) -> tuple[Delivery, ...]:
        """Return the alert to the owner of a delivery, if it has one."""
        issue = await self._services.delivery_issues.of(about)
        return (alert_for(kind, about, issue.owner, at, reason),) if issue.owner else ()


def _unreachable(delivery: Delivery, at: datetime, reason: str) -> tuple[Delivery, ...]:
    """Return what tells the sender of a decider's message that the decider cannot be reached."""
    if not isinstance(delivery.payload, DeciderMessage) or delivery.decision is None:
        return ()
    notice = UnreachableNotice(delivery.channel, delivery.kind, reason)
    about = (delivery.workspace, delivery.decision)
    return (unreachable_notice(*about, delivery.payload.asked_by, notice, at),)


def back_off(attempts: int) -> timedelta:
    """Return how long to wait after the given number of attempts: doubling, with jitter."""
    longest = min(_LONGEST_BACK_OFF, timedelta(seconds=2 ** min(attempts, 12)))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 (jitter guards no secret)
