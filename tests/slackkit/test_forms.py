"""Fields of submitted modals are read and validated."""

from datetime import date
from typing import Any

import pytest

from bot.decisions.model import Place, Review, ReviewChoice, Visibility, Workflow
from bot.slackkit.forms import (
    FieldError,
    answers_of,
    channel_of,
    choices_of,
    entered_fields,
    lacks_review_day,
    workflow_of,
)


def view(**values: dict[str, Any]) -> dict[str, Any]:
    """Return a submitted view with these answers by block."""
    return {"state": {"values": {block: {"answer": value} for block, value in values.items()}}}


def option(value: str) -> dict[str, Any]:
    """Return a chosen option."""
    return {"selected_option": {"value": value, "text": {"type": "plain_text", "text": "x"}}}


def test_the_last_page_is_parsed() -> None:
    """Title, problem, deciders and review of the last page are parsed and trimmed."""
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
        ({"title": {"value": "T"}, "review_choice": option("date")}, "review_choice"),
        (
            {
                "title": {"value": "T"},
                "review_choice": option("date"),
                "review_day": {"selected_date": None},
            },
            "review_day",
        ),
    ],
)
def test_an_invalid_last_page_is_refused(values: dict[str, Any], block: str) -> None:
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


def test_a_page_without_a_title_has_no_fields() -> None:
    """The last page of a perspective has no fields: there is nothing to store."""
    assert workflow_of(view(), "U1") is None
    assert entered_fields(view(), "U1") is None


def test_fields_of_a_page_that_is_not_submitted() -> None:
    """What is entered so far is read without being checked; a day counts only if it is picked."""
    entered = view(
        title={"value": " "},
        review_choice=option("60"),
        review_day={"selected_date": "2026-03-01"},
    )
    assert entered_fields(entered, "U1") == Workflow(
        deciders=("U1",), review=Review(ReviewChoice.DAYS_60)
    )


@pytest.mark.parametrize(
    ("values", "lacks"),
    [
        ({"review_choice": option("date")}, True),
        ({"review_choice": option("date"), "review_day": {"selected_date": None}}, False),
        ({"review_choice": option("30"), "review_day": {"selected_date": None}}, True),
        ({"review_choice": option("30")}, False),
    ],
)
def test_whether_the_date_field_is_right(values: dict[str, Any], *, lacks: bool) -> None:
    """The date field is shown if a date is to be picked, and only then."""
    assert lacks_review_day(view(**values)) is lacks


def test_the_channel_chosen() -> None:
    """A chosen channel is public; none chosen is none."""
    assert channel_of(view(channel={"selected_channel": "C2"})) == Place("C2", Visibility.PUBLIC)
    assert channel_of(view(channel={"selected_channel": None})) is None
    assert channel_of(view()) is None
