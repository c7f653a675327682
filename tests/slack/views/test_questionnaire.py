"""Pages of the questionnaire: cached questions, the destination, and the pages of an edit."""

import pytest

from bot.decisions.model import Place, Visibility
from bot.doctor.samples.slack_views import samples
from bot.playbooks.model import Question
from bot.slack.views.questionnaire import destination_blocks, question_block
from tests.slack.examples import engine

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
    words = str(destination_blocks(Place("C1", visibility))[0].to_dict())
    assert "deciders and whoever is asked for their view and has given it will be able" in words


def test_an_edit_offers_only_what_it_can_change() -> None:
    """An edit asks for neither deciders nor a channel, and its button says what it does."""
    found = samples(engine("ragvsft"))
    first, last = (found[f"edit, {which} page, short"]["view"] for which in ("first", "last"))
    asked = [block["block_id"] for block in first["blocks"] if block["type"] == "input"]
    assert asked == ["title", "problem", "review_choice", "review_day"]
    assert last["submit"]["text"] == "Save changes"
    assert last["title"]["text"] == "Check and save"
    assert not [block for block in last["blocks"] if block["type"] == "input"]
    assert "Where to" not in str(last)
