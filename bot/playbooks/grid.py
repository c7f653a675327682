"""Answer sheets by the hundred thousand, as tables of numpy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from bot.playbooks import conditions
from bot.playbooks.playbook import Condition, Playbook
from bot.playbooks.tables import Tables

Sheets = NDArray[np.int8]
"""A row for each sheet, a column for each question; -1 is "don't know"."""
Flags = NDArray[np.bool_]
Points = NDArray[np.float32]
CHUNK = 50_000
_NEVER = np.float32(-1e6)


@dataclass(frozen=True, slots=True)
class Batch:
    """What holds on some sheets: `rules` and `vetoes` have a row for each of them."""

    sheets: Sheets
    rules: Flags
    vetoes: Flags
    points: Points


@dataclass(frozen=True, slots=True)
class Results:
    """The results of a batch: winner and lead of each sheet, and for each option what bars it.

    `barred` options can't win, `unfit` ones can't be part of a combination either; on `stuck`
    sheets every option is ruled out.
    """

    winner: NDArray[np.intp]
    lead: Points
    barred: Flags
    unfit: Flags
    stuck: Flags


class Grid:
    """All answer sheets of a playbook, or as many at random."""

    def __init__(self, playbook: Playbook) -> None:
        self.playbook = playbook
        self.questions = Tables(playbook).questions
        self.column = {name: place for place, name in enumerate(self.questions)}
        self.sizes = [len(question.answers) for question in self.questions.values()]
        self.total = prod(self.sizes)
        self.options = list(playbook.options)
        self.rules = [self._lookups(rule.when) for rule in playbook.rules]
        self.vetoes = [self._lookups(veto.when) for veto in playbook.vetoes]
        self.weights = np.array(
            [[rule.points.get(option, 0) for option in self.options] for rule in playbook.rules],
            dtype=np.float32,
        )
        self.parts = {
            place: [self.options.index(part) for part in option.combines]
            for place, option in enumerate(playbook.options.values())
            if option.combines
        }

    def _lookups(self, when: Condition) -> list[list[tuple[int, Flags]]]:
        """For each term: columns, and for each answer whether it will do (the last: unknown)."""
        return [
            [
                (
                    self.column[name],
                    np.array([*(a in wanted for a in self.questions[name].answers), False]),
                )
                for name, wanted in term.items()
            ]
            for term in conditions.terms(when, self.questions)
        ]

    def follow_ups(self, name: str) -> list[int]:
        """The columns of the questions that are only asked after certain answers to this one."""
        found, names = list[int](), {name}
        for other, question in self.questions.items():
            if question.ask_when and names & conditions.named(question.ask_when):
                names.add(other)
                found.append(self.column[other])
        return found

    def every(self) -> Iterator[Sheets]:
        """All complete sheets, in chunks."""
        for start in range(0, self.total, CHUNK):
            index = np.arange(start, min(start + CHUNK, self.total))
            columns = []
            for size in self.sizes:
                columns.append((index % size).astype(np.int8))
                index = index // size
            yield np.stack(columns, axis=1)

    def sample(self, count: int) -> Iterator[Sheets]:
        """Complete sheets at random, each as likely as any other, in chunks; always the same."""
        random = np.random.default_rng(0)
        for start in range(0, count, CHUNK):
            rows = min(CHUNK, count - start)
            columns = [random.integers(0, size, rows, dtype=np.int8) for size in self.sizes]
            yield np.stack(columns, axis=1)

    def batch(self, sheets: Sheets) -> Batch:
        """Which rules and vetoes hold on each sheet, and the points of each option."""
        rules = self._holds(self.rules, sheets)
        points = rules.T.astype(np.float32) @ self.weights
        return Batch(sheets, rules, self._holds(self.vetoes, sheets), points)

    def _holds(self, group: list[list[list[tuple[int, Flags]]]], sheets: Sheets) -> Flags:
        found = np.zeros((len(group), len(sheets)), dtype=np.bool_)
        for row, terms in enumerate(group):
            for term in terms:
                held = np.ones(len(sheets), dtype=np.bool_)
                for column, will_do in term:
                    held &= will_do[sheets[:, column]]
                found[row] |= held
        return found

    def results(self, points: Points, vetoes: Flags) -> Results:
        """Winner and lead of each sheet, by the semantics in `bot.playbooks.verdict`."""
        barred, unfit = self._ruled_out(vetoes, len(points))
        worth, candidates = points.copy(), ~barred
        fits, near = {}, {}
        for place, parts in self.parts.items():
            bars = [self.playbook.bars.get(self.options[part], 0) for part in parts]
            margin = np.min(points[:, parts] - np.array(bars, dtype=np.float32), axis=1)
            fits[place] = ~barred[:, place] & ~unfit[:, parts].any(axis=1) & (margin >= 0)
            near[place] = margin + 1
            worth[:, place] += points[:, parts].max(axis=1)
        for place, parts in self.parts.items():
            candidates[:, place] = fits[place]
            candidates[:, parts] &= ~fits[place][:, None]
        ranked = np.where(candidates, worth, _NEVER)
        winner = ranked.argmax(axis=1)
        best = np.sort(ranked, axis=1)
        lead = np.where(best[:, -2] == _NEVER, np.float32(99), best[:, -1] - best[:, -2])
        for place in self.parts:
            lead = np.where(winner == place, np.minimum(lead, near[place]), lead)
        stuck: Flags = np.logical_not(candidates.any(axis=1))
        winner[stuck] = len(self.options) - 1
        lead[stuck] = 0
        return Results(winner, lead, barred, unfit, stuck)

    def _ruled_out(self, vetoes: Flags, rows: int) -> tuple[Flags, Flags]:
        barred = np.zeros((rows, len(self.options)), dtype=np.bool_)
        unfit = np.zeros_like(barred)
        for held, veto in zip(vetoes, self.playbook.vetoes, strict=True):
            for option in veto.rules_out:
                place = self.options.index(option)
                barred[:, place] |= held
                if not veto.alone:
                    unfit[:, place] |= held
        return barred, unfit
