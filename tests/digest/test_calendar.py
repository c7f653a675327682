"""When a digest is due: in every zone, whatever its clocks do."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from importlib import resources
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.digest.calendar import Occurrence, days_between, due_on, latest_due, next_due
from bot.digest.settings import Schedule, Weekday

WEEK = timedelta(weeks=1)
WEEKS = 522
"""Ten years."""
FIRST_MONDAY = date(2020, 1, 6)
TIMES = (time(9), time(2, 30), time(0), time(23, 59))
RHYTHMS = st.builds(
    Schedule,
    st.sampled_from(Weekday),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Asia/Kathmandu"]),
)
MOMENTS = st.integers(0, 35 * 365 * 24 * 60).map(
    lambda minutes: datetime(2005, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def zones() -> list[str]:
    """Every zone once: of names for the same clocks, the first."""
    different: dict[bytes, str] = {}
    for name in sorted(available_timezones()):
        path = resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
        if path.is_file():
            different.setdefault(path.read_bytes(), name)
    return list(different.values())


def ten_years(rhythm: Schedule) -> Iterator[tuple[Occurrence, Occurrence]]:
    """Each digest of ten years, and the one before."""
    day = FIRST_MONDAY + timedelta(days=rhythm.weekday.iso - 1)
    before = due_on(day - WEEK, rhythm)
    for at in range(WEEKS):
        due = due_on(day + WEEK * at, rhythm)
        yield before, due
        before = due


def check_local_time(due: Occurrence, rhythm: Schedule) -> None:
    """The clocks show what was asked for, the first time that they do, or they leave it out."""
    zone = ZoneInfo(rhythm.zone)
    asked, shown = datetime.combine(due.day, rhythm.at, zone), due.at.astimezone(zone)
    if shown.replace(tzinfo=None) == asked.replace(tzinfo=None):
        assert not shown.fold, rhythm
        return
    left_out = asked.replace(fold=1).utcoffset() != asked.utcoffset()
    assert left_out, (rhythm, due)
    assert shown.replace(tzinfo=None) > asked.replace(tzinfo=None), (rhythm, due)


def test_every_zone_has_one_digest_in_each_week_of_ten_years() -> None:
    """One in each week of the calendar, at the local time asked for, and all functions agree."""
    names = zones()
    assert len(names) > 300
    for place, name in enumerate(names):
        rhythm = Schedule(tuple(Weekday)[place % 7], TIMES[place % len(TIMES)], name)
        weeks = set()
        offset = None
        for at, (before, due) in enumerate(ten_years(rhythm)):
            assert due.day - before.day == WEEK
            assert before.at < due.at
            weeks.add(due.week)
            if offset == due.at - datetime.combine(due.day, rhythm.at, UTC) and at % 52:
                continue
            offset = due.at - datetime.combine(due.day, rhythm.at, UTC)
            check_local_time(due, rhythm)
            assert latest_due(rhythm, due.at) == due
            assert next_due(rhythm, before.at) == due
            assert latest_due(rhythm, due.at - timedelta.resolution) == before
            assert next_due(rhythm, due.at - timedelta.resolution) == due
        assert len(weeks) == WEEKS, name


@given(rhythm=RHYTHMS, now=MOMENTS)
@settings(max_examples=150)
def test_the_last_and_the_next_digest_enclose_every_moment(rhythm: Schedule, now: datetime) -> None:
    """The last one is not after now, the next one is, and no week lies between them."""
    last, following = latest_due(rhythm, now), next_due(rhythm, now)
    assert last.at <= now < following.at
    assert following.day - last.day == WEEK
    assert {last.day.isoweekday(), following.day.isoweekday()} == {rhythm.weekday.iso}


@pytest.mark.parametrize(
    ("weekday", "day"),
    [(weekday, 23 + place) for place, weekday in enumerate(Weekday)],
)
def test_a_digest_comes_on_the_day_named(weekday: Weekday, day: int) -> None:
    """Each name stands for its day; the week of 23 March 2026 begins on a Monday."""
    due = latest_due(
        Schedule(weekday, time(9), "Asia/Tokyo"), datetime(2026, 3, 29, 23, tzinfo=UTC)
    )
    assert due == Occurrence(date(2026, 3, day), datetime(2026, 3, day, 0, tzinfo=UTC))
    assert due.week == "2026-W13"


@pytest.mark.parametrize(
    ("zone", "at", "day", "moment"),
    [
        # Before the clocks go forward, and after.
        ("Europe/Berlin", "09:00", "2026-03-28", "2026-03-28T08:00"),
        ("Europe/Berlin", "09:00", "2026-03-29", "2026-03-29T07:00"),
        # From 02:00 to 03:00 there is no time: half past two is half past three.
        ("Europe/Berlin", "02:30", "2026-03-29", "2026-03-29T01:30"),
        # From 03:00 back to 02:00: the first half past two.
        ("Europe/Berlin", "02:30", "2026-10-25", "2026-10-25T00:30"),
        ("Europe/Berlin", "09:00", "2026-10-25", "2026-10-25T08:00"),
        ("America/New_York", "02:30", "2026-03-08", "2026-03-08T07:30"),
        ("America/New_York", "01:30", "2026-11-01", "2026-11-01T05:30"),
        # Half an hour only.
        ("Australia/Lord_Howe", "02:15", "2026-10-04", "2026-10-03T15:45"),
        # The clocks go forward at midnight.
        ("Africa/Cairo", "00:00", "2026-04-24", "2026-04-23T22:00"),
        # Samoa had no 30 December 2011: the digest comes a day later, on the same Friday's name.
        ("Pacific/Apia", "09:00", "2011-12-30", "2011-12-30T19:00"),
        ("Pacific/Apia", "09:00", "2012-01-06", "2012-01-05T19:00"),
        ("Asia/Kathmandu", "09:00", "2026-06-01", "2026-06-01T03:15"),
        ("Pacific/Kiritimati", "00:00", "2026-06-01", "2026-05-31T10:00"),
        ("Etc/GMT+12", "23:59", "2026-06-01", "2026-06-02T11:59"),
    ],
)
def test_the_clocks_are_followed(zone: str, at: str, day: str, moment: str) -> None:
    """A digest comes when the clocks of its zone show its time, whatever happens to them."""
    on = date.fromisoformat(day)
    rhythm = Schedule(tuple(Weekday)[on.weekday()], time.fromisoformat(at), zone)
    expected = datetime.fromisoformat(f"{moment}+00:00")
    assert due_on(on, rhythm).at == expected
    assert latest_due(rhythm, expected).day == on


def test_a_week_may_belong_to_another_year() -> None:
    """Weeks are named as ISO 8601 names them: 2027 begins in the 53rd week of 2026."""
    rhythm = Schedule(Weekday.FRIDAY)
    assert due_on(date(2027, 1, 1), rhythm).week == "2026-W53"
    assert due_on(date(2024, 12, 31), rhythm).week == "2025-W01"


@pytest.mark.parametrize(
    ("earlier", "later", "between"),
    [
        ("2026-01-05", "2026-01-12", []),
        ("2026-01-05", "2026-01-26", ["2026-01-12", "2026-01-19"]),
        # From Monday to Friday and back: by weeks of the calendar, on the later one's weekday.
        ("2026-01-05", "2026-01-16", []),
        ("2026-01-09", "2026-01-19", ["2026-01-12"]),
        ("2026-01-09", "2026-01-12", []),
        ("2026-01-12", "2026-01-05", []),
    ],
)
def test_days_between_are_of_weeks_between(earlier: str, later: str, between: list[str]) -> None:
    """Between two digests lie those of the weeks of the calendar between them."""
    found = days_between(date.fromisoformat(earlier), date.fromisoformat(later))
    assert [day.isoformat() for day in found] == between
