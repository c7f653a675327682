"""Points, winner, lead and strength of answer sheets; the semantics are in `verdict`.

A playbook is compiled once: rules that look at a single question become a point vector for each
of its answers; the others, and all vetoes, stay conditions ("joint effects"). `ScoredSheet` adds up
one answer sheet. `OpenSheet` leaves some of its questions open, so that many ways of answering them
can be scored quickly: everything that does not depend on them is added up once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat, starmap
from math import inf
from typing import cast

from bot.playbooks import conditions
from bot.playbooks.model import Answer, Playbook, Rule
from bot.playbooks.verdict import Answers, Strength

Choice = Sequence[Answer]
"""Answers to the open questions of an `OpenSheet`, in their order."""
PointVector = tuple[int, ...]
Ruling = tuple[int, int]
"""Options ruled out at all, and those ruled out even as part of a combination.

Both are bit masks: bit n is option n.
"""
NOBODY: Ruling = (0, 0)
CLEAR = 0.9
"""The least confidence that is called clear."""
_NumbersByValue = Mapping[str | None, set[int]]


@dataclass(frozen=True, slots=True)
class Score:
    """A result in figures; `stuck` means that every option is ruled out.

    `strength` is by the lead alone, as if nothing were open. `points` are as compared: a
    combination that is not eligible shows what its weakest part has, so that it never looks as
    strong as the part that makes it unnecessary.
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
class Combination:
    """An option that combines others: its place, and the places of its parts with their bars.

    `parts` is a bit mask of the parts.
    """

    place: int
    bars: Mapping[int, int]
    parts: int

    def is_eligible(self, points: PointVector, ruling: Ruling) -> bool:
        """Return whether it may win: see `verdict`."""
        for part, bar in self.bars.items():
            if points[part] < bar:
                return False
        barred, unfit = ruling
        return not barred >> self.place & 1 and not unfit & self.parts


class CompiledPlaybook:
    """A playbook prepared for scoring. Options are numbered by their place in the playbook."""

    def __init__(self, playbook: Playbook) -> None:
        self.playbook = playbook
        self.options = tuple(playbook.options)
        self.questions = {question.id: question for question in playbook.questions}
        self._places = range(len(self.options))
        place = {option: number for number, option in enumerate(self.options)}
        self.combinations = [
            Combination(
                place[name],
                {place[part]: playbook.bars.get(part, 0) for part in option.combines},
                sum(1 << place[part] for part in option.combines),
            )
            for name, option in playbook.options.items()
            if option.combines
        ]
        self.base = tuple(
            sum(1 - playbook.needs[need].bar for need in option.meets)
            for option in playbook.options.values()
        )
        self.rules = [
            Effect(
                conditions.terms(rule.when, self.questions),
                tuple(map(self.points_of(rule).get, place, repeat(0))),
                NOBODY,
            )
            for rule in playbook.rules
        ]
        self.vetoes = []
        for veto in playbook.vetoes:
            out = sum(1 << place[option] for option in set(veto.rules_out))
            ruling = (out, 0 if veto.alone else out)
            terms = conditions.terms(veto.when, self.questions)
            self.vetoes.append(Effect(terms, (0,) * len(place), ruling))
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
        candidates, worth = self.compare(points, ruling)
        return max(candidates, key=worth.__getitem__, default=len(self.options) - 1)

    def compare(self, points: PointVector, ruling: Ruling) -> tuple[Sequence[int], Sequence[int]]:
        """Return the candidates, and the points of each option as compared."""
        out, worth = ruling[0], points
        for combination in self.combinations:
            place = combination.place
            of_parts = [points[part] for part in combination.bars]
            if combination.is_eligible(points, ruling):
                shown, out = points[place] + max(of_parts), out | combination.parts
            else:
                shown, out = points[place] + min(of_parts), out | 1 << place
            worth = (*worth[:place], shown, *worth[place + 1 :])
        return [place for place in self._places if not out >> place & 1], worth

    def lead_of(self, option: int, points: PointVector, ruling: Ruling) -> float:
        """Return how far an option is ahead; infinite where it is the only one left.

        Negative where it is behind, and minus infinity where it is no candidate.
        """
        candidates, worth = self.compare(points, ruling)
        if option not in candidates:
            return -inf
        leads = [worth[option] - worth[other] for other in candidates if other != option]
        for combination in self.combinations:
            if combination.place == option:
                leads += [1 + points[part] - bar for part, bar in combination.bars.items()]
        return min(leads, default=inf)

    def score(self, points: PointVector, ruling: Ruling) -> Score:
        """Return the whole result in figures; arguments as in `winner`."""
        candidates, worth = self.compare(points, ruling)
        shown = dict(zip(self.options, worth, strict=True))
        if not candidates:
            return Score(
                self.options[-1],
                shown,
                None,
                0,
                Strength.TOO_CLOSE,
                stuck=True,
                anything_known=points != self.base,
            )
        winner = max(candidates, key=worth.__getitem__)
        others = [place for place in candidates if place != winner]
        second = max(others, key=worth.__getitem__, default=None)
        lead = self.lead_of(winner, points, ruling)
        return Score(
            self.options[winner],
            shown,
            None if second is None else self.options[second],
            max(self.playbook.clear_lead, worth[winner]) if lead == inf else int(lead),
            self.strength(self.certainty(lead), only_left=lead == inf),
            anything_known=points != self.base,
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
    """An answer sheet with its points, its rulings, and the joint effects that hold on it.

    `given` are the answers by question, `answers` those by variable.
    """

    def __init__(self, compiled: CompiledPlaybook, given: Answers) -> None:
        self.compiled, self.given = compiled, given
        self.answers = answers = conditions.expand(given, compiled.questions)
        self.gains = {name: gains[answers.get(name)] for name, gains in compiled.gains.items()}
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
        self._questions = [self.compiled.questions[name] for name in names]
        self.variables = [v for each in self._questions for v in conditions.variables(each)]
        self.gains = [self.compiled.gains[name] for name in self.variables]
        wanted = frozenset(self.variables)
        joint = frozenset[Effect]().union(*(self.compiled.joint_of[v] for v in self.variables))
        certain = [effect for effect in sheet.held if effect not in joint]
        self.undecided: list[Effect] = []
        for effect in joint:
            terms = conditions.restrict(effect.terms, sheet.answers, wanted)
            if not all(terms):
                certain.append(effect)
            elif terms:
                self.undecided.append(Effect(terms, effect.points, effect.ruling))
        given = [gains for name, gains in sheet.gains.items() if name not in wanted]
        self.points = add_up([self.compiled.base, *given, *(effect.points for effect in certain)])
        self.ruling = join_rulings(effect.ruling for effect in certain)

    def winners(self, choices: Sequence[Choice]) -> list[int]:
        """Return the place of the option recommended for each way of answering the questions."""
        return list(starmap(self.compiled.winner, self.sums(choices)))

    def sums(self, choices: Sequence[Choice]) -> list[tuple[PointVector, Ruling]]:
        """Return points and rulings for each way of answering the open questions.

        Each undecided effect is looked up once for all choices, as a set of their numbers.
        """
        rows = self._rows(choices)
        numbers = self._numbers_by_value(rows)
        columns = [[self.points, *map(dict.__getitem__, self.gains, row)] for row in rows]
        rulings = [self.ruling] * len(columns)
        for effect in self.undecided:
            for number in _fulfilling(effect.terms, numbers):
                columns[number].append(effect.points)
                if effect.ruling is not NOBODY:
                    rulings[number] = join_rulings((rulings[number], effect.ruling))
        return list(zip(map(add_up, columns), rulings, strict=True))

    def _rows(self, choices: Sequence[Choice]) -> Sequence[Sequence[str | None]]:
        """Return the values of the open variables for each choice."""
        if not any(question.several for question in self._questions):
            return cast("Sequence[Sequence[str | None]]", choices)
        return [
            [
                value
                for question, answer in zip(self._questions, choice, strict=True)
                for value in conditions.values_of(question, answer).values()
            ]
            for choice in choices
        ]

    def _numbers_by_value(
        self, rows: Sequence[Sequence[str | None]]
    ) -> Mapping[str, _NumbersByValue]:
        """Return for each open variable the numbers of the rows with each value."""
        found: dict[str, _NumbersByValue] = {}
        for name, column in zip(self.variables, zip(*rows, strict=True), strict=True):
            by_value: dict[str | None, set[int]] = defaultdict(set)
            for number, value in enumerate(column):
                by_value[value].add(number)
            found[name] = by_value
        return found


def _fulfilling(
    terms: Iterable[conditions.Term], numbers: Mapping[str, _NumbersByValue]
) -> set[int]:
    """Return the numbers of the choices that fulfil any of the terms."""
    found = set[int]()
    for term in terms:
        literals = [
            set[int]().union(*map(numbers[name].__getitem__, wanted))
            for name, wanted in term.items()
        ]
        found |= set.intersection(*literals)
    return found


def add_up(vectors: Iterable[PointVector]) -> PointVector:
    """Return the sum of point vectors; at least one is needed."""
    return tuple(map(sum, zip(*vectors, strict=True)))


def join_rulings(rulings: Iterable[Ruling]) -> Ruling:
    """Return everything that any of the rulings rules out."""
    barred = unfit = 0
    for ruling in rulings:
        barred |= ruling[0]
        unfit |= ruling[1]
    return barred, unfit
