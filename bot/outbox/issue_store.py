"""What the log tells of deliveries in trouble, and what their owners do about them."""

from datetime import datetime
from typing import Protocol

from bot.decisions.model import Decision, Place
from bot.outbox.model import Delivery


class DeliveryIssueStore(Protocol):
    """Deliveries in trouble. Each method is one transaction."""

    async def delivery(self, workspace: str, key: str) -> Delivery | None:
        """Return a delivery of a workspace by its key; None if there is none."""
        ...

    async def has_later_notice(self, notice: Delivery) -> bool:
        """Whether the owner was told of the same delivery again since."""
        ...

    async def redirect(self, decision: Decision, place: Place, actor: str, at: datetime) -> bool:
        """Send a decision's failed deliveries again, to `place`, and move the decision there.

        Once it is announced it stays where it is: a thread does not move. What is tried where it
        failed before lifts the stop of that channel.

        Returns:
            False if there was nothing that had failed.
        """
        ...

    async def send_again(self, delivery: Delivery, at: datetime) -> bool:
        """Send one failed delivery again, and lift the stop of its channel.

        Returns:
            False if it has not failed.
        """
        ...

    async def settle_unknown(self, workspace: str, key: str, *, resend: bool, at: datetime) -> bool:
        """Resend or dismiss a delivery of which nobody knows whether it arrived.

        Returns:
            False if it is not unknown any more.
        """
        ...

    async def learn_place(
        self, decision: Decision, channel: str, ts: str, at: datetime, called: str = ""
    ) -> None:
        """Note where an announcement stands of which nobody knew whether it had arrived.

        What the channel is called is kept, unless that is empty.
        """
        ...

    async def overdue_since(self, workspace: str) -> datetime | None:
        """Return when the oldest delivery that was tried, and has not arrived, was kept."""
        ...
