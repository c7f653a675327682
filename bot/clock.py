"""The clock of the machine; fills the port `Clock`."""

from datetime import UTC, datetime


class SystemClock:
    """Real time. Tests and the local workspace have a clock that can be moved instead."""

    def now(self) -> datetime:
        """Return the time now, in UTC, with its zone."""
        return datetime.now(UTC)
