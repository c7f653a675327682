"""How recommendations turned out: by option and by rule, never by person."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.decisions.model import Decision, Outcome, ReviewAnswer

Counts = Mapping[Outcome, int]
"""How many decisions went how."""

_WORST_FIRST = (Outcome.FAILED, Outcome.PARTLY, Outcome.WORKED, Outcome.NOT_TRIED)


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of recommendations: how many went how, where followed and where not."""

    followed: Counts = field(default_factory=dict)
    overridden: Counts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Tallies of reviewed decisions, by the option recommended and by the rules in its favour."""

    options: Mapping[str, Tally]
    rules: Mapping[str, Tally]


def calibrate(decisions: Iterable[Decision]) -> Calibration:
    """Return how recommendations turned out; decisions without a review are left out.

    Each decision counts once, by what `outcome_of` makes of its reviews. The outcome of a decision
    that was overridden is that of the option chosen in place of the recommended one.
    """
    options: dict[str, _Count] = {}
    rules: dict[str, _Count] = {}
    for decision in decisions:
        outcome = outcome_of(decision.reviews)
        chosen = decision.settlement.option if decision.settlement else None
        if outcome is None or chosen is None:
            continue
        followed = chosen == decision.verdict.option
        options.setdefault(decision.verdict.option, _Count()).add(outcome, followed=followed)
        for rule in dict.fromkeys(reason.rule for reason in decision.verdict.reasons):
            rules.setdefault(rule, _Count()).add(outcome, followed=followed)
    return Calibration(
        {option: count.tally() for option, count in options.items()},
        {rule: count.tally() for rule, count in rules.items()},
    )


def outcome_of(reviews: Iterable[ReviewAnswer]) -> Outcome | None:
    """Return what most deciders said; the worse where as many said the one as the other.

    "Not tried" counts for less than any experience. None if nobody has said anything.
    """
    counted = Counter(answer.outcome for answer in reviews)
    if len(counted) > 1:
        del counted[Outcome.NOT_TRIED]
    return max(_WORST_FIRST, key=counted.__getitem__) if counted else None


class _Count:
    """A tally under way."""

    def __init__(self) -> None:
        self._by_followed: dict[bool, Counter[Outcome]] = {True: Counter(), False: Counter()}

    def add(self, outcome: Outcome, *, followed: bool) -> None:
        self._by_followed[followed][outcome] += 1

    def tally(self) -> Tally:
        return Tally(dict(self._by_followed[True]), dict(self._by_followed[False]))
