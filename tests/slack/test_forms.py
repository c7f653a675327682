"""What a submitted modal says, and what its metadata carries."""

from datetime import date
from typing import Any

import pytest

from bot.decisions.model import Place, Review, ReviewChoice, Visibility, Workflow
from bot.slackkit.forms import FieldError, answers_of, destination_of, workflow_of
from bot.slackkit.metadata import ViewMetadata, metadata_of
from bot.slackkit.payloads import InvalidPayload


def view(**values: dict[str, Any]) -> dict[str, Any]:
    """Return a submitted view with these answers by block."""
    return {"state": {"values": {block: {"answer": value} for block, value in values.items()}}}


def option(value: str) -> dict[str, Any]:
    """Return a chosen option."""
    return {"selected_option": {"value": value, "text": {"type": "plain_text", "text": "x"}}}


def test_metadata_comes_back_as_it_was_sent() -> None:
    """A view's metadata survives the way to Slack and back."""
    metadata = ViewMetadata(draft="0" * 32, step="knowledge")
    assert metadata_of({"private_metadata": metadata.model_dump_json()}) == metadata


@pytest.mark.parametrize(
    "text", [None, "", "{}", "[]", "no json", '{"draft":"1","step":"2","x":3}']
)
def test_foreign_metadata_is_unreadable(text: str | None) -> None:
    """Metadata that is not ours, down to one key too many, is refused."""
    with pytest.raises(InvalidPayload):
        metadata_of({"private_metadata": text})


def test_the_first_page_is_read_whole() -> None:
    """Title, problem, deciders and review of the first page arrive, tidied at the edges."""
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


def test_what_is_left_empty_has_a_default() -> None:
    """Untouched fields are null: the driver decides, and the review is in 90 days."""
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
def test_a_first_page_that_will_not_do(values: dict[str, Any], block: str) -> None:
    """A missing title, or a day that was announced but not picked, is told at its field."""
    with pytest.raises(FieldError) as raised:
        workflow_of(view(**values), "U1")
    assert raised.value.block == block
    assert raised.value.message.endswith(".")


def test_answers_of_a_page() -> None:
    """Answers are read by question; "don't know" is one, and what is untouched is left out."""
    page = view(
        **{
            "question:freshness": option("weekly"),
            "question:examples": option("dont_know"),
            "question:risk": {"selected_option": None},
            "navigation": option("weekly"),
        }
    )
    assert answers_of(page) == {"freshness": "weekly", "examples": None}


@pytest.mark.parametrize("values", [{}, {"state": None}, {"state": {}}, {"state": {"values": []}}])
def test_a_page_without_answers(values: dict[str, Any]) -> None:
    """A view without state has no answers; Slack leaves it out where there are no inputs."""
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
def test_where_to_post(channel: str | None, origin: Place | None, place: Place) -> None:
    """A channel that was chosen wins over the place where the questionnaire was opened."""
    assert destination_of(view(other_channel={"selected_channel": channel}), origin) == place


def test_without_a_place_a_channel_must_be_chosen() -> None:
    """From App Home there is no "here", so leaving the channel out is told at its field."""
    with pytest.raises(FieldError) as raised:
        destination_of(view(other_channel={"selected_channel": None}), None)
    assert raised.value.block == "other_channel"
