"""Which page comes next: only questions that can still change the result."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.decisions.model import Draft, Person
from bot.decisions.questionnaire import (
    REVIEW_STEP,
    WORKFLOW_STEP,
    Page,
    Questionnaire,
    QuestionsPage,
    ReviewPage,
    WorkflowPage,
)
from bot.playbooks import conditions, loader
from bot.playbooks.engine import RuleEngine
from tests.services.harness import SMALL

RULES = Path(__file__).parents[2] / "rules"
AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
MODEST = settings(
    max_examples=15,
)


@cache
def shipped(name: str) -> RuleEngine:
    """Return the engine of a shipped playbook."""
    return RuleEngine(loader.load(RULES / name))


@cache
def small() -> RuleEngine:
    """Return the engine of the small playbook."""
    return RuleEngine(loader.parse(SMALL))


def draft_with(**answers: str | None) -> Draft:
    """Return a draft with these answers."""
    return Draft("0" * 32, Person("T1", "U1"), SMALL.hash, AT, AT, answers=answers)


def shown(page: Page) -> list[str]:
    """Return the questions of a page."""
    assert isinstance(page, QuestionsPage)
    return [question.id for question in page.questions]


def test_a_follow_up_comes_once_its_question_is_answered() -> None:
    """A step repeats with the follow-up questions that its answers made relevant."""
    first = Questionnaire(small(), draft_with()).after(WORKFLOW_STEP)
    assert shown(first) == ["facts"]
    again = Questionnaire(small(), draft_with(facts="many")).after("knowledge")
    assert shown(again) == ["facts", "freshness"]
    after = Questionnaire(small(), draft_with(facts="many", freshness="daily")).after("knowledge")
    assert shown(after) == ["style"]


def test_a_settled_result_ends_the_questions() -> None:
    """If no answer can change the result, the review page follows at once."""
    page = Questionnaire(small(), draft_with(facts="never")).after("knowledge")
    assert isinstance(page, ReviewPage)
    assert page.verdict.settled
    assert page.verdict.option == "prompting"
    assert page.of == 3


def test_dont_know_is_an_answer_that_is_not_asked_again() -> None:
    """The answer "don't know" is not asked again, and adds no follow-up questions."""
    page = Questionnaire(small(), draft_with(facts=None)).after("knowledge")
    assert shown(page) == ["style"]


def test_back_leads_to_the_page_before() -> None:
    """Going back from the review shows each previous page with its answers."""
    draft = draft_with(facts="many", freshness="daily", style="strict", examples="many")
    behaviour = Questionnaire(small(), draft).before(REVIEW_STEP)
    assert shown(behaviour) == ["style", "examples"]
    knowledge = Questionnaire(small(), draft).before("behaviour")
    assert shown(knowledge) == ["facts", "freshness"]
    assert isinstance(Questionnaire(small(), draft).before("knowledge"), WorkflowPage)


def test_an_answer_changed_after_going_back_takes_its_follow_ups_away() -> None:
    """After its question gets another answer, a follow-up is not shown."""
    draft = draft_with(facts="never", freshness="daily", style="strict", examples="many")
    assert shown(Questionnaire(small(), draft).after(WORKFLOW_STEP)) == ["facts"]


def test_going_on_after_going_back_passes_the_pages_that_were_answered() -> None:
    """Answered pages are shown again on the way forward, so that they can be changed."""
    draft = draft_with(facts="many", freshness="daily", style="strict", examples="many")
    assert shown(Questionnaire(small(), draft).after(WORKFLOW_STEP)) == ["facts", "freshness"]
    assert shown(Questionnaire(small(), draft).after("knowledge")) == ["style", "examples"]
    assert isinstance(Questionnaire(small(), draft).after("behaviour"), ReviewPage)


def test_a_draft_goes_on_where_it_was_left() -> None:
    """A draft resumes at the first page with an unanswered question, else at the last page."""
    assert shown(Questionnaire(small(), draft_with()).unfinished()) == ["facts"]
    half = draft_with(facts="many", freshness="daily")
    assert shown(Questionnaire(small(), half).unfinished()) == ["style"]
    assert isinstance(Questionnaire(small(), draft_with(facts="never")).unfinished(), ReviewPage)


ENGINES = st.sampled_from(["small", "hosting", "ragvsft"]).map(
    lambda name: small() if name == "small" else shipped(name)
)


def walk(data: st.DataObject, engine: RuleEngine) -> tuple[list[QuestionsPage], Draft]:
    """Answer at random, page by page; return the pages and the draft at the review."""
    draft, step, pages = draft_with(), WORKFLOW_STEP, list[QuestionsPage]()
    questions = len(engine.playbook.questions)
    while not isinstance(page := Questionnaire(engine, draft).after(step), ReviewPage):
        assert isinstance(page, QuestionsPage)
        pages.append(page)
        assert len(pages) <= questions, "every page must bring something new"
        given = {
            question.id: data.draw(st.sampled_from([*question.answers, None]), question.id)
            for question in page.questions
        }
        draft, step = replace(draft, answers={**draft.answers, **given}), page.step.id
    return pages, draft


@MODEST
@given(st.data(), ENGINES)
def test_every_way_through_ends_at_the_review(data: st.DataObject, engine: RuleEngine) -> None:
    """Each page has new questions, steps never go back, and at the end nothing is unanswered."""
    pages, draft = walk(data, engine)
    steps = [step.id for step in engine.playbook.steps]
    answered: set[str] = set()
    for page in pages:
        ids = {question.id for question in page.questions}
        assert ids - answered
        answered |= ids
        assert 2 <= page.number < page.of
    order = [steps.index(page.step.id) for page in pages]
    assert order == sorted(order)
    assert engine.questions_that_matter(draft.answers) == ()


@MODEST
@given(st.data(), ENGINES)
def test_follow_ups_come_after_what_they_depend_on(data: st.DataObject, engine: RuleEngine) -> None:
    """A conditional question is shown after the questions of its condition."""
    pages, _ = walk(data, engine)
    for page in pages:
        for question in page.questions:
            if question.ask_when is not None and question.id not in page.draft.answers:
                assert engine.applies(question, page.draft.answers)
                asked = conditions.named(question.ask_when) & page.draft.answers.keys()
                assert asked


@MODEST
@given(st.data(), ENGINES)
def test_back_passes_every_page_that_was_shown(data: st.DataObject, engine: RuleEngine) -> None:
    """Going back from the review shows the steps in reverse order."""
    pages, draft = walk(data, engine)
    there = list(dict.fromkeys(page.step.id for page in pages))
    back, step = list[str](), REVIEW_STEP
    while isinstance(page := Questionnaire(engine, draft).before(step), QuestionsPage):
        assert page.questions
        assert page.number < page.of
        step = page.step.id
        back.append(step)
    assert back == there[::-1]
