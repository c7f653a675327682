"""Words about a digest: its schedule, its window and its counts."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.digest.content import Digest
from bot.digest.schedule import Occurrence
from bot.digest.settings import DigestScope, DigestSection, Schedule
from bot.slackkit.mrkdwn import and_list

SECTION_TITLES: Mapping[DigestSection, str] = {
    DigestSection.WAITING: "Waiting for a decision",
    DigestSection.DISAGREEMENTS: "Open disagreements",
    DigestSection.REVIEWS: "Reviews due",
    DigestSection.NEW: "New",
    DigestSection.DECIDED: "Decided",
    DigestSection.CALIBRATION: "How past decisions went",
    DigestSection.RULES: "Today's rules would say otherwise",
    DigestSection.TREND: "The last 12 weeks",
}
SCOPE_WORDS: Mapping[DigestScope, str] = {
    DigestScope.CHANNEL: "Decisions of this channel",
    DigestScope.WORKSPACE: "All decisions that everybody here may read",
}
_ABOUT_A_WEEK = (timedelta(days=6), timedelta(days=8))


def schedule_words(schedule: Schedule) -> str:
    """Return a schedule in words: every Monday at 09:00 (Europe/Berlin)."""
    return f"every {schedule.weekday.capitalize()} at {schedule.at:%H:%M} ({schedule.zone})"


def occurrence_words(due: Occurrence, schedule: Schedule) -> str:
    """Return an occurrence in words: Monday 30 November at 09:00 (Europe/Berlin)."""
    return f"{due.day:%A %-d %B} at {schedule.at:%H:%M} ({schedule.zone})"


def day_in(at: datetime, zone: str) -> date:
    """Return the local day of a time in a zone."""
    return at.astimezone(ZoneInfo(zone)).date()


def window_words(digest: Digest) -> str:
    """Return the days that a digest covers."""
    last = day_in(digest.until, digest.zone)
    shortest, longest = _ABOUT_A_WEEK
    if shortest <= digest.until - digest.since <= longest:
        return f"week to {last:%-d %B}"
    first = day_in(digest.since, digest.zone)
    return f"{last:%-d %B}" if first == last else f"{first:%-d %B} to {last:%-d %B}"


def counts_sentence(digest: Digest) -> str:
    """Return the counts of a digest in a sentence: 2 wait for a decision, 1 review is due.

    Each decision is counted once; one that is seen differently waits too.
    """
    of = digest.newest_only.get(DigestSection.RULES)
    newest = f"of the newest {of:,} " if of else ""
    other = f"{newest}would now get other advice"
    waiting, differ = digest.waiting.count, digest.disagreements.count
    apart = f" ({differ:,} seen differently)" if waiting and differ else ""
    parts = [
        (waiting, f"waits for a decision{apart}", f"wait for a decision{apart}"),
        (0 if waiting else differ, "is seen differently", "are seen differently"),
        (digest.reviews.count, "review is due", "reviews are due"),
        (digest.new.count, "is new", "are new"),
        (digest.decided.count, "was decided", "were decided"),
        (digest.closed.count, "was withdrawn or superseded", "were withdrawn or superseded"),
        (digest.changed.count, other, other),
    ]
    said = [f"{count:,} {one if count == 1 else several}" for count, one, several in parts if count]
    if digest.private and not said:
        return "Nothing's waiting here."
    return f"{and_list(said)}." if said else "Nothing's waiting, and nothing happened."


def day_count(count: int) -> str:
    """Return a number of days in words."""
    return "1 day" if count == 1 else f"{count:,} days"
