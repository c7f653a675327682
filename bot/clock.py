"""The system clock."""

from datetime import UTC, datetime


class SystemClock:
    """The machine's clock. Implements `Clock`."""

    def now(self) -> datetime:
        """Return the current time in UTC."""
        return datetime.now(UTC)
