"""Clocks. Implementations of `Clock` for the program; tests have their own."""

from datetime import UTC, datetime


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the current time in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that only moves when it is set."""

    def __init__(self, at: datetime) -> None:
        """Create a clock at a time, which has a zone."""
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        """Return the time that was set last, in UTC."""
        return self._at

    def set(self, at: datetime) -> None:
        """Set the time, which has a zone."""
        self._at = at.astimezone(UTC)
