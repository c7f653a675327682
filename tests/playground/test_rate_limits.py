"""Rate limits on the workspace's clock."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.playground.rate_limits import POST_BURST, RateLimiter

_START = datetime(2026, 1, 5, tzinfo=UTC)


@given(st.lists(st.floats(1.0, 3.0), max_size=30), st.floats(-0.4, 0.4))
def test_one_a_second_is_never_too_many(gaps: list[float], jitter: float) -> None:
    """An app that waits a second between messages is not refused, a little jitter included."""
    rates, now = RateLimiter(), _START
    for index, gap in enumerate(gaps):
        late = timedelta(seconds=jitter if index % 2 else 0)
        assert rates.count_post("T", "C", now + late) is None
        now += timedelta(seconds=gap)


@given(st.lists(st.integers(0, 2000), min_size=1, max_size=60))
def test_no_more_pass_than_time_and_burst_allow(gaps: list[int]) -> None:
    """Within any run, at most the burst and one for each second are let through."""
    rates, now, passed = RateLimiter(), _START, 0
    for gap in gaps:
        passed += rates.count_post("T", "C", now) is None
        now += timedelta(milliseconds=gap)
    assert passed <= POST_BURST + sum(gaps) / 1000


def test_the_wait_that_is_named_is_enough() -> None:
    """After waiting as long as Retry-After says, the next request passes."""
    rates, now = RateLimiter(), _START
    while (wait := rates.count_post("T", "C", now)) is None:
        pass
    assert rates.count_post("T", "C", now + timedelta(seconds=wait)) is None


def test_a_clock_moved_back_does_not_lock_anybody_out() -> None:
    """After a move into the past the bucket fills again from there."""
    rates = RateLimiter()
    for _ in range(POST_BURST):
        rates.count_post("T", "C", _START)
    earlier = _START - timedelta(days=1)
    assert rates.count_post("T", "C", earlier) == 1
    assert rates.count_post("T", "C", earlier + timedelta(seconds=1)) is None
