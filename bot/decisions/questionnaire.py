"""The pages of the questionnaire: only questions that can still change the result."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.decisions.model import Draft, DraftPurpose
from bot.playbooks.engine import RuleEngine
from bot.playbooks.model import Answer, Question, Step
from bot.playbooks.verdict import Verdict

WORKFLOW_STEP = "workflow"
REVIEW_STEP = "review"


@dataclass(frozen=True, slots=True)
class WorkflowPage:
    """The first page: title, problem, deciders, and review date."""

    draft: Draft
    playbook_title: str
    of: int


@dataclass(frozen=True, slots=True)
class QuestionsPage:
    """The questions of one step; `number` is its page number, from 1."""

    draft: Draft
    step: Step
    questions: tuple[Question, ...]
    number: int
    of: int


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """The last page: the answers and the current recommendation."""

    draft: Draft
    engine: RuleEngine
    verdict: Verdict
    of: int


Page = WorkflowPage | QuestionsPage | ReviewPage


class Questionnaire:
    """The pages of a draft, given its answers."""

    def __init__(self, engine: RuleEngine, draft: Draft) -> None:
        """Compute which questions to show."""
        self._engine = engine
        self._draft = draft
        self._questions = _questions_by_step(engine, draft.answers)
        self._steps = [step.id for step in engine.playbook.steps]

    def first(self) -> Page:
        """Return the first page: the workflow page, except for a perspective."""
        if self._draft.purpose is DraftPurpose.PERSPECTIVE:
            return self.after(WORKFLOW_STEP)
        return WorkflowPage(self._draft, self._engine.playbook.title, self._of)

    def after(self, step: str) -> Page:
        """Return the page that follows a step: the next one with a question that matters.

        A step is repeated if one of its answers made another of its questions matter.

        Raises:
            ValueError: the playbook has no such step.
        """
        start = 0 if step == WORKFLOW_STEP else self._steps.index(step)
        for each in self._steps[start:]:
            questions = self._questions.get(each, ())
            unanswered = any(question.id not in self._draft.answers for question in questions)
            if unanswered or (questions and each != step):
                return self._questions_page(each)
        return self.last()

    def before(self, step: str) -> Page:
        """Return the page that precedes a step: the last one before it that has questions.

        Raises:
            ValueError: the playbook has no such step.
        """
        end = len(self._steps) if step == REVIEW_STEP else self._steps.index(step)
        for each in reversed(self._steps[:end]):
            if each in self._questions:
                return self._questions_page(each)
        return self.first()

    def unfinished(self) -> Page:
        """Return the first page with something unanswered; the last page if there is none."""
        for step, questions in self._questions.items():
            if any(question.id not in self._draft.answers for question in questions):
                return self._questions_page(step)
        return self.last()

    def last(self) -> Page:
        """Return the last page, with the current recommendation."""
        verdict = self._engine.evaluate(self._draft.answers)
        return ReviewPage(self._draft, self._engine, verdict, self._of)

    @property
    def _of(self) -> int:
        return len(self._questions) + self._first_number

    @property
    def _first_number(self) -> int:
        """The number of the first page with questions."""
        return 1 if self._draft.purpose is DraftPurpose.PERSPECTIVE else 2

    def _questions_page(self, step_id: str) -> Page:
        (step,) = [step for step in self._engine.playbook.steps if step.id == step_id]
        number = list(self._questions).index(step_id) + self._first_number
        return QuestionsPage(self._draft, step, self._questions[step_id], number, self._of)


def _questions_by_step(
    engine: RuleEngine, answers: Mapping[str, Answer]
) -> dict[str, tuple[Question, ...]]:
    """Return, by step and in their order, the questions answered or still worth asking."""
    matter = {question.id for question in engine.questions_that_matter(answers)}
    shown: dict[str, tuple[Question, ...]] = {}
    for step in engine.playbook.steps:
        questions = tuple(
            question
            for question in engine.playbook.questions
            if question.step == step.id
            and (question.id in answers or question.id in matter)
            and engine.applies(question, answers)
        )
        if questions:
            shown[step.id] = questions
    return shown
