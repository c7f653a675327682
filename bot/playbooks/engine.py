"""The rule engine: the public interface to a compiled playbook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from bot.playbooks import conditions
from bot.playbooks.completions import ENOUGH, NextQuestions
from bot.playbooks.explain import SheetKey, VerdictBuilder
from bot.playbooks.model import Answer, Condition, Playbook, Question, Rule
from bot.playbooks.scoring import CompiledPlaybook, OpenSheet, Score, ScoredSheet, without_vetoes
from bot.playbooks.sensitivity import as_tuple
from bot.playbooks.verdict import Answers, GateHit, Reason, Verdict
from bot.playbooks.yaml_source import nearest

CACHED_SHEETS = 500
"""Sheets to cache what to ask next of; people go back and forth between a few pages."""
CACHED_VERDICTS = 50
"""Sheets to cache the verdict of: from the page that shows it until it is posted."""


class InvalidAnswers(ValueError):
    """Answers that don't fit the playbook; `problems` has one sentence for each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


class RuleEngine:
    """Evaluates answer sheets by one playbook, compiled once. Safe to share."""

    def __init__(self, playbook: Playbook) -> None:
        self.playbook = playbook
        self._compiled = CompiledPlaybook(playbook)
        self._builder = VerdictBuilder(self._compiled)
        self._verdicts = lru_cache(CACHED_VERDICTS)(self._builder.verdict)
        self._next = lru_cache(CACHED_SHEETS)(self._builder.next_questions)
        self._asked_when = {
            question.id: self.terms(question.ask_when) for question in playbook.questions
        }

    def evaluate(self, answers: Answers) -> Verdict:
        """Return the verdict for an answer sheet, with everything that explains it.

        Raises:
            InvalidAnswers: it names a question or answer that the playbook does not have.
        """
        return self._verdicts(self._checked(answers), changes=2)

    def preview(self, answers: Answers) -> Verdict:
        """Return the verdict without flips, for the page that is shown before it is posted.

        Raises:
            InvalidAnswers: as `evaluate`.
        """
        return self._verdicts(self._checked(answers), changes=0)

    def next_questions(self, answers: Answers, enough: float = ENOUGH) -> NextQuestions:
        """Return what to ask next, and whether it is still worth asking.

        Only questions not in `answers` whose `ask_when` holds, and that tell something about the
        result. A question already answered "don't know" is not asked again: it lowers the
        confidence, and `enough` is judged with it left unknown.

        Args:
            answers: so far.
            enough: the share of completions that keep the option which is enough, unless the
                option is too close to call.

        Raises:
            InvalidAnswers: as `evaluate`.
        """
        return self._next(self._checked(answers), enough)

    def rules_that_hold(self, answers: Answers) -> tuple[Rule, ...]:
        """Return the rules that give their points on an answer sheet. Answers must fit."""
        return self._builder.rules_that_hold(answers)

    def arguments(self, answers: Answers) -> tuple[Reason, ...]:
        """Return what the rules that hold give to each option, in order. Answers must fit."""
        return self._builder.arguments(answers)

    def gates(self, answers: Answers, option: str) -> tuple[GateHit, ...]:
        """Return the gates attached to an option, recommended or not. Answers must fit."""
        return self._builder.gates(answers, option)

    def applies(self, question: Question, answers: Answers) -> bool:
        """Return whether a question is to be asked, given these answers: its `ask_when` holds."""
        return question.ask_when is None or self.holds(self._asked_when[question.id], answers)

    def score(self, answers: Answers) -> Score:
        """Return only option, points, lead and strength. Answers must fit."""
        return ScoredSheet(self._compiled, answers).score

    def recommended(self, sheets: Sequence[Answers]) -> list[str | None]:
        """Return the option recommended for each of many answer sheets. Answers must fit.

        None if rules give no points; equal to `score(sheet).recommended`, but quicker.
        """
        if not sheets:
            return []
        compiled = self._compiled
        names = tuple(compiled.questions)
        opened = OpenSheet(ScoredSheet(compiled, {}), names)
        columns = opened.columns([[sheet.get(name) for name in names] for sheet in sheets])
        return [
            None
            if without_vetoes(totals) == compiled.base
            else compiled.options[compiled.winner(totals)]
            for totals in opened.totals(columns)
        ]

    def points_of(self, rule: Rule) -> Mapping[str, int]:
        """Return what a rule of this playbook gives to each option, through needs too."""
        return self._compiled.points_of(rule)

    def terms(self, when: Condition | None) -> tuple[conditions.Term, ...]:
        """Expand a condition on this playbook's questions for `conditions.holds`."""
        return conditions.terms(when, self._compiled.questions)

    def holds(self, terms: Iterable[conditions.Term], answers: Answers) -> bool:
        """Return whether answers fulfil any of the terms of a condition. Answers must fit."""
        return conditions.holds(terms, conditions.expand(answers, self._compiled.questions))

    def _checked(self, answers: Answers) -> SheetKey:
        """Return an answer sheet in the playbook's order and form; raise if it does not fit."""
        self.check(answers)
        known = self.fitting(answers)
        return tuple((name, known[name]) for name in self._compiled.questions if name in known)

    def forget(self) -> None:
        """Empty the caches, for measurements."""
        for cache in (self._verdicts, self._next, self._builder.completed):
            cache.cache_clear()

    def check(self, answers: Answers) -> None:
        """Check that answers fit the playbook.

        A single answer to a question that takes several may be given without its tuple.

        Raises:
            InvalidAnswers: with one sentence for each unknown question or answer.
        """
        problems = tuple(
            problem for item in answers.items() if (problem := self._problem(*item)) is not None
        )
        if problems:
            raise InvalidAnswers(problems)

    def fitting(self, answers: Answers) -> dict[str, Answer]:
        """Return what of an answer sheet fits this playbook, in the form that it asks for.

        For sheets of another version, and for answers in any order: several answers are a tuple
        in the playbook's order, also a single one, and those that it does not have are left out.
        """
        questions, found = self._compiled.questions, dict[str, Answer]()
        for name, answer in answers.items():
            question = questions.get(name)
            if question is None:
                continue
            value = question.as_value(as_tuple(answer))
            apart = isinstance(value, tuple) and question.problem_with(value)
            if answer is None or (value is not None and not apart):
                found[name] = value
        return found

    def _problem(self, name: str, answer: Answer) -> str | None:
        question = self._compiled.questions.get(name)
        if question is None:
            return _with_hint(f"unknown question `{name}`", nearest(name, self._compiled.questions))
        for each in as_tuple(answer):
            if each not in question.answers:
                near = nearest(each, question.answers)
                choices = ", ".join(question.answers)
                return _with_hint(f"`{each}` is no answer to `{name}` (there are {choices})", near)
        return question.problem_with(answer) if isinstance(answer, tuple) else None


def _with_hint(message: str, near: str | None) -> str:
    return f"{message}; did you mean `{near}`?" if near else message
