"""Points, winner, lead and strength of answer sheets; the semantics are in `verdict`.

A playbook is compiled once: rules and vetoes that look at a single question become a vector for
each of its answers; the others stay conditions ("joint effects"). A veto takes `VETO` points, so
that one sum, the total, tells an option's points and whether it is ruled out. `ScoredSheet` adds up
one answer sheet. `OpenSheet` leaves some of its questions open, so that many ways of answering them
can be scored quickly: everything that does not depend on them is added up once, and the answers to
each open question are added as one `AnswerColumn`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import compress, count, repeat
from math import inf
from operator import add, and_, or_
from typing import TypeVar

from bot.playbooks import conditions
from bot.playbooks.model import Answer, Playbook, Question, Rule
from bot.playbooks.verdict import Answers, Strength

Choice = Sequence[Answer]
"""Answers to the open questions of an `OpenSheet`, in their order."""
PointVector = tuple[int, ...]
"""A figure for each option, in the playbook's order."""
Numbers = int
"""Numbers of completions as a bit mask: bit n is completion n."""
K = TypeVar("K", bound=Hashable)
VETO = 1_000_000
"""What a veto takes from the total of an option; all rules together give far less."""
RULED_OUT = -VETO // 2
"""The least total of an option that can win is above this one."""
_DIGITS = bytes.maketrans(b"01", b"\0\1")
CLEAR = 0.9
"""The least confidence that is called clear."""


@dataclass(frozen=True, slots=True)
class Score:
    """A result in figures; `stuck` means that every option is ruled out.

    `strength` is by the lead alone, as if nothing were open.
    """

    option: str
    points: Mapping[str, int]
    runner_up: str | None
    lead: int
    strength: Strength
    stuck: bool = False
    anything_known: bool = True

    @property
    def recommended(self) -> str | None:
        """The option that is recommended; None if rules gave no points."""
        return self.option if self.anything_known else None


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """What a rule or veto gives to each option where one of its terms is fulfilled."""

    terms: tuple[conditions.Term, ...]
    points: PointVector

    @property
    def scope(self) -> frozenset[str]:
        """The questions that its terms name."""
        return frozenset(name for term in self.terms for name in term)


@dataclass(frozen=True, slots=True)
class AnswerColumn:
    """The answers to one question in each of many completions, prepared for scoring.

    `gains` are the points that each answer gives by itself, by the places of the options that get
    any. `numbers` are, by variable and value, the numbers of the completions that have it.
    """

    question: Question
    answers: Sequence[Answer]
    gains: Mapping[int, Sequence[int]]
    numbers: Mapping[str, Mapping[str | None, Numbers]]

    def with_any(self, variable: str, values: Set[str]) -> Numbers:
        """Return the numbers of the completions where a variable has any of these values."""
        numbers = self.numbers[variable]
        return reduce(or_, (numbers.get(value, 0) for value in values))


class CompiledPlaybook:
    """A playbook prepared for scoring. Options are numbered by their place in the playbook."""

    def __init__(self, playbook: Playbook) -> None:
        self.playbook = playbook
        self.options = tuple(playbook.options)
        self.questions = {question.id: question for question in playbook.questions}
        self._places = range(len(self.options))
        place = {option: number for number, option in enumerate(self.options)}
        self.base = tuple(
            sum(1 - playbook.needs[need].bar for need in option.meets)
            for option in playbook.options.values()
        )
        self.rules = [
            Effect(
                conditions.terms(rule.when, self.questions),
                tuple(map(self.points_of(rule).get, place, repeat(0))),
            )
            for rule in playbook.rules
        ]
        self.vetoes = [
            Effect(
                conditions.terms(veto.when, self.questions),
                tuple(-VETO if option in veto.rules_out else 0 for option in place),
            )
            for veto in playbook.vetoes
        ]
        self.effects = (*self.rules, *self.vetoes)
        self.joint = [effect for effect in self.effects if len(effect.scope) > 1]
        self.variables_of = {
            question.id: conditions.variables(question) for question in playbook.questions
        }
        self.variables = {
            name: values for each in self.variables_of.values() for name, values in each.items()
        }
        self.joint_of = {
            name: frozenset(
                effect for effect in self.joint if not effect.scope.isdisjoint(variables)
            )
            for name, variables in self.variables_of.items()
        }
        self.gains = {name: self._gains(name) for name in self.variables}
        self.moved = {
            name: frozenset(
                place
                for variable in variables
                for points in self.gains[variable].values()
                for place in self._places
                if points[place]
            )
            for name, variables in self.variables_of.items()
        }
        """The places of the options to which a question gives points by itself."""
        self._known_answers: dict[tuple[str, Answer], tuple[conditions.Values, PointVector]] = {}

    def _gains(self, name: str) -> dict[str | None, PointVector]:
        """Return what each value of a variable gives by itself."""
        found: dict[str | None, PointVector] = {}
        for answer in (None, *self.variables[name]):
            held = [
                effect.points
                for effect in self.effects
                if effect.scope == {name} and conditions.holds(effect.terms, {name: answer})
            ]
            found[answer] = add_up([(0,) * len(self.options), *held])
        return found

    def column(self, name: str, answers: Sequence[Answer]) -> AnswerColumn:
        """Prepare answers to one question for `OpenSheet.sums`."""
        numbers: dict[str, dict[str | None, Numbers]] = {v: {} for v in self.variables_of[name]}
        gained: dict[Answer, PointVector] = {}
        for answer, given in numbers_of(answers).items():
            values, gained[answer] = self.of_answer(name, answer)
            for variable, value in values.items():
                numbers[variable][value] = numbers[variable].get(value, 0) | given
        gains = {
            place: [gained[answer][place] for answer in answers]
            for place in self._places
            if any(points[place] for points in gained.values())
        }
        return AnswerColumn(self.questions[name], answers, gains, numbers)

    def of_answer(self, name: str, answer: Answer) -> tuple[conditions.Values, PointVector]:
        """Return the values of a question's variables for an answer, and what these give."""
        key = (name, answer)
        if key not in self._known_answers:
            values = conditions.values_of(self.questions[name], answer)
            points = add_up(self.gains[v][value] for v, value in values.items())
            self._known_answers[key] = values, points
        return self._known_answers[key]

    def points_of(self, rule: Rule) -> dict[str, int]:
        """Return what a rule gives to each option, through the needs that it meets too."""
        found = {}
        for name, option in self.playbook.options.items():
            points = sum(rule.points.get(each, 0) for each in (name, *option.meets))
            if points:
                found[name] = points
        return found

    @cached_property
    def _kind_rules(self) -> Mapping[str, Sequence[tuple[str | None, Effect, int]]]:
        """For each option with kinds, the rules that point to one, and the points it gets."""
        return {
            name: [
                (rule.kind, effect, effect.points[place])
                for rule, effect in zip(self.playbook.rules, self.rules, strict=True)
                if rule.kind in option.kinds and effect.points[place]
            ]
            for place, (name, option) in enumerate(self.playbook.options.items())
            if option.kinds
        }

    @cached_property
    def _kind_conditions(self) -> Mapping[str, Sequence[tuple[str, tuple[conditions.Term, ...]]]]:
        """For each option with kinds, those that have a condition."""
        return {
            name: [
                (kind, conditions.terms(text.when, self.questions))
                for kind, text in option.kinds.items()
                if text.when is not None
            ]
            for name, option in self.playbook.options.items()
            if option.kinds
        }

    def kind_of(self, option: str, answers: conditions.Values) -> str | None:
        """Return the first kind whose condition holds, else the one with the most points.

        Among equals the first named; None if rules give none of them points.
        """
        for kind, terms in self._kind_conditions.get(option, ()):
            if conditions.holds(terms, answers):
                return kind
        points = Counter[str | None]()
        for pointed, effect, own in self._kind_rules.get(option, ()):
            if conditions.holds(effect.terms, answers):
                points[pointed] += own
        best = max(self.playbook.options[option].kinds, key=points.__getitem__, default=None)
        return best if best is not None and points[best] > 0 else None

    def title(self, option: str, answers: conditions.Values) -> str:
        """Return the option's title, with that of its kind where it has one."""
        kind = self.kind_of(option, answers)
        title = self.playbook.options[option].title
        return f"{title} ({self.playbook.options[option].kinds[kind].title})" if kind else title

    def winner(self, totals: PointVector) -> int:
        """Return the place of the recommended option.

        It is the best option, the first among equals; the last of all if none can win.
        """
        best = max(totals)
        return totals.index(best) if best > RULED_OUT else len(totals) - 1

    def lead_of(self, option: int, totals: PointVector) -> float:
        """Return how far the option at a place is ahead; infinite where it is the only one left."""
        own, rival = totals[option], max((*totals[:option], *totals[option + 1 :]))
        if own <= RULED_OUT:
            return -inf
        return own - rival if rival > RULED_OUT else inf

    def strength_of(self, option: int, totals: PointVector) -> Strength:
        """Return the strength of an option by its lead alone; arguments as in `lead_of`."""
        lead = self.lead_of(option, totals)
        return self.strength(self.certainty(lead), only_left=lead == inf)

    def score(self, totals: PointVector) -> Score:
        """Return the whole result in figures."""
        winner, points = self.winner(totals), without_vetoes(totals)
        candidates = [place for place in self._places if totals[place] > RULED_OUT]
        others = [place for place in candidates if place != winner]
        second = max(others, key=totals.__getitem__, default=None)
        if second is not None:
            lead = totals[winner] - totals[second]
        else:
            lead = max(self.playbook.clear_lead, points[winner]) if candidates else 0
        return Score(
            self.options[winner],
            dict(zip(self.options, points, strict=True)),
            None if second is None else self.options[second],
            lead,
            self.strength_of(winner, totals),
            stuck=not candidates,
            anything_known=points != self.base,
        )

    def certainty(self, lead: float) -> float:
        """Return how sure a lead is, from 0 to 1: a half at 0, and 0.9 at `clear_lead`."""
        return float(1 / (1 + 9 ** (-lead / max(1, self.playbook.clear_lead))))

    def strength(self, confidence: float, *, only_left: bool) -> Strength:
        """Return the word for a confidence; `only_left` if every other option is ruled out."""
        leaning = round(self.certainty(self.playbook.close_call), 3)
        if confidence <= 0.5 or round(confidence, 3) < leaning:
            return Strength.TOO_CLOSE
        if only_left:
            return Strength.ONLY_LEFT
        return Strength.CLEAR if round(confidence, 3) >= CLEAR else Strength.LEANING


class ScoredSheet:
    """An answer sheet with its totals, and the joint effects that hold on it.

    `given` are the answers by question, `answers` those by variable, `gains` what each question
    gives by itself.
    """

    def __init__(self, compiled: CompiledPlaybook, given: Answers) -> None:
        self.compiled, self.given = compiled, given
        self.answers = answers = dict[str, str | None]()
        self.gains = dict[str, PointVector]()
        for name in compiled.questions:
            values, self.gains[name] = compiled.of_answer(name, given.get(name))
            answers.update(values)
        self.held = [each for each in compiled.joint if conditions.holds(each.terms, answers)]
        self.totals = add_up(
            [compiled.base, *self.gains.values(), *(effect.points for effect in self.held)]
        )
        self._opened = dict[str, OpenSheet]()

    def with_answers(self, column: AnswerColumn) -> list[PointVector]:
        """Return the totals with each of these answers to a question instead of its own."""
        name = column.question.id
        if name not in self._opened:
            self._opened[name] = OpenSheet(self, [name])
        return self._opened[name].totals([column])

    @property
    def winner(self) -> int:
        """The place of the recommended option."""
        return self.compiled.winner(self.totals)

    @property
    def score(self) -> Score:
        """The whole result in figures."""
        return self.compiled.score(self.totals)


class OpenSheet:
    """An answer sheet with some questions left open, whatever it answers to them.

    `certain` is what each option gets however they are answered. `undecided` are the joint effects
    that may or may not hold, with what is left of their terms.
    """

    def __init__(self, sheet: ScoredSheet, names: Sequence[str]) -> None:
        self.compiled, self.names = sheet.compiled, tuple(names)
        compiled = sheet.compiled
        wanted = frozenset[str]().union(*(compiled.variables_of[name] for name in names))
        joint = frozenset[Effect]().union(*(compiled.joint_of[name] for name in names))
        certain = [effect.points for effect in sheet.held if effect not in joint]
        self.undecided: list[Effect] = []
        for effect in joint:
            terms = conditions.restrict(effect.terms, sheet.answers, wanted)
            if not all(terms):
                certain.append(effect.points)
            elif terms:
                self.undecided.append(Effect(terms, effect.points))
        given = [gains for name, gains in sheet.gains.items() if name not in names]
        self.certain = add_up([compiled.base, *given, *certain])

    def winners(self, choices: Sequence[Choice]) -> list[int]:
        """Return the place of the option recommended for each way of answering the questions."""
        return list(map(self.compiled.winner, self.totals(self.columns(choices))))

    def columns(self, choices: Sequence[Choice]) -> list[AnswerColumn]:
        """Prepare ways of answering the open questions for `totals`."""
        by_question = zip(*choices, strict=True)
        return list(map(self.compiled.column, self.names, by_question))

    def totals(self, columns: Sequence[AnswerColumn]) -> list[PointVector]:
        """Return the totals of many completions, given a column for each open question."""
        column_of = {name: column for column in columns for name in column.numbers}
        size = len(columns[0].answers) if columns else 1
        totals = [[each] * size for each in self.certain]
        for effect in self.undecided:
            members = _members(_fulfilling(effect.terms, column_of))
            for place, points in enumerate(effect.points):
                if points:
                    for number in members:
                        totals[place][number] += points
        for column in columns:
            for place, gains in column.gains.items():
                totals[place] = list(map(add, totals[place], gains))
        return list(zip(*totals, strict=True))


def without_vetoes(totals: PointVector) -> PointVector:
    """Return the points that totals are made of."""
    return tuple((each - RULED_OUT) % VETO + RULED_OUT for each in totals)


def numbers_of(keys: Iterable[K]) -> dict[K, Numbers]:
    """Return the numbers of the completions that each key has, one key for each completion."""
    found: dict[K, Numbers] = {}
    for number, key in enumerate(keys):
        found[key] = found.get(key, 0) | 1 << number
    return found


def _members(numbers: Numbers) -> Sequence[int]:
    """Return the numbers of completions one by one."""
    bits = bin(numbers)[:1:-1].encode().translate(_DIGITS)
    return list(compress(count(), bits))


def _fulfilling(terms: Iterable[conditions.Term], column_of: Mapping[str, AnswerColumn]) -> Numbers:
    """Return the numbers of the completions that fulfil any of the terms."""
    found = 0
    for term in terms:
        found |= reduce(
            and_, (column_of[name].with_any(name, wanted) for name, wanted in term.items())
        )
    return found


def add_up(vectors: Iterable[PointVector]) -> PointVector:
    """Return the sum of point vectors; at least one is needed."""
    return tuple(map(sum, zip(*vectors, strict=True)))
