"""A clock that runs like the real one and can be moved."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class MovableClock:
    """The time of the workspace and of the bot beside it: real time plus an offset.

    It satisfies the bot's clock port (`now()` gives an aware UTC datetime). Whoever waits for
    a time to come subscribes, and is told when somebody moves the clock.
    """

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self._offset = offset
        self._listeners: list[Callable[[], None]] = []

    @property
    def offset(self) -> timedelta:
        """How far this clock is ahead of the real time."""
        return self._offset

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC) + self._offset

    def advance(self, by: timedelta) -> None:
        """Move the clock on by this much (or back, if negative), and tell the listeners."""
        self._offset += by
        self._tell()

    def move_to(self, moment: datetime) -> None:
        """Move the clock to an aware datetime.

        Raises:
            ValueError: the datetime has no time zone.
        """
        if moment.tzinfo is None:
            raise ValueError("Move the clock to a time with a zone, e.g. 2026-01-05T09:00:00+00:00")
        self._offset = moment - datetime.now(UTC)
        self._tell()

    def reset(self) -> None:
        """Go back to the real time."""
        self._offset = timedelta()
        self._tell()

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call the listener whenever the clock is moved; returns how to unsubscribe."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()
