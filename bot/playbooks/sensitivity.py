"""Flips: the smallest changes of answers that lead to another option, the likeliest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product

from bot.playbooks.model import Question
from bot.playbooks.scoring import CompiledPlaybook, OpenSheet, ScoredSheet
from bot.playbooks.verdict import AnswerChange, Answers, Flip, Strength

NewAnswers = Sequence[tuple[str, str]]
"""Questions with the answers that they would get."""
_BY_STRENGTH = (Strength.CLEAR, Strength.ONLY_LEFT, Strength.LEANING, Strength.TOO_CLOSE)


class FlipFinder:
    """Finds flips."""

    def __init__(self, compiled: CompiledPlaybook) -> None:
        self._compiled = compiled
        self._names = tuple(compiled.questions)
        self._order = {name: place for place, name in enumerate(self._names)}

    def smallest(self, sheet: ScoredSheet) -> tuple[Flip, ...]:
        """Return all flips of one change, or, where there are none, all of two.

        An open question may be part of a change; no change makes an answer unknown.
        """
        found = list(self.changes(sheet, 1)) or list(self.changes(sheet, 2))
        return tuple(sorted((self._flip(new, sheet.answers) for new in found), key=self._rank))

    def changes(self, sheet: ScoredSheet, size: int) -> Iterator[NewAnswers]:
        """Yield every way of changing this many answers that leads to another option."""
        others = {name: self._other_answers(name, sheet.answers) for name in self._names}
        before = sheet.winner
        for names in combinations(self._names, size):
            opened = OpenSheet(sheet, names)
            choices = list(product(*(others[name] for name in names)))
            for choice, winner in zip(choices, opened.winners(choices), strict=True):
                if winner != before:
                    yield tuple(zip(names, choice, strict=True))

    def _other_answers(self, name: str, answers: Answers) -> list[str]:
        given = answers.get(name)
        return [answer for answer in self._compiled.questions[name].answers if answer != given]

    def _flip(self, new: NewAnswers, answers: Answers) -> Flip:
        changes = tuple(AnswerChange(name, answers.get(name), to) for name, to in new)
        changed = {**answers, **dict(new)}
        score = ScoredSheet(self._compiled, changed).score
        drifts = all(map(self._drifts, changes))
        phrases = ", and also ".join(map(self._phrase, changes))
        text = f"If {phrases}: {self._compiled.title(score.option, changed)}."
        return Flip(changes, score.option, score.strength, drifts, text)

    def _drifts(self, change: AnswerChange) -> bool:
        question = self._compiled.questions[change.question]
        if question.drifts is None or change.from_answer is None:
            return False
        if isinstance(question.drifts, Mapping):
            return change.to_answer in question.drifts.get(change.from_answer, ())
        return question.drifts == "any" or (_distance(question, change) > 0) == (
            question.drifts == "up"
        )

    def _phrase(self, change: AnswerChange) -> str:
        question = self._compiled.questions[change.question]
        phrase = question.becomes.get(change.to_answer)
        return phrase or f"“{question.ask}” becomes “{question.answers[change.to_answer]}”"

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
            [change.to_answer for change in flip.changes],
        )


def _distance(question: Question, change: AnswerChange) -> int:
    """Return how many answers further down the list a change goes; 0 from an open question."""
    if change.from_answer is None:
        return 0
    places = list(question.answers)
    return places.index(change.to_answer) - places.index(change.from_answer)
