"""The movable clock."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.playground import MovableClock, Playground
from bot.playground.page_api import WEEKDAYS, next_weekday_time


def test_the_clock_runs_and_can_be_moved() -> None:
    """It runs at real speed with an offset, until it is reset."""
    clock = MovableClock()
    clock.advance(timedelta(days=2))
    assert clock.now() - datetime.now(UTC) > timedelta(days=1, hours=23)
    clock.move_to(datetime(2026, 1, 5, 9, tzinfo=UTC))
    assert timedelta(0) <= clock.now() - datetime(2026, 1, 5, 9, tzinfo=UTC) < timedelta(minutes=1)
    clock.reset()
    assert clock.offset == timedelta(0)


def test_a_naive_datetime_is_rejected() -> None:
    """The clock can't be moved to a datetime without a time zone."""
    with pytest.raises(ValueError, match="zone"):
        MovableClock().move_to(datetime(2026, 1, 5, 9))  # noqa: DTZ001 - that is the point


def test_subscribers_are_called() -> None:
    """Each move calls the listeners, until they unsubscribe."""
    clock, moves = MovableClock(), []
    unsubscribe = clock.subscribe(lambda: moves.append(clock.offset))
    clock.advance(timedelta(hours=1))
    unsubscribe()
    clock.advance(timedelta(hours=1))
    assert moves == [timedelta(hours=1)]


@settings(max_examples=60)
@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - zone added below
    st.sampled_from(WEEKDAYS),
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Singapore"]),
)
def test_the_next_weekday_time_is_ahead_and_within_a_week(
    now: datetime, weekday: str, at: time, tz: str
) -> None:
    """It is later than now, at most a week (and a clock change) ahead, on that day at that time."""
    moment = next_weekday_time(now.replace(tzinfo=UTC), weekday, at, tz)
    local = moment.astimezone(ZoneInfo(tz))
    ahead = moment - now.replace(tzinfo=UTC)
    assert timedelta(0) < ahead <= timedelta(days=7, hours=1)
    assert WEEKDAYS[moment.weekday()] == weekday
    assert (moment.hour, moment.minute) == (at.hour, at.minute)
    assert abs(local - moment) <= timedelta(hours=1)


async def test_sleep_until_ends_when_the_clock_is_moved() -> None:
    """sleep_until returns as soon as the clock has passed the moment, without real waiting."""
    playground = Playground()
    moment = playground.clock.now() + timedelta(days=1)
    playground.slack.spawn(playground.slack.sleep_until(moment))
    await playground.until(lambda: playground.slack.is_busy)
    playground.advance(hours=23)
    assert playground.slack.is_busy
    playground.advance(hours=2)
    await playground.until(lambda: not playground.slack.is_busy)


async def test_a_failed_until_dumps_the_workspace() -> None:
    """Until fails after its time limit and shows the workspace as text."""
    playground = Playground()
    with pytest.raises(AssertionError, match="refund rules"):
        await playground.until(lambda: False, within=0.01)
