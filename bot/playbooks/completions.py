"""Plausible completions: ways of answering what is open, and the option that each leads to.

If there are few, all are enumerated and weighted by their likelihood. Otherwise a fixed number is
drawn. Answers are as likely as in the playbook's published cases, every answer counted once more
(Laplace's rule of succession), so that without cases all are equally likely. The draws of a
question are the same for every sheet of a playbook: results are reproducible, and two sheets
differ by their answers alone. Each answer is drawn in proportion (stratified sampling, see
https://en.wikipedia.org/wiki/Latin_hypercube_sampling).
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, product, repeat
from math import log, log2, prod
from random import Random
from typing import TypeVar

from bot.playbooks import conditions
from bot.playbooks.model import Answer, Question
from bot.playbooks.scoring import (
    AnswerColumn,
    CompiledPlaybook,
    Numbers,
    OpenSheet,
    PointVector,
    ScoredSheet,
    numbers_of,
)
from bot.playbooks.verdict import Homework, Strength

K = TypeVar("K")
DRAWS = 400
"""Completions to draw; the share of an option is then good to 2.5% (one standard error)."""
ENOUGH = 0.9
"""The confidence from which on another question is hardly worth asking."""
ENOUGH_BY_PAGE = 0.8
"""The same for a whole page of questions, which tells more than one question."""
NOTHING = 1e-9
"""Bits that are only a rounding error."""


@dataclass(frozen=True)
class Completions:
    """Ways of answering questions, each with the total of every option, and its winner.

    `columns` have the answers, question by question; `winners` are places of options. `exact`:
    these are all completions there are, weighted by how likely they are. Otherwise they were drawn,
    and all weights are the same. Weights add up to 1.
    """

    columns: Sequence[AnswerColumn]
    totals: Sequence[PointVector]
    winners: Sequence[int]
    weights: Sequence[float]
    exact: bool

    @property
    def names(self) -> tuple[str, ...]:
        """The ids of the questions."""
        return tuple(column.question.id for column in self.columns)

    def shares(self) -> dict[int, float]:
        """Return how likely each winner is, the likeliest first."""
        return dict(sorted(self.shares_of(self.winners).items(), key=lambda item: -item[1]))

    @cached_property
    def information(self) -> Mapping[str, float]:
        """Return how many bits the answer to each question tells about the winner.

        This is the mutual information of answer and winner, less what a sample shows by chance. Of
        several answers drawn it is the sum over each of them.
        """
        if self.exact:
            winners = self.shares_of(self.winners)
            return {
                column.question.id: max(0.0, self._shared_bits(column, winners))
                for column in self.columns
            }
        numbers = numbers_of(self.winners).values()
        return {
            column.question.id: sum(
                _shared_bits(by_value.values(), numbers) for by_value in column.numbers.values()
            )
            for column in self.columns
        }

    def _shared_bits(self, column: AnswerColumn, winners: Mapping[int, float]) -> float:
        """Return the mutual information of one question's answer and the winner, by weights."""
        answers = self.shares_of(column.answers)
        both = self.shares_of(zip(column.answers, self.winners, strict=True))
        return _entropy(winners.values()) + _entropy(answers.values()) - _entropy(both.values())

    def deciding(self) -> dict[str, frozenset[int]]:
        """Return the questions whose answer alone changes the winner of some completion.

        Each with the winners that it decides between. Complete only if these are all completions.
        """
        found = {}
        choices = list(zip(*(column.answers for column in self.columns), strict=True))
        for number, name in enumerate(self.names):
            alternatives: dict[tuple[Answer, ...], set[int]] = {}
            for choice, winner in zip(choices, self.winners, strict=True):
                rest = (*choice[:number], *choice[number + 1 :])
                alternatives.setdefault(rest, set()).add(winner)
            decided = [winners for winners in alternatives.values() if len(winners) > 1]
            if decided:
                found[name] = frozenset[int]().union(*decided)
        return found

    def shares_of(self, keys: Iterable[K]) -> dict[K, float]:
        """Return how likely each key is, one key for each completion."""
        if not self.exact:
            return {key: count / len(self.winners) for key, count in Counter(keys).items()}
        found: dict[K, float] = defaultdict(float)
        for key, weight in zip(keys, self.weights, strict=True):
            found[key] += weight
        return found


@dataclass(frozen=True, slots=True)
class NextQuestions:
    """What to ask next, the most informative question first.

    `option` is recommended so far, with this confidence (0 to 1) and strength, as in the verdict.
    `enough`: it is not too close to call, and further answers would hardly change it; or there is
    nothing left to ask.
    """

    option: str
    confidence: float
    strength: Strength
    questions: tuple[Question, ...]
    enough: bool


class Outlook:
    """The effect of open questions on the result of an answer sheet."""

    def __init__(self, compiled: CompiledPlaybook) -> None:
        self._compiled = compiled
        self._questions = compiled.playbook.questions
        self._order = {question.id: place for place, question in enumerate(self._questions)}
        self._asked_when = {
            question.id: conditions.terms(question.ask_when, compiled.questions)
            for question in self._questions
        }
        self._likelihoods = {each.id: self._likelihood(each) for each in self._questions}
        self._draws = {name: self._drawn(name) for name in self._likelihoods}
        self._answers = {
            name: compiled.column(name, tuple(likely)) for name, likely in self._likelihoods.items()
        }

    def completions(self, sheet: ScoredSheet) -> Completions:
        """Return completions over every open question, missing or unknown."""
        names = [question.id for question in self._questions if not sheet.given.get(question.id)]
        opened = OpenSheet(sheet, names)
        return self._every(opened) or self._sample(opened)

    def settled(self, sheet: ScoredSheet, completions: Completions) -> bool:
        """Return whether no way of answering what is open leads to another option."""
        now = sheet.winner
        if {*completions.winners} != {now}:
            return False
        return completions.exact or all(
            self._led_to(sheet, name) == {now} for name in completions.names
        )

    def homework(self, sheet: ScoredSheet, completions: Completions) -> tuple[Homework, ...]:
        """Return the open questions of an unsettled sheet that can still change its option."""
        now = sheet.winner
        deciding = self._deciding(OpenSheet(sheet, completions.names), {*completions.winners, now})
        information = completions.information
        found = []
        for name in sorted(deciding, key=lambda each: (-information[each], self._order[each])):
            alone = self._led_to(sheet, name) - {now}
            options = tuple(
                self._compiled.options[place] for place in sorted(alone or deciding[name] - {now})
            )
            ask = self._compiled.questions[name].ask
            found.append(Homework(name, ask, options, alone=bool(alone)))
        return tuple(sorted(found, key=lambda item: not item.alone))

    def confidence(self, sheet: ScoredSheet, completions: Completions) -> float:
        """Return how sure it is that the recommended option stays ahead: see `verdict`."""
        leads = map(self._compiled.lead_of, repeat(sheet.winner), completions.totals)
        shares = completions.shares_of(leads)
        return sum(self._compiled.certainty(lead) * share for lead, share in shares.items())

    def next_questions(
        self, sheet: ScoredSheet, completions: Completions, confidence: float, enough: float
    ) -> NextQuestions:
        """See `RuleEngine.next_questions`; for the others see the methods of their names."""
        missing = [question for question in self._questions if question.id not in sheet.given]
        if len(missing) < len(completions.names):
            opened = OpenSheet(sheet, [question.id for question in missing])
            completions = self._every(opened) or self._sample(opened)
        information = completions.information
        telling = [
            question
            for question in missing
            if information[question.id] > NOTHING
            and conditions.holds(self._asked_when[question.id], sheet.answers)
        ]
        share = completions.shares().get(sheet.winner, 0.0)
        strength = self._compiled.strength(confidence, only_left=False)
        decided = share >= enough and strength is not Strength.TOO_CLOSE
        return NextQuestions(
            self._compiled.options[sheet.winner],
            confidence,
            strength,
            tuple(sorted(telling, key=lambda question: -information[question.id])),
            enough=decided or not telling,
        )

    def _led_to(self, sheet: ScoredSheet, name: str) -> set[int]:
        """Return the winners that the answers to one question lead to."""
        return set(map(self._compiled.winner, set(sheet.with_answers(self._answers[name]))))

    def _deciding(self, opened: OpenSheet, contenders: set[int]) -> Mapping[str, Set[int]]:
        """Return the open questions that can decide the result, each with winners it leads to."""
        if every := self._every(opened, unknown_too=True):
            return every.deciding()
        bearing = self._bearing_on(opened, contenders)
        return {name: (moved & contenders) or contenders for name, moved in bearing.items()}

    def _bearing_on(self, opened: OpenSheet, options: set[int]) -> Mapping[str, Set[int]]:
        """Return the open questions that rules on these options depend on.

        Each with the options that it moves.
        """
        found: dict[str, set[int]] = {}
        for name in opened.names:
            if moved := options & self._compiled.moved[name]:
                found[name] = moved
        for effect in opened.undecided:
            moved = {p for p in options if effect.points[p]}
            if moved:
                for name in effect.scope:
                    found.setdefault(conditions.question_of(name), set()).update(moved)
        return found

    def _every(self, opened: OpenSheet, *, unknown_too: bool = False) -> Completions | None:
        """Return all completions, weighted by how likely they are; None if they are many.

        Args:
            opened: the sheet with the questions to complete.
            unknown_too: whether "don't know" is an answer too, as likely as the average one.
        """
        likely = [self._likelihoods[name] for name in opened.names]
        if prod(len(answers) + unknown_too for answers in likely) > DRAWS:
            return None
        if unknown_too:
            likely = [{**answers, None: 1 / len(answers)} for answers in likely]
        choices = list(product(*likely))
        weights = [prod(map(dict.__getitem__, likely, choice)) for choice in choices]
        whole = sum(weights)
        shares = [weight / whole for weight in weights]
        return self._completed(opened, opened.columns(choices), shares, exact=True)

    def _sample(self, opened: OpenSheet) -> Completions:
        """Return the completions drawn for these questions."""
        columns = [self._draws[name] for name in opened.names]
        return self._completed(opened, columns, [1 / DRAWS] * DRAWS, exact=False)

    def _completed(
        self,
        opened: OpenSheet,
        columns: Sequence[AnswerColumn],
        weights: Sequence[float],
        *,
        exact: bool,
    ) -> Completions:
        totals = opened.totals(columns)
        winners = list(map(self._compiled.winner, totals))
        return Completions(columns, totals, winners, weights, exact)

    def _likelihood(self, question: Question) -> dict[Answer, float]:
        """Return how likely each answer to a question is."""
        playbook = self._compiled.playbook
        usual = playbook.usual_answers.get(question.id, {})
        counts = {answer: usual.get(answer, 0) + 1 for answer in question.answers}
        answered = playbook.usually_answered.get(question.id, 0) + 2
        odds = {
            value: prod(
                counts[each] / answered if each in value else 1 - counts[each] / answered
                for each in question.answers
            )
            if isinstance(value, tuple)
            else counts[str(value)]
            for value in question.values()
        }
        whole = sum(odds.values())
        return {value: each / whole for value, each in odds.items()}

    def _drawn(self, name: str) -> AnswerColumn:
        """Return the answers drawn for a question, in proportion to how likely they are."""
        likely = self._likelihoods[name]
        bounds, answers = list(accumulate(likely.values())), list(likely)
        drawn = [
            answers[min(bisect(bounds, (number + 0.5) / DRAWS), len(answers) - 1)]
            for number in range(DRAWS)
        ]
        seed = f"{self._compiled.playbook.hash}:{name}"
        Random(seed).shuffle(drawn)  # noqa: S311 - reproducible, not secret
        return self._compiled.column(name, drawn)


def _shared_bits(some: Collection[Numbers], others: Collection[Numbers]) -> float:
    """Return the mutual information of two partitions of the completions drawn, in bits."""
    both = [one & other for one in some for other in others]
    bits = _entropy_of(some) + _entropy_of(others) - _entropy_of(both)
    return max(0.0, bits - _by_chance(len(some), len(others)))


def _by_chance(answers: int, winners: int) -> float:
    """Return the bits that independent answers and winners seem to share in a sample.

    The Miller-Madow correction: Miller, "Note on the bias of information estimates", 1955.
    """
    return (answers - 1) * (winners - 1) / (2 * DRAWS * log(2))


def _entropy_of(partition: Iterable[Numbers]) -> float:
    return sum(_BITS[part.bit_count()] for part in partition)


def _entropy(shares: Iterable[float]) -> float:
    """Return the entropy of a distribution in bits."""
    return -sum(share * log2(share) for share in shares if share > 0)


_BITS = [_entropy([number / DRAWS]) for number in range(DRAWS + 1)]
"""What a part with so many of the completions drawn adds to the entropy of a partition."""
