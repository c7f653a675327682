"""A hunt for a sheet on which one question decides, where a walk did not come across any.

It goes downhill: from a random sheet, one answer at a time, to where the option that the question
could lift (or the winner that it could sink) is least behind. What it finds is certain; finding
nothing proves nothing.
"""

from __future__ import annotations

from random import Random

from bot.playbooks.space import Space
from bot.playbooks.tables import Effect

STROKES = 90
FAR = 1000
RULED_OUT = 12
"""What being ruled out counts as, in points behind."""

Sheet = list[Effect]


def hunt(space: Space, name: str, dives: int) -> Sheet | None:
    """A sheet on which a question decides: an answer for each level of the space, in order.

    None where none was found, which proves nothing.
    """
    return _Hunt(space, name).run(dives)


class _Hunt:
    def __init__(self, space: Space, name: str) -> None:
        self.space, self.tables = space, space.tables
        self.choices = space.levels[name].choices
        self.place = list(space.levels).index(name)
        self.others = [level for level in space.levels.values() if level.name != name]
        self.random = Random(0)  # noqa: S311 - nothing here is secret, and it must repeat
        self.starts = self._starts(name)
        self.barred = [
            [
                (self.tables.options.index(part), self.tables.playbook.bars.get(part, 0))
                for part in option.combines
            ]
            for option in self.tables.playbook.options.values()
        ]

    def run(self, dives: int) -> Sheet | None:
        for dive in range(dives if self.others else 0):
            sheet = self._dive(self.starts[dive % len(self.starts)])
            if sheet:
                return [*sheet[: self.place], self.choices[0], *sheet[self.place :]]
        return None

    def _starts(self, name: str) -> list[list[tuple[Effect, ...]]]:
        """The choices to start from: as each rule with the question needs, and as they are."""
        starts = []
        for place, (term, _) in enumerate(self.tables.terms):
            if name in term and len(term) > 1 and self.space.left >> place & 1:
                starts.append(
                    [
                        tuple(each for each in level.choices if each.leaves >> place & 1)
                        or level.choices
                        for level in self.others
                    ]
                )
        return [*starts, [level.choices for level in self.others]]

    def _dive(self, fields: list[tuple[Effect, ...]]) -> Sheet | None:
        sheet = [self.random.choice(field) for field in fields]
        behind = self._look(sheet)
        for _ in range(STROKES):
            if behind < 0:
                return sheet
            place = self.random.randrange(len(sheet))
            before = sheet[place]
            sheet[place] = self.random.choice(self.others[place].choices)
            now = self._look(sheet)
            if now > behind:
                sheet[place] = before
            else:
                behind = now
        return sheet if behind < 0 else None

    def _look(self, sheet: Sheet) -> int:
        """How far the nearest rival is behind; -1 where the question decides."""
        points, left = self.space.points, self.space.left
        for effect in sheet:
            points += effect.points
            left &= effect.leaves
        winner_of = self.space.outcomes.winner
        winners = {winner_of(points + each.points, left & each.leaves) for each in self.choices}
        if len(winners) > 1:
            return -1
        (winner,) = winners
        return self._nearest(winner, points, left)

    def _nearest(self, winner: int, points: int, left: int) -> int:
        """How far behind the nearest option is whose distance this question can change."""
        rows = [self._behind(winner, points + e.points, left & e.leaves) for e in self.choices]
        nearest = FAR
        for place, column in enumerate(zip(*rows, strict=True)):
            if place != winner and min(column) != max(column):
                nearest = min(nearest, *column)
        return nearest

    def _behind(self, winner: int, points: int, left: int) -> list[int]:
        more, out = self.tables.amount(left)
        out >>= self.tables.size
        own = self.tables.own_points(points + more)
        worth = [
            value + max((own[part] for part, _ in parts), default=0)
            for value, parts in zip(own, self.barred, strict=True)
        ]
        behind = []
        for place, parts in enumerate(self.barred):
            short = sum(max(0, bar - own[part]) for part, bar in parts)
            ruled = RULED_OUT if out >> place & 1 else 0
            behind.append(max(0, worth[winner] - worth[place], short) + short + ruled)
        return behind
