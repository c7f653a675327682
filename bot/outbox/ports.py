"""The deliveries, as the one who carries them out needs them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.outbox.model import Delivery

LONGEST_PAUSE = timedelta(hours=1)
"""How long anything waits before it is tried again, whatever Slack asks for."""


@dataclass(frozen=True, slots=True)
class BlockedChannel:
    """Where nothing can be delivered, why, in Slack's word for it, and since when.

    `channel` is None where it is the whole workspace.
    """

    workspace: str
    channel: str | None
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """A delivery of which nobody knows whether it arrived, and when it was handed to Slack.

    `error` is what came in place of an answer; empty where nothing did.
    """

    delivery: Delivery
    taken_at: datetime
    error: str = ""


class Outbox(Protocol):
    """The deliveries. Each method is one transaction.

    What is noted of a delivery counts only as long as it is being sent by whoever took it: another
    process may have found it interrupted, and settled it.
    """

    async def doubtful(self, before: datetime, now: datetime) -> list[Unconfirmed]:
        """Return what was taken before then, is still in `sending`, and is to be looked up now.

        A reply is not among them before the fate of its thread's message is known.
        """
        ...

    async def claim(self, at: datetime) -> Delivery | None:
        """Take the next delivery that is due, and mark it as being sent; None if none is.

        One post a second and channel; a reply waits until its thread's message is there. For a
        channel that is stopped, only what is in `PROBE_KINDS` is taken.
        """
        ...

    async def take_anew(self, delivery: Delivery, at: datetime) -> Delivery | None:
        """Note that a delivery is handed to Slack only now; None if another has settled it.

        It counts as another try: what others have begun to find out about the last one is void.
        """
        ...

    async def parent_of(self, delivery: Delivery) -> Delivery | None:
        """Return the delivery that this one comes after, as sent; None if it stands alone."""
        ...

    async def sent(self, delivery: Delivery, channel: str, ts: str) -> None:
        """Note where and under which timestamp Slack has the message.

        Its channel takes messages, then: what was held back there is released.
        """
        ...

    async def retry(
        self,
        delivery: Delivery,
        due_at: datetime,
        error: str,
        first_failed_at: datetime | None = None,
    ) -> None:
        """Put a delivery back, to be tried at `due_at`; note since when it is failing, if it is."""
        ...

    async def slow_down(self, delivery: Delivery, until: datetime, error: str) -> None:
        """Put a delivery back until then, and with it whatever falls under the same limit.

        For updates that is all updates of the workspace; for posts the channel, or the workspace
        where another channel of it has to wait as well.
        """
        ...

    async def doubt(self, delivery: Delivery, look_at: datetime, error: str) -> None:
        """Leave a delivery in `sending`, to be looked up at `look_at`."""
        ...

    async def hold(
        self, delivery: Delivery, at: datetime, error: str, notice: Delivery | None
    ) -> bool:
        """Stop a delivery's channel, and hold back what waits for it.

        The notice is kept if it is about an announcement, or the first of this stop to that owner.

        Returns:
            Whether the channel was not stopped before.
        """
        ...

    async def wait_for_workspace(
        self, delivery: Delivery, at: datetime, try_at: datetime, error: str
    ) -> bool:
        """Put a delivery back, and let everything in its workspace wait; one is tried then.

        Returns:
            Whether the workspace was not stopped before.
        """
        ...

    async def failed(
        self, delivery: Delivery, error: str, notices: Iterable[Delivery] = ()
    ) -> None:
        """Give a delivery up, and with it what waits for it; keep the notice about it."""
        ...

    async def unknown(
        self, delivery: Delivery, error: str, notices: Iterable[Delivery] = ()
    ) -> None:
        """Note that nobody knows whether a delivery arrived; keep the notice about it."""
        ...

    async def next_due(self) -> datetime | None:
        """Return when the next waiting delivery is due; None if none waits."""
        ...

    async def counts(self) -> dict[str, int]:
        """Return the number of deliveries in each state."""
        ...

    async def stopped(self) -> list[BlockedChannel]:
        """Return where nothing can be delivered, the longest first."""
        ...
