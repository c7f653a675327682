"""When a digest is due: once in each week of the calendar, in whatever zone, whatever the clocks.

Pure: the time now is an argument. The clock change follows PEP 495: a time that the clocks leave
out is taken by the offset before the change, so that it comes right after; of one that they show
twice, the first is meant.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.digest.settings import Schedule

LATEST = timedelta(days=1)
"""How late a digest may come; later it is left out, and the next one says so."""
_WEEK = timedelta(weeks=1)
_EARLIEST_ZONE = timedelta(hours=14)
"""How far the first zones are ahead of UTC (IANA time zone database, Pacific/Kiritimati)."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A digest's day where it is posted, and the moment, in UTC, from which it is due."""

    day: date
    at: datetime

    @property
    def week(self) -> str:
        """The week of the calendar, as ISO 8601 writes it: one digest belongs to each."""
        return f"{self.day:%G-W%V}"


def week_of(now: datetime) -> str:
    """Return the week of the calendar that it is at `now`, in UTC, where it is the latest."""
    return f"{now + _EARLIEST_ZONE:%G-W%V}"


def due_on(day: date, rhythm: Schedule) -> Occurrence:
    """Return when the digest of a day is due."""
    local = datetime.combine(day, rhythm.at, ZoneInfo(rhythm.zone))
    return Occurrence(day, local.astimezone(UTC))


def latest_due(rhythm: Schedule, now: datetime) -> Occurrence:
    """Return the last digest that is due at `now`, an aware time; however long ago."""
    today = now.astimezone(ZoneInfo(rhythm.zone)).date()
    this_week = today + timedelta(days=rhythm.weekday.iso - today.isoweekday())
    due = due_on(this_week, rhythm)
    while due.at > now:
        due = due_on(due.day - _WEEK, rhythm)
    return due


def next_due(rhythm: Schedule, now: datetime) -> Occurrence:
    """Return the first digest that is due after `now`, an aware time."""
    return due_on(latest_due(rhythm, now).day + _WEEK, rhythm)


def days_between(earlier: date, later: date) -> tuple[date, ...]:
    """Return the days of the digests between two of them, both left out.

    They are on the weekday of the later one, in the weeks of the calendar that lie between.
    """
    weeks = (_monday(later) - _monday(earlier)).days // 7
    return tuple(later - _WEEK * back for back in range(weeks - 1, 0, -1))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
