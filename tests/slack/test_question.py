"""A question as a block: made once, and anew when anything of it differs."""

from bot.playbooks.model import Question
from bot.slack.views.questionnaire import question_block

QUESTION = Question(
    id="freshness",
    step="facts",
    ask="How often do the facts change?",
    help="Think of the fastest one.",
    answers={"never": "Never", "daily": "Every day"},
)


def test_a_question_is_made_once_for_everybody() -> None:
    """Whoever gave the same answer sees the very block that was made before."""
    first = question_block(QUESTION, {"freshness": "daily"})
    assert question_block(QUESTION, {"freshness": "daily", "other": "x"}) is first


def test_a_block_is_of_the_question_as_it_stands() -> None:
    """Another answer, and other words after an edit of the playbook, make another block."""
    reworded = QUESTION.model_copy(update={"answers": {"never": "At no time", "daily": "Daily"}})
    chosen = [
        question_block(question, answers)["element"].get("initial_option", {}).get("text", {})
        for question in (QUESTION, reworded)
        for answers in ({}, {"freshness": "daily"}, {"freshness": None}, {"freshness": "gone"})
    ]
    assert [each.get("text") for each in chosen] == [
        *(None, "Every day", "Don't know", None),
        *(None, "Daily", "Don't know", None),
    ]
