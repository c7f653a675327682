"""A clock that runs at real speed and can be moved."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class MovableClock:
    """Real time plus an offset, shared by the local Slack and the bot.

    Subscribers are called whenever the clock is moved. `offset` is how far it is ahead.
    """

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self.offset = offset
        self._listeners: list[Callable[[], None]] = []

    def now(self) -> datetime:
        """Return the time as an aware datetime in UTC."""
        return datetime.now(UTC) + self.offset

    def advance(self, by: timedelta) -> None:
        """Move the clock forward (back, if negative) and notify the subscribers."""
        self.offset += by
        for listener in tuple(self._listeners):
            listener()

    def move_to(self, moment: datetime) -> None:
        """Move the clock to an aware datetime and notify the subscribers.

        Raises:
            ValueError: the datetime has no time zone.
        """
        if moment.tzinfo is None:
            raise ValueError("Move the clock to a time with a zone, e.g. 2026-01-05T09:00:00+00:00")
        self.advance(moment - self.now())

    def reset(self) -> None:
        """Go back to the real time and notify the subscribers."""
        self.advance(-self.offset)

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call the listener whenever the clock is moved; return a function that unsubscribes."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)
