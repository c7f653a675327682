"""Flips: the smallest changes of answers that lead to another option, the likeliest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product

from bot.playbooks import conditions
from bot.playbooks.model import Answer, Question
from bot.playbooks.scoring import (
    CompiledPlaybook,
    OpenSheet,
    PointVector,
    Ruling,
    ScoredSheet,
)
from bot.playbooks.verdict import AnswerChange, Flip, Strength

NewAnswers = Sequence[tuple[str, Answer]]
"""Questions with the answers that they would get."""
_BY_STRENGTH = (Strength.CLEAR, Strength.ONLY_LEFT, Strength.LEANING, Strength.TOO_CLOSE)


class FlipFinder:
    """Finds flips."""

    def __init__(self, compiled: CompiledPlaybook) -> None:
        self._compiled = compiled
        self._names = tuple(compiled.questions)
        self._order = {name: place for place, name in enumerate(self._names)}

    def smallest(self, sheet: ScoredSheet, most: int = 2) -> tuple[Flip, ...]:
        """Return all flips of one change, or, where there are none, all of two if `most` allows it.

        An open question may be part of a change; no change makes an answer unknown.
        """
        sizes = range(1, most + 1)
        found = next(filter(None, (list(self.changes(sheet, size)) for size in sizes)), [])
        return tuple(sorted((self._flip(sheet, *each) for each in found), key=self._rank))

    def changes(
        self, sheet: ScoredSheet, size: int
    ) -> Iterator[tuple[NewAnswers, PointVector, Ruling]]:
        """Yield every way of changing this many answers that leads to another option.

        Each with the points and the ruling that it leads to.
        """
        questions = self._compiled.questions
        others = {name: other_answers(questions[name], sheet.given.get(name)) for name in questions}
        before = sheet.winner
        for names in combinations(self._names, size):
            opened = OpenSheet(sheet, names)
            choices = list(product(*(others[name] for name in names)))
            sums = opened.sums(opened.columns(choices))
            for choice, (points, ruling) in zip(choices, sums, strict=True):
                if self._compiled.winner(points, ruling) != before:
                    yield tuple(zip(names, choice, strict=True)), points, ruling

    def _flip(
        self, sheet: ScoredSheet, new: NewAnswers, points: PointVector, ruling: Ruling
    ) -> Flip:
        changes = tuple(AnswerChange(name, sheet.given.get(name), to) for name, to in new)
        changed = {**sheet.answers, **conditions.expand(dict(new), self._compiled.questions)}
        score = self._compiled.score(points, ruling)
        drifts = all(map(self._drifts, changes))
        phrases = ", and also ".join(map(self._phrase, changes))
        text = f"If {phrases}: {self._compiled.title(score.option, changed)}."
        return Flip(changes, score.option, score.strength, drifts, text)

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
