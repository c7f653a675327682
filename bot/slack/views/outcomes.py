"""How several decisions went, in words."""

from bot.decisions.calibration import Counts
from bot.decisions.model import ReviewOutcome
from bot.decisions.records.words import WENT

_BOTH = {
    ReviewOutcome.WORKED: "both worked",
    ReviewOutcome.PARTLY: "both worked partly",
    ReviewOutcome.FAILED: "neither worked",
    ReviewOutcome.NOT_TRIED: "neither was tried",
}
_ALL = {
    ReviewOutcome.WORKED: "all {count:,} worked",
    ReviewOutcome.PARTLY: "all {count:,} worked partly",
    ReviewOutcome.FAILED: "none of {count:,} worked",
    ReviewOutcome.NOT_TRIED: "none of {count:,} was tried",
}


def went(counts: Counts) -> str:
    """Return how decisions went, whatever their numbers; nothing where there are none.

    "it worked partly", "both worked", "none of 4 worked", "2 worked, 1 partly, 1 did not".
    """
    found = [(outcome, counts[outcome]) for outcome in ReviewOutcome if counts.get(outcome)]
    if len(found) != 1:
        return _mixed(dict(found))
    ((outcome, count),) = found
    if count == 1:
        return WENT[outcome]
    return _BOTH[outcome] if count == 2 else _ALL[outcome].format(count=count)


def _mixed(counts: Counts) -> str:
    """Return what outcomes there are, one after the other; later ones lean on the first's verb."""
    worked, partly = counts.get(ReviewOutcome.WORKED), counts.get(ReviewOutcome.PARTLY)
    not_tried = "was not tried" if counts.get(ReviewOutcome.NOT_TRIED) == 1 else "were not tried"
    words = {
        ReviewOutcome.WORKED: "worked",
        ReviewOutcome.PARTLY: "partly" if worked else "worked partly",
        ReviewOutcome.FAILED: "did not" if worked or partly else "did not work",
        ReviewOutcome.NOT_TRIED: not_tried,
    }
    return ", ".join(f"{count:,} {words[outcome]}" for outcome, count in counts.items())
