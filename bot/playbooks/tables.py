"""A playbook as numbers, so that one more answer costs one addition.

Which option wins depends on nothing but comparisons: does one option have more points than
another, does a part of a combination clear its bar, is an option ruled out. Each comparison is a
*lane*, a linear function of the points that is true from 0 on, and all lanes are packed into one
integer, 16 bits each. The effect of an answer is then one number to add, and the sign bits of the
sum are the truth of every comparison at once. Each lane has its opposite in the second half, so
that upper bounds alone say what may still become true and what may still become false.

Rules on one question go straight into the numbers of its answers. Rules and vetoes on several
questions are followed as a set of bits, the terms that no answer has contradicted yet; what such a
set amounts to is worked out once and remembered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from bot.playbooks import conditions
from bot.playbooks.playbook import Playbook, Question

WIDTH = 16
_HALF = 1 << (WIDTH - 1)
REMEMBER = 50_000
"""How many results a memory holds before it is emptied; bounds the memory of a long run."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A comparison: the sum of the options' points, each times its factor, plus `constant` >= 0."""

    factors: Mapping[str, int]
    constant: int

    def opposite(self) -> Lane:
        """True exactly where this one is false."""
        return Lane({name: -by for name, by in self.factors.items()}, -self.constant - 1)

    def of(self, points: Mapping[str, int]) -> int:
        """What points add to it."""
        return sum(by * points.get(name, 0) for name, by in self.factors.items())


@dataclass(frozen=True, slots=True)
class Contest:
    """Which lanes compare what.

    `ahead[i, j]` are groups of lanes: option i is ahead of j if in any group all lanes are true.
    `bars[c]` are the lanes that combination c needs. Lanes are numbered by position in `lanes`.
    """

    lanes: tuple[Lane, ...]
    ahead: Mapping[tuple[int, int], tuple[tuple[int, ...], ...]]
    bars: Mapping[int, tuple[int, ...]]


def contest(playbook: Playbook) -> Contest:
    """The comparisons that decide between the options of a playbook."""
    names = list(playbook.options)
    lanes: list[Lane] = []

    def lane(factors: Mapping[str, int], constant: int) -> int:
        lanes.append(Lane(factors, constant))
        return len(lanes) - 1

    def sides(option: str) -> list[dict[str, int]]:
        parts = playbook.options[option].combines
        return [{part: 1, option: 1} for part in parts] if parts else [{option: 1}]

    ahead: dict[tuple[int, int], tuple[tuple[int, ...], ...]] = {}
    for i, one in enumerate(names):
        for j, other in enumerate(names[i + 1 :], start=i + 1):
            if one in playbook.options[other].combines or other in playbook.options[one].combines:
                continue
            grid = [
                [lane(_difference(left, right), 0) for right in sides(other)] for left in sides(one)
            ]
            ahead[i, j] = tuple(tuple(row) for row in grid)
    bars = {
        i: tuple(lane({part: 1}, -playbook.bars.get(part, 0)) for part in option.combines)
        for i, option in enumerate(playbook.options.values())
        if option.combines
    }
    return Contest(tuple(lanes), ahead, bars)


def _difference(left: Mapping[str, int], right: Mapping[str, int]) -> dict[str, int]:
    names = dict.fromkeys([*left, *right])
    return {name: left.get(name, 0) - right.get(name, 0) for name in names}


@dataclass(frozen=True, slots=True)
class Effect:
    """What an answer does by itself: a number to add, and the terms that it leaves possible."""

    points: int
    leaves: int


@dataclass(frozen=True, slots=True)
class Bundle:
    """A rule or veto that is followed by its terms.

    `up` is its effect with every lane that it lowers left out: the most it can do to each lane.
    `rules_out` holds one bit for each option ruled out as a candidate, and one further up for each
    ruled out as a part too.
    """

    terms: int
    points: int
    up: int
    rules_out: int
    touches: int


class Tables:
    """The numbers of a playbook. Read-only but for its memories."""

    def __init__(self, playbook: Playbook) -> None:
        self.playbook = playbook
        self.options = tuple(playbook.options)
        self.questions = {question.id: question for question in playbook.questions}
        self.contest = contest(playbook)
        half = self.contest.lanes
        self.lanes = (*half, *(lane.opposite() for lane in half))
        self.points_at = len(self.lanes)
        self.size = WIDTH * (self.points_at + len(self.options))
        self.bias = sum(_HALF << WIDTH * at for at in range(self.points_at + len(self.options)))
        self.true_bits = sum(_HALF << WIDTH * at for at in range(len(half)))
        self.all_bits = sum(_HALF << WIDTH * at for at in range(self.points_at))
        self.start = self.bias + self._pack([lane.constant for lane in self.lanes])
        self._collect()
        self.known_amounts: dict[int, tuple[int, int]] = {}

    def _pack(self, values: Iterable[int]) -> int:
        return sum(value << WIDTH * at for at, value in enumerate(values))

    def _values(self, points: Mapping[str, int]) -> list[int]:
        lanes = [lane.of(points) for lane in self.lanes]
        return [*lanes, *(points.get(option, 0) for option in self.options)]

    def _collect(self) -> None:
        """Sort every rule and veto into the answers' own effects and the bundles."""
        own: dict[str, dict[str, list[int]]] = {
            name: {answer: self._values({}) for answer in question.answers}
            for name, question in self.questions.items()
        }
        self.bundles: list[Bundle] = []
        self.terms: list[tuple[conditions.Term, int]] = []
        for rule in self.playbook.rules:
            found = conditions.terms(rule.when, self.questions)
            values = self._values(rule.points)
            scope = frozenset[str]().union(*found)
            if len(scope) == 1:
                (name,) = scope
                for answer in frozenset[str]().union(*(term[name] for term in found)):
                    own[name][answer] = [
                        a + b for a, b in zip(own[name][answer], values, strict=True)
                    ]
            else:
                self._bundle(found, values, 0)
        for veto in self.playbook.vetoes:
            found = conditions.terms(veto.when, self.questions)
            self._bundle(found, self._values({}), self._rules_out(veto.rules_out, veto.alone))
        self.every_term = (1 << len(self.terms)) - 1
        self.effects: dict[str, dict[str | None, Effect]] = {
            name: self._effects(name, own[name]) for name in self.questions
        }
        self.ups = {
            name: (self._up(own[name].values(), 0), self._up(own[name].values(), None))
            for name in self.questions
        }

    def _rules_out(self, options: Iterable[str], alone: bool) -> int:
        places = [self.options.index(option) for option in options]
        bits = sum(1 << place for place in set(places))
        return bits if alone else bits | bits << len(self.options)

    def _bundle(
        self, found: tuple[conditions.Term, ...], values: list[int], rules_out: int
    ) -> None:
        mask = 0
        for term in found:
            mask |= 1 << len(self.terms)
            self.terms.append((term, len(self.bundles)))
        up = self._pack(max(0, value) for value in values)
        touched = [_HALF if value else 0 for value in values[: len(self.contest.lanes)]]
        self.bundles.append(
            Bundle(mask, self._pack(values), up, rules_out << self.size, self._pack(touched))
        )

    def _effects(self, name: str, own: Mapping[str, list[int]]) -> dict[str | None, Effect]:
        silent = self._leaves(name, None)
        effects: dict[str | None, Effect] = {None: Effect(0, silent)}
        for answer, values in own.items():
            effects[answer] = Effect(self._pack(values), self._leaves(name, answer))
        return effects

    def _leaves(self, name: str, answer: str | None) -> int:
        return sum(
            1 << place
            for place, (term, _) in enumerate(self.terms)
            if name not in term or answer in term[name]
        )

    def _up(self, own: Iterable[list[int]], unknown: int | None) -> int:
        """The most that a question can add to each lane by itself, left open or not."""
        least = [] if unknown is None else [unknown]
        return self._pack(max([*least, *column]) for column in zip(*own, strict=True))

    @cached_property
    def touches(self) -> dict[str, tuple[int, int]]:
        """For each question: the lanes that it can move, and the options it can help rule out."""
        found = {}
        for name, effects in self.effects.items():
            lanes = 0
            for at in range(len(self.contest.lanes)):
                shift = WIDTH * at
                own = {
                    (self.start + effect.points) >> shift & 0xFFFF for effect in effects.values()
                }
                lanes |= _HALF << shift if len(own) > 1 else 0
            out = 0
            for term, owner in self.terms:
                if name in term:
                    lanes |= self.bundles[owner].touches
                    out |= self.bundles[owner].rules_out
            found[name] = (lanes, out)
        return found

    def amount(self, left: int) -> tuple[int, int]:
        """What the bundles whose terms are left amount to: points, and who is ruled out."""
        known = self.known_amounts.get(left)
        if known is None:
            points = out = 0
            for bundle in self.bundles:
                if bundle.terms & left:
                    points += bundle.points
                    out |= bundle.rules_out
            if len(self.known_amounts) >= REMEMBER:
                self.known_amounts.clear()
            known = self.known_amounts[left] = (points, out)
        return known

    def sheet(self, answers: Mapping[str, str | None]) -> tuple[int, int]:
        """An answer sheet as numbers: points so far, and the terms that are left."""
        points, left = self.start, self.every_term
        for name, effects in self.effects.items():
            effect = effects[answers.get(name)]
            points += effect.points
            left &= effect.leaves
        return points, left

    def own_points(self, packed: int) -> list[int]:
        """The points of each option from rules, in playbook order."""
        packed >>= WIDTH * self.points_at
        return [(packed >> WIDTH * at & 0xFFFF) - _HALF for at in range(len(self.options))]

    def question(self, name: str) -> Question:
        """The question with this id."""
        return self.questions[name]
