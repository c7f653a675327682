"""How decisions turned out: by the option chosen, and by the rules for it; never by person."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.decisions.model import Decision, ReviewAnswer, ReviewOutcome
from bot.playbooks.engine import RuleEngine

Counts = Mapping[ReviewOutcome, int]
"""How many decisions went how."""

ENOUGH = 3
"""Reviewed decisions that were tried, from which on something is said of a rule."""
_WORST_FIRST = (
    ReviewOutcome.FAILED,
    ReviewOutcome.PARTLY,
    ReviewOutcome.WORKED,
    ReviewOutcome.NOT_TRIED,
)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many went how: where the choice was the one recommended, and where it was another."""

    followed: Counts = field(default_factory=dict)
    overridden: Counts = field(default_factory=dict)

    @property
    def total(self) -> Counts:
        """How many went how, whether recommended or not."""
        return Counter(self.followed) + Counter(self.overridden)

    @property
    def tried(self) -> int:
        """How many were tried."""
        total = self.total
        return sum(total.values()) - total.get(ReviewOutcome.NOT_TRIED, 0)

    @property
    def failure(self) -> float:
        """Which share of what was tried did not work; what worked partly counts half."""
        total = self.total
        failed = total.get(ReviewOutcome.FAILED, 0) + total.get(ReviewOutcome.PARTLY, 0) / 2
        return failed / self.tried if self.tried else 0.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """Tallies of reviewed decisions, by the option chosen and by the rules that spoke for it."""

    options: Mapping[str, Tally]
    rules: Mapping[str, Tally]

    def worst_rules(self) -> list[tuple[str, Tally]]:
        """Return the rules with enough reviews, those with the worst outcomes first."""
        known = [each for each in self.rules.items() if each[1].tried >= ENOUGH]
        return sorted(known, key=lambda each: (-each[1].failure, -each[1].tried, each[0]))


def calibrate(decisions: Iterable[Decision], engines: Mapping[str, RuleEngine]) -> Calibration:
    """Return how decisions turned out; those without a review or a choice are left out.

    Each decision counts once, by what `outcome_of` makes of its reviews: for the option that was
    chosen, whether it was recommended or not, and for the rules that gave that option points.

    Args:
        decisions: reviewed ones.
        engines: by the hash of the playbook; a decision by another one counts for no rule.
    """
    options: dict[str, _Count] = {}
    rules: dict[str, _Count] = {}
    for decision in decisions:
        outcome = outcome_of(decision.reviews)
        chosen = decision.resolution.option if decision.resolution else None
        if outcome is None or chosen is None:
            continue
        followed = chosen == decision.verdict.recommended
        options.setdefault(chosen, _Count()).add(outcome, followed=followed)
        for rule in _rules_for(chosen, decision, engines.get(decision.playbook_hash)):
            rules.setdefault(rule, _Count()).add(outcome, followed=followed)
    return Calibration(
        {option: count.tally() for option, count in options.items()},
        {rule: count.tally() for rule, count in rules.items()},
    )


def _rules_for(option: str, decision: Decision, engine: RuleEngine | None) -> set[str]:
    """Return the rules that gave points to an option, or to a part of it."""
    if engine is None or option not in engine.playbook.options:
        return set()
    counted = {option, *engine.playbook.options[option].combines}
    found = engine.arguments(decision.answers)
    return {each.rule for each in found if each.option in counted and each.points > 0}


def outcome_of(reviews: Iterable[ReviewAnswer]) -> ReviewOutcome | None:
    """Return what most deciders said; the worse where as many said the one as the other.

    "Not tried" counts for less than any experience. None if nobody has said anything.
    """
    counted = Counter(answer.outcome for answer in reviews)
    if len(counted) > 1:
        del counted[ReviewOutcome.NOT_TRIED]
    return max(_WORST_FIRST, key=counted.__getitem__) if counted else None


class _Count:
    """A tally under way."""

    def __init__(self) -> None:
        self._by_followed: dict[bool, Counter[ReviewOutcome]] = {True: Counter(), False: Counter()}

    def add(self, outcome: ReviewOutcome, *, followed: bool) -> None:
        self._by_followed[followed][outcome] += 1

    def tally(self) -> Tally:
        return Tally(dict(self._by_followed[True]), dict(self._by_followed[False]))
