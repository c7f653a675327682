"""A walk through a space, looking left and right at each step for questions that decide.

Most questions that can decide the result are seen on the way; only the others need a search. The
walk is the same each time, so an order taken from it is stable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from operator import and_
from random import Random

from bot.playbooks.space import Level, Space
from bot.playbooks.tables import Effect

STEPS = 32
STROLL = 12
"""Looks near a sheet that a search has found; they find what it would have to search for next."""


def look(space: Space, sheet: Sequence[Effect]) -> tuple[dict[str, set[int]], list[Effect]]:
    """Try every other answer to each question of one sheet.

    Args:
        space: of the open questions.
        sheet: what each of its levels is answered with, in their order.

    Returns:
        The winners that each question decides between, where it decides, and the answers that
        change the winner.
    """
    points = space.points + sum(choice.points for choice in sheet)
    leaves = [choice.leaves for choice in sheet]
    before = list(accumulate(leaves, and_, initial=space.left))
    after = list(accumulate(reversed(leaves), and_, initial=space.left))[::-1]
    winner_of = space.outcomes.winner
    now = winner_of(points, before[-1])
    decided: dict[str, set[int]] = {}
    flips = []
    for place, level in enumerate(space.levels.values()):
        rest, left = points - sheet[place].points, before[place] & after[place + 1]
        for choice in level.choices:
            found = winner_of(rest + choice.points, left & choice.leaves)
            if found != now:
                decided.setdefault(level.name, {now}).add(found)
                flips.append(choice)
    return decided, flips


def walk(space: Space) -> Mapping[str, tuple[int, frozenset[int]]]:
    """How often each question decided on the walk, and between which winners.

    Questions that never did are missing; that does not mean that they can't.
    """
    levels: list[Level] = list(space.levels.values())
    found: dict[str, tuple[int, frozenset[int]]] = {}
    random = Random(0)  # noqa: S311 - nothing here is secret, and it must repeat
    sheet = [level.choices[0] for level in levels]
    for _ in range(STEPS if levels else 0):
        decided, flips = look(space, sheet)
        for name, winners in decided.items():
            count, known = found.get(name, (0, frozenset[int]()))
            found[name] = (count + 1, known | winners)
        _move(random, levels, sheet, flips)
    return found


def stroll(space: Space, sheet: Sequence[Effect]) -> Mapping[str, frozenset[int]]:
    """The questions that decide near a sheet on which one does, and between which winners.

    Args:
        space: as for `look`.
        sheet: the same, with a question that decides.
    """
    levels: list[Level] = list(space.levels.values())
    random = Random(0)  # noqa: S311 - nothing here is secret, and it must repeat
    here = list(sheet)
    found: dict[str, frozenset[int]] = {}
    for _ in range(STROLL):
        decided, flips = look(space, here)
        if decided:
            sheet = list(here)
            for name, winners in decided.items():
                found[name] = found.get(name, frozenset[int]()) | winners
        else:
            here = list(sheet)
        _move(random, levels, here, flips)
    return found


def _move(
    random: Random, levels: Sequence[Level], sheet: list[Effect], flips: Sequence[Effect]
) -> None:
    """Half of the time across a border, so as to stay where results are close; then anywhere."""
    if flips and random.random() < 0.5:
        across = random.choice(flips)
        for place, level in enumerate(levels):
            if any(choice is across for choice in level.choices):
                sheet[place] = across
    for _ in range(2):
        place = random.randrange(len(levels))
        sheet[place] = random.choice(levels[place].choices)
