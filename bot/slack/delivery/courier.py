"""Carries deliveries out: renders each from the log, posts it, and notes what came of it."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.delivery import Delivery, DeliveryKind, trouble_notice
from bot.decisions.desk import Desk
from bot.decisions.ports import Clock, Outbox
from bot.slack.delivery.outcomes import Outcome, of_error
from bot.slack.delivery.rendering import Renderer
from bot.slack.digests import Digests
from bot.slack.installing.installs import NotInstalled
from bot.slack.installing.tokens import TokenUnreadable
from bot.slack.refusals import UNREACHABLE
from bot.slack.views.message import Message

log = structlog.get_logger(__name__)

ClientFor = Callable[[str], Awaitable[AsyncWebClient]]
"""Returns the Web API client of a workspace."""

METADATA_EVENT = "ragvsft_delivery"
_FAILURES = (*UNREACHABLE, NotInstalled, TokenUnreadable)
_POSTS = frozenset({DeliveryKind.ANNOUNCEMENT, DeliveryKind.RECOMMENDATION, DeliveryKind.TEAM})
"""What stands in a channel once: its driver is told when it is in trouble."""
QUARANTINE = timedelta(seconds=60)
"""How long a post that a crash interrupted may still be on its way to Slack."""
INTERRUPTED = Outcome("unknown", "interrupted")
Result = TypeVar("Result")
_LONGEST_WAIT = 5.0
_LONGEST_BACK_OFF = timedelta(minutes=5)


class Courier:
    """Takes deliveries that are due, one at a time, and posts them."""

    def __init__(
        self,
        outbox: Outbox,
        desk: Desk,
        clock: Clock,
        client_for: ClientFor,
        woken: asyncio.Event,
        command: str = "/ragvsft",
    ) -> None:
        """Make a courier; nothing happens before `run`.

        Args:
            outbox: the deliveries.
            desk: what they tell of.
            clock: the only source of time.
            client_for: returns the client to post to a workspace with.
            woken: set by whoever knows that something may be due.
            command: the slash command's name.
        """
        self._outbox = outbox
        self._desk = desk
        self._renderer = Renderer(desk, Digests(client_for, command))
        self._clock = clock
        self._client_for = client_for
        self._woken = woken
        self._stopping = False

    def stop(self) -> None:
        """Ask `run` to return after the post in flight."""
        self._stopping = True
        self._woken.set()

    async def run(self) -> None:
        """Deliver until stopped. A post in flight is finished, never cancelled."""
        while not self._stopping:
            self._woken.clear()
            await _survive(self._settle_interrupted())
            await _survive(self._deliver_due())
            await _survive(self._rest())

    async def _settle_interrupted(self) -> None:
        """Ask the drivers about what a crash interrupted, once it can't be under way any more."""
        for delivery in await self._outbox.interrupted(self._clock.now() - QUARANTINE):
            await self._note_failure(delivery, _harmless(delivery, INTERRUPTED))

    async def _deliver_due(self) -> None:
        while not self._stopping:
            delivery = await self._outbox.claim(self._clock.now())
            if delivery is None:
                return
            message = await _survive(self._renderer.message(delivery))
            if message is None:
                await self._note_failure(delivery, Outcome("never", "internal"))
            else:
                await _survive(self._deliver(delivery, message))

    async def _rest(self) -> None:
        """Wait until something is due, or somebody wakes us; at most a few seconds."""
        due = await self._outbox.next_due()
        wait = _LONGEST_WAIT
        if due is not None:
            until_due = (due - self._clock.now()).total_seconds()
            wait = min(_LONGEST_WAIT, max(0.02, until_due))
        try:
            async with asyncio.timeout(wait):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _deliver(self, delivery: Delivery, message: Message) -> None:
        try:
            client = await self._client_for(delivery.workspace)
            parent = await self._outbox.parent_of(delivery)
            channel, ts = await _send(client, delivery, message, parent)
        except _FAILURES as error:
            await self._note_failure(delivery, _harmless(delivery, of_error(error)))
        else:
            await self._outbox.sent(delivery, channel, ts)

    async def _note_failure(self, delivery: Delivery, outcome: Outcome) -> None:
        log.warning(
            "a delivery failed",
            kind=delivery.kind,
            outcome=outcome.what,
            reason=outcome.reason,
            attempts=delivery.attempts,
        )
        now = self._clock.now()
        match outcome.what:
            case "later":
                due_at = now + (outcome.wait or back_off(delivery.attempts))
                await self._outbox.retry(delivery, due_at, outcome.reason)
            case "unknown":
                notice = await self._notice(DeliveryKind.UNCERTAIN, delivery, now, outcome.reason)
                await self._outbox.unknown(delivery, outcome.reason, notice)
            case "never":
                notice = await self._notice(DeliveryKind.NOT_POSTED, delivery, now, outcome.reason)
                await self._outbox.failed(delivery, outcome.reason, notice)

    async def _notice(
        self, kind: DeliveryKind, about: Delivery, at: datetime, reason: str
    ) -> Delivery | None:
        """Return the notice about a delivery in trouble; None where it is a notice itself."""
        if about.kind not in _POSTS:
            return None
        decision = await self._desk.decision(about.workspace, about.decision or 0)
        return trouble_notice(kind, about, decision, at, reason) if decision else None


async def _survive(work: Coroutine[Any, Any, Result]) -> Result | None:
    """Return what some work returns; None if it raised, which is logged and ends nothing else."""
    task = asyncio.create_task(work)
    await asyncio.wait({task})
    error = task.exception()
    if error is not None:
        log.error("delivering failed", exc_info=error)
        return None
    return task.result()


def _harmless(delivery: Delivery, outcome: Outcome) -> Outcome:
    """Return the outcome, mindful that only a decision's posts do harm when they come twice.

    A message that is redrawn twice is the same; a private word said twice is better than lost.
    """
    if delivery.kind not in _POSTS and outcome.what == "unknown":
        return replace(outcome, what="later")
    return outcome


async def _send(
    client: AsyncWebClient, delivery: Delivery, message: Message, parent: Delivery | None
) -> tuple[str, str]:
    """Post a message, or redraw its parent; return the channel and timestamp that Slack gives."""
    channel = (parent.sent_channel if parent else None) or delivery.channel
    if delivery.kind is DeliveryKind.UPDATE and parent is not None:
        answer = await client.chat_update(
            channel=channel, ts=str(parent.ts), text=message.text, blocks=message.blocks
        )
    else:
        answer = await client.chat_postMessage(
            channel=channel,
            thread_ts=parent.ts if parent else None,
            text=message.text,
            blocks=message.blocks,
            unfurl_links=False,
            unfurl_media=False,
            metadata={"event_type": METADATA_EVENT, "event_payload": {"key": delivery.key}},
        )
    return str(answer["channel"]), str(answer["ts"])


def back_off(attempts: int) -> timedelta:
    """Return how long to wait after the given number of attempts: doubling, with jitter."""
    longest = min(_LONGEST_BACK_OFF, timedelta(seconds=2 ** min(attempts, 12)))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 (jitter guards no secret)
