"""The worker: claims deliveries that are due, renders and posts them, and records the result."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.ports import Clock
from bot.outbox.failures import FAILURES, INTERNAL, Failure, FailureClass, attempt_of, classify
from bot.outbox.images import Images
from bot.outbox.model import Attempt, Delivery, DeliveryKind
from bot.outbox.policy import QUARANTINE, FailurePolicy
from bot.outbox.reconcile import delivery_metadata
from bot.outbox.store import Outbox, Unconfirmed
from bot.slackkit.api_errors import BLOCKS_REFUSED, api_error_of, call_slack
from bot.slackkit.message import Message
from bot.storage.connection import DatabaseUnavailable

logger = structlog.get_logger(__name__)

ClientFor = Callable[[str], Awaitable[AsyncWebClient]]
"""Returns the Web API client of a workspace."""
Render = Callable[[Delivery], Awaitable[Message]]
"""Returns the message of a delivery."""
Send = Callable[[Message], Awaitable[tuple[str, str]]]
"""Posts a message; returns its channel and timestamp."""
CountAttempt = Callable[[Attempt], None]
"""Counts the result of an attempt."""

CONCURRENCY = 4
"""How many deliveries are posted at a time, each to another channel."""
CLAIM_TTL = timedelta(seconds=20)
"""Age from which a claim is renewed before the post: the process may have been suspended.

Longer than an image takes to upload. With the time of an API call it is far below `QUARANTINE`,
after which another process reconciles the delivery and may send it.
"""
_RECONCILING = ""
"""The key of the task that reconciles unconfirmed deliveries, among keys of deliveries."""
_LONGEST_WAIT = 5.0
_WAIT_AFTER_ERROR = 1.0
_SHORTEST_WAIT = 0.02
Result = TypeVar("Result")


class ClaimExpired(Exception):
    """Another process settled a delivery before this one could post it."""


class DeliveryWorker:
    """Claims deliveries that are due, a few at a time, and posts them."""

    def __init__(
        self,
        outbox: Outbox,
        policy: FailurePolicy,
        render: Render,
        clock: Clock,
        client_for: ClientFor,
        wake: asyncio.Event,
        images: Images | None = None,
        count_attempt: CountAttempt = lambda _attempt: None,
    ) -> None:
        """Create a worker; nothing happens before `run`.

        Args:
            outbox: the deliveries.
            policy: decides what happens to a delivery after a failure.
            render: renders a delivery when it is sent.
            clock: the clock.
            client_for: returns the client of a workspace.
            wake: set when a delivery may be due.
            images: posts messages with their image; none are drawn without it.
            count_attempt: counts the result of each attempt.
        """
        self._outbox = outbox
        self._policy = policy
        self._render = render
        self._clock = clock
        self._client_for = client_for
        self._wake = wake
        self._images = images or Images(None)
        self._count_attempt = count_attempt
        self._stopping = False
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being posted."""
        return not self._tasks

    def stop(self) -> None:
        """Ask `run` to return after the posts in flight."""
        self._stopping = True
        self._images.stop()
        self._wake.set()

    async def run(self) -> None:
        """Deliver until stopped. A post in flight is finished, never cancelled."""
        while not self._stopping:
            self._wake.clear()
            wait = await _log_errors(self._dispatch())
            await self._wait(_WAIT_AFTER_ERROR if wait is None else wait)
        while self._tasks:
            await asyncio.wait(self._tasks.values())

    async def _dispatch(self) -> float:
        """Start what is due; return the seconds until the next delivery is due."""
        if _RECONCILING not in self._tasks:
            self._start(_RECONCILING, self._reconcile_all())
        while not self._stopping and len(self._tasks) < CONCURRENCY:
            now = self._clock.now()
            delivery = await self._outbox.claim(now)
            if delivery is None:
                return await self._until_due()
            self._start(delivery.key, self._deliver(delivery, now))
        return _LONGEST_WAIT

    async def _until_due(self) -> float:
        due = await self._outbox.next_due()
        if due is None:
            return _LONGEST_WAIT
        until_due = (due - self._clock.now()).total_seconds()
        return min(_LONGEST_WAIT, max(_SHORTEST_WAIT, until_due))

    async def _wait(self, seconds: float) -> None:
        """Wait for so many seconds, or until the worker is woken."""
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return

    def _start(self, key: str, work: Coroutine[Any, Any, object]) -> None:
        """Run a coroutine in a task, and wake the worker when it ends."""

        def finished(_task: asyncio.Task[None]) -> None:
            del self._tasks[key]
            if key != _RECONCILING:
                self._wake.set()

        async def run() -> None:
            await _log_errors(work)

        self._tasks[key] = asyncio.create_task(run())
        self._tasks[key].add_done_callback(finished)

    async def _reconcile_all(self) -> None:
        """Reconcile unconfirmed deliveries, once they cannot be in flight any more."""
        now = self._clock.now()
        for unconfirmed in await self._outbox.unconfirmed(now - QUARANTINE, now):
            if self._stopping:
                return
            if unconfirmed.delivery.key not in self._tasks:
                await _log_errors(self._reconcile(unconfirmed))

    async def _reconcile(self, unconfirmed: Unconfirmed) -> None:
        delivery = unconfirmed.delivery
        try:
            client = await self._client_for(delivery.workspace)
        except FAILURES as error:
            again = self._clock.now() + QUARANTINE
            await self._outbox.mark_unconfirmed(delivery, again, classify(error).reason)
        else:
            if await self._policy.reconcile(client, unconfirmed):
                self._wake.set()

    async def _deliver(self, delivery: Delivery, claimed_at: datetime) -> None:
        async def send(message: Message) -> tuple[str, str]:
            nonlocal delivery
            now = self._clock.now()
            if now - claimed_at > CLAIM_TTL:
                renewed = await self._outbox.renew_claim(delivery, now)
                if renewed is None:
                    raise ClaimExpired
                delivery = renewed
            return await _post(client, delivery, parent, message)

        try:
            parent = await self._outbox.parent_of(delivery)
            message = await self._render(_rendered(delivery, parent))
        except Exception as error:
            logger.exception("a delivery could not be rendered")
            self._count_attempt(Attempt.INTERNAL_ERROR)
            await self._policy.handle(delivery, _rendering_failure(error))
            return
        try:
            client = await self._client_for(delivery.workspace)
            if self._stopping:
                await self._outbox.release(delivery)
                return
            channel, ts = await self._post(client, message, send)
        except ClaimExpired:
            logger.warning("a delivery was settled by another process", kind=delivery.kind)
        except FAILURES as error:
            failure = classify(error)
            self._count_attempt(attempt_of(failure))
            await self._policy.handle(delivery, failure)
        else:
            self._count_attempt(Attempt.SENT)
            await self._record_sent(delivery, channel, ts)

    async def _record_sent(self, delivery: Delivery, channel: str, ts: str) -> None:
        """Record a post, again and again while the database is away.

        Afterwards the post is reconciled, by this process or another.
        """
        until = self._clock.now() + QUARANTINE
        while True:
            try:
                return await self._outbox.mark_sent(delivery, channel, ts)
            except DatabaseUnavailable:
                if self._clock.now() >= until:
                    raise
                await asyncio.sleep(_WAIT_AFTER_ERROR)

    async def _post(self, client: AsyncWebClient, message: Message, send: Send) -> tuple[str, str]:
        """Post a message; in its plain form if Slack refuses its blocks."""
        try:
            return await self._images.post(client, message, send)
        except SlackApiError as error:
            if message.plain is None or api_error_of(error).error not in BLOCKS_REFUSED:
                raise
            logger.warning("Slack refused the blocks of a message: it is posted in plain form")
            return await send(replace(message, blocks=message.plain, picture=None, plain=None))


async def _log_errors(work: Coroutine[Any, Any, Result]) -> Result | None:
    """Return the result of a coroutine; log what it raises and return None."""
    task = asyncio.create_task(work)
    await asyncio.wait({task})
    error = task.exception()
    if isinstance(error, DatabaseUnavailable):
        logger.error("delivering waits for the database", why=str(error))
        return None
    if error is not None:
        logger.error("delivering failed", exc_info=error)
        return None
    return task.result()


def _rendered(delivery: Delivery, parent: Delivery | None) -> Delivery:
    """Return the delivery whose message is shown: a redraw shows its parent's.

    Raises:
        LookupError: the message to redraw is not in the database.
    """
    if delivery.kind is not DeliveryKind.REDRAW:
        return delivery
    if parent is None:
        raise LookupError(f"{delivery.key} redraws no message")
    return parent


def _rendering_failure(error: Exception) -> Failure:
    """Classify an error of rendering: only data that is missing makes it permanent."""
    is_missing = isinstance(error, LookupError) and not isinstance(error, KeyError | IndexError)
    return Failure(FailureClass.REJECTED if is_missing else FailureClass.TEMPORARY, INTERNAL)


async def _post(
    client: AsyncWebClient, delivery: Delivery, parent: Delivery | None, message: Message
) -> tuple[str, str]:
    """Post a message, or update its parent's; return the channel and timestamp of Slack."""
    channel = (parent.sent_channel if parent else None) or delivery.channel
    if delivery.kind is DeliveryKind.REDRAW and parent is not None:
        call = client.chat_update(
            channel=channel, ts=str(parent.ts), text=message.text, blocks=message.blocks
        )
    else:
        call = client.chat_postMessage(
            channel=channel,
            thread_ts=parent.ts if parent else None,
            text=message.text,
            blocks=message.blocks,
            unfurl_links=False,
            unfurl_media=False,
            metadata=delivery_metadata(delivery),
        )
    answer = await call_slack(call)
    return str(answer["channel"]), str(answer["ts"])
