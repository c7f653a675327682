"""Winner, lead and strength of an answer sheet, in figures."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bot.advice.outcome import Outcomes
from bot.advice.tables import Tables
from bot.advice.verdict import Strength


@dataclass(frozen=True, slots=True)
class Score:
    """A result in figures; `stuck` means that every option is ruled out.

    `points` are as compared. A combination that is not eligible shows what its weakest part
    brings, so that it never looks as strong as the part that makes it unnecessary.
    """

    option: str
    points: Mapping[str, int]
    runner_up: str | None
    lead: int
    strength: Strength
    stuck: bool = False


class Scorer:
    """Winner, lead and strength of an answer sheet."""

    def __init__(self, tables: Tables, outcomes: Outcomes) -> None:
        self.tables, self.outcomes = tables, outcomes
        self.playbook = tables.playbook

    def score(self, points: int, left: int) -> Score:
        """The result of a sheet, as given by `Tables.sheet`."""
        winner = self.tables.options[self.outcomes.winner(points, left)]
        more, out = self.tables.amount(left)
        own = self.tables.points(points + more)
        candidates = self._candidates(own, out >> self.tables.size)
        shown = self._compared(own, candidates)
        if winner not in candidates:
            return Score(winner, shown, None, 0, Strength.TOO_CLOSE, stuck=True)
        parts = self.playbook.options[winner].combines
        others = [name for name in candidates if name != winner and name not in parts]
        runner_up = max(others, key=lambda name: shown[name], default=None)
        return Score(winner, shown, runner_up, *self._lead(winner, runner_up, shown))

    def _compared(self, own: Mapping[str, int], candidates: Collection[str]) -> dict[str, int]:
        shown = dict(own)
        for name, option in self.playbook.options.items():
            if option.combines:
                brings = max if name in candidates else min
                shown[name] += brings(own[part] for part in option.combines)
        return shown

    def _candidates(self, own: Mapping[str, int], out: int) -> list[str]:
        names = self.tables.options
        barred = {name for at, name in enumerate(names) if out >> at & 1}
        unfit = {name for at, name in enumerate(names) if out >> (at + len(names)) & 1}
        fits, taken = set[str](), set[str]()
        for name, option in self.playbook.options.items():
            parts = option.combines
            if not parts or name in barred or unfit.intersection(parts):
                continue
            if all(own[part] >= self.playbook.bars.get(part, 0) for part in parts):
                fits.add(name)
                taken.update(parts)
        return [
            name
            for name, option in self.playbook.options.items()
            if (name in fits if option.combines else name not in barred | taken)
        ]

    def _lead(
        self, winner: str, runner_up: str | None, shown: Mapping[str, int]
    ) -> tuple[int, Strength]:
        leads = [] if runner_up is None else [shown[winner] - shown[runner_up]]
        bars = self.playbook.bars
        leads += [
            1 + shown[part] - bars.get(part, 0) for part in self.playbook.options[winner].combines
        ]
        if not leads:
            return max(self.playbook.clear_lead, shown[winner]), Strength.CLEAR
        lead = min(leads)
        if lead < self.playbook.close_call or lead == 0:
            return lead, Strength.TOO_CLOSE
        return lead, Strength.CLEAR if lead >= self.playbook.clear_lead else Strength.LEANING
