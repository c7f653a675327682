"""The smallest changes of answers that lead to another option, the likeliest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from operator import and_

from bot.playbooks.kinds import Kinds
from bot.playbooks.playbook import Question
from bot.playbooks.scoring import Scorer
from bot.playbooks.tables import Effect
from bot.playbooks.verdict import AnswerChange, Answers, Flip, Strength

Move = tuple[str, str]
"""A question and the answer it would get."""
_BY_STRENGTH = (Strength.CLEAR, Strength.LEANING, Strength.TOO_CLOSE)


class Flips:
    """Finds flips."""

    def __init__(self, scorer: Scorer, kinds: Kinds) -> None:
        self.scorer, self.tables, self.kinds = scorer, scorer.tables, kinds
        questions = self.tables.playbook.questions
        self._order = {question.id: place for place, question in enumerate(questions)}

    def smallest(self, answers: Answers) -> tuple[Flip, ...]:
        """All flips that take one change, or, where there are none, all that take two.

        An open question may be part of a change; no change makes an answer unknown.
        """
        sheet = _Sheet(self.scorer, answers)
        found = list(sheet.single()) or list(sheet.double())
        flips = [self._flip(moves, answers) for moves in found]
        ranked = sorted(flips, key=lambda flip: self._rank(flip))
        return tuple(ranked)

    def count(self, answers: Answers) -> tuple[int, int]:
        """How many single changes, and how many pairs of changes, lead to another option."""
        sheet = _Sheet(self.scorer, answers)
        return sum(1 for _ in sheet.single()), sum(1 for _ in sheet.double())

    def _flip(self, moves: Sequence[Move], answers: Answers) -> Flip:
        changes = tuple(AnswerChange(name, answers.get(name), to) for name, to in moves)
        sheet = {**answers, **dict(moves)}
        score = self.scorer.score(*self.tables.sheet(sheet))
        drifts = all(map(self._drifts, changes))
        phrases = ", and also ".join(map(self._phrase, changes))
        text = f"If {phrases}: {self.kinds.title(score.option, sheet)}."
        return Flip(changes, score.option, score.strength, drifts, text)

    def _drifts(self, change: AnswerChange) -> bool:
        question = self.tables.question(change.question)
        if question.drifts is None or change.from_answer is None:
            return False
        if isinstance(question.drifts, Mapping):
            return change.to_answer in question.drifts.get(change.from_answer, ())
        return question.drifts == "any" or (_distance(question, change) > 0) == (
            question.drifts == "up"
        )

    def _phrase(self, change: AnswerChange) -> str:
        question = self.tables.question(change.question)
        phrase = question.becomes.get(change.to_answer)
        return phrase or f"“{question.ask}” becomes “{question.answers[change.to_answer]}”"

    def _rank(self, flip: Flip) -> tuple[object, ...]:
        """What happens by itself first, then known answers before open ones, then small steps."""
        apart = [abs(_distance(self.tables.question(c.question), c)) for c in flip.changes]
        return (
            not flip.drifts,
            sum(not self._drifts(change) for change in flip.changes),
            sum(change.from_answer is None for change in flip.changes),
            sum(apart),
            _BY_STRENGTH.index(flip.strength),
            [self._order[change.question] for change in flip.changes],
            [change.to_answer for change in flip.changes],
        )


def _distance(question: Question, change: AnswerChange) -> int:
    """How many answers further down the list a change goes; 0 from an open question."""
    if change.from_answer is None:
        return 0
    places = list(question.answers)
    return places.index(change.to_answer) - places.index(change.from_answer)


class _Sheet:
    """An answer sheet ready for every change of one or two answers."""

    def __init__(self, scorer: Scorer, answers: Answers) -> None:
        self.tables, self.outcomes = scorer.tables, scorer.outcomes
        self.names = list(self.tables.effects)
        self.here = [self.tables.effects[name][answers.get(name)] for name in self.names]
        self.points, left = self.tables.sheet(answers)
        self.winner = self.outcomes.winner(self.points, left)
        self.others = [self._others(name, at, answers) for at, name in enumerate(self.names)]

    def _others(
        self, name: str, place: int, answers: Answers
    ) -> list[tuple[int, int, tuple[str, ...]]]:
        """The other answers, those of equal effect together: points to add, terms left, ids."""
        now = self.here[place]
        alike: dict[Effect, list[str]] = {}
        for answer, effect in self.tables.effects[name].items():
            if answer is not None and answer != answers.get(name) and effect != now:
                alike.setdefault(effect, []).append(answer)
        return [(e.points - now.points, e.leaves, tuple(ids)) for e, ids in alike.items()]

    def single(self) -> Iterator[tuple[Move, ...]]:
        """Every single change to another winner."""
        for place, left in enumerate(_without_each([e.leaves for e in self.here])):
            for points, leaves, ids in self.others[place]:
                if self.outcomes.winner(self.points + points, left & leaves) != self.winner:
                    for answer in ids:
                        yield ((self.names[place], answer),)

    def double(self) -> Iterator[tuple[Move, ...]]:
        """Every pair of changes to another winner."""
        amounts, amount = self.tables.known_amounts, self.tables.amount
        winners, true_bits = self.outcomes.known_winners, self.tables.true_bits
        same, winner_of = self.winner, self.outcomes.winner
        for one, left_one in self._pairs():
            for points, leaves, ids in self.others[one]:
                base = self.points + points
                for two, left_two in left_one:
                    left = left_two & leaves
                    for more_points, more_leaves, more_ids in self.others[two]:
                        rest = left & more_leaves
                        sum_points = base + more_points
                        known = amounts.get(rest) or amount(rest)
                        won = winners.get((sum_points + known[0]) & true_bits | known[1])
                        if won is None:
                            won = winner_of(sum_points, rest)
                        if won != same:
                            for answer in ids:
                                for other in more_ids:
                                    yield (self.names[one], answer), (self.names[two], other)

    def _pairs(self) -> Iterator[tuple[int, list[tuple[int, int]]]]:
        """For each question the later ones, with the terms left by all but the two."""
        leaves = [effect.leaves for effect in self.here]
        for one in range(len(leaves)):
            rest = _without_each(leaves[:one] + leaves[one + 1 :])
            later = range(one + 1, len(leaves))
            yield one, [(two, rest[two - 1]) for two in later if self.others[two]]


def _without_each(leaves: Sequence[int]) -> list[int]:
    """For each place the terms that all other places leave."""
    before = list(accumulate(leaves, and_, initial=-1))
    after = list(accumulate(reversed(leaves), and_, initial=-1))[::-1]
    return [before[place] & after[place + 1] for place in range(len(leaves))]
