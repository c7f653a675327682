"""Flips: the smallest changes of answers that lead to another option, the likeliest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations
from operator import add, sub

from bot.playbooks import conditions
from bot.playbooks.model import Answer, Question
from bot.playbooks.scoring import (
    AnswerColumn,
    CompiledPlaybook,
    OpenSheet,
    PointVector,
    ScoredSheet,
)
from bot.playbooks.verdict import AnswerChange, Flip, Strength

NewAnswers = Sequence[tuple[str, Answer]]
"""Questions with the answers that they would get."""
_Rescored = Sequence[tuple[tuple[Answer, ...], PointVector]]
"""New answers to some questions, each with the totals that they lead to."""
_BY_STRENGTH = (Strength.CLEAR, Strength.ONLY_LEFT, Strength.LEANING, Strength.TOO_CLOSE)


class FlipFinder:
    """Finds flips."""

    def __init__(self, compiled: CompiledPlaybook) -> None:
        self._compiled = compiled
        self._names = tuple(compiled.questions)
        self._order = {name: place for place, name in enumerate(self._names)}
        self._column_of = cache(self._other_answers)

    def smallest(self, sheet: ScoredSheet, most: int = 2) -> tuple[Flip, ...]:
        """Return all flips of one change, or, where there are none, all of two if `most` allows it.

        An open question may be part of a change; no change makes an answer unknown.
        """
        sizes = range(1, most + 1)
        found = next(filter(None, (list(self.changes(sheet, size)) for size in sizes)), [])
        return tuple(sorted((self._flip(sheet, *each) for each in found), key=self._rank))

    def changes(self, sheet: ScoredSheet, size: int) -> Iterator[tuple[NewAnswers, PointVector]]:
        """Yield every way of changing this many answers that leads to another option.

        Each with the totals that it leads to.
        """
        before, single = sheet.winner, {name: self._singly(sheet, name) for name in self._names}
        for names in combinations(self._names, size):
            found = single[names[0]] if size == 1 else self._together(sheet, names, single)
            for choice, totals in found:
                if self._compiled.winner(totals) != before:
                    yield tuple(zip(names, choice, strict=True)), totals

    def _singly(self, sheet: ScoredSheet, name: str) -> _Rescored:
        """Return the totals that each other answer to a question leads to."""
        column = self._column_of(name, sheet.given.get(name))
        choices = zip(column.answers, strict=True)
        return list(zip(choices, sheet.with_answers(column), strict=True))

    def _together(
        self, sheet: ScoredSheet, names: Sequence[str], single: Mapping[str, _Rescored]
    ) -> _Rescored:
        """Return the totals that other answers to both of two questions lead to.

        Two questions that no rule names together move the totals independently.
        """
        first, second = (single[name] for name in names)
        if self._compiled.joint_of[names[0]].isdisjoint(self._compiled.joint_of[names[1]]):
            moved = [(each, tuple(map(sub, totals, sheet.totals))) for each, totals in second]
            return [
                (one + other, tuple(map(add, totals, gain)))
                for one, totals in first
                for other, gain in moved
            ]
        choices = [one + other for one, _ in first for other, _ in second]
        opened = OpenSheet(sheet, names)
        return list(zip(choices, opened.totals(opened.columns(choices)), strict=True))

    def _other_answers(self, name: str, given: Answer) -> AnswerColumn:
        """Return the answers that one change leads to, prepared for scoring."""
        others = other_answers(self._compiled.questions[name], given)
        return self._compiled.column(name, others)

    def _flip(self, sheet: ScoredSheet, new: NewAnswers, totals: PointVector) -> Flip:
        changes = tuple(AnswerChange(name, sheet.given.get(name), to) for name, to in new)
        changed = {**sheet.answers, **conditions.expand(dict(new), self._compiled.questions)}
        winner = self._compiled.winner(totals)
        option = self._compiled.options[winner]
        drifts = all(map(self._drifts, changes))
        phrases = ", and also ".join(map(self._phrase, changes))
        text = f"If {phrases}: {self._compiled.title(option, changed)}."
        strength = self._compiled.strength_of(winner, totals)
        return Flip(changes, option, strength, drifts, text)

    def _drifts(self, change: AnswerChange) -> bool:
        question = self._compiled.questions[change.question]
        if question.drifts is None or change.from_answer is None:
            return False
        if question.several:
            return question.drifts == "any"
        if isinstance(question.drifts, Mapping):
            return change.to_answer in question.drifts.get(str(change.from_answer), ())
        return question.drifts == "any" or (_distance(question, change) > 0) == (
            question.drifts == "up"
        )

    def _phrase(self, change: AnswerChange) -> str:
        question = self._compiled.questions[change.question]
        before, after = as_tuple(change.from_answer), as_tuple(change.to_answer)
        added = [answer for answer in after if answer not in before]
        if not added:
            (dropped,) = (answer for answer in before if answer not in after)
            return f"“{question.ask}” is no longer “{question.answers[dropped]}”"
        too = " also" if question.several and len(after) > 1 else ""
        phrase = question.becomes.get(added[0])
        return phrase or f"“{question.ask}”{too} becomes “{question.answers[added[0]]}”"

    def _rank(self, flip: Flip) -> tuple[object, ...]:
        """Sort key: drifts first, then known answers before open ones, then small steps."""
        questions = self._compiled.questions
        return (
            not flip.drifts,
            sum(not self._drifts(change) for change in flip.changes),
            sum(change.from_answer is None for change in flip.changes),
            sum(abs(_distance(questions[change.question], change)) for change in flip.changes),
            _BY_STRENGTH.index(flip.strength),
            [self._order[change.question] for change in flip.changes],
            [as_tuple(change.to_answer) for change in flip.changes],
        )


def as_tuple(answer: Answer) -> tuple[str, ...]:
    """Return the answers of a question as a tuple, empty where it is open."""
    return (answer,) if isinstance(answer, str) else answer or ()


def other_answers(question: Question, given: Answer) -> list[Answer]:
    """Return the answers that one change leads to.

    Of several answers one is added or dropped; from an open question each is given by itself.
    """
    if not question.several:
        return [answer for answer in question.answers if answer != given]
    now = as_tuple(given)
    changed = (with_one_changed(question, now, answer) for answer in question.answers)
    return [each for each in changed if each and each != now]


def with_one_changed(question: Question, given: tuple[str, ...], answer: str) -> tuple[str, ...]:
    """Return several answers with one of them added or dropped, in the playbook's order.

    One that excludes the others, and one added to such an answer, replaces them.
    """
    alone = set(question.alone)
    replaces = answer in alone or alone & set(given)
    changed = {answer} if replaces else {*given} ^ {answer}
    return tuple(each for each in question.answers if each in changed)


def _distance(question: Question, change: AnswerChange) -> int:
    """Return how many answers further down the list a change goes; 0 from an open question."""
    if change.from_answer is None or question.several:
        return 0
    places: list[Answer] = list(question.answers)
    return places.index(change.to_answer) - places.index(change.from_answer)
