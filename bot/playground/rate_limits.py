"""Slack's rate limits: one token bucket for each channel and for each method.

Figures: docs.slack.dev/apis/web-api/rate-limits. Slack allows "short bursts" above one message
a second and channel without a number; this implementation allows four at once.
"""

import math
from datetime import datetime

POST_BURST = 4
POSTS_PER_SECOND = 1.0
CALLS_PER_MINUTE = {2: 20, 3: 50, 4: 100}
"""Requests a minute by tier."""


class RateLimiter:
    """Token buckets on the clock of the local Slack. `enabled = False` turns the limits off."""

    def __init__(self) -> None:
        self.enabled = True
        self._buckets: dict[tuple[str, ...], tuple[float, datetime]] = {}

    def count_post(self, workspace_id: str, channel_id: str, now: datetime) -> int | None:
        """Count a message to a channel; return the seconds to wait if it exceeds the limit."""
        return self._take((workspace_id, "post", channel_id), POST_BURST, POSTS_PER_SECOND, now)

    def count_call(self, workspace_id: str, method: str, tier: int, now: datetime) -> int | None:
        """Count a call of a method; return the seconds to wait if it exceeds its tier's limit."""
        per_minute = CALLS_PER_MINUTE[tier]
        return self._take((workspace_id, "call", method), per_minute, per_minute / 60, now)

    def _take(
        self, key: tuple[str, ...], capacity: int, per_second: float, now: datetime
    ) -> int | None:
        if not self.enabled:
            return None
        tokens, filled = self._buckets.get(key, (capacity, now))
        elapsed = max(0.0, (now - filled).total_seconds())
        tokens = min(float(capacity), tokens + elapsed * per_second)
        is_accepted = tokens >= 1
        self._buckets[key] = (tokens - is_accepted, now)
        return None if is_accepted else max(1, math.ceil((1 - tokens) / per_second))
