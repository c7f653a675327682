"""Carries deliveries out: renders each from the log, posts it, and notes what came of it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.ports import Clock
from bot.outbox.failures import INTERNAL, Failure, attempt_of, of_error
from bot.outbox.images import Draw, Images
from bot.outbox.model import Attempt, Delivery, DeliveryKind
from bot.outbox.policy import QUARANTINE, FailurePolicy
from bot.outbox.ports import Outbox, Unconfirmed
from bot.outbox.reconcile import delivery_metadata
from bot.services.services import Services
from bot.slackkit.api_errors import UNREACHABLE, call_slack
from bot.slackkit.message import Message
from bot.storage.installations import NotInstalled, TokenUnreadable

logger = structlog.get_logger(__name__)

ClientFor = Callable[[str], Awaitable[AsyncWebClient]]
"""Returns the Web API client of a workspace."""
Render = Callable[[Delivery], Awaitable[Message]]
"""Returns the message of a delivery."""
Attempted = Callable[[Attempt], None]
"""Takes what came of one try to post."""

AT_ONCE = 4
"""How many deliveries are under way at a time, each to another channel."""
_FAILURES = (*UNREACHABLE, NotInstalled, TokenUnreadable)
_LOOKING_UP = ""
"""In the place of a delivery's key: the look-up of those that broke off."""
HELD_UP = timedelta(seconds=20)
"""How long after it was taken a delivery is sent as it is: the machine may have stood still since.

Longer than a picture takes; with the time that a call may take far less than `QUARANTINE`, after
which another process finds the delivery interrupted, and may send it. Later it is taken anew.
"""
_LONGEST_WAIT = 5.0
_AFTER_A_FAILURE = 1.0
_SHORTEST_WAIT = 0.02
Result = TypeVar("Result")


class _HeldUp(Exception):
    """A delivery was taken so long ago that another process has settled it."""


class DeliveryWorker:
    """Takes deliveries that are due, a few at a time, and posts them."""

    def __init__(
        self,
        outbox: Outbox,
        services: Services,
        clock: Clock,
        client_for: ClientFor,
        woken: asyncio.Event,
        render: Render,
        draw: Draw | None = None,
        attempted: Attempted = lambda _attempt: None,
    ) -> None:
        """Make a courier; nothing happens before `run`.

        Args:
            outbox: the deliveries.
            services: what they tell of.
            clock: the only source of time.
            client_for: returns the client to post to a workspace with.
            woken: set by whoever knows that something may be due.
            render: returns the message of a delivery; `LookupError` if its subject is gone.
            draw: draws the pictures of digests; None for tables only.
            attempted: is told what came of each try to post.
        """
        self._attempted = attempted
        self._outbox = outbox
        self._aftermath = FailurePolicy(outbox, services, clock)
        self._render = render
        self._pictures = Images(draw)
        self._clock = clock
        self._client_for = client_for
        self._woken = woken
        self._stopping = False
        self._under_way: dict[str, asyncio.Task[None]] = {}

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way."""
        return not self._under_way

    def stop(self) -> None:
        """Ask `run` to return after the posts in flight."""
        self._stopping = True
        self._pictures.stop()
        self._woken.set()

    async def run(self) -> None:
        """Deliver until stopped. A post in flight is finished, never cancelled."""
        while not self._stopping:
            self._woken.clear()
            wait = await _survive(self._round())
            await self._rest(_AFTER_A_FAILURE if wait is None else wait)
        while self._under_way:
            await asyncio.wait(self._under_way.values())

    async def _round(self) -> float:
        """Begin what is due; return the seconds until there is something to do again."""
        if _LOOKING_UP not in self._under_way:
            self._begin(_LOOKING_UP, self._look_up_doubtful())
        while not self._stopping and len(self._under_way) < AT_ONCE:
            now = self._clock.now()
            delivery = await self._outbox.claim(now)
            if delivery is None:
                return await self._until_due()
            self._begin(delivery.key, self._deliver(delivery, now))
        return _LONGEST_WAIT

    async def _until_due(self) -> float:
        due = await self._outbox.next_due()
        if due is None:
            return _LONGEST_WAIT
        until_due = (due - self._clock.now()).total_seconds()
        return min(_LONGEST_WAIT, max(_SHORTEST_WAIT, until_due))

    async def _rest(self, seconds: float) -> None:
        """Wait until something is due, or somebody wakes us; at most a few seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return

    def _begin(self, key: str, work: Coroutine[Any, Any, object]) -> None:
        """Have some work done beside the rest; when it is done there may be more to do."""

        def finished(_task: asyncio.Task[None]) -> None:
            del self._under_way[key]
            if key != _LOOKING_UP:
                self._woken.set()

        async def begun() -> None:
            await _survive(work)

        self._under_way[key] = asyncio.create_task(begun())
        self._under_way[key].add_done_callback(finished)

    async def _look_up_doubtful(self) -> None:
        """Find out about what broke off, once it can't be under way any more."""
        now = self._clock.now()
        for doubtful in await self._outbox.doubtful(now - QUARANTINE, now):
            if self._stopping:
                return
            if doubtful.delivery.key not in self._under_way:
                await _survive(self._look_up(doubtful))

    async def _look_up(self, doubtful: Unconfirmed) -> None:
        delivery = doubtful.delivery
        try:
            client = await self._client_for(delivery.workspace)
        except _FAILURES as error:
            again = self._clock.now() + QUARANTINE
            await self._outbox.doubt(delivery, again, of_error(error).reason)
        else:
            if await self._aftermath.look_up(client, doubtful):
                self._woken.set()

    async def _deliver(self, delivery: Delivery, taken_at: datetime) -> None:
        async def send(message: Message) -> tuple[str, str]:
            nonlocal delivery
            now = self._clock.now()
            if now - taken_at > HELD_UP:
                anew = await self._outbox.take_anew(delivery, now)
                if anew is None:
                    raise _HeldUp
                delivery = anew
            return await _send(client, delivery, parent, message)

        try:
            parent = await self._outbox.parent_of(delivery)
            message = await self._render(_rendered(delivery, parent))
        except Exception as error:
            logger.exception("a delivery could not be rendered")
            self._attempted(Attempt.INTERNAL_ERROR)
            await self._aftermath.note(delivery, _of_fault(error))
            return
        try:
            client = await self._client_for(delivery.workspace)
            if self._stopping:
                await self._outbox.retry(delivery, delivery.due_at, "stopping")
                return
            channel, ts = await self._pictures.post(client, message, send)
        except _HeldUp:
            logger.warning("a delivery was settled before it could be sent", kind=delivery.kind)
        except _FAILURES as error:
            outcome = of_error(error)
            self._attempted(attempt_of(outcome))
            await self._aftermath.note(delivery, outcome)
        else:
            self._attempted(Attempt.SENT)
            await self._outbox.sent(delivery, channel, ts)


async def _survive(work: Coroutine[Any, Any, Result]) -> Result | None:
    """Return what some work returns; None if it raised, which is logged and ends nothing else."""
    task = asyncio.create_task(work)
    await asyncio.wait({task})
    error = task.exception()
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


def _of_fault(error: Exception) -> Failure:
    """Return what a fault on our side amounts to: only what is not in the log never will be."""
    is_gone = isinstance(error, LookupError) and not isinstance(error, KeyError | IndexError)
    return Failure("never" if is_gone else "later", INTERNAL)


async def _send(
    client: AsyncWebClient, delivery: Delivery, parent: Delivery | None, message: Message
) -> tuple[str, str]:
    """Post a message, or redraw its parent; return the channel and timestamp that Slack gives."""
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
