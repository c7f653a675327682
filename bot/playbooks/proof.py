"""What is true of a playbook's rules over all answer sheets.

Small spaces are walked through whole; of larger ones a sample is looked at, always the same, and
the proof says so. What is reported as never happening was then never seen in the sample. Whether
an option can be reached is searched for exactly either way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from bot.playbooks.contradictions import contradictions
from bot.playbooks.grid import Batch, Flags, Grid, Points, Results, Sheets
from bot.playbooks.outcome import Outcomes
from bot.playbooks.playbook import Playbook
from bot.playbooks.space import Space
from bot.playbooks.tables import Tables
from bot.playbooks.verdict import Strength

MOST = 100_000
"""The largest space that is walked through whole, and the size of a sample of a larger one."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found.

    `shares` are by (option, strength), `ties` the share of sheets whose first two are level.
    `idle_rules` hold, but never change which option is recommended; `toothless_vetoes` the same.
    `turned` are answers that argue for the winner most of all and yet make it lose.
    """

    sheets: int
    looked_at: int
    shares: Mapping[tuple[str, Strength], float]
    ties: float
    stuck: float
    idle_rules: tuple[str, ...]
    toothless_vetoes: tuple[str, ...]
    unreachable: tuple[str, ...]
    contradictions: tuple[str, ...]
    turned: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether every answer sheet was looked at."""
        return self.looked_at >= self.sheets

    @property
    def sound(self) -> bool:
        """Whether nothing was found that a rule author has to mend."""
        return not (
            self.stuck
            or self.idle_rules
            or self.toothless_vetoes
            or self.unreachable
            or self.contradictions
            or self.turned
        )


class Prover:
    """Looks at a playbook's answer sheets, piece by piece."""

    def __init__(self, playbook: Playbook, most: int = MOST) -> None:
        self.playbook, self.grid = playbook, Grid(playbook)
        self.looks = min(self.grid.total, most)
        self.deciding: set[int] = set()
        self.biting: set[int] = set()
        self.verdicts = Counter[tuple[int, Strength]]()
        self.tied = self.stuck = self.seen = 0
        self.turned: dict[tuple[str, str, str], str] = {}

    def run(self) -> Iterator[int]:
        """Do the work; yields how many sheets each piece had."""
        whole = self.looks == self.grid.total
        for sheets in self.grid.every() if whole else self.grid.sample(self.looks):
            batch = self.grid.batch(sheets)
            results = self.grid.results(batch.points, batch.vetoes)
            self._count(results)
            self._rules(batch, results)
            self._vetoes(batch, results)
            self._monotone(batch, results)
            yield len(sheets)

    def proof(self) -> Proof:
        """What was found; to be called when `run` is through."""
        options = self.grid.options
        reached = {option for (option, _), count in self.verdicts.items() if count}
        return Proof(
            sheets=self.grid.total,
            looked_at=self.seen,
            shares={
                (options[option], strength): count / self.seen
                for (option, strength), count in sorted(self.verdicts.items())
            },
            ties=self.tied / self.seen,
            stuck=self.stuck / self.seen,
            idle_rules=tuple(
                rule.id for at, rule in enumerate(self.playbook.rules) if at not in self.deciding
            ),
            toothless_vetoes=tuple(
                veto.id for at, veto in enumerate(self.playbook.vetoes) if at not in self.biting
            ),
            unreachable=tuple(
                name
                for place, name in enumerate(options)
                if place not in reached and not self._reachable(place)
            ),
            contradictions=contradictions(self.playbook),
            turned=tuple(self.turned.values()),
        )

    def _reachable(self, option: int) -> bool:
        tables = Tables(self.playbook)
        space = Space(Outcomes(tables), {}, list(tables.questions), unknown_too=True)
        return space.reaches(option)

    def _count(self, results: Results) -> None:
        close, clear = self.playbook.close_call, self.playbook.clear_lead
        too_close = (results.lead < close) | (results.lead == 0)
        strengths = {
            Strength.TOO_CLOSE: too_close,
            Strength.CLEAR: ~too_close & (results.lead >= clear),
            Strength.LEANING: ~too_close & (results.lead < clear),
        }
        for strength, rows in strengths.items():
            for option, count in Counter(results.winner[rows].tolist()).items():
                self.verdicts[option, strength] += count
        self.tied += int((results.lead == 0).sum())
        self.stuck += int(results.stuck.sum())
        self.seen += len(results.winner)

    def _rules(self, batch: Batch, results: Results) -> None:
        """Which rules change a winner when they are left out."""
        for at, weights in enumerate(self.grid.weights):
            rows = np.flatnonzero(batch.rules[at])
            if at in self.deciding or not len(rows):
                continue
            without = self.grid.results(batch.points[rows] - weights, batch.vetoes[:, rows])
            if (without.winner != results.winner[rows]).any():
                self.deciding.add(at)

    def _vetoes(self, batch: Batch, results: Results) -> None:
        """Which vetoes change a winner when they are left out."""
        for at in range(len(self.playbook.vetoes)):
            rows = np.flatnonzero(batch.vetoes[at])
            if at in self.biting or not len(rows):
                continue
            vetoes = batch.vetoes[:, rows].copy()
            vetoes[at] = False
            without = self.grid.results(batch.points[rows], vetoes)
            if (without.winner != results.winner[rows]).any():
                self.biting.add(at)

    def _monotone(self, batch: Batch, results: Results) -> None:
        """Whether answers that argue for the winner most of all keep it the winner.

        Follow-ups of a question are left open, for an answer given to one before it applied says
        nothing about this one. A combination may win when the answer argued for a part of it too,
        and an option may lose when the answer says that it can't stand alone.
        """
        for column, name in enumerate(self.grid.questions):
            after, then = batch, results
            if follow_ups := self.grid.follow_ups(name):
                sheets = batch.sheets.copy()
                sheets[:, follow_ups] = -1
                after, then = self._looked_up(sheets)
            sheets = after.sheets.copy()
            sheets[:, column] = -1
            before, first = self._looked_up(sheets)
            turned = self._turned(after.points - before.points, first, then)
            for row in np.flatnonzero(turned)[:20]:
                won, lost = int(first.winner[row]), int(then.winner[row])
                vetoes = np.flatnonzero(after.vetoes[:, row] & ~before.vetoes[:, row])
                self._note(name, int(after.sheets[row, column]), won, lost, vetoes.tolist())

    def _looked_up(self, sheets: Sheets) -> tuple[Batch, Results]:
        batch = self.grid.batch(sheets)
        return batch, self.grid.results(batch.points, batch.vetoes)

    def _turned(self, gain: Points, first: Results, then: Results) -> Flags:
        rows = np.arange(len(gain))
        mine = gain[rows, first.winner]
        others = gain.copy()
        others[rows, first.winner] = 0
        turned: Flags = (mine > others.max(axis=1)) & (then.winner != first.winner) & ~first.stuck
        for place, parts in self.grid.parts.items():
            argued_too = (gain[:, [place, *parts]] > 0).any(axis=1)
            turned &= ~((then.winner == place) & argued_too)
        alone = then.barred & ~then.unfit & ~first.barred
        return turned & ~alone[rows, first.winner]

    def _note(self, name: str, answer: int, won: int, lost: int, vetoes: list[int]) -> None:
        options = self.grid.options
        given = list(self.grid.questions[name].answers)[answer]
        blamed = [
            f"`{veto.id}`"
            for veto in (self.playbook.vetoes[at] for at in vetoes)
            if options[won] in veto.rules_out
        ]
        why = f" (veto {', '.join(blamed)})" if blamed else ""
        self.turned.setdefault(
            (name, given, options[won]),
            f"answering `{name}` with `{given}` argues most for {options[won]}, yet can turn it "
            f"into {options[lost]}{why}",
        )
