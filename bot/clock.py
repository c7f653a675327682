"""The real clock."""

from datetime import UTC, datetime


class SystemClock:
    """The machine's clock; fills the port `Clock`."""

    def now(self) -> datetime:
        """Return the time now, in UTC."""
        return datetime.now(UTC)
