"""A walk through a space, looking left and right at each step for questions that decide.

Most questions that can decide the result are seen on the way; only the others need a search. The
walk is the same each time, so an order taken from it is stable.
"""

from __future__ import annotations

from itertools import accumulate
from operator import and_
from random import Random

from bot.advice.space import Level, Space

STEPS = 32


def walk(space: Space) -> dict[str, tuple[int, frozenset[int]]]:
    """How often each question decided on the walk, and between which winners.

    Questions that never did are missing; that does not mean that they can't.
    """
    return _Walk(space).run()


class _Walk:
    def __init__(self, space: Space) -> None:
        self.levels: list[Level] = list(space.levels.values())
        self.winner, self.space = space.outcomes.winner, space
        self.at = [0] * len(self.levels)
        self.counts = [0] * len(self.levels)
        self.winners: list[set[int]] = [set() for _ in self.levels]
        self.random = Random(0)  # noqa: S311 - nothing here is secret, and it must repeat

    def run(self) -> dict[str, tuple[int, frozenset[int]]]:
        for _ in range(STEPS if self.levels else 0):
            self._move(self._look())
        return {
            level.name: (count, frozenset(winners))
            for level, count, winners in zip(self.levels, self.counts, self.winners, strict=True)
            if count
        }

    def _look(self) -> list[tuple[int, int]]:
        """Try every other answer to each question; returns those that change the winner."""
        here = [level.choices[at] for level, at in zip(self.levels, self.at, strict=True)]
        points = self.space.points + sum(choice.points for choice in here)
        leaves = [choice.leaves for choice in here]
        before = list(accumulate(leaves, and_, initial=self.space.left))
        after = list(accumulate(reversed(leaves), and_, initial=self.space.left))[::-1]
        winner_now = self.winner(points, before[-1])
        flips = []
        for place, level in enumerate(self.levels):
            rest, left = points - here[place].points, before[place] & after[place + 1]
            decides = False
            for which, choice in enumerate(level.choices):
                found = self.winner(rest + choice.points, left & choice.leaves)
                if found != winner_now:
                    decides = True
                    self.winners[place] |= {found, winner_now}
                    flips.append((place, which))
            self.counts[place] += decides
        return flips

    def _move(self, flips: list[tuple[int, int]]) -> None:
        """Mostly across a border, so as to stay where results are close; else anywhere."""
        if flips and self.random.random() < 0.5:
            place, which = self.random.choice(flips)
            self.at[place] = which
        for _ in range(2):
            place = self.random.randrange(len(self.levels))
            self.at[place] = self.random.randrange(len(self.levels[place].choices))
