"""Which page of the questionnaire comes next: only questions that can still change the result."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.advice.advisor import Advisor
from bot.advice.playbook import Question, Step
from bot.advice.verdict import Verdict
from bot.decisions.model import Draft

WORKFLOW_STEP = "workflow"
REVIEW_STEP = "review"


@dataclass(frozen=True, slots=True)
class WorkflowPage:
    """The first page: what is to be decided, by whom, and when to look back."""

    draft: Draft
    playbook_title: str
    of: int


@dataclass(frozen=True, slots=True)
class QuestionsPage:
    """The questions of one step; `number` counts pages from 1, the first page included."""

    draft: Draft
    step: Step
    questions: tuple[Question, ...]
    number: int
    of: int


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """The last page: the answers, and the recommendation as it stands."""

    draft: Draft
    advisor: Advisor
    verdict: Verdict
    of: int


Page = WorkflowPage | QuestionsPage | ReviewPage


def page_after(advisor: Advisor, draft: Draft, step: str) -> Page:
    """Return the page that follows a step: the next one with a question that matters.

    The same step comes again when one of its answers made another of its questions matter.
    """
    steps = _steps_with_questions(advisor, draft.answers)
    ids = [each.id for each in advisor.playbook.steps]
    start = 0 if step == WORKFLOW_STEP else ids.index(step)
    for each in advisor.playbook.steps[start:]:
        questions = steps.get(each.id, ())
        unanswered = any(question.id not in draft.answers for question in questions)
        if unanswered or (questions and each.id != step):
            return page_at(advisor, draft, each.id)
    return page_at(advisor, draft, REVIEW_STEP)


def page_before(advisor: Advisor, draft: Draft, step: str) -> Page:
    """Return the page that precedes a step: the last one before it that has questions."""
    steps = _steps_with_questions(advisor, draft.answers)
    ids = [each.id for each in advisor.playbook.steps]
    end = len(ids) if step == REVIEW_STEP else ids.index(step)
    for each in reversed(ids[:end]):
        if steps.get(each):
            return page_at(advisor, draft, each)
    return page_at(advisor, draft, WORKFLOW_STEP)


def page_at(advisor: Advisor, draft: Draft, step: str) -> Page:
    """Return the page of a step as the draft's answers make it.

    Raises:
        KeyError: the playbook has no such step.
    """
    steps = _steps_with_questions(advisor, draft.answers)
    of = len(steps) + 2
    if step == WORKFLOW_STEP:
        return WorkflowPage(draft, advisor.playbook.title, of)
    if step == REVIEW_STEP:
        return ReviewPage(draft, advisor, advisor.advise(draft.answers), of)
    found = {each.id: each for each in advisor.playbook.steps}[step]
    number = list(steps).index(step) + 2 if step in steps else of - 1
    return QuestionsPage(draft, found, steps.get(step, ()), number, of)


def _steps_with_questions(
    advisor: Advisor, answers: Mapping[str, str | None]
) -> dict[str, tuple[Question, ...]]:
    """Return, by step and in their order, the questions answered or still worth asking."""
    matter = {question.id for question in advisor.questions_that_matter(answers)}
    shown: dict[str, tuple[Question, ...]] = {}
    for step in advisor.playbook.steps:
        questions = tuple(
            question
            for question in advisor.playbook.questions
            if question.step == step.id
            and (question.id in answers or question.id in matter)
            and advisor.applies(question, answers)
        )
        if questions:
            shown[step.id] = questions
    return shown
