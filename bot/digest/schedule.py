"""When a digest is due, which period it covers, and which ones were missed.

Pure: the current time is an argument. Clock changes follow PEP 495: a local time that the clocks
skip is read with the offset before the change, so the digest comes right after it; of a local time
that occurs twice, the first one counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.digest.settings import DigestSettings, Schedule

MAX_DELAY = timedelta(days=1)
"""How late a digest may be posted. After that it is missed, and the next one says so."""
FIRST_WINDOW = timedelta(days=7)
"""The period that a channel's first digest covers at least."""
LONGEST_WINDOW = timedelta(weeks=12)
"""The longest period that a digest covers; it says which time before that it leaves out."""
_MOST_MISSED = 12
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A digest of the schedule: its local day, and the time in UTC from which it is due."""

    day: date
    at: datetime

    @property
    def week(self) -> str:
        """The ISO 8601 week, such as 2026-W03. A channel gets one weekly digest in each."""
        return f"{self.day:%G-W%V}"


class RunOutcome(StrEnum):
    """What became of a digest."""

    POSTED = "posted"
    """It has a delivery."""
    EMPTY = "empty"
    """There was nothing to report, so nothing was posted."""
    MISSED = "missed"
    """It could not be posted within `MAX_DELAY`; the next digest covers its time and names it."""
    UNCONFIRMED = "unconfirmed"
    """It may have been posted; the next digest covers its time and does not name it."""


@dataclass(frozen=True, slots=True)
class DigestRun:
    """A digest that was due, or that a person posted by hand.

    Attributes:
        name: unique in its channel: the ISO week, or `now/` and a token if posted by hand.
        day: its local day; None if it was posted by hand.
        until: the end of its window.
        outcome: what became of it.
        playbooks: hashes of the playbooks in use at that time.
        arrived: whether it is known to be in the channel.
    """

    name: str
    day: date | None
    until: datetime
    outcome: RunOutcome
    playbooks: tuple[str, ...] = ()
    arrived: bool = False


@dataclass(frozen=True, slots=True)
class DigestState:
    """A channel's settings, and how far its weekly digests have come.

    Attributes:
        settings: as saved last.
        created_at: when settings were saved for the first time.
        active_since: since when it has been on with this schedule, or the time of the last restore
            of a backup. Occurrences before that are neither posted nor missed.
        last_week: the ISO week of the last weekly run; None before the first one.
    """

    settings: DigestSettings
    created_at: datetime
    active_since: datetime
    last_week: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """The period that a digest covers: from `since` (exclusive) to `until` (inclusive).

    `missed` are the days of missed digests within it. `gap_from` is set if the time since the last
    digest is longer than `LONGEST_WINDOW`: no digest covers what happened from then to `since`.
    """

    since: datetime
    until: datetime
    missed: tuple[date, ...] = ()
    gap_from: datetime | None = None


def occurrence_on(day: date, schedule: Schedule) -> Occurrence:
    """Return the occurrence on a local day."""
    local = datetime.combine(day, schedule.at, ZoneInfo(schedule.zone))
    return Occurrence(day, local.astimezone(UTC))


def latest_occurrence(schedule: Schedule, now: datetime) -> Occurrence:
    """Return the last occurrence that is due at `now`, an aware time."""
    today = now.astimezone(ZoneInfo(schedule.zone)).date()
    this_week = today + timedelta(days=schedule.weekday.iso - today.isoweekday())
    found = occurrence_on(this_week, schedule)
    while found.at > now:
        found = occurrence_on(found.day - _WEEK, schedule)
    return found


def next_occurrence(schedule: Schedule, now: datetime) -> Occurrence:
    """Return the first occurrence after `now`, an aware time."""
    return occurrence_on(latest_occurrence(schedule, now).day + _WEEK, schedule)


def due_occurrence(state: DigestState, now: datetime) -> Occurrence | None:
    """Return the occurrence to run at `now`; None if there is none.

    It is not one before `active_since`, not one that is `MAX_DELAY` late, and not a second one in
    the same ISO week, even if the schedule has changed since the first.
    """
    if not state.settings.on:
        return None
    found = latest_occurrence(state.settings.schedule, now)
    too_late = now - found.at >= MAX_DELAY
    had = state.last_week is not None and found.week <= state.last_week
    return None if found.at <= state.active_since or too_late or had else found


def upcoming_occurrence(state: DigestState, now: datetime) -> Occurrence | None:
    """Return the next weekly digest after `now`; None if the digest is off.

    Later than `next_occurrence` if this week's digest has already run on another day.
    """
    if not state.settings.on:
        return None
    found = next_occurrence(state.settings.schedule, now)
    while state.last_week is not None and found.week <= state.last_week:
        found = next_occurrence(state.settings.schedule, found.at)
    return found


def next_window(state: DigestState | None, runs: Sequence[DigestRun], now: datetime) -> Window:
    """Return the window of a digest posted now, by schedule or by hand; `runs` are newest first."""
    covered = max((run.until for run in runs if run.arrived), default=None)
    since = covered or min(now - FIRST_WINDOW, state.created_at if state else now)
    missed = _missed(state, runs, covered, now) if state else ()
    if since < now - LONGEST_WINDOW:
        return Window(now - LONGEST_WINDOW, now, missed, gap_from=since)
    return Window(min(since, now), now, missed)


def playbooks_before(runs: Sequence[DigestRun]) -> tuple[str, ...] | None:
    """Return the playbooks in use at the last digest; None before the first one."""
    known = (RunOutcome.POSTED, RunOutcome.EMPTY)
    return next((run.playbooks for run in runs if run.outcome in known), None)


def _missed(
    state: DigestState, runs: Sequence[DigestRun], covered: datetime | None, now: datetime
) -> tuple[date, ...]:
    """Return the days of the missed digests that a window up to `now` covers, the oldest first."""
    failed = {
        run.day
        for run in runs
        if run.outcome is RunOutcome.MISSED and run.day and (not covered or run.until > covered)
    }
    return tuple(sorted(failed | _without_run(state, runs, covered, now)))[-_MOST_MISSED:]


def _without_run(
    state: DigestState, runs: Sequence[DigestRun], covered: datetime | None, now: datetime
) -> set[date]:
    """Return the days of due occurrences that never ran, as the bot was down."""
    if not state.settings.on:
        return set()
    schedule, weeks = state.settings.schedule, {run.name for run in runs}
    begin = max(state.active_since, covered) if covered else state.active_since
    begin = max(begin, now - LONGEST_WINDOW - _WEEK)
    found, days = latest_occurrence(schedule, now - MAX_DELAY), set[date]()
    while found.at > begin:
        if found.week not in weeks:
            days.add(found.day)
        found = occurrence_on(found.day - _WEEK, schedule)
    return days
