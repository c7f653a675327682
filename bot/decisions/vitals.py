"""What the log can tell of how the bot is doing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class DeliveryBacklog:
    """The deliveries with which something is still to be done.

    Attributes:
        counts: how many there are in each such state.
        since: when the oldest of those that are on their way was kept; None if none is. What comes
            after one that is parked is not, nor what is for a workspace that takes nothing.
    """

    counts: Mapping[str, int]
    since: datetime | None


class DatabaseHealth(Protocol):
    """How the log is."""

    async def trouble(self) -> str | None:
        """Return what keeps the log from being used; None if it can be."""
        ...

    async def waiting(self) -> DeliveryBacklog:
        """Return what waits to be delivered. Quick, however many deliveries there are."""
        ...
