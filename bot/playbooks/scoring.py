"""Winner, lead and strength of an answer sheet, in figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.playbooks.outcome import Outcomes
from bot.playbooks.tables import Tables
from bot.playbooks.verdict import Strength


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

    @property
    def recommended(self) -> str | None:
        """The option that is recommended; None as long as no rule gave any option points."""
        return self.option if any(self.points.values()) else None


class Scorer:
    """Winner, lead and strength of an answer sheet."""

    def __init__(self, tables: Tables, outcomes: Outcomes) -> None:
        self.tables, self.outcomes = tables, outcomes
        self.playbook = tables.playbook

    def score(self, points: int, left: int) -> Score:
        """The result of a sheet, as given by `Tables.sheet`."""
        place = self.outcomes.winner(points, left)
        more, out = self.tables.amount(left)
        own = self.tables.own_points(points + more)
        running = self.outcomes.candidates(own, out >> self.tables.size)
        worth = self.outcomes.worth(own, running)
        names = self.tables.options
        shown = dict(zip(names, worth, strict=True))
        if not running:
            return Score(names[place], shown, None, 0, Strength.TOO_CLOSE, stuck=True)
        others = [other for other in running if other != place]
        second = max(others, key=worth.__getitem__, default=None)
        leads = [] if second is None else [worth[place] - worth[second]]
        leads += [1 + own[part] - self.outcomes.bars[part] for part in self._parts(place)]
        runner_up = None if second is None else names[second]
        return Score(names[place], shown, runner_up, *self._strength(leads, worth[place]))

    def _parts(self, place: int) -> tuple[int, ...]:
        return self.outcomes.parts.get(place, ())

    def _strength(self, leads: list[int], points: int) -> tuple[int, Strength]:
        if not leads:
            return max(self.playbook.clear_lead, points), Strength.CLEAR
        lead = min(leads)
        if lead < self.playbook.close_call or lead == 0:
            return lead, Strength.TOO_CLOSE
        return lead, Strength.CLEAR if lead >= self.playbook.clear_lead else Strength.LEANING
