"""How several decisions went, in words."""

from bot.decisions.calibration import Counts
from bot.decisions.model import Outcome
from bot.decisions.records.words import WENT

_BOTH = {
    Outcome.WORKED: "both worked",
    Outcome.PARTLY: "both worked partly",
    Outcome.FAILED: "neither worked",
    Outcome.NOT_TRIED: "neither was tried",
}
_ALL = {
    Outcome.WORKED: "all {count:,} worked",
    Outcome.PARTLY: "all {count:,} worked partly",
    Outcome.FAILED: "none of {count:,} worked",
    Outcome.NOT_TRIED: "none of {count:,} was tried",
}


def went(counts: Counts) -> str:
    """Return how decisions went, whatever their numbers; nothing where there are none.

    "it worked partly", "both worked", "none of 4 worked", "2 worked, 1 partly, 1 did not".
    """
    found = [(outcome, counts[outcome]) for outcome in Outcome if counts.get(outcome)]
    if len(found) != 1:
        return _mixed(dict(found))
    ((outcome, count),) = found
    if count == 1:
        return WENT[outcome]
    return _BOTH[outcome] if count == 2 else _ALL[outcome].format(count=count)


def _mixed(counts: Counts) -> str:
    """Return what outcomes there are, one after the other; later ones lean on the first's verb."""
    worked, partly = counts.get(Outcome.WORKED), counts.get(Outcome.PARTLY)
    not_tried = "was not tried" if counts.get(Outcome.NOT_TRIED) == 1 else "were not tried"
    words = {
        Outcome.WORKED: "worked",
        Outcome.PARTLY: "partly" if worked else "worked partly",
        Outcome.FAILED: "did not" if worked or partly else "did not work",
        Outcome.NOT_TRIED: not_tried,
    }
    return ", ".join(f"{count:,} {words[outcome]}" for outcome, count in counts.items())
