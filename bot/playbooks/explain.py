"""The verdict in full: points, reasons, vetoes, gates, first steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Generic, Protocol, TypeVar

from bot.playbooks import conditions
from bot.playbooks.flips import Flips
from bot.playbooks.kinds import Kinds
from bot.playbooks.openness import Openness
from bot.playbooks.outcome import Outcomes
from bot.playbooks.playbook import Condition, Gate, Playbook, Rule, Veto
from bot.playbooks.scoring import Score, Scorer
from bot.playbooks.tables import Tables
from bot.playbooks.verdict import (
    Answered,
    Answers,
    GateHit,
    PlaybookRef,
    Reason,
    Strength,
    Verdict,
    VetoHit,
)

ALL_RULED_OUT = (
    "These answers rule out every option. Start with the veto whose way around costs least."
)
PUSHES_FOR_RUNNER_UP = 3


class _Conditional(Protocol):
    @property
    def when(self) -> Condition: ...


T = TypeVar("T", bound=_Conditional)


class _Held(Generic[T]):
    """Rules, vetoes or gates, and which of them hold."""

    def __init__(self, members: Iterable[T], tables: Tables) -> None:
        self._questions = tables.questions
        self._members = [
            (
                member,
                conditions.terms(member.when, tables.questions),
                conditions.terms(member.when, tables.questions, gated=False),
            )
            for member in members
        ]

    def by(self, answers: Answers) -> list[tuple[T, tuple[Answered, ...]]]:
        """Those that hold, each with the answers that make it hold."""
        return [
            (member, self._answered(shown, answers))
            for member, terms, shown in self._members
            if conditions.holds(terms, answers)
        ]

    def _answered(self, terms: Iterable[conditions.Term], answers: Answers) -> tuple[Answered, ...]:
        term = next(term for term in terms if conditions.holds([term], answers))
        return tuple(
            Answered(name, answer)
            for name in self._questions
            if name in term and (answer := answers.get(name)) is not None
        )


class Explainer:
    """Makes verdicts."""

    def __init__(self, tables: Tables, outcomes: Outcomes) -> None:
        self.tables, self.outcomes = tables, outcomes
        self.playbook: Playbook = tables.playbook
        self.scorer = Scorer(tables, outcomes)
        self.kinds = Kinds(tables)
        self.flips = Flips(self.scorer, self.kinds)
        self.openness = Openness(outcomes)
        self.ref = PlaybookRef(self.playbook.id, self.playbook.version, self.playbook.hash)
        self._rules: _Held[Rule] = _Held(self.playbook.rules, tables)
        self._vetoes: _Held[Veto] = _Held(self.playbook.vetoes, tables)
        self._gates: _Held[Gate] = _Held(self.playbook.gates, tables)

    def verdict(self, answers: Answers) -> Verdict:
        """The verdict for answers that are known to fit the playbook."""
        score = self.scorer.score(*self.tables.sheet(answers))
        held = self._rules.by(answers)
        kind = self.kinds.of(score.option, answers)
        reasons, against = self._reasons(score, held)
        settled = self.openness.settled(answers)
        return Verdict(
            option=score.option,
            kind=kind,
            strength=score.strength,
            settled=settled,
            lead=score.lead,
            points=score.points,
            runner_up=score.runner_up,
            reasons=reasons,
            against=against,
            vetoes=tuple(
                VetoHit(
                    veto=veto.id,
                    options=veto.rules_out,
                    because=veto.because,
                    way_around=veto.way_around,
                    source=veto.source,
                    alone=veto.alone,
                    answers=answered,
                )
                for veto, answered in self._vetoes.by(answers)
            ),
            gates=self.gates(answers, score.option),
            flips=self.flips.smallest(answers),
            homework=() if settled else self.openness.homework(answers),
            steps=self._steps(score, kind),
            playbook=self.ref,
        )

    def rules_that_hold(self, answers: Answers) -> tuple[Rule, ...]:
        """The rules that give their points."""
        return tuple(rule for rule, _ in self._rules.by(answers))

    def arguments(self, answers: Answers) -> tuple[Reason, ...]:
        """Every push of the rules that hold, for whichever option it is."""
        return tuple(
            _reason(rule, option, answered)
            for rule, answered in self._rules.by(answers)
            for option, points in rule.points.items()
            if points
        )

    def gates(self, answers: Answers, option: str) -> tuple[GateHit, ...]:
        """The gates that hold for an option."""
        return tuple(
            GateHit(gate.id, gate.provisional, gate.say, gate.source, answered)
            for gate, answered in self._gates.by(answers)
            if not gate.recommends or option in gate.recommends
        )

    def _reasons(
        self, score: Score, held: Sequence[tuple[Rule, tuple[Answered, ...]]]
    ) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
        """What speaks for the recommended option, and what against it."""
        mine = self._counted(score.option)
        theirs = self._counted(score.runner_up) if score.runner_up else ()
        reasons, against, pushes = list[Reason](), list[Reason](), list[Reason]()
        for rule, answered in held:
            best, worst = _extremes(rule, mine)
            if best and rule.points[best] > 0:
                reasons.append(_reason(rule, best, answered))
            if worst and rule.points[worst] < 0:
                against.append(_reason(rule, worst, answered))
            rival, _ = _extremes(rule, theirs)
            if rival and rule.points[rival] > max(0, rule.points[best] if best else 0):
                pushes.append(_reason(rule, rival, answered))
        told = {reason.rule for reason in against}
        pushes = [push for push in _strongest(pushes) if push.rule not in told]
        return (
            tuple(_strongest(reasons)),
            (*_strongest(against), *pushes[:PUSHES_FOR_RUNNER_UP]),
        )

    def _counted(self, option: str) -> tuple[str, ...]:
        return (option, *self.playbook.options[option].combines)

    def _steps(self, score: Score, kind: str | None) -> tuple[str, ...]:
        """What to do first: for a close call what the playbook says of close calls."""
        if score.stuck:
            return (ALL_RULED_OUT,)
        too_close = self.playbook.too_close
        if score.strength is Strength.TOO_CLOSE and too_close and too_close.first_steps:
            return too_close.first_steps
        option = self.playbook.options[score.option]
        return (*(option.kinds[kind].first_steps if kind else ()), *option.first_steps)


def _extremes(rule: Rule, options: Iterable[str]) -> tuple[str | None, str | None]:
    """Which of the options a rule pushes up most, and which down most."""
    pushed = [option for option in options if option in rule.points]
    if not pushed:
        return None, None
    return max(pushed, key=rule.points.__getitem__), min(pushed, key=rule.points.__getitem__)


def _reason(rule: Rule, option: str, answered: tuple[Answered, ...]) -> Reason:
    points = rule.points[option]
    return Reason(rule.id, option, points, rule.because, rule.source, answered)


def _strongest(reasons: Iterable[Reason]) -> list[Reason]:
    return sorted(reasons, key=lambda reason: -abs(reason.points))
