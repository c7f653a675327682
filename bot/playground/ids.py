"""Ids and timestamps as Slack makes them: a letter and capitals, seconds and microseconds."""

import itertools
import secrets
from datetime import datetime


class Ids:
    """Makes ids that never repeat within a playground, and timestamps that always grow."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._last_ts = 0

    def new(self, prefix: str) -> str:
        """A new id such as V0A000001K3."""
        return f"{prefix}0A{next(self._numbers):06d}{secrets.token_hex(1).upper()}"

    def secret(self, prefix: str) -> str:
        """A new id that nobody can guess."""
        return self.new(prefix) + secrets.token_hex(12)

    def ts(self, now: datetime) -> str:
        """A message timestamp: unique, later than every other one given out."""
        micros = max(int(now.timestamp() * 1_000_000), self._last_ts + 1)
        self._last_ts = micros
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"

    def hash(self, now: datetime) -> str:
        """A new hash for a state of a view."""
        return f"{int(now.timestamp())}.{secrets.token_hex(4)}"

    def trigger(self, now: datetime) -> str:
        """A new trigger_id."""
        return f"{next(self._numbers)}.{int(now.timestamp() * 1000)}.{secrets.token_hex(16)}"
