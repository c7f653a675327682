"""Every way of answering the open questions of a sheet, searched by branch and bound.

The space is far too large to walk through (16 questions of five answers: 10^11 sheets), but most
of it is decided early: once the upper bound of every comparison leaves one option ahead whatever
is answered, the rest of the branch need not be looked at. Branches that come to the same sums meet
again and are followed once. The searches are exact; the order of branches only makes them quick.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import or_

from bot.playbooks.outcome import Outcomes, WinnerBounds
from bot.playbooks.tables import WIDTH, Effect


@dataclass(frozen=True, slots=True)
class Level:
    """An open question with the answers that differ in effect."""

    name: str
    choices: tuple[Effect, ...]
    up: int


class Space:
    """The open questions of an answer sheet.

    Args:
        outcomes: of the playbook.
        answers: the sheet.
        open_names: the questions that are open; every other one stays as in the sheet.
        unknown_too: whether "don't know" is one of the ways to answer an open question.
    """

    def __init__(
        self,
        outcomes: Outcomes,
        answers: Mapping[str, str | None],
        open_names: Iterable[str],
        *,
        unknown_too: bool,
    ) -> None:
        self.outcomes, self.tables = outcomes, outcomes.tables
        still_open = set(open_names)
        self.points, self.left = self.tables.start, self.tables.every_term
        for name, effects in self.tables.effects.items():
            if name not in still_open:
                effect = effects[answers.get(name)]
                self.points += effect.points
                self.left &= effect.leaves
        self.levels: dict[str, Level] = {}
        for name in self.tables.effects:
            if name in still_open:
                self._open(name, unknown_too)
        self.bundles = [bundle for bundle in self.tables.bundles if bundle.terms & self.left]
        self.root = Order(self, list(self.levels)).standing(0, self.points, self.left)
        weights = {name: self._weight(name) for name in self.levels}
        self.by_weight = sorted(self.levels, key=lambda name: -weights[name])

    def _open(self, name: str, unknown_too: bool) -> None:
        distinct: dict[tuple[int, int], Effect] = {}
        for answer, effect in self.tables.effects[name].items():
            if answer is not None or unknown_too:
                left = effect.leaves & self.left
                distinct.setdefault((effect.points, left), Effect(effect.points, left))
        choices = tuple(distinct.values())
        if len(choices) == 1:
            self.points += choices[0].points
            self.left &= choices[0].leaves
        else:
            up = self.tables.ups[name][0 if unknown_too else 1]
            self.levels[name] = Level(name, choices, up)

    def _weight(self, name: str) -> int:
        """How far a question can move the comparisons that are open."""
        half = len(self.tables.contest.lanes)
        up = self.levels[name].up + self._bundled(name)
        weight = 0
        for lane in range(half):
            if self.root.lanes >> (WIDTH * lane) & 0xFFFF:
                weight += self._lane(up, lane) + self._lane(up, lane + half)
        return weight

    def _bundled(self, name: str) -> int:
        return sum(
            self.tables.bundles[owner].up
            for place, (term, owner) in enumerate(self.tables.terms)
            if name in term and self.left >> place & 1
        )

    def _lane(self, packed: int, lane: int) -> int:
        value: int = (packed + self.tables.bias >> WIDTH * lane & 0xFFFF) - (1 << (WIDTH - 1))
        return value

    def touches(self, name: str) -> tuple[int, int]:
        """The comparisons and exclusions that a question can have a part in."""
        lanes = 0
        first = self.levels[name].choices[0].points
        for choice in self.levels[name].choices[1:]:
            change = choice.points - first + self.tables.bias ^ self.tables.bias
            for lane in range(len(self.tables.contest.lanes)):
                if change >> WIDTH * lane & 0xFFFF:
                    lanes |= 1 << (WIDTH * lane + WIDTH - 1)
        out = 0
        for place, (term, owner) in enumerate(self.tables.terms):
            if name in term and self.left >> place & 1:
                lanes |= self.tables.bundles[owner].touches
                out |= self.tables.bundles[owner].rules_out
        return lanes, out

    def differs(self, winner: int) -> bool:
        """Whether any way of answering recommends another option than this one."""
        order = Order(self, self.by_weight)
        seen: set[tuple[int, int, int]] = set()

        def search(level: int, points: int, left: int) -> bool:
            standing = order.standing(level, points, left)
            if standing.winner is not None:
                return standing.winner != winner
            if not standing.alive >> winner & 1:
                return True
            for choice in order.levels[level].choices:
                state = (level + 1, points + choice.points, left & choice.leaves)
                if state not in seen:
                    seen.add(state)
                    if search(*state):
                        return True
            return False

        return search(0, self.points, self.left)

    def reaches(self, winner: int) -> bool:
        """Whether any way of answering recommends this option."""
        order = Order(self, self.by_weight)
        seen: set[tuple[int, int, int]] = set()

        def search(level: int, points: int, left: int) -> bool:
            standing = order.standing(level, points, left)
            if standing.winner is not None or not standing.alive >> winner & 1:
                return standing.winner == winner
            for choice in order.levels[level].choices:
                state = (level + 1, points + choice.points, left & choice.leaves)
                if state not in seen:
                    seen.add(state)
                    if search(*state):
                        return True
            return False

        return search(0, self.points, self.left)


class Order:
    """The levels of a space in the order in which a search assigns them, and its bounds."""

    def __init__(self, space: Space, names: Sequence[str]) -> None:
        self.space = space
        self.levels = [space.levels[name] for name in names]
        self.rest = [0] * (len(names) + 1)
        for place in range(len(names) - 1, -1, -1):
            self.rest[place] = self.rest[place + 1] + self.levels[place].up
        self.certain = self._certain(names)
        self._bounds: list[dict[int, tuple[int, int, int]]] = [{} for _ in self.rest]

    def _certain(self, names: Sequence[str]) -> list[int]:
        """For each level, the terms that no later question can contradict any more."""
        place_of = {name: place for place, name in enumerate(names)}
        after = [0] * (len(names) + 1)
        for bit, (term, _) in enumerate(self.space.tables.terms):
            if self.space.left >> bit & 1:
                last = max((place_of[name] for name in term if name in place_of), default=-1)
                after[last + 1] |= 1 << bit
        return list(accumulate(after, or_))

    def standing(self, level: int, points: int, left: int) -> WinnerBounds:
        """What is certain once the first `level` questions are answered."""
        known = self._bounds[level].get(left)
        if known is None:
            known = self._bounds[level][left] = self._bound(level, left)
        more, out, possibly_out = known
        signs = (points + more) & self.space.tables.all_bits
        return self.space.outcomes.standing(signs, out, possibly_out)

    def _bound(self, level: int, left: int) -> tuple[int, int, int]:
        more, out, possibly_out = self.rest[level], 0, 0
        certain = left & self.certain[level]
        for bundle in self.space.bundles:
            if bundle.terms & certain:
                more += bundle.points
                out |= bundle.rules_out
                possibly_out |= bundle.rules_out
            elif bundle.terms & left:
                more += bundle.up
                possibly_out |= bundle.rules_out
        return more, out, possibly_out
