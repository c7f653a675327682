"""Builds verdicts: the score of an answer sheet with everything that explains it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Generic, TypeVar

from bot.playbooks import conditions
from bot.playbooks.bakeoff import plan_bakeoff
from bot.playbooks.completions import Completions, NextQuestions, Outlook
from bot.playbooks.costs import CostCalculator
from bot.playbooks.model import Answer, Gate, Rule, Veto
from bot.playbooks.scoring import CompiledPlaybook, Score, ScoredSheet
from bot.playbooks.sensitivity import FlipFinder, as_tuple
from bot.playbooks.verdict import (
    Answered,
    Answers,
    GateHit,
    NeedLevel,
    PlaybookRef,
    Reason,
    Strength,
    Verdict,
    VetoHit,
)

ALL_RULED_OUT = (
    "These answers rule out every option. Start with the veto whose way around costs least."
)
REASONS_FOR_RUNNER_UP = 3
CACHED_COMPLETIONS = 8
"""Sheets to cache completions of: a page asks for the verdict and for what to ask next."""
SheetKey = tuple[tuple[str, Answer], ...]
"""An answer sheet in the playbook's order."""


T = TypeVar("T", Rule, Veto, Gate)
_Hits = list[tuple[T, tuple[Answered, ...]]]
_Terms = tuple[conditions.Term, ...]


class _Matcher(Generic[T]):
    """Rules, vetoes or gates, and which of them hold."""

    def __init__(self, members: Iterable[T], compiled: CompiledPlaybook) -> None:
        self._questions = compiled.questions
        self._members: list[tuple[T, _Terms, _Terms]] = [
            (
                member,
                conditions.terms(member.when, compiled.questions),
                conditions.terms(member.when, compiled.questions, gated=False),
            )
            for member in members
        ]

    def matching(self, answers: Answers) -> _Hits[T]:
        """Return those that hold, each with the answers that it names."""
        values = conditions.expand(answers, self._questions)
        return [
            (member, self._answered(named, answers, values))
            for member, terms, named in self._members
            if conditions.holds(terms, values)
        ]

    def _answered(
        self, terms: Iterable[conditions.Term], answers: Answers, values: conditions.Values
    ) -> tuple[Answered, ...]:
        """Return the answers that fulfil a term; of several those it wants, else all given.

        The answer that the fewest others could replace comes first: it is the one that decides.
        """
        term = next(term for term in terms if conditions.holds([term], values))
        found: list[tuple[int, Answered]] = []
        for name, question in self._questions.items():
            named = [each for each in conditions.variables(question) if each in term]
            given = as_tuple(answers.get(name)) if named else ()
            if question.several:
                wanted = [
                    each
                    for each in given
                    if conditions.values_of(question, (each,)).items()
                    & {(v, conditions.YES) for v in named if conditions.YES in term[v]}
                ]
                given = tuple(wanted or given)
            accepted = 1 if question.several else len(term[name]) if named else 0
            found += [(accepted, Answered(name, answer)) for answer in given]
        return tuple(answered for _, answered in sorted(found, key=lambda each: each[0]))


class VerdictBuilder:
    """Builds verdicts. Answers must fit the playbook."""

    def __init__(self, compiled: CompiledPlaybook) -> None:
        self._compiled, self._playbook = compiled, compiled.playbook
        self.completed = lru_cache(CACHED_COMPLETIONS)(self._complete)
        self._flips, self._outlook = FlipFinder(compiled), Outlook(compiled)
        self._costs = CostCalculator(self._playbook)
        self._ref = PlaybookRef(self._playbook.id, self._playbook.version, self._playbook.hash)
        self._points = {rule.id: compiled.points_of(rule) for rule in self._playbook.rules}
        self._rules: _Matcher[Rule] = _Matcher(self._playbook.rules, compiled)
        self._vetoes: _Matcher[Veto] = _Matcher(self._playbook.vetoes, compiled)
        self._gates: _Matcher[Gate] = _Matcher(self._playbook.gates, compiled)

    def verdict(self, answered: SheetKey, changes: int) -> Verdict:
        """Return the verdict for an answer sheet, with flips of at most this many changes."""
        sheet, completions, confidence = self.completed(answered)
        answers, score = sheet.given, sheet.score
        kind = self._compiled.kind_of(score.option, sheet.answers)
        held = self._rules.matching(answers)
        reasons, against = self._reasons(score, held)
        settled = self._outlook.settled(sheet, completions)
        gates = self.gates(answers, score.option)
        confidence = self._capped(confidence, score.option, answers)
        strength = self._strength(sheet, confidence)
        return Verdict(
            option=score.option,
            kind=kind,
            strength=strength,
            confidence=confidence,
            settled=settled,
            lead=score.lead,
            points=score.points,
            needs=self._needs(held),
            anything_known=score.anything_known,
            runner_up=score.runner_up,
            reasons=reasons,
            against=against,
            vetoes=self._veto_hits(answers),
            gates=gates,
            flips=self._flips.smallest(sheet, changes),
            homework=() if settled else self._outlook.homework(sheet, completions),
            steps=self._steps(score, kind, strength),
            playbook=self._ref,
            costs=self._costs.estimates(
                answers,
                {each: self._compiled.kind_of(each, sheet.answers) for each in score.points},
            ),
        )

    def next_questions(self, answered: SheetKey, enough: float) -> NextQuestions:
        """See `RuleEngine.next_questions`."""
        sheet, completions, confidence = self.completed(answered)
        found = self._outlook.next_questions(sheet, completions, confidence, enough)
        capped = self._capped(found.confidence, found.option, sheet.given)
        return replace(found, confidence=capped, strength=self._strength(sheet, capped))

    def _strength(self, sheet: ScoredSheet, confidence: float) -> Strength:
        only_left = sheet.score.strength is Strength.ONLY_LEFT
        return self._compiled.strength(confidence, only_left=only_left)

    def _complete(self, answered: SheetKey) -> tuple[ScoredSheet, Completions, float]:
        """Return an answer sheet with its completions and the confidence by them."""
        sheet = ScoredSheet(self._compiled, dict(answered))
        completions = self._outlook.completions(sheet)
        return sheet, completions, self._outlook.confidence(sheet, completions)

    def rules_that_hold(self, answers: Answers) -> tuple[Rule, ...]:
        """Return the rules that give their points."""
        return tuple(rule for rule, _ in self._rules.matching(answers))

    def arguments(self, answers: Answers) -> tuple[Reason, ...]:
        """Return all points of the rules that hold, for every option."""
        return tuple(
            self._reason(rule, option, answered)
            for rule, answered in self._rules.matching(answers)
            for option in self._points[rule.id]
        )

    def gates(self, answers: Answers, option: str) -> tuple[GateHit, ...]:
        """Return the gates that hold for an option."""
        return tuple(
            GateHit(gate.id, gate.provisional, gate.say, gate.source, answered)
            for gate, answered in self._held_gates(answers, option)
        )

    def _capped(self, confidence: float, option: str, answers: Answers) -> float:
        """Return the confidence as far as the gates that hold allow it, to three decimals."""
        caps = [gate.caps for gate, _ in self._held_gates(answers, option) if gate.caps]
        return round(min([confidence, *caps]), 3)

    def _held_gates(self, answers: Answers, option: str) -> _Hits[Gate]:
        return [
            (gate, answered)
            for gate, answered in self._gates.matching(answers)
            if not gate.recommends or option in gate.recommends
        ]

    def _veto_hits(self, answers: Answers) -> tuple[VetoHit, ...]:
        return tuple(
            VetoHit(
                veto=veto.id,
                options=veto.rules_out,
                because=veto.because,
                way_around=veto.way_around,
                source=veto.source,
                answers=answered,
            )
            for veto, answered in self._vetoes.matching(answers)
        )

    def _reasons(
        self, score: Score, held: _Hits[Rule]
    ) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
        """Return the reasons for the recommended option and those against it."""
        reasons, against, for_rival = list[Reason](), list[Reason](), list[Reason]()
        for rule, answered in held:
            points = self._points[rule.id]
            own = points.get(score.option, 0)
            if own:
                given = self._reason(rule, score.option, answered)
                (reasons if own > 0 else against).append(given)
            if score.runner_up and points.get(score.runner_up, 0) > max(0, own):
                for_rival.append(self._reason(rule, score.runner_up, answered))
        listed = {reason.rule for reason in against}
        for_rival = [each for each in _strongest(for_rival) if each.rule not in listed]
        return (
            tuple(_strongest(reasons)),
            (*_strongest(against), *for_rival[:REASONS_FOR_RUNNER_UP]),
        )

    def _reason(self, rule: Rule, option: str, answered: tuple[Answered, ...]) -> Reason:
        return Reason(
            rule=rule.id,
            option=option,
            points=self._points[rule.id][option],
            because=rule.because_for(option, *self._playbook.options[option].meets),
            source=rule.source,
            answers=answered,
            year=rule.year,
            evidence=rule.evidence,
        )

    def _needs(self, held: _Hits[Rule]) -> dict[str, NeedLevel]:
        found = {}
        for name, need in self._playbook.needs.items():
            points = sum(rule.points.get(name, 0) for rule, _ in held)
            found[name] = NeedLevel(points, need.bar, large=points >= need.bar)
        return found

    def _steps(self, score: Score, kind: str | None, strength: Strength) -> tuple[str, ...]:
        """Return the first steps; for a close call those of the playbook and of its bake-off."""
        if score.stuck:
            return (ALL_RULED_OUT,)
        if strength is Strength.TOO_CLOSE:
            too_close = self._playbook.too_close
            compared = [each for each in (score.option, score.runner_up) if each]
            plan = plan_bakeoff(self._playbook, compared)
            steps = (*(too_close.first_steps if too_close else ()), *(plan.steps() if plan else ()))
            if steps:
                return steps
        option = self._playbook.options[score.option]
        return (kind and option.kinds[kind].first_steps) or option.first_steps


def _strongest(reasons: Iterable[Reason]) -> list[Reason]:
    return sorted(reasons, key=lambda reason: -abs(reason.points))
