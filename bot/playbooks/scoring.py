"""Points, winner, lead and strength of answer sheets; the semantics are in `verdict`.

A playbook is compiled once: rules that look at a single question become a point vector for each
of its answers; the others, and all vetoes, stay conditions ("joint effects"). `ScoredSheet` adds up
one answer sheet. `OpenSheet` leaves some of its questions open, so that many ways of answering them
can be scored quickly: everything that does not depend on them is added up once, and the answers to
each open question are added as one `AnswerColumn`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property, reduce
from itertools import repeat, starmap
from math import inf
from operator import and_, or_

from bot.playbooks import conditions
from bot.playbooks.model import Answer, Playbook, Question, Rule
from bot.playbooks.verdict import Answers, Strength

Choice = Sequence[Answer]
"""Answers to the open questions of an `OpenSheet`, in their order."""
PointVector = tuple[int, ...]
Ruling = int
"""The options ruled out, as a bit mask: bit n is option n."""
RULED_OUT = -inf
"""The worth of an option that cannot win."""
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
    """What a rule or veto does where one of its terms is fulfilled.

    `points` has a figure for each option in the playbook's order.
    """

    terms: tuple[conditions.Term, ...]
    points: PointVector
    ruling: Ruling

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
    numbers: Mapping[str, Mapping[str | None, Set[int]]]
    _found: dict[tuple[str, Set[str]], Set[int]] = field(default_factory=dict)

    def with_any(self, variable: str, values: Set[str]) -> Set[int]:
        """Return the numbers of the completions where a variable has any of these values."""
        key = (variable, values)
        if key not in self._found:
            numbers = self.numbers[variable]
            self._found[key] = set[int]().union(*(numbers.get(value, ()) for value in values))
        return self._found[key]


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
                ruling=0,
            )
            for rule in playbook.rules
        ]
        self.vetoes = [
            Effect(
                conditions.terms(veto.when, self.questions),
                (0,) * len(place),
                ruling=sum(1 << place[option] for option in set(veto.rules_out)),
            )
            for veto in playbook.vetoes
        ]
        self.joint = [
            *(effect for effect in self.rules if len(effect.scope) > 1),
            *self.vetoes,
        ]
        self.variables = {
            variable: values
            for question in playbook.questions
            for variable, values in conditions.variables(question).items()
        }
        self.joint_of = {
            name: frozenset(effect for effect in self.joint if name in effect.scope)
            for name in self.variables
        }
        self.gains = {name: self._gains(name) for name in self.variables}
        self._known_answers: dict[tuple[str, Answer], tuple[conditions.Values, PointVector]] = {}

    def _gains(self, name: str) -> dict[str | None, PointVector]:
        """Return what each value of a variable gives by itself."""
        found: dict[str | None, PointVector] = {}
        for answer in (None, *self.variables[name]):
            held = [
                effect.points
                for effect in self.rules
                if effect.scope == {name} and conditions.holds(effect.terms, {name: answer})
            ]
            found[answer] = add_up([(0,) * len(self.options), *held])
        return found

    def column(self, name: str, answers: Sequence[Answer]) -> AnswerColumn:
        """Prepare answers to one question for `OpenSheet.sums`."""
        numbers: dict[str, dict[str | None, set[int]]] = {}
        gained: dict[Answer, PointVector] = {}
        for answer, given in _places_of(answers).items():
            values, gained[answer] = self.of_answer(name, answer)
            for variable, value in values.items():
                numbers.setdefault(variable, {}).setdefault(value, set()).update(given)
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
    def _kind_rules(self) -> Mapping[str, Sequence[tuple[Rule, tuple[conditions.Term, ...]]]]:
        """For each option with kinds, the rules that point to one of them."""
        return {
            name: [
                (rule, effect.terms)
                for rule, effect in zip(self.playbook.rules, self.rules, strict=True)
                if rule.kind in option.kinds and name in self.points_of(rule)
            ]
            for name, option in self.playbook.options.items()
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
        for rule, terms in self._kind_rules.get(option, ()):
            if conditions.holds(terms, answers):
                points[rule.kind] += self.points_of(rule)[option]
        best = max(self.playbook.options[option].kinds, key=points.__getitem__, default=None)
        return best if best is not None and points[best] > 0 else None

    def title(self, option: str, answers: conditions.Values) -> str:
        """Return the option's title, with that of its kind where it has one."""
        kind = self.kind_of(option, answers)
        title = self.playbook.options[option].title
        return f"{title} ({self.playbook.options[option].kinds[kind].title})" if kind else title

    def winner(self, points: PointVector, ruling: Ruling) -> int:
        """Return the place of the recommended option.

        Args:
            points: the points of each option from rules.
            ruling: the options ruled out.
        """
        return self.best_of(self.compare(points, ruling))

    def best_of(self, worth: Sequence[float]) -> int:
        """Return the place of the best option, the first among equals; the last if none can win."""
        best = max(worth)
        return worth.index(best) if best > RULED_OUT else len(worth) - 1

    def compare(self, points: PointVector, ruling: Ruling) -> Sequence[float]:
        """Return what each option is worth in the comparison; `RULED_OUT` if it cannot win."""
        if not ruling:
            return points
        return [RULED_OUT if ruling >> place & 1 else own for place, own in enumerate(points)]

    def lead_of(self, option: int, worth: Sequence[float]) -> float:
        """Return how far an option is ahead; infinite where it is the only one left.

        Negative where it is behind, and minus infinity where it is ruled out.

        Args:
            option: its place.
            worth: from `compare`.
        """
        own = worth[option]
        if own == RULED_OUT:
            return -inf
        ranked = sorted((RULED_OUT, *worth))
        return own - (ranked[-2] if own == ranked[-1] else ranked[-1])

    def score(self, points: PointVector, ruling: Ruling) -> Score:
        """Return the whole result in figures; arguments as in `winner`."""
        worth = self.compare(points, ruling)
        shown = dict(zip(self.options, points, strict=True))
        anything_known = points != self.base
        if max(worth) == RULED_OUT:
            return Score(
                self.options[-1],
                shown,
                None,
                0,
                Strength.TOO_CLOSE,
                stuck=True,
                anything_known=anything_known,
            )
        winner = self.best_of(worth)
        others = [place for place in self._places if worth[place] > RULED_OUT and place != winner]
        second = max(others, key=worth.__getitem__, default=None)
        lead = self.lead_of(winner, worth)
        option = self.options[winner]
        return Score(
            option,
            shown,
            None if second is None else self.options[second],
            max(self.playbook.clear_lead, shown[option]) if lead == inf else int(lead),
            self.strength(self.certainty(lead), only_left=lead == inf),
            anything_known=anything_known,
        )

    def certainty(self, lead: float) -> float:
        """Return how sure a lead is, from 0 to 1: a half at 0, and 0.9 at `clear_lead`."""
        return float(1 / (1 + 9 ** (-lead / max(1, self.playbook.clear_lead))))

    def strength(self, confidence: float, *, only_left: bool) -> Strength:
        """Return the word for a confidence.

        Args:
            confidence: from 0 to 1.
            only_left: whether every other option is ruled out.
        """
        leaning = round(self.certainty(self.playbook.close_call), 3)
        if confidence <= 0.5 or round(confidence, 3) < leaning:
            return Strength.TOO_CLOSE
        if only_left:
            return Strength.ONLY_LEFT
        return Strength.CLEAR if round(confidence, 3) >= CLEAR else Strength.LEANING


class ScoredSheet:
    """An answer sheet with its points, its ruling, and the joint effects that hold on it.

    `given` are the answers by question, `answers` those by variable, `gains` the points that each
    question gives by itself.
    """

    def __init__(self, compiled: CompiledPlaybook, given: Answers) -> None:
        self.compiled, self.given = compiled, given
        self.answers = answers = dict[str, str | None]()
        self.gains = dict[str, PointVector]()
        for name in compiled.questions:
            values, self.gains[name] = compiled.of_answer(name, given.get(name))
            answers.update(values)
        self.held = [each for each in compiled.joint if conditions.holds(each.terms, answers)]
        self.points = add_up(
            [compiled.base, *self.gains.values(), *(effect.points for effect in self.held)]
        )
        self.ruling = join_rulings(effect.ruling for effect in self.held)

    @property
    def winner(self) -> int:
        """The place of the recommended option."""
        return self.compiled.winner(self.points, self.ruling)

    @property
    def score(self) -> Score:
        """The whole result in figures."""
        return self.compiled.score(self.points, self.ruling)


class OpenSheet:
    """An answer sheet with some questions left open, whatever it answers to them.

    `points` and `ruling` are what is certain. `undecided` are the joint effects that may or may not
    hold, with what is left of their terms.
    """

    def __init__(self, sheet: ScoredSheet, names: Sequence[str]) -> None:
        self.compiled, self.names = sheet.compiled, tuple(names)
        compiled = sheet.compiled
        self.variables = [
            v for name in names for v in conditions.variables(compiled.questions[name])
        ]
        wanted = frozenset(self.variables)
        joint = frozenset[Effect]().union(*(compiled.joint_of[v] for v in self.variables))
        certain = [effect for effect in sheet.held if effect not in joint]
        self.undecided: list[Effect] = []
        for effect in joint:
            terms = conditions.restrict(effect.terms, sheet.answers, wanted)
            if not all(terms):
                certain.append(effect)
            elif terms:
                self.undecided.append(Effect(terms, effect.points, effect.ruling))
        given = [gains for name, gains in sheet.gains.items() if name not in names]
        self.points = add_up([compiled.base, *given, *(effect.points for effect in certain)])
        self.ruling = join_rulings(effect.ruling for effect in certain)

    def winners(self, choices: Sequence[Choice]) -> list[int]:
        """Return the place of the option recommended for each way of answering the questions."""
        return list(starmap(self.compiled.winner, self.sums(self.columns(choices))))

    def columns(self, choices: Sequence[Choice]) -> list[AnswerColumn]:
        """Prepare ways of answering the open questions for `sums`."""
        by_question = zip(*choices, strict=True)
        return list(map(self.compiled.column, self.names, by_question))

    def sums(self, columns: Sequence[AnswerColumn]) -> list[tuple[PointVector, Ruling]]:
        """Return points and ruling of many completions, given a column for each open question."""
        column_of = {name: column for column in columns for name in column.numbers}
        count = len(columns[0].answers) if columns else 1
        rulings, extra = [self.ruling] * count, [[each] * count for each in self.points]
        for effect in self.undecided:
            found = _fulfilling(effect.terms, column_of)
            for place, points in enumerate(effect.points):
                if points:
                    for number in found:
                        extra[place][number] += points
            if effect.ruling:
                for number in found:
                    rulings[number] |= effect.ruling
        totals = [
            map(sum, zip(own, *(c.gains[place] for c in columns if place in c.gains), strict=True))
            for place, own in enumerate(extra)
        ]
        return list(zip(zip(*totals, strict=True), rulings, strict=True))


def _places_of(answers: Iterable[Answer]) -> Mapping[Answer, Sequence[int]]:
    """Return the places of each answer in a list of them."""
    found: dict[Answer, list[int]] = {}
    for place, answer in enumerate(answers):
        found.setdefault(answer, []).append(place)
    return found


def _fulfilling(
    terms: Iterable[conditions.Term], column_of: Mapping[str, AnswerColumn]
) -> Set[int]:
    """Return the numbers of the completions that fulfil any of the terms."""
    found = set[int]()
    for term in terms:
        literals = [column_of[name].with_any(name, wanted) for name, wanted in term.items()]
        found |= reduce(and_, literals)
    return found


def add_up(vectors: Iterable[PointVector]) -> PointVector:
    """Return the sum of point vectors; at least one is needed."""
    return tuple(map(sum, zip(*vectors, strict=True)))


def join_rulings(rulings: Iterable[Ruling]) -> Ruling:
    """Return everything that any of the rulings rules out."""
    return reduce(or_, rulings, 0)
