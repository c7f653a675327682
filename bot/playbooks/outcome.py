"""Who wins, from the truth of every comparison; and what is certain when some are still open."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.playbooks.tables import REMEMBER, WIDTH, Tables

Truth = bool | None
"""None: it may still go either way."""


@dataclass(frozen=True, slots=True)
class WinnerBounds:
    """What is certain of a result.

    `winner` is the position of the option that wins whatever comes, or None; then `lanes` and
    `rulings` are the comparisons (as sign bits) and exclusions that can still make a difference.
    `alive` has a bit for each option that may still win.
    """

    winner: int | None
    alive: int
    lanes: int = 0
    rulings: int = 0


class Outcomes:
    """Winners of a playbook's answer sheets. Remembers what each pattern of truths comes to."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.count = len(tables.options)
        self.parts: Mapping[int, tuple[int, ...]] = {
            place: tuple(tables.options.index(part) for part in option.combines)
            for place, option in enumerate(tables.playbook.options.values())
            if option.combines
        }
        bars = tables.playbook.bars
        self.bars = [bars.get(option, 0) for option in tables.options]
        self.known_winners: dict[int, int] = {}
        self._standings: dict[tuple[int, int], WinnerBounds] = {}

    def winner(self, points: int, left: int) -> int:
        """The position of the option that an answer sheet recommends.

        Args:
            points: as from `Tables.sheet`.
            left: the same.
        """
        more, out = self.tables.amount(left)
        key = (points + more) & self.tables.true_bits | out
        known = self.known_winners.get(key)
        if known is None:
            if len(self.known_winners) >= REMEMBER:
                self.known_winners.clear()
            own = self.tables.own_points(points + more)
            known = self.known_winners[key] = self._first(own, out >> self.tables.size)
        return known

    def _first(self, own: Sequence[int], out: int) -> int:
        running = self.candidates(own, out)
        worth = self.worth(own, running)
        return max(running, key=worth.__getitem__, default=self.count - 1)

    def candidates(self, own: Sequence[int], out: int) -> list[int]:
        """The options that may win: not ruled out, combinations eligible, their parts left out.

        Args:
            own: the points of each option from rules.
            out: who is ruled out, as in `Bundle.rules_out`.
        """
        taken = 0
        fits = set()
        for place, parts in self.parts.items():
            barred = out >> place & 1 or any(out >> (part + self.count) & 1 for part in parts)
            if not barred and all(own[part] >= self.bars[part] for part in parts):
                fits.add(place)
                taken |= sum(1 << part for part in parts)
        return [
            place
            for place in range(self.count)
            if (place in fits if place in self.parts else not (out | taken) >> place & 1)
        ]

    def worth(self, own: Sequence[int], running: Collection[int]) -> list[int]:
        """The points as compared: a combination brings what its parts do, see `verdict`."""
        found = list(own)
        for place, parts in self.parts.items():
            brings = max if place in running else min
            found[place] += brings(own[part] for part in parts)
        return found

    def standing(self, signs: int, out: int, possibly_out: int) -> WinnerBounds:
        """What is certain.

        Args:
            signs: sign bits of both halves of the lanes: which may be true, which may be false.
            out: the exclusions that are certain, as in `Bundle.rules_out`.
            possibly_out: those that are certain or possible.
        """
        key = (signs | out, possibly_out)
        known = self._standings.get(key)
        if known is None:
            if len(self._standings) >= REMEMBER:
                self._standings.clear()
            size = self.tables.size
            known = _Judge(self, signs, out >> size, possibly_out >> size).standing()
            self._standings[key] = known
        return known


class _Judge:
    """Works out one standing."""

    def __init__(self, of: Outcomes, signs: int, out: int, possibly_out: int) -> None:
        self.of, self.contest = of, of.tables.contest
        self.out, self.possibly_out = out, possibly_out
        half = len(self.contest.lanes)
        self.truth: list[Truth] = []
        for lane in range(half):
            can_hold = signs >> (WIDTH * lane + WIDTH - 1) & 1
            can_fail = signs >> (WIDTH * (lane + half) + WIDTH - 1) & 1
            self.truth.append(None if can_hold and can_fail else bool(can_hold))
        self.fits = {place: self._fits(place) for place in of.parts}
        self.runs = [self._runs(place) for place in range(of.count)]

    def standing(self) -> WinnerBounds:
        if not any(running is not False for running in self.runs):
            return WinnerBounds(self.of.count - 1, 1 << (self.of.count - 1))
        alive = [place for place in range(self.of.count) if self._alive(place)]
        if len(alive) == 1 and self.runs[alive[0]]:
            return WinnerBounds(alive[0], 1 << alive[0])
        bits = sum(1 << place for place in alive)
        if True not in self.runs:
            bits |= 1 << (self.of.count - 1)  # what is recommended when everything is ruled out
        return WinnerBounds(None, bits, self._open_lanes(alive), self._open_rulings(alive))

    def _is_out(self, bit: int) -> Truth:
        if self.out >> bit & 1:
            return True
        return None if self.possibly_out >> bit & 1 else False

    def _fits(self, place: int) -> Truth:
        """Whether a combination is eligible."""
        parts = self.of.parts[place]
        return _all(
            [self.truth[lane] for lane in self.contest.bars[place]]
            + [_not(self._is_out(part + self.of.count)) for part in parts]
            + [_not(self._is_out(place))]
        )

    def _runs(self, place: int) -> Truth:
        """Whether an option is a candidate."""
        if place in self.fits:
            return self.fits[place]
        taken = [fit for combined, fit in self.fits.items() if place in self.of.parts[combined]]
        return _all([_not(self._is_out(place)), *map(_not, taken)])

    def _ahead(self, one: int, other: int) -> Truth:
        pair = (min(one, other), max(one, other))
        groups = self.contest.ahead.get(pair)
        if groups is None:
            return False
        first = _any([_all([self.truth[lane] for lane in group]) for group in groups])
        return first if one < other else _not(first)

    def _alive(self, place: int) -> bool:
        """Whether an option can still win: no certain candidate is certainly ahead of it."""
        if self.runs[place] is False:
            return False
        return not any(
            self.runs[other] is True and self._ahead(other, place) is True
            for other in range(self.of.count)
            if other != place
        )

    def _involved(self, alive: list[int]) -> list[int]:
        """The combinations whose eligibility is open and matters."""
        return [
            place
            for place, parts in self.of.parts.items()
            if self.fits[place] is None and (place in alive or any(p in alive for p in parts))
        ]

    def _open_lanes(self, alive: list[int]) -> int:
        wanted = [
            lane
            for pair, groups in self.contest.ahead.items()
            if pair[0] in alive and pair[1] in alive
            for group in groups
            for lane in group
        ]
        for place in self._involved(alive):
            wanted += self.contest.bars[place]
        return sum(
            1 << (WIDTH * lane + WIDTH - 1) for lane in set(wanted) if self.truth[lane] is None
        )

    def _open_rulings(self, alive: list[int]) -> int:
        wanted = set(alive)
        for place in self._involved(alive):
            wanted |= {place, *(part + self.of.count for part in self.of.parts[place])}
        bits = sum(1 << bit for bit in wanted)
        return (bits & self.possibly_out & ~self.out) << self.of.tables.size


def _not(truth: Truth) -> Truth:
    return None if truth is None else not truth


def _all(truths: list[Truth]) -> Truth:
    if False in truths:
        return False
    return None if None in truths else True


def _any(truths: list[Truth]) -> Truth:
    if True in truths:
        return True
    return None if None in truths else False
