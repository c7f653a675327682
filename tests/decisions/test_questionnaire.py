"""Which page comes next: what tells most first, never the same page twice, then the result."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.decisions.model import Draft, DraftPurpose, Person, Workflow
from bot.decisions.questionnaire import (
    MOST_PAGES,
    MOST_QUESTIONS,
    QUESTION_WORDS,
    ChangePage,
    Page,
    Questionnaire,
    QuestionsPage,
    ResultPage,
    draft_title,
    suggested_title,
    words_in,
)
from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine
from bot.playbooks.library import Example
from bot.playbooks.model import Answer
from tests.services.harness import SMALL

RULES = Path(__file__).parents[2] / "rules"
AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
MODEST = settings(max_examples=15)
EXAMPLE = Example(id="answers", title="Support answers", answers={"facts": "many"})


@cache
def shipped(name: str) -> RuleEngine:
    """Return the engine of a shipped playbook."""
    return RuleEngine(loader.load(RULES / name))


@cache
def small() -> RuleEngine:
    """Return the engine of the small playbook."""
    return RuleEngine(loader.parse(SMALL))


def draft_with(**answers: Answer) -> Draft:
    """Return a draft with these answers."""
    return Draft("0" * 32, Person("T1", "U1"), SMALL.hash, AT, AT, answers=answers)


def small_pages(**answers: Answer) -> Questionnaire:
    """Return the pages of the small playbook for these answers."""
    return Questionnaire(small(), draft_with(**answers))


def shown(page: Page) -> list[str]:
    """Return the questions of a page."""
    assert isinstance(page, QuestionsPage)
    return [question.id for question in page.questions]


def test_the_first_page_has_the_questions_that_tell_most() -> None:
    """The first page asks what applies from the start, and offers the examples."""
    page = small_pages().first((EXAMPLE,))
    assert shown(page) == ["facts", "style"]
    assert isinstance(page, QuestionsPage)
    assert page.examples == (EXAMPLE,)
    assert page.trail == ()
    assert page.standing.option is None


def test_a_view_starts_without_examples() -> None:
    """Examples are offered for new decisions only: a view is a person's own."""
    draft = replace(draft_with(), purpose=DraftPurpose.PERSPECTIVE)
    page = Questionnaire(small(), draft).first((EXAMPLE,))
    assert isinstance(page, QuestionsPage)
    assert page.examples == ()


def test_a_follow_up_comes_alone_on_the_next_page() -> None:
    """A question that an answer gave rise to is on a page of its own, which says so."""
    page = small_pages(facts="some", style="free").after(["facts", "style"], (("other",),))
    assert isinstance(page, QuestionsPage)
    assert shown(page) == ["freshness"]
    assert page.trail == (("other",), ("facts", "style"))
    assert page.follows_up


def test_a_settled_result_ends_the_questions() -> None:
    """If no answer can change the result, it follows at once, with nothing that makes it surer."""
    page = small_pages(facts="never").after(["facts"])
    assert isinstance(page, ResultPage)
    assert page.verdict.option == "prompting"
    assert not page.surer


def test_going_on_asks_the_rest() -> None:
    """After a settled result the other questions can still be answered."""
    page = small_pages(facts="never").further()
    assert shown(page) == ["style"]
    everything = small_pages(facts="never", style="free").further()
    assert isinstance(everything, ResultPage)
    assert everything.further == ()


def test_a_skipped_question_comes_again_only_after_the_result() -> None:
    """A question left empty is not asked before the result, which offers it again, and last."""
    page = small_pages(facts="never", style=None).after(["facts", "style"])
    assert isinstance(page, ResultPage)
    assert [question.id for question in page.further] == ["style"]
    assert page.skipped
    assert shown(small_pages(facts="never", style=None).further()) == ["style"]
    assert shown(small_pages(facts=None).further()) == ["style", "facts"]


def test_without_an_answer_questions_come_instead_of_the_result() -> None:
    """An empty result leads nowhere, so its place has open questions, those skipped last."""
    for page in (
        small_pages().result(),
        small_pages(facts=None, style=None).after(["facts", "style"]),
        small_pages(facts=None, style=None).result(),
    ):
        assert shown(page) == ["facts", "style"]
        assert isinstance(page, QuestionsPage)
        assert page.in_place_of_result
        assert page.ends


def test_the_first_result_comes_with_something_known() -> None:
    """While nothing is known there is no recommendation, so questions go on."""
    page = small_pages(style=None).after(["style"])
    assert shown(page) == ["facts"]


def test_back_leads_to_the_page_before() -> None:
    """Back shows the questions of the page before with their answers, and then the first page."""
    page = small_pages(facts="many", style="strict").before((("facts",), ("style",)))
    assert shown(page) == ["style"]
    assert isinstance(page, QuestionsPage)
    assert page.trail == (("facts",),)
    assert shown(small_pages().before(())) == ["facts", "style"]


def test_a_page_that_the_playbook_does_not_have_is_passed() -> None:
    """A trail with unknown questions leads to the first page."""
    assert shown(small_pages().before((("gone",),))) == ["facts", "style"]


def test_one_answer_can_be_changed() -> None:
    """Each answer has a page of its own; an unknown question leads to the result."""
    page = small_pages(facts="many").change("facts")
    assert isinstance(page, ChangePage)
    assert page.question.id == "facts"
    assert isinstance(small_pages(facts="many").change("gone"), ResultPage)


def test_a_draft_goes_on_where_it_was_left() -> None:
    """A draft resumes with the next questions, or the result; an edit with the result."""
    assert shown(small_pages().resume()) == ["facts", "style"]
    assert shown(small_pages(style="strict").resume())[:1] != ["style"]
    assert isinstance(small_pages(facts="never").resume(), ResultPage)
    edit = replace(draft_with(facts="some"), purpose=DraftPurpose.EDIT)
    assert isinstance(Questionnaire(small(), edit).resume(), ResultPage)


def test_a_draft_goes_on_with_the_page_as_it_was() -> None:
    """A resumed draft shows the page that was open: its questions in order, and its way back."""
    engine = shipped("ragvsft")
    page = Questionnaire(engine, draft_with()).first()
    for _ in range(MOST_PAGES - 1):
        assert isinstance(page, QuestionsPage)
        draft = replace(
            page.draft,
            answers={**page.draft.answers, **dict.fromkeys(shown(page))},
            pages=(*page.trail, tuple(shown(page))),
        )
        page = Questionnaire(engine, draft).after(tuple(shown(page)), page.trail)
        assert Questionnaire(engine, draft).resume() == page
        assert isinstance(page, QuestionsPage)
        assert page.trail == draft.pages


def test_a_late_press_changes_no_answer() -> None:
    """What was pressed fills in a page; a submitted answer wins over it."""
    draft = replace(draft_with(facts="many"), chosen={"facts": "some", "style": "free"})
    assert draft.entered == {"facts": "many", "style": "free"}


def test_the_suggested_title() -> None:
    """The problem's first sentence, else the playbook's title; an answer is no title."""
    problem = Workflow(problem="  It quotes old rules. Customers notice.\nMore.")
    described = replace(draft_with(style="strict"), workflow=problem)
    assert suggested_title(described, small().playbook) == "It quotes old rules"
    assert suggested_title(draft_with(style="strict"), small().playbook) == "Small or large?"
    assert draft_title(described) == "It quotes old rules"
    assert draft_title(draft_with()) == "Untitled draft"


ENGINES = st.sampled_from(["small", "hosting", "ragvsft"]).map(
    lambda name: small() if name == "small" else shipped(name)
)


def walk(data: st.DataObject, engine: RuleEngine) -> tuple[list[QuestionsPage], Draft]:
    """Answer at random, page by page; return the pages and the draft at the result."""
    draft, pages = draft_with(), list[QuestionsPage]()
    page = Questionnaire(engine, draft).first()
    while isinstance(page, QuestionsPage) and not page.in_place_of_result:
        pages.append(page)
        assert len(pages) <= MOST_PAGES
        asked = {
            question.id: data.draw(st.sampled_from([*question.values(), None]), question.id)
            for question in page.questions
        }
        draft = replace(draft, answers={**draft.answers, **asked})
        pages_now = Questionnaire(engine, draft)
        page = pages_now.result() if page.ends else pages_now.after(tuple(asked), page.trail)
    return pages, draft


@MODEST
@given(st.data(), ENGINES)
def test_no_page_looks_the_same_twice(data: st.DataObject, engine: RuleEngine) -> None:
    """Each page has one to three questions, all new, and short enough to be read."""
    pages, _ = walk(data, engine)
    asked: set[str] = set()
    for page in pages:
        assert 1 <= len(page.questions) <= MOST_QUESTIONS
        assert asked.isdisjoint(shown(page))
        asked |= set(shown(page))
        words = sum(map(words_in, page.questions))
        assert words <= QUESTION_WORDS or len(page.questions) == 1


@MODEST
@given(st.data(), ENGINES)
def test_a_question_is_asked_only_where_it_applies(data: st.DataObject, engine: RuleEngine) -> None:
    """A conditional question is shown after the answers of its condition, never beside them."""
    for page in walk(data, engine)[0]:
        assert all(engine.applies(question, page.draft.answers) for question in page.questions)


@MODEST
@given(st.data(), ENGINES)
def test_going_on_reaches_every_question(data: st.DataObject, engine: RuleEngine) -> None:
    """From any result, going on again and again asks all questions that apply."""
    _, draft = walk(data, engine)
    for _ in engine.playbook.questions:
        page = Questionnaire(engine, draft).further()
        if not isinstance(page, QuestionsPage):
            break
        given_now = {question.id: next(question.values()) for question in page.questions}
        draft = replace(draft, answers={**draft.answers, **given_now})
    applicable = (q for q in engine.playbook.questions if engine.applies(q, draft.answers))
    assert {question.id for question in applicable} <= draft.answers.keys()


@MODEST
@given(st.data(), ENGINES)
def test_back_passes_the_pages_that_were_shown(data: st.DataObject, engine: RuleEngine) -> None:
    """The trail of a page has the questions of the pages before it, in order."""
    pages, _ = walk(data, engine)
    for number, page in enumerate(pages):
        assert [list(each) for each in page.trail] == [shown(p) for p in pages[:number]][-8:]
