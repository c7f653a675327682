"""The worker: claims deliveries that are due, renders and posts them, and records the result.

A digest's picture is drawn and uploaded before the digest is claimed, so that it keeps neither its
channel nor a place among the posts in flight meanwhile.
"""

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
from bot.outbox.model import BACKGROUND_KINDS, Attempt, Delivery, DeliveryKind, DeliveryState
from bot.outbox.policy import QUARANTINE, FailurePolicy
from bot.outbox.reconcile import delivery_metadata
from bot.outbox.store import PACE, ClaimScope, Outbox, Unconfirmed
from bot.slackkit.api_errors import BLOCKS_REFUSED, api_error_of, call_slack, place_of_post
from bot.slackkit.message import Drawing, Message
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

IN_FLIGHT = 160
"""How many deliveries are in flight, each in another channel. Far more than a busy minute needs, so
that workspaces which do not answer leave room for all others."""
IN_BACKGROUND = 32
"""How many of these are digests and other messages that nobody waits for."""
PICTURE_PATIENCE = timedelta(seconds=45)
"""How late a digest may be and still wait until its picture can be drawn; later ones show a table
unless it can be drawn at once."""
_MOST_PREPARED = 500
"""Uploaded pictures that are remembered; the others are drawn again."""
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
_WAIT_FOR_OTHERS = 0.25
"""Seconds to wait where only other deliveries in flight delay the next one; their end wakes the
worker, unless they are another process's."""
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
        self._background = set[str]()
        self._pictures: dict[str, tuple[Drawing | None, str | None]] = {}
        self._last_claim = float("-inf")

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
        await _log_errors(self._outbox.probe_blocked(self._clock.now()))
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
        while not self._stopping and len(self._tasks) < IN_FLIGHT:
            now = self._clock.now()
            delivery = await self._outbox.claim(now, self._scope(now))
            if delivery is None:
                return await self._until_due()
            self._take(delivery, now)
        return _LONGEST_WAIT

    def _scope(self, now: datetime) -> ClaimScope:
        """Return which deliveries there is room for."""
        room = len(self._background) < IN_BACKGROUND
        if not self._images.draws:
            return ClaimScope(background=room)
        from_any_time = ClaimScope(background=room, prepared=self._pictures)
        if not self._images.is_busy:
            return from_any_time
        return replace(from_any_time, prepare_from=now - PICTURE_PATIENCE)

    def _take(self, delivery: Delivery, now: datetime) -> None:
        """Deliver what was claimed; prepare what was leased."""
        self._last_claim = asyncio.get_running_loop().time()
        if delivery.kind in BACKGROUND_KINDS:
            self._background.add(delivery.key)
        is_claimed = delivery.state is DeliveryState.SENDING
        work = self._deliver(delivery, now) if is_claimed else self._prepare(delivery)
        self._start(delivery.key, work)

    async def _until_due(self) -> float:
        """Return the seconds until the next delivery is due, or a channel takes another post."""
        paced = self._last_claim + PACE.total_seconds() - asyncio.get_running_loop().time()
        longest = paced if paced > 0 else _LONGEST_WAIT
        room = len(self._background) < IN_BACKGROUND
        due = await self._outbox.next_due(background=room)
        if due is None:
            return longest
        until_due = (due - self._clock.now()).total_seconds()
        return min(longest, max(_SHORTEST_WAIT, until_due) if until_due > 0 else _WAIT_FOR_OTHERS)

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
            self._background.discard(key)
            if key != _RECONCILING:
                self._wake.set()

        async def run() -> None:
            await _log_errors(work)

        self._tasks[key] = asyncio.create_task(run())
        self._tasks[key].add_done_callback(finished)

    async def _reconcile_all(self) -> None:
        """Reconcile unconfirmed deliveries, once they cannot be in flight any more."""
        now = self._clock.now()
        found: dict[str, list[Unconfirmed]] = {}
        for each in await self._outbox.unconfirmed(now - QUARANTINE, now):
            if each.delivery.key not in self._tasks:
                found.setdefault(each.delivery.workspace, []).append(each)
        await asyncio.gather(*map(self._reconcile_workspace, found.values()))

    async def _reconcile_workspace(self, found: list[Unconfirmed]) -> None:
        """Reconcile deliveries of a workspace, one after another."""
        for each in found:
            if not self._stopping:
                await _log_errors(self._reconcile(each))

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

    async def _prepare(self, delivery: Delivery) -> None:
        """Upload the picture of a leased delivery, then claim and deliver it."""
        uploaded = await _log_errors(self._upload_picture(delivery))
        if self._stopping:
            await self._outbox.end_lease(delivery)
            return
        self._pictures[delivery.key] = uploaded or (None, None)
        if len(self._pictures) > _MOST_PREPARED:
            del self._pictures[next(iter(self._pictures))]
        now = self._clock.now()
        claimed = await self._outbox.claim_prepared(delivery, now)
        if claimed is not None:
            await self._deliver(claimed, now)

    async def _upload_picture(self, delivery: Delivery) -> tuple[Drawing | None, str | None]:
        """Return what a delivery's picture shows, and the id of its file; None for neither."""
        picture = (await self._render(delivery)).picture
        if picture is None:
            return None, None
        try:
            client = await self._client_for(delivery.workspace)
        except FAILURES:  # the post fails likewise, and is handled then
            return None, None
        return picture.drawing, await self._images.upload(client, picture)

    def _prepared(self, delivery: Delivery, message: Message) -> tuple[Message, str | None]:
        """Return a message and the id of its uploaded picture, if it has one.

        A digest shows its table unless the picture that was prepared for it is still right.
        """
        drawing, file = self._pictures.pop(delivery.key, (None, None))
        if delivery.kind is not DeliveryKind.DIGEST or message.picture is None:
            return message, None
        if file is not None and drawing == message.picture.drawing:
            return message, file
        return replace(message, picture=None), None

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
            message, file = self._prepared(delivery, message)
            channel, ts = await self._post(client, message, send, file)
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

    async def _post(
        self, client: AsyncWebClient, message: Message, send: Send, file: str | None
    ) -> tuple[str, str]:
        """Post a message; in its plain form if Slack refuses its blocks."""
        try:
            return await self._images.post(client, message, send, file)
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
    """Post a message, or update its parent's; return its channel and timestamp.

    Raises:
        PostUnconfirmed: Slack's answer to a post lacks one of them.
    """
    channel = (parent.sent_channel if parent else None) or delivery.channel
    if delivery.kind is DeliveryKind.REDRAW and parent is not None:
        ts = str(parent.ts)
        await call_slack(
            client.chat_update(channel=channel, ts=ts, text=message.text, blocks=message.blocks)
        )
        return channel, ts
    call = client.chat_postMessage(
        channel=channel,
        thread_ts=parent.ts if parent else None,
        text=message.text,
        blocks=message.blocks,
        unfurl_links=False,
        unfurl_media=False,
        metadata=delivery_metadata(delivery),
    )
    return place_of_post(await call_slack(call))
