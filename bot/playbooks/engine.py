"""The way in: a playbook, ready to evaluate."""

from __future__ import annotations

from bot.playbooks import conditions
from bot.playbooks.explain import Explainer
from bot.playbooks.outcome import Outcomes
from bot.playbooks.playbook import Condition, Playbook, Question, Rule
from bot.playbooks.problems import nearest
from bot.playbooks.scoring import Score
from bot.playbooks.tables import Tables
from bot.playbooks.verdict import Answers, GateHit, Reason, Verdict


class InvalidAnswers(ValueError):
    """Answers that don't fit the playbook; `problems` has one sentence for each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


class RuleEngine:
    """Evaluates by one playbook, compiled once. Immutable to the outside and safe to share."""

    def __init__(self, playbook: Playbook) -> None:
        self.playbook = playbook
        self._tables = Tables(playbook)
        self._outcomes = Outcomes(self._tables)
        self._explainer = Explainer(self._tables, self._outcomes)
        self._asked_when = {
            question.id: conditions.terms(question.ask_when, self._tables.questions)
            for question in playbook.questions
        }

    def evaluate(self, answers: Answers) -> Verdict:
        """The verdict for an answer sheet, with everything that explains it.

        Raises:
            InvalidAnswers: it names a question or answer that the playbook does not have.
        """
        self.check(answers)
        return self._explainer.verdict(answers)

    def questions_that_matter(self, answers: Answers) -> tuple[Question, ...]:
        """The questions still worth asking.

        Those not in `answers` for which some way of answering the others not asked yet ("don't
        know" included) makes this question decide which option is recommended. A question already
        answered "don't know" stays unknown. Exact: when nothing is returned, no answers to what
        has not been asked can change the recommended option. (They can still change its strength.)

        Returns:
            The questions in the order to ask them: by step, within a step those that decide most
            often first, none before a question that its `ask_when` depends on.

        Raises:
            InvalidAnswers: as `evaluate`.
        """
        self.check(answers)
        return self._explainer.openness.questions_that_matter(answers)

    def rules_that_hold(self, answers: Answers) -> tuple[Rule, ...]:
        """The rules that give their points on an answer sheet. Answers must fit."""
        return self._explainer.rules_that_hold(answers)

    def arguments(self, answers: Answers) -> tuple[Reason, ...]:
        """What the rules that hold give to each option, in the playbook's order. Answers must fit.

        An option that combines others has the points of its parts besides: see `verdict`.
        """
        return self._explainer.arguments(answers)

    def gates(self, answers: Answers, option: str) -> tuple[GateHit, ...]:
        """The conditions attached to an option, recommended or not. Answers must fit."""
        return self._explainer.gates(answers, option)

    def applies(self, question: Question, answers: Answers) -> bool:
        """Whether a question is to be asked, given these answers: its `ask_when` holds."""
        return conditions.holds(self._asked_when[question.id], answers)

    def score(self, answers: Answers) -> Score:
        """Only the result in figures: option, points, lead and strength. Answers must fit."""
        return self._explainer.scorer.score(*self._tables.sheet(answers))

    def terms(self, when: Condition) -> tuple[conditions.Term, ...]:
        """A condition on this playbook's questions, ready for `conditions.holds`."""
        return conditions.terms(when, self._tables.questions)

    def check(self, answers: Answers) -> None:
        """Complain about answers that don't fit the playbook.

        Raises:
            InvalidAnswers: with one sentence for each unknown question or answer.
        """
        problems = tuple(
            problem for item in answers.items() if (problem := self._problem(*item)) is not None
        )
        if problems:
            raise InvalidAnswers(problems)

    def _problem(self, name: str, answer: str | None) -> str | None:
        question = self._tables.questions.get(name)
        if question is None:
            return _unknown(f"unknown question `{name}`", nearest(name, self._tables.questions))
        if answer is None or answer in question.answers:
            return None
        near = nearest(answer, question.answers)
        choices = ", ".join(question.answers)
        return _unknown(f"`{answer}` is no answer to `{name}` (there are {choices})", near)


def _unknown(message: str, near: str | None) -> str:
    return f"{message}; did you mean `{near}`?" if near else message
