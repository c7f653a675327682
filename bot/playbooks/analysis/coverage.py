"""Coverage: an analysis of a playbook's rules over all answer sheets.

A small space of sheets is enumerated. A larger one is sampled with a fixed seed; then further
sheets are drawn for each rule, veto and option that the sample missed. "Never" in the report means:
on none of these sheets. Of a question with several answers at most two are given at once, as people
rarely give more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product
from math import prod
from operator import sub
from random import Random

from bot.playbooks import conditions
from bot.playbooks.model import Answer, Playbook, Rule, Veto
from bot.playbooks.scoring import (
    RULED_OUT,
    CompiledPlaybook,
    Effect,
    OpenSheet,
    ScoredSheet,
    without_vetoes,
)
from bot.playbooks.sensitivity import as_tuple
from bot.playbooks.verdict import Strength

Sheet = dict[str, Answer]
WHOLE = 12_000
"""The largest number of sheets that is enumerated."""
SAMPLE = 6_000
"""Sheets to draw from a larger space."""
TARGETED = 1_000
"""Sheets to draw for a rule, veto or option that the sample missed."""
CHUNK = 500
AT_ONCE = 2
"""The most answers given at once to a question that takes several."""


@dataclass(frozen=True, slots=True)
class CoverageReport:
    """The findings.

    Attributes:
        sheets: the number of possible sheets.
        looked_at: the number of sheets evaluated.
        shares: the share of sheets by option and strength.
        ties: the share of sheets whose first two options have equal points.
        all_ruled_out: the share of sheets without a candidate.
        ineffective_rules: rules that never change which option is recommended.
        ineffective_vetoes: vetoes that never change it.
        unreachable: options that are never recommended.
        contradictions: rules that only give points to an option while it is ruled out.
        non_monotonic: answers that give the winner the most points and yet make it lose.
    """

    sheets: int
    looked_at: int
    shares: Mapping[tuple[str, Strength], float]
    ties: float
    all_ruled_out: float
    ineffective_rules: tuple[str, ...]
    ineffective_vetoes: tuple[str, ...]
    unreachable: tuple[str, ...]
    contradictions: tuple[str, ...]
    non_monotonic: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether every answer sheet was evaluated."""
        return self.looked_at >= self.sheets

    @property
    def ok(self) -> bool:
        """Whether there is nothing that a rule author must fix."""
        return not (
            self.all_ruled_out
            or self.ineffective_rules
            or self.ineffective_vetoes
            or self.unreachable
            or self.contradictions
            or self.non_monotonic
        )


class CoverageAnalysis:
    """Evaluates a playbook's answer sheets in chunks."""

    def __init__(self, playbook: Playbook, whole: int = WHOLE, sample: int = SAMPLE) -> None:
        """Prepare: enumerate all sheets if there are at most `whole`, else draw `sample`."""
        self.playbook, self._compiled = playbook, CompiledPlaybook(playbook)
        self._answers = {
            question.id: [each for each in question.values() if len(as_tuple(each)) <= AT_ONCE]
            for question in playbook.questions
        }
        self._random = Random(0)  # noqa: S311 - reproducible, not secret
        self.total = prod(map(len, self._answers.values()))
        self.looks = self.total if self.total <= whole else sample
        self._members: list[tuple[Rule | Veto, Effect]] = [
            *zip(playbook.rules, self._compiled.rules, strict=True),
            *zip(playbook.vetoes, self._compiled.vetoes, strict=True),
        ]
        self._waiting = set(range(len(self._members)))
        self._verdicts = Counter[tuple[str, Strength]]()
        self._reached = set[str]()
        self._tied = self._stuck = self._seen = 0
        self._non_monotonic: dict[tuple[str, str, str], str] = {}

    def run(self) -> Iterator[int]:
        """Run the analysis; yield the number of sheets of each chunk."""
        sheets = self._all() if self.looks == self.total else self._sample(self.looks)
        while chunk := list(islice(sheets, CHUNK)):
            for number, answers in enumerate(chunk, start=self._seen):
                sheet = ScoredSheet(self._compiled, answers)
                self._count(sheet)
                self._leave_each_out(sheet)
                self._check_monotony(sheet, number)
            self._seen += len(chunk)
            yield len(chunk)
        if self._seen < self.total:
            self._look_for_effects()
            self._look_for_options()

    def report(self) -> CoverageReport:
        """Return the findings, after `run` has ended."""
        waiting = [self._members[number][0] for number in sorted(self._waiting)]
        return CoverageReport(
            sheets=self.total,
            looked_at=self._seen,
            shares={key: count / self._seen for key, count in sorted(self._verdicts.items())},
            ties=self._tied / self._seen,
            all_ruled_out=self._stuck / self._seen,
            ineffective_rules=tuple(each.id for each in waiting if isinstance(each, Rule)),
            ineffective_vetoes=tuple(each.id for each in waiting if isinstance(each, Veto)),
            unreachable=tuple(each for each in self.playbook.options if each not in self._reached),
            contradictions=contradictions(self.playbook),
            non_monotonic=tuple(self._non_monotonic.values()),
        )

    def _all(self) -> Iterator[Sheet]:
        for chosen in product(*self._answers.values()):
            yield dict(zip(self._answers, chosen, strict=True))

    def _sample(self, count: int) -> Iterator[Sheet]:
        for _ in range(count):
            yield self._draw({})

    def _draw(self, wanted: conditions.Term) -> Sheet:
        """Draw a complete sheet that fulfils a term, every answer as likely as any other."""
        return {
            name: self._random.choice([each for each in answers if self._fits(name, each, wanted)])
            for name, answers in self._answers.items()
        }

    def _fits(self, name: str, answer: Answer, wanted: conditions.Term) -> bool:
        values = conditions.values_of(self._compiled.questions[name], answer)
        return all(value in wanted[v] for v, value in values.items() if v in wanted)

    def _count(self, sheet: ScoredSheet) -> None:
        score = sheet.score
        self._verdicts[score.option, score.strength] += 1
        self._reached.add(score.option)
        self._tied += score.lead == 0
        self._stuck += score.stuck

    def _leave_each_out(self, sheet: ScoredSheet) -> None:
        """Mark the rules and vetoes without which this sheet has another winner."""
        for number in tuple(self._waiting):
            effect = self._members[number][1]
            if not conditions.holds(effect.terms, sheet.answers):
                continue
            totals = tuple(map(sub, sheet.totals, effect.points))
            if self._compiled.winner(totals) != sheet.winner:
                self._waiting.discard(number)

    def _look_for_effects(self) -> None:
        for number in sorted(self._waiting):
            for turn in range(TARGETED):
                terms = self._members[number][1].terms
                answers = self._draw(terms[turn % len(terms)])
                self._leave_each_out(ScoredSheet(self._compiled, answers))
                if number not in self._waiting:
                    break

    def _look_for_options(self) -> None:
        """Search for options not reached yet, on sheets that satisfy a rule for them."""
        for place, option in enumerate(self.playbook.options):
            terms = [
                term
                for effect in self._compiled.rules
                if effect.points[place] > 0
                for term in effect.terms
            ]
            for _ in range(TARGETED if terms else 0):
                if option in self._reached:
                    break
                count = self._random.randint(1, min(len(terms), 6))
                chosen = self._random.sample(terms, k=count)
                answers = self._draw({name: a for term in chosen for name, a in term.items()})
                self._reached.add(ScoredSheet(self._compiled, answers).score.option)

    def _check_monotony(self, sheet: ScoredSheet, number: int) -> None:
        """Check that answers that argue most for the winner keep it the winner.

        Follow-ups of a question are left open, for an answer given to one before it applied says
        nothing about this one. Of a sample, each sheet is checked for one question.
        """
        names = list(self._answers)
        if self.looks < self.total:
            names = [names[number % len(names)]]
        for name in names:
            if sheet.given[name] != self._answers[name][0] and self.looks == self.total:
                continue  # the same sheet but for this answer is looked at as well
            self._check_question(sheet, name)

    def _check_question(self, sheet: ScoredSheet, name: str) -> None:
        followed = [name, *self._follow_ups(name)]
        opened = OpenSheet(sheet, followed)
        nothing = [None] * (len(followed) - 1)
        answers = [each for each in self._answers[name] if len(as_tuple(each)) == 1]
        choices = [[answer, *nothing] for answer in (None, *answers)]
        before, *after_each = opened.totals(opened.columns(choices))
        won = self._compiled.winner(before)
        if max(before) <= RULED_OUT:
            return
        for answer, after in zip(answers, after_each, strict=True):
            lost = self._compiled.winner(after)
            gain = tuple(map(sub, without_vetoes(after), without_vetoes(before)))
            others = [0, *(each for place, each in enumerate(gain) if place != won)]
            if lost != won and gain[won] > max(others):
                self._note(sheet, name, answer, won, lost)

    def _follow_ups(self, name: str) -> list[str]:
        """Return the questions that are only asked after certain answers to this one."""
        found, names = list[str](), {name}
        for question in self.playbook.questions:
            if question.ask_when and names & conditions.named(question.ask_when):
                names.add(question.id)
                found.append(question.id)
        return found

    def _note(self, sheet: ScoredSheet, name: str, answer: Answer, won: int, lost: int) -> None:
        shown = "` and `".join(as_tuple(answer))
        key = (name, shown, self._compiled.options[won])
        if key in self._non_monotonic:
            return
        before, after = (
            ScoredSheet(self._compiled, {**sheet.given, name: each}).answers
            for each in (None, answer)
        )
        blamed = [
            f"`{veto.id}`"
            for veto, effect in zip(self.playbook.vetoes, self._compiled.vetoes, strict=True)
            if key[2] in veto.rules_out
            and conditions.holds(effect.terms, after)
            and not conditions.holds(effect.terms, before)
        ]
        why = f" (veto {', '.join(blamed)})" if blamed else ""
        self._non_monotonic[key] = (
            f"answering `{name}` with `{shown}` argues most for {key[2]}, yet can turn it "
            f"into {self._compiled.options[lost]}{why}"
        )


def contradictions(playbook: Playbook) -> tuple[str, ...]:
    """Return a sentence for each rule that only gives points to an option while it is ruled out.

    Exact: the rule's condition implies the veto's.
    """
    compiled = CompiledPlaybook(playbook)
    found = []
    for rule, stronger in zip(playbook.rules, compiled.rules, strict=True):
        for veto, weaker in zip(playbook.vetoes, compiled.vetoes, strict=True):
            options = [each for each in veto.rules_out if rule.points.get(each, 0) > 0]
            if options and conditions.implies(stronger.terms, weaker.terms):
                names = ", ".join(options)
                found.append(
                    f"rule `{rule.id}` gives points to {names}, but wherever it holds veto "
                    f"`{veto.id}` rules that out"
                )
    return tuple(found)
