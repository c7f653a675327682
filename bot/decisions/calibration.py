"""Calibration: outcomes of decisions by the option chosen and by rule; never by person."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.decisions.model import DecisionSummary, ReviewAnswer, ReviewOutcome
from bot.playbooks.engine import RuleEngine

Counts = Mapping[ReviewOutcome, int]
"""Numbers of decisions by outcome."""

ENOUGH = 3
"""Tried decisions that a rule needs before its outcomes are shown."""
_WORST_FIRST = (
    ReviewOutcome.FAILED,
    ReviewOutcome.PARTLY,
    ReviewOutcome.WORKED,
    ReviewOutcome.NOT_TRIED,
)


@dataclass(frozen=True, slots=True)
class Tally:
    """Outcomes of decisions that followed the recommendation, and of those that did not."""

    followed: Counts = field(default_factory=dict)
    overridden: Counts = field(default_factory=dict)

    @property
    def total(self) -> Counts:
        """Outcomes of both."""
        return Counter(self.followed) + Counter(self.overridden)

    @property
    def tried(self) -> int:
        """The number of decisions that were tried."""
        total = self.total
        return sum(total.values()) - total.get(ReviewOutcome.NOT_TRIED, 0)

    @property
    def failure(self) -> float:
        """The share of tried decisions that failed; those that worked partly count half."""
        total = self.total
        failed = total.get(ReviewOutcome.FAILED, 0) + total.get(ReviewOutcome.PARTLY, 0) / 2
        return failed / self.tried if self.tried else 0.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """Tallies of reviewed decisions, by the option chosen and by the rules that gave it points."""

    options: Mapping[str, Tally]
    rules: Mapping[str, Tally]

    def worst_rules(self) -> list[tuple[str, Tally]]:
        """Return the rules with enough tried decisions, the worst outcomes first."""
        known = [each for each in self.rules.items() if each[1].tried >= ENOUGH]
        return sorted(known, key=lambda each: (-each[1].failure, -each[1].tried, each[0]))


def calibrate(
    decisions: Iterable[DecisionSummary], engines: Mapping[str, RuleEngine]
) -> Calibration:
    """Count the outcomes of decisions; those without a review or a resolution are left out.

    Each decision counts once, by `outcome_of` its reviews: for the option that was chosen, and for
    the rules that gave that option points.

    Args:
        decisions: the decisions.
        engines: engines by playbook hash; decisions of other versions count for no rule.
    """
    options: dict[str, _Count] = {}
    rules: dict[str, _Count] = {}
    for decision in decisions:
        outcome = outcome_of(decision.reviews)
        chosen = decision.resolution.option if decision.resolution else None
        if outcome is None or chosen is None:
            continue
        followed = chosen == decision.recommended
        options.setdefault(chosen, _Count()).add(outcome, followed=followed)
        for rule in _rules_for(chosen, decision, engines.get(decision.playbook_hash)):
            rules.setdefault(rule, _Count()).add(outcome, followed=followed)
    return Calibration(
        {option: count.tally() for option, count in options.items()},
        {rule: count.tally() for rule, count in rules.items()},
    )


def _rules_for(option: str, decision: DecisionSummary, engine: RuleEngine | None) -> set[str]:
    """Return the rules that gave points to an option."""
    if engine is None or option not in engine.playbook.options:
        return set()
    found = engine.arguments(decision.answers)
    return {each.rule for each in found if each.option == option and each.points > 0}


def outcome_of(reviews: Iterable[ReviewAnswer]) -> ReviewOutcome | None:
    """Return the most frequent outcome; of equally frequent ones the worst.

    "Not tried" counts only if there is no other answer. None without reviews.
    """
    counted = Counter(answer.outcome for answer in reviews)
    if len(counted) > 1:
        del counted[ReviewOutcome.NOT_TRIED]
    return max(_WORST_FIRST, key=counted.__getitem__) if counted else None


class _Count:
    """Counts the outcomes for one tally."""

    def __init__(self) -> None:
        self._by_followed: dict[bool, Counter[ReviewOutcome]] = {True: Counter(), False: Counter()}

    def add(self, outcome: ReviewOutcome, *, followed: bool) -> None:
        self._by_followed[followed][outcome] += 1

    def tally(self) -> Tally:
        return Tally(dict(self._by_followed[True]), dict(self._by_followed[False]))
