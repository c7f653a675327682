"""Pages of the questionnaire: cached questions, the destination, and the pages of an edit."""

import json
import re

import pytest

from bot.decisions.model import Place, Visibility
from bot.decisions.questionnaire import Questionnaire, ResultPage, Standing, words_in
from bot.doctor.samples.slack_views import samples
from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine
from bot.playbooks.model import Question
from bot.playbooks.verdict import Strength
from bot.slack.views.questionnaire import likely_words, question_block, standing_words
from bot.slack.views.result import destination_blocks, result_blocks
from bot.slackkit.message import as_dicts
from tests.services.harness import SMALL
from tests.slack.examples import draft_of, engine, first_answers
from tests.slack.words import words_in_sight

QUESTION = Question(
    id="freshness",
    step="facts",
    ask="How often do the facts change?",
    help="Think of the fastest one.",
    answers={"never": "Never", "daily": "Every day"},
)


def test_a_question_block_is_cached() -> None:
    """Equal questions and answers give the same block object."""
    first = question_block(QUESTION, {"freshness": "daily"})
    assert question_block(QUESTION, {"freshness": "daily", "other": "x"}) is first


def test_a_changed_question_is_rebuilt() -> None:
    """Another answer, or a reworded playbook, gives another block."""
    reworded = QUESTION.model_copy(update={"answers": {"never": "At no time", "daily": "Daily"}})
    chosen = [
        question_block(question, answers)["element"].get("initial_option", {}).get("text", {})
        for question in (QUESTION, reworded)
        for answers in ({}, {"freshness": "daily"}, {"freshness": None}, {"freshness": "gone"})
    ]
    assert [each.get("text") for each in chosen] == [
        *(None, "Every day", None, None),
        *(None, "Daily", None, None),
    ]


def test_a_question_with_several_answers_has_checkboxes() -> None:
    """Checkboxes for several answers, optional, with all that were given selected."""
    question = QUESTION.model_copy(update={"several": True})
    block = question_block(question, {"freshness": ("never", "daily")}, dispatches=True)
    assert block["optional"]
    assert block["dispatch_action"]
    assert block["element"]["type"] == "checkboxes"
    assert [each["value"] for each in block["element"]["initial_options"]] == ["never", "daily"]
    assert "initial_options" not in question_block(question, {"freshness": None})["element"]


def test_a_radio_button_that_is_set_can_be_unset() -> None:
    """An answered question offers "Don't know"; one without an answer is left empty instead."""
    given, empty = (question_block(QUESTION, {"freshness": each}) for each in ("daily", None))
    offered = [[each["value"] for each in block["element"]["options"]] for block in (given, empty)]
    assert offered == [["never", "daily", "dont_know"], ["never", "daily"]]


@pytest.mark.parametrize("visibility", [Visibility.PRIVATE, Visibility.DIRECT])
def test_people_asked_are_among_the_readers(visibility: Visibility) -> None:
    """The last page says that people who give a view can read a private decision."""
    words = str(destination_blocks(Place("C1", visibility)))
    assert "the deciders and people who give a view that was asked for" in words


@pytest.mark.parametrize("visibility", [Visibility.PUBLIC, Visibility.PRIVATE])
def test_people_of_other_companies_are_among_the_readers(visibility: Visibility) -> None:
    """The last page says who reads along in a channel that is shared with another company."""
    words = str(destination_blocks(Place("C1", visibility)))
    assert "people from other companies" in words


def test_an_edit_offers_only_what_it_can_change() -> None:
    """An edit asks for neither deciders nor a channel, and its button says what it does."""
    last = samples(engine("ragvsft"))["edit, short"]["view"]
    asked = [block["block_id"] for block in last["blocks"] if block["type"] == "input"]
    assert asked == ["title", "problem", "review_choice", "review_day"]
    assert last["submit"]["text"] == "Save changes"
    assert last["title"]["text"] == "Edit decision #99999"
    assert "Post in" not in str(last)


def test_a_title_is_not_cut() -> None:
    """The modal has the playbook's title if it fits in 24 characters, and none of it otherwise."""
    found = samples(engine("hosting"))["first page, short"]["view"]
    title = engine("hosting").playbook.title
    assert found["title"]["text"] == (title if len(title) <= 24 else "New decision")


@pytest.mark.parametrize(
    ("confidence", "words"),
    [(0.55, "about 6 in 10"), (0.84, "about 8 in 10"), (0.96, "almost certain")],
)
def test_how_likely_in_words(confidence: float, words: str) -> None:
    """A confidence is said in tenths, and not as a certainty below 95%."""
    assert likely_words(confidence) == words


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (Standing(None, 0.4, Strength.TOO_CLOSE), "Too early to tell."),
        (
            Standing("rag", 0.5, Strength.TOO_CLOSE),
            "So far it's too close to call: *RAG* is a little ahead.",
        ),
        (
            Standing("rag", 0.8, Strength.LEANING),
            "So far: *RAG*, likely, not certain (about 8 in 10).",
        ),
    ],
)
def test_where_it_stands_in_words(standing: Standing, words: str) -> None:
    """Nothing known, close and likely have words of their own."""
    assert standing_words(engine("ragvsft").playbook, standing).startswith(words)


@pytest.mark.parametrize("sample", ["first page", "result page", "edit", "own view, last page"])
def test_a_page_has_at_most_150_words(sample: str) -> None:
    """Pages are short; the questions themselves are held by their own limit."""
    found = samples(RuleEngine(loader.parse(SMALL)))
    assert words_in_sight(found[f"{sample}, short"]["view"]) <= 150


@pytest.mark.parametrize("name", ["ragvsft", "hosting"])
def test_a_question_has_at_most_45_words(name: str) -> None:
    """A question with its help and answers is short; the one on material names its unit often."""
    longer = {each.id: words_in(each) for each in engine(name).playbook.questions}
    assert {each: words for each, words in longer.items() if words > 45}.items() <= {
        "material": 48
    }.items()


def test_one_more_answer_is_no_plural() -> None:
    """The menu of the other answers counts them in words that fit the number."""
    of, found = engine("ragvsft"), set[str]()
    answers = list(first_answers(of).items())
    for count in range(1, len(answers) + 1):
        page = Questionnaire(of, draft_of("T", "", answers=dict(answers[:count]))).result()
        assert isinstance(page, ResultPage)
        words = json.dumps(as_dicts(result_blocks(page, ())))
        found.update(re.findall(r"\d+ more answers?\b", words))
    assert "1 more answer" in found
    assert "1 more answers" not in found
    assert "2 more answers" in found


def test_skipped_questions_are_called_so() -> None:
    """When only skipped questions are left, the button that asks them again says so."""
    of = RuleEngine(loader.parse(SMALL))
    for given, words in (
        ({"facts": "never"}, "Answer 1 more"),
        ({"facts": "never", "style": None}, "Answer 1 skipped"),
    ):
        page = Questionnaire(of, draft_of("T", "", answers=given)).result()
        assert isinstance(page, ResultPage)
        assert f'"{words}"' in json.dumps(as_dicts(result_blocks(page, ())))
