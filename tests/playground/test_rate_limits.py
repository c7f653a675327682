"""Rate limits on the workspace's clock."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.playground.rate_limits import POST_BURST, RateLimiter

_START = datetime(2026, 1, 5, tzinfo=UTC)


@given(st.lists(st.floats(1.0, 3.0), max_size=30), st.floats(-0.4, 0.4))
def test_one_message_a_second_is_within_the_limit(gaps: list[float], jitter: float) -> None:
    """An app that waits a second between messages is not limited, even with a little jitter."""
    rates, now = RateLimiter(), _START
    for index, gap in enumerate(gaps):
        late = timedelta(seconds=jitter if index % 2 else 0)
        assert rates.count_post("T", "C", now + late) is None
        now += timedelta(seconds=gap)


@given(st.lists(st.integers(0, 2000), min_size=1, max_size=60))
def test_the_rate_is_bounded_by_burst_and_time(gaps: list[int]) -> None:
    """In any sequence, at most the burst plus one per second are accepted."""
    rates, now, passed = RateLimiter(), _START, 0
    for gap in gaps:
        passed += rates.count_post("T", "C", now) is None
        now += timedelta(milliseconds=gap)
    assert passed <= POST_BURST + sum(gaps) / 1000


def test_retry_after_is_sufficient() -> None:
    """After a wait of Retry-After seconds, the next request is accepted."""
    rates, now = RateLimiter(), _START
    while (wait := rates.count_post("T", "C", now)) is None:
        pass
    assert rates.count_post("T", "C", now + timedelta(seconds=wait)) is None


def test_a_clock_moved_back_does_not_block_requests() -> None:
    """After a move into the past the bucket refills from there."""
    rates = RateLimiter()
    for _ in range(POST_BURST):
        rates.count_post("T", "C", _START)
    earlier = _START - timedelta(days=1)
    assert rates.count_post("T", "C", earlier) == 1
    assert rates.count_post("T", "C", earlier + timedelta(seconds=1)) is None
