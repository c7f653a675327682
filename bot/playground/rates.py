"""Slack's rate limits: a bucket for each channel, a bucket for each method.

Figures: docs.slack.dev/apis/web-api/rate-limits. Slack allows "short bursts" above one message
a second and channel without saying how many; four at once are taken for it here.
"""

import math
from dataclasses import dataclass
from datetime import datetime

POST_BURST = 4
POSTS_PER_SECOND = 1.0
TIERS = {2: 20, 3: 50, 4: 100}
"""Requests a minute by tier."""


@dataclass
class _Bucket:
    tokens: float
    filled: datetime


class Rates:
    """Counts requests on the workspace's clock. `enabled = False` lifts the limits."""

    def __init__(self) -> None:
        self.enabled = True
        self._buckets: dict[tuple[str, ...], _Bucket] = {}

    def post(self, team_id: str, channel_id: str, now: datetime) -> int | None:
        """Count a message to a channel; the seconds to wait if it is one too many."""
        return self._take((team_id, "post", channel_id), POST_BURST, POSTS_PER_SECOND, now)

    def call(self, team_id: str, method: str, tier: int, now: datetime) -> int | None:
        """Count a request to a method of a tier; the seconds to wait if it is one too many."""
        per_minute = TIERS[tier]
        return self._take((team_id, "call", method), per_minute, per_minute / 60, now)

    def _take(
        self, key: tuple[str, ...], capacity: int, per_second: float, now: datetime
    ) -> int | None:
        if not self.enabled:
            return None
        bucket = self._buckets.setdefault(key, _Bucket(capacity, now))
        passed = max(0.0, (now - bucket.filled).total_seconds())
        bucket.tokens = min(float(capacity), bucket.tokens + passed * per_second)
        bucket.filled = now
        if bucket.tokens < 1:
            return max(1, math.ceil((1 - bucket.tokens) / per_second))
        bucket.tokens -= 1
        return None
