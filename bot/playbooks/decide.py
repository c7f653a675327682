"""Whether one question ever decides which option is recommended."""

from __future__ import annotations

import sys

from bot.playbooks.outcome import WinnerBounds
from bot.playbooks.space import Order, Space
from bot.playbooks.tables import Effect

Node = tuple[int, int, int]
"""How many questions are answered, the points so far, and the terms that are left."""
Sheet = list[Effect]


def decides(space: Space, name: str, nodes: int = sys.maxsize) -> Sheet | None:
    """Search for a way of answering the other questions on which a question decides.

    Args:
        space: of the open questions.
        name: the question, one of its `levels`.
        nodes: after how many branches to give up.

    Returns:
        The first such sheet that is found: an answer for each level of the space, in order. An
        empty one when the question never decides; None when the search was given up.
    """
    if space.root.winner is not None:
        return []
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
        self.path: dict[str, Effect] = {}

    def run(self) -> Sheet | None:
        root = (0, self.space.points, self.space.left)
        found = self._open(self.order.standing(*root)) and self._below(root)
        if found is None:
            return None
        return [self.path[level] for level in self.space.levels] if found else []

    def _open(self, standing: WinnerBounds) -> bool:
        """Whether the question may still decide: something that it touches is undecided."""
        if standing.winner is not None:
            return False
        return bool(standing.lanes & self.lanes or standing.rulings & self.rulings)

    def _below(self, node: Node) -> bool | None:
        """Whether the question decides on a sheet below, which is then the path."""
        level, points, left = node
        if level == self.last:
            return self._differ(points, left)
        branches = []
        for choice in self.order.levels[level].choices:
            child = (level + 1, points + choice.points, left & choice.leaves)
            if child in self.seen:
                continue
            self.seen.add(child)
            standing = self.order.standing(*child)
            if self._open(standing):
                undecided = (standing.lanes & self.lanes).bit_count()
                branches.append((undecided + standing.alive.bit_count(), child, choice))
        if len(self.seen) > self.nodes:
            return None
        branches.sort(key=_undecided, reverse=True)
        for _, child, choice in branches:
            found = self._below(child)
            if found is None:
                return None
            if found:
                self.path[self.order.levels[level].name] = choice
                return True
        return False

    def _differ(self, points: int, left: int) -> bool:
        winner_of = self.space.outcomes.winner
        winners = {winner_of(points + c.points, left & c.leaves) for c in self.choices}
        self.path[self.order.levels[self.last].name] = self.choices[0]
        return len(winners) > 1


def _undecided(branch: tuple[int, Node, Effect]) -> int:
    return branch[0]
