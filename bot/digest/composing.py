"""From what the log knows to a digest: what is said, what is left out, and in which order."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.decisions.calibration import Counts, Tally, outcome_of
from bot.decisions.model import ReviewOutcome
from bot.digest.content import DigestItem, Truncated
from bot.digest.facts import ReviewedDecision
from bot.digest.settings import Schedule

TREND_WEEKS = 12
SHOWN = 5
"""How many of each part are shown; the others are counted."""


def trend_weeks(until: datetime, rhythm: Schedule) -> tuple[datetime, ...]:
    """Return where the weeks of a trend begin, in UTC, the oldest first.

    They begin on the digest's day of the week by the zone's clocks, on whatever day one looks. On
    that day itself the last one began a week before: it holds all that is new.
    """
    local = ZoneInfo(rhythm.zone)
    today = until.astimezone(local).date()
    last = today - timedelta(days=(today.isoweekday() - rhythm.weekday.iso - 1) % 7 + 1)
    begins = (last - timedelta(weeks=back) for back in range(TREND_WEEKS - 1, -1, -1))
    return tuple(datetime.combine(day, time(), local).astimezone(UTC) for day in begins)


def not_shown_yet(
    new: Truncated[DigestItem], since: datetime, until: datetime, *others: Sequence[DigestItem]
) -> Truncated[DigestItem]:
    """Return all that is new, showing only what no other part shows already.

    So nothing is read twice: what was opened in the week and waits, or was decided, stands where
    it makes people act; what has found no room there is shown here. It is counted all the same.
    """
    elsewhere = {
        each.decision.number
        for entries in others
        for each in entries
        if since < each.decision.opened_at <= until
    }
    shown = tuple(each for each in new.shown if each.decision.number not in elsewhere)
    return Truncated(shown, new.count)


def tallies(reviewed: Iterable[ReviewedDecision]) -> dict[str, Tally]:
    """Return how decisions went by the option that was chosen, the most frequent first.

    Told apart by whether it was recommended as well, or chosen in place of another.
    """
    counted: defaultdict[str, dict[bool, Counter[ReviewOutcome]]] = defaultdict(
        lambda: {True: Counter(), False: Counter()}
    )
    for each in reviewed:
        outcome = outcome_of(each.reviews)
        if outcome is not None:
            counted[each.chosen][each.chosen == each.recommended][outcome] += 1
    most_first = sorted(counted.items(), key=lambda item: (-_total(item[1].values()), item[0]))
    return {option: Tally(dict(each[True]), dict(each[False])) for option, each in most_first}


def _total(counts: Iterable[Counts]) -> int:
    return sum(sum(each.values()) for each in counts)
