"""Fields of submitted modals are read and validated."""

from datetime import date
from typing import Any

import pytest

from bot.decisions.model import Place, Review, ReviewChoice, Visibility, Workflow
from bot.slackkit.forms import FieldError, answers_of, choices_of, destination_of, workflow_of


def view(**values: dict[str, Any]) -> dict[str, Any]:
    """Return a submitted view with these answers by block."""
    return {"state": {"values": {block: {"answer": value} for block, value in values.items()}}}


def option(value: str) -> dict[str, Any]:
    """Return a chosen option."""
    return {"selected_option": {"value": value, "text": {"type": "plain_text", "text": "x"}}}


def test_the_first_page_is_parsed() -> None:
    """Title, problem, deciders and review of the first page are parsed and trimmed."""
    workflow = workflow_of(
        view(
            title={"value": "  Answers\n for support "},
            problem={"value": "\nIt invents\nrefund rules. "},
            deciders={"selected_users": ["U2", "U3"]},
            review_choice=option("date"),
            review_day={"selected_date": "2026-03-01"},
        ),
        "U1",
    )
    assert workflow == Workflow(
        title="Answers for support",
        problem="It invents\nrefund rules.",
        deciders=("U2", "U3"),
        review=Review(ReviewChoice.ON_DATE, date(2026, 3, 1)),
    )


def test_empty_fields_have_defaults() -> None:
    """Empty fields have defaults: the driver decides, and the review is in 90 days."""
    untouched = view(
        title={"value": "T"},
        problem={"value": None},
        deciders={"selected_users": []},
        review_choice={"selected_option": None},
        review_day={"selected_date": None},
    )
    assert workflow_of(untouched, "U1") == Workflow(title="T", deciders=("U1",))


@pytest.mark.parametrize(
    ("values", "block"),
    [
        ({"title": {"value": None}}, "title"),
        ({"title": {"value": " \n\t "}}, "title"),
        ({}, "title"),
        ({"title": {"value": "T"}, "review_choice": option("date")}, "review_day"),
    ],
)
def test_an_invalid_first_page_is_refused(values: dict[str, Any], block: str) -> None:
    """A missing title, or a missing review day, is an error of its field."""
    with pytest.raises(FieldError) as raised:
        workflow_of(view(**values), "U1")
    assert raised.value.block == block
    assert raised.value.message.endswith(".")


def test_answers_of_a_page() -> None:
    """Answers are parsed by question; an empty question of a submitted page is "don't know"."""
    page = view(
        **{
            "question:freshness": option("weekly"),
            "question:examples": option("dont_know"),
            "question:risk": {"selected_option": None},
            "question:faults": {"selected_options": [{"value": "old"}, {"value": "invents"}]},
            "question:needs": {"selected_options": []},
            "navigation": option("weekly"),
        }
    )
    chosen = {"freshness": "weekly", "faults": ("old", "invents")}
    assert answers_of(page) == {**chosen, "examples": None, "risk": None, "needs": None}
    assert choices_of(page) == chosen


@pytest.mark.parametrize("values", [{}, {"state": None}, {"state": {}}, {"state": {"values": []}}])
def test_a_page_without_inputs_has_no_answers(values: dict[str, Any]) -> None:
    """A view without state has no answers; Slack omits it for views without inputs."""
    assert answers_of(values) == {}


HERE = Place("C1", Visibility.PRIVATE)


@pytest.mark.parametrize(
    ("channel", "origin", "place"),
    [
        (None, HERE, HERE),
        ("C2", HERE, Place("C2", Visibility.PUBLIC)),
        ("C2", None, Place("C2", Visibility.PUBLIC)),
    ],
)
def test_a_chosen_channel_wins(channel: str | None, origin: Place | None, place: Place) -> None:
    """A chosen channel takes precedence over the one where the questionnaire was opened."""
    assert destination_of(view(other_channel={"selected_channel": channel}), origin) == place


def test_without_an_origin_a_channel_is_required() -> None:
    """A questionnaire from App Home has no channel, so an empty field is an error."""
    with pytest.raises(FieldError) as raised:
        destination_of(view(other_channel={"selected_channel": None}), None)
    assert raised.value.block == "other_channel"
