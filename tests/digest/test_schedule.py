"""The schedule of a digest: due times in every zone, and the period it covers."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from importlib import resources
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.decisions.model import Place, Visibility
from bot.digest.schedule import (
    DigestRun,
    DigestState,
    Occurrence,
    RunOutcome,
    Window,
    latest_occurrence,
    next_occurrence,
    next_window,
    occurrence_on,
)
from bot.digest.settings import DigestSettings, Schedule, Weekday

WEEK = timedelta(weeks=1)
WEEKS = 522
"""Ten years."""
FIRST_MONDAY = date(2020, 1, 6)
TIMES = (time(9), time(2, 30), time(0), time(23, 59))
SCHEDULES = st.builds(
    Schedule,
    st.sampled_from(Weekday),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Asia/Kathmandu"]),
)
MOMENTS = st.integers(0, 35 * 365 * 24 * 60).map(
    lambda minutes: datetime(2005, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def zones() -> list[str]:
    """Return one name for each distinct time zone."""
    different: dict[bytes, str] = {}
    for name in sorted(available_timezones()):
        path = resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
        if path.is_file():
            different.setdefault(path.read_bytes(), name)
    return list(different.values())


def ten_years(schedule: Schedule) -> Iterator[tuple[Occurrence, Occurrence]]:
    """Yield each digest of ten years, with the one before."""
    day = FIRST_MONDAY + timedelta(days=schedule.weekday.iso - 1)
    before = occurrence_on(day - WEEK, schedule)
    for at in range(WEEKS):
        due = occurrence_on(day + WEEK * at, schedule)
        yield before, due
        before = due


def check_local_time(due: Occurrence, schedule: Schedule) -> None:
    """Check that a digest is at its first local time of that name, or after a skipped one."""
    zone = ZoneInfo(schedule.zone)
    asked, shown = datetime.combine(due.day, schedule.at, zone), due.at.astimezone(zone)
    if shown.replace(tzinfo=None) == asked.replace(tzinfo=None):
        assert not shown.fold, schedule
        return
    left_out = asked.replace(fold=1).utcoffset() != asked.utcoffset()
    assert left_out, (schedule, due)
    assert shown.replace(tzinfo=None) > asked.replace(tzinfo=None), (schedule, due)


def test_every_zone_has_one_digest_in_each_week_of_ten_years() -> None:
    """Each ISO week has one digest, at its local time, and all functions agree."""
    names = zones()
    assert len(names) > 300
    for place, name in enumerate(names):
        schedule = Schedule(tuple(Weekday)[place % 7], TIMES[place % len(TIMES)], name)
        weeks = set()
        offset = None
        for at, (before, due) in enumerate(ten_years(schedule)):
            assert due.day - before.day == WEEK
            assert before.at < due.at
            weeks.add(due.week)
            if offset == due.at - datetime.combine(due.day, schedule.at, UTC) and at % 52:
                continue
            offset = due.at - datetime.combine(due.day, schedule.at, UTC)
            check_local_time(due, schedule)
            assert latest_occurrence(schedule, due.at) == due
            assert next_occurrence(schedule, before.at) == due
            assert latest_occurrence(schedule, due.at - timedelta.resolution) == before
            assert next_occurrence(schedule, due.at - timedelta.resolution) == due
        assert len(weeks) == WEEKS, name


@given(schedule=SCHEDULES, now=MOMENTS)
@settings(max_examples=150)
def test_now_is_between_the_latest_and_the_next_digest(schedule: Schedule, now: datetime) -> None:
    """The latest one is not after now, the next one is, and they are one week apart."""
    last, following = latest_occurrence(schedule, now), next_occurrence(schedule, now)
    assert last.at <= now < following.at
    assert following.day - last.day == WEEK
    assert {last.day.isoweekday(), following.day.isoweekday()} == {schedule.weekday.iso}


@pytest.mark.parametrize(
    ("weekday", "day"),
    [(weekday, 23 + place) for place, weekday in enumerate(Weekday)],
)
def test_a_digest_is_due_on_its_weekday(weekday: Weekday, day: int) -> None:
    """A digest is due on the weekday set; the week of 23 March 2026 begins on a Monday."""
    due = latest_occurrence(
        Schedule(weekday, time(9), "Asia/Tokyo"), datetime(2026, 3, 29, 23, tzinfo=UTC)
    )
    assert due == Occurrence(date(2026, 3, day), datetime(2026, 3, day, 0, tzinfo=UTC))
    assert due.week == "2026-W13"


@pytest.mark.parametrize(
    ("zone", "at", "day", "moment"),
    [
        # The days before and after the change to summer time.
        ("Europe/Berlin", "09:00", "2026-03-28", "2026-03-28T08:00"),
        ("Europe/Berlin", "09:00", "2026-03-29", "2026-03-29T07:00"),
        # 02:00 to 03:00 is skipped: 02:30 is 03:30.
        ("Europe/Berlin", "02:30", "2026-03-29", "2026-03-29T01:30"),
        # 02:00 to 03:00 occurs twice: the first 02:30.
        ("Europe/Berlin", "02:30", "2026-10-25", "2026-10-25T00:30"),
        ("Europe/Berlin", "09:00", "2026-10-25", "2026-10-25T08:00"),
        ("America/New_York", "02:30", "2026-03-08", "2026-03-08T07:30"),
        ("America/New_York", "01:30", "2026-11-01", "2026-11-01T05:30"),
        # A change of half an hour.
        ("Australia/Lord_Howe", "02:15", "2026-10-04", "2026-10-03T15:45"),
        # A change at midnight.
        ("Africa/Cairo", "00:00", "2026-04-24", "2026-04-23T22:00"),
        # Samoa skipped 30 December 2011: the digest is a day later, and belongs to that Friday.
        ("Pacific/Apia", "09:00", "2011-12-30", "2011-12-30T19:00"),
        ("Pacific/Apia", "09:00", "2012-01-06", "2012-01-05T19:00"),
        ("Asia/Kathmandu", "09:00", "2026-06-01", "2026-06-01T03:15"),
        ("Pacific/Kiritimati", "00:00", "2026-06-01", "2026-05-31T10:00"),
        ("Etc/GMT+12", "23:59", "2026-06-01", "2026-06-02T11:59"),
    ],
)
def test_due_times_follow_local_time(zone: str, at: str, day: str, moment: str) -> None:
    """A digest is due at its local time, across every change of the zone's clock."""
    on = date.fromisoformat(day)
    schedule = Schedule(tuple(Weekday)[on.weekday()], time.fromisoformat(at), zone)
    expected = datetime.fromisoformat(f"{moment}+00:00")
    assert occurrence_on(on, schedule).at == expected
    assert latest_occurrence(schedule, expected).day == on


def test_a_week_may_belong_to_another_year() -> None:
    """Weeks are ISO 8601 weeks: 1 January 2027 is in week 53 of 2026."""
    schedule = Schedule(Weekday.FRIDAY)
    assert occurrence_on(date(2027, 1, 1), schedule).week == "2026-W53"
    assert occurrence_on(date(2024, 12, 31), schedule).week == "2025-W01"


MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)


def at(weeks: float) -> datetime:
    """Return the time that many weeks after the first Monday."""
    return MONDAY + timedelta(weeks=weeks)


def state(*, active_since: datetime = MONDAY, on: bool = True) -> DigestState:
    """Return the state of a digest for Mondays at 09:00, set up on the first Monday."""
    place = Place("C1", Visibility.PUBLIC)
    return DigestState(DigestSettings("T1", place, "U1", MONDAY, on), MONDAY, active_since)


def run(
    weeks: float, outcome: RunOutcome = RunOutcome.POSTED, *, manual: bool = False
) -> DigestRun:
    """Return a run at the end of some weeks; a posted one was delivered."""
    until = at(weeks)
    name = f"now/{weeks}" if manual else f"{until:%G-W%V}"
    day = None if manual else until.date()
    return DigestRun(name, day, until, outcome, (), outcome is RunOutcome.POSTED)


@pytest.mark.parametrize(
    ("runs", "now", "since", "missed"),
    [
        # The first one covers a week, or the time since the digest was set up.
        ([], 0.5, -0.5, []),
        ([], 1, 0, []),
        ([], 3, 0, [1, 2]),
        # It begins at the end of the last one delivered, weekly or posted with *Post now*.
        ([run(1)], 2, 1, []),
        ([run(1.5, manual=True), run(1)], 2, 1.5, []),
        # Undelivered and empty runs cover nothing.
        ([run(2, RunOutcome.EMPTY), run(1)], 3, 1, []),
        ([run(2, RunOutcome.UNCONFIRMED), run(1)], 3, 1, []),
        ([run(2, RunOutcome.MISSED), run(1)], 3, 1, [2]),
        # Weeks without a run are missed, unless a digest posted with *Post now* covers them.
        ([run(1)], 4, 1, [2, 3]),
        ([run(2.5, manual=True), run(1)], 4, 2.5, [3]),
        ([run(3, RunOutcome.EMPTY), run(1)], 4, 1, [2]),
        # A due digest may still be posted for a day.
        ([run(1)], 2.1, 1, []),
        ([run(1)], 2.15, 1, [2]),
    ],
)
def test_a_window_begins_where_the_last_digest_ends(
    runs: list[DigestRun], now: float, since: float, missed: list[int]
) -> None:
    """Windows have no gap and no overlap; missed digests in between are named."""
    days = tuple(at(week).date() for week in missed)
    assert next_window(state(), runs, at(now)) == Window(at(since), at(now), days)


def test_no_window_is_longer_than_twelve_weeks() -> None:
    """After a longer time, the window has twelve weeks and the begin of the gap before."""
    window = next_window(state(), [run(1)], at(40))
    assert (window.since, window.gap_from) == (at(28), at(1))
    assert window.missed == tuple(at(week).date() for week in range(28, 40))


def test_inactive_times_are_not_missed() -> None:
    """Times before the schedule was active, or of one that is off, are not missed."""
    assert next_window(state(active_since=at(2)), [run(1)], at(4)).missed == (at(3).date(),)
    assert next_window(state(on=False), [run(1)], at(4)).missed == ()
    assert next_window(None, [], at(4)) == Window(at(3), at(4))
