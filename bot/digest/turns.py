"""Whether a digest has its turn now, and which ones were left out before it."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.digest.calendar import LATEST, Occurrence, days_between, due_on, latest_due
from bot.digest.ports import DigestState

_MOST_MISSED = 12


def due_turn(standing: DigestState, now: datetime) -> Occurrence | None:
    """Return the digest that is due and has not had its turn; None if there is none.

    None that was due before the settings were saved or a backup was restored, none more than
    `LATEST` late, and no second one in a week of the calendar, on whatever day the first one came.
    """
    settings = standing.settings
    if not settings.on:
        return None
    due = latest_due(settings.rhythm, now)
    too_early = due.at <= max(settings.set_at, standing.counts_from)
    too_late = now - due.at >= LATEST
    had = standing.last is not None and due.week <= standing.last.week
    return None if too_early or too_late or had else due


def missed_by(standing: DigestState, due: Occurrence) -> tuple[date, ...]:
    """Return the days of the digests that were left out since one was posted, the oldest first.

    Those that were to come by these settings, and none of a time when they were switched off.
    What a digest would have named that had nothing else to say is named by the next one.
    """
    settings, last = standing.settings, standing.last
    began = standing.counts_from.astimezone(ZoneInfo(settings.rhythm.zone)).date()
    earlier = last.day if last else began - timedelta(weeks=1)
    since = tuple(
        day
        for day in days_between(earlier, due.day)
        if due_on(day, settings.rhythm).at > standing.counts_from
    )
    untold = last.missed if last and not last.sent else ()
    return (*untold, *since)[-_MOST_MISSED:]
