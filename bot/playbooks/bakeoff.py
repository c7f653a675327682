"""Plan a bake-off that can decide: the arms to compare, and how many test items it takes.

Every arm answers the same items, so two arms are compared item by item: only the items that one
gets right and the other wrong tell them apart (McNemar's test, here exact and two-sided at 5%).
Paired comparison of language models: Miller 2024, https://arxiv.org/abs/2411.00640; why samples of
this size need exact tests: Bowyer et al. 2025, https://arxiv.org/abs/2503.01747.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from math import exp, inf, lgamma, log, sqrt

from bot.playbooks.model import Bakeoff, BakeoffArm, Playbook

SIGNIFICANCE = 0.05
WANTED_CHANCE = 0.8
CORRELATION = 0.5
"""How alike two arms are in the items they get right; Miller 2024 finds 0.3 to 0.7."""
STEP = 5
"""Numbers of items are given in steps of this."""
NEGLIGIBLE = 1e-12
FEW_ITEMS = 20
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class BakeoffPlan:
    """A bake-off between options: what to compare, on how many items, and how to read it.

    Attributes:
        options: those it is to decide between.
        arms: in the order to build them.
        items: how many test items show the wanted gain in 8 of 10 tries.
        bakeoff: what the playbook says of it.
    """

    options: tuple[str, ...]
    arms: tuple[BakeoffArm, ...]
    items: int
    bakeoff: Bakeoff

    def chance(self, items: int, gain: float) -> float:
        """Return the chance to see a true gain with a number of items."""
        return detection_chance(items, self.bakeoff.base, gain)

    def steps(self) -> tuple[str, ...]:
        """Return the plan in short, as first steps."""
        gain = self.bakeoff.gain
        missed = round(10 * (1 - self.chance(FEW_ITEMS, gain)))
        collect = (
            f"Collect {self.items} real requests, agree on the right answer to each, and tune on "
            f"none of them. That many show a gain of {gain * 100:.0f} points in 8 of 10 tries; "
            f"{FEW_ITEMS} would miss it in {missed} of 10."
        )
        arms = (f"Arm {arm.id}: {arm.title}." for arm in self.arms)
        return (collect, *arms, f"Read-out: {' '.join(self.read)}", self.bakeoff.stop[0])

    @property
    def read(self) -> tuple[str, ...]:
        """How to read the result, without sentences about arms that it does not have."""
        left_out = {arm.id for arm in self.bakeoff.arms} - {arm.id for arm in self.arms}
        return tuple(each for each in self.bakeoff.read if left_out.isdisjoint(_WORD.findall(each)))


def plan_bakeoff(playbook: Playbook, options: Iterable[str]) -> BakeoffPlan | None:
    """Plan the bake-off between some options; None if the playbook has none.

    Args:
        playbook: that the options belong to.
        options: their ids; one that meets several needs brings its parts too.
    """
    bakeoff = playbook.bakeoff
    if bakeoff is None:
        return None
    named = tuple(dict.fromkeys(options))
    meant = {part for each in named for part in (each, *playbook.parts_of(each))}
    arms = tuple(arm for arm in bakeoff.arms if not arm.decides or meant & set(arm.decides))
    return BakeoffPlan(named, arms, items_needed(bakeoff.base, bakeoff.gain), bakeoff)


def disagreement(base: float, gain: float) -> float:
    """Return the share of items that one of two arms gets right and the other wrong.

    Args:
        base: the share that the weaker arm gets right.
        gain: how much more the better arm gets right; base + gain is at most 1.
    """
    better = base + gain
    apart = base * (1 - better) + better * (1 - base)
    alike = 2 * CORRELATION * sqrt(max(0.0, base * (1 - base) * better * (1 - better)))
    return max(gain, apart - alike)


@lru_cache(maxsize=4096)
def detection_chance(items: int, base: float, gain: float, differing: float | None = None) -> float:
    """Return the chance that the exact test shows a true gain.

    Args:
        items: how many test items there are.
        base: the share that the weaker arm gets right.
        gain: how much more the better arm gets right.
        differing: the share of items on which they differ; by default `disagreement`.
    """
    share = disagreement(base, gain) if differing is None else differing
    wins = (share + gain) / 2 / share
    chance = 0.0
    for number in range(items + 1):
        weight = _binomial(number, items, share)
        needed = wins_needed(number)
        if weight > NEGLIGIBLE and needed is not None:
            chance += weight * sum(_binomial(k, number, wins) for k in range(needed, number + 1))
    return chance


@lru_cache(maxsize=256)
def items_needed(base: float, gain: float) -> int:
    """Return how many items show a true gain with a chance of 80%, in steps of 5."""
    return next(
        items for items in count(STEP, STEP) if detection_chance(items, base, gain) >= WANTED_CHANCE
    )


@lru_cache(maxsize=4096)
def wins_needed(differing: int) -> int | None:
    """Return how many of the items on which two arms differ the better one has to win.

    Args:
        differing: on how many items one arm is right and the other wrong.

    Returns:
        The smallest number that is significant; None if even all of them are not.
    """
    tail, needed = 0.0, None
    for wins in range(differing, differing // 2, -1):
        tail += _binomial(wins, differing, 0.5)
        if 2 * tail > SIGNIFICANCE:
            break
        needed = wins
    return needed


def _binomial(successes: int, tries: int, chance: float) -> float:
    return exp(
        lgamma(tries + 1)
        - lgamma(successes + 1)
        - lgamma(tries - successes + 1)
        + _power(chance, successes)
        + _power(1 - chance, tries - successes)
    )


def _power(base: float, exponent: int) -> float:
    """Return the logarithm of base ** exponent."""
    if exponent == 0:
        return 0.0
    return exponent * log(base) if base > 0 else -inf
