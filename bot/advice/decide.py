"""Whether one question ever decides which option is recommended."""

from __future__ import annotations

import sys

from bot.advice.outcome import Standing
from bot.advice.space import Order, Space

Node = tuple[int, int, int]
"""How many questions are answered, the points so far, and the terms that are left."""
NEVER = frozenset[int]()


def decides(space: Space, name: str, nodes: int = sys.maxsize) -> frozenset[int] | None:
    """Between which winners a question decides for some way of answering the others.

    Args:
        space: of the open questions.
        name: the question, one of its `levels`.
        nodes: after how many branches to give up.

    Returns:
        The first such winners that are found; an empty set when the question never decides; None
        when the search was given up.
    """
    if space.root.winner is not None:
        return NEVER
    return _Search(space, name, nodes).run()


class _Search:
    """Goes where most is undecided first, for that is where the question may decide."""

    def __init__(self, space: Space, name: str, nodes: int) -> None:
        self.space, self.nodes = space, nodes
        others = [other for other in space.by_weight if other != name]
        self.order, self.last = Order(space, [*others, name]), len(others)
        self.lanes, self.rulings = space.touches(name)
        self.choices = space.levels[name].choices
        self.seen: set[Node] = set()

    def run(self) -> frozenset[int] | None:
        root = (0, self.space.points, self.space.left)
        return self._below(root) if self._open(self.order.standing(*root)) else NEVER

    def _open(self, standing: Standing) -> bool:
        """Whether the question may still decide: something that it touches is undecided."""
        if standing.winner is not None:
            return False
        return bool(standing.lanes & self.lanes or standing.rulings & self.rulings)

    def _below(self, node: Node) -> frozenset[int] | None:
        level, points, left = node
        if level == self.last:
            return self._winners(points, left)
        branches = []
        for choice in self.order.levels[level].choices:
            child = (level + 1, points + choice.points, left & choice.leaves)
            if child in self.seen:
                continue
            self.seen.add(child)
            standing = self.order.standing(*child)
            if self._open(standing):
                undecided = (standing.lanes & self.lanes).bit_count()
                branches.append((undecided + standing.alive.bit_count(), child))
        if len(self.seen) > self.nodes:
            return None
        branches.sort(key=_undecided, reverse=True)
        for _, child in branches:
            found = self._below(child)
            if found is None or found:
                return found
        return NEVER

    def _winners(self, points: int, left: int) -> frozenset[int]:
        winner_of = self.space.outcomes.winner
        winners = {winner_of(points + c.points, left & c.leaves) for c in self.choices}
        return frozenset(winners) if len(winners) > 1 else NEVER


def _undecided(branch: tuple[int, Node]) -> int:
    return branch[0]
