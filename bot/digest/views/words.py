"""The words for when a digest comes, and for what it holds."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.digest.calendar import Occurrence
from bot.digest.content import Digest
from bot.digest.settings import DigestScope, DigestSection, Schedule
from bot.slackkit.mrkdwn import and_list

PART_TITLES: Mapping[DigestSection, str] = {
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


def every(rhythm: Schedule) -> str:
    """Return how often a digest comes: every Monday at 09:00 (Europe/Berlin)."""
    return f"every {rhythm.weekday.capitalize()} at {rhythm.at:%H:%M} ({rhythm.zone})"


def coming(due: Occurrence, rhythm: Schedule) -> str:
    """Return when a digest comes: Monday 30 November at 09:00 (Europe/Berlin)."""
    return f"{due.day:%A %-d %B} at {rhythm.at:%H:%M} ({rhythm.zone})"


def day_in(at: datetime, zone: str) -> date:
    """Return the day of a moment, where a zone's clocks are."""
    return at.astimezone(ZoneInfo(zone)).date()


def window(digest: Digest) -> str:
    """Return the days that a digest tells of."""
    last = day_in(digest.until, digest.zone)
    shortest, longest = _ABOUT_A_WEEK
    if shortest <= digest.until - digest.since <= longest:
        return f"week to {last:%-d %B}"
    first = day_in(digest.since, digest.zone)
    return f"{last:%-d %B}" if first == last else f"{first:%-d %B} to {last:%-d %B}"


def counts(digest: Digest) -> str:
    """Return what a digest holds, in a sentence: 2 wait for a decision, 1 review is due."""
    of = digest.looked_at.get(DigestSection.RULES)
    newest = f"of the newest {of:,} " if of else ""
    other = f"{newest}would now get other advice"
    parts = [
        (digest.waiting.count, "waits for a decision", "wait for a decision"),
        (digest.disagreements.count, "is seen differently", "are seen differently"),
        (digest.reviews.count, "review is due", "reviews are due"),
        (digest.new.count, "is new", "are new"),
        (digest.decided.count, "was decided", "were decided"),
        (digest.ended.count, "was withdrawn or superseded", "were withdrawn or superseded"),
        (digest.altered.count, other, other),
    ]
    said = [f"{count:,} {one if count == 1 else several}" for count, one, several in parts if count]
    if digest.hidden and not said:
        return "Nothing waits for anybody here."
    return f"{and_list(said)}." if said else "Nothing waits for anybody, and nothing happened."


def days(count: int) -> str:
    """Return a number of days in words."""
    return "1 day" if count == 1 else f"{count:,} days"
