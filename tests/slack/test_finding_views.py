"""What a person finds, held against the rules of Block Kit; and what its buttons carry."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.decisions.access import Direction
from bot.decisions.model import Place, Resolution, Status, Visibility
from bot.decisions.questionnaire import Questionnaire
from bot.doctor.samples.slack_views import search_messages, similar_samples
from bot.services.reviews import WaitingDecisions
from bot.slack.views.home import home_view
from bot.slack.views.questionnaire import questionnaire_modal
from bot.slackkit.metadata import ListQuery, query_of
from bot.slackkit.payloads import InvalidPayload, number_pressed, number_typed
from tests.slack.blocks import faults_of_message, faults_of_view
from tests.slack.examples import AT, decision_of, draft_of, engine, first_answers

HERE = Place("C0123456789", Visibility.PUBLIC)
DECIDED = Resolution("U1", AT, "", "the option recommended")
GIVEN_UP = Resolution("U1", AT, "Not needed")
PARTS = ["<!channel>", "<@U1>", "&", "`", "*", "👩‍👩‍👧", "\u202e", "W", " "]
TITLES = st.lists(st.sampled_from(PARTS), min_size=1, max_size=120).map(
    lambda parts: "".join(parts)[:120].strip() or "x"
)


@given(title=TITLES, problem=TITLES)
@settings(max_examples=15)
def test_whatever_is_found_can_be_shown(title: str, problem: str) -> None:
    """No title breaks a page, a decision or a record, mentions anybody or makes a link."""
    of = engine("ragvsft")
    draft = draft_of(title, problem * 20, answers=first_answers(of))
    made = decision_of(draft, HERE, of)
    faults = {
        name: faults_of_message(message)
        for name, message in search_messages(made, of.playbook).items()
    }
    assert {name: found for name, found in faults.items() if found} == {}
    last = Questionnaire(of, draft).last()
    assert faults_of_view(questionnaire_modal(last, similar_samples(made, of.playbook))) == []


def test_a_page_says_what_it_was_asked_for() -> None:
    """The heading names every filter that was understood, each decision its number and state."""
    of = engine("ragvsft")
    made = decision_of(draft_of("Refunds", "", answers=first_answers(of)), HERE, of)
    page = search_messages(made, of.playbook)["list"]
    words = json.dumps(page.blocks, ensure_ascii=False)
    assert "Decisions  ·  mine  ·  open  ·  rag  ·  with “Refunds”" in words
    assert "Open, recommended: " in words
    assert "Only you can see this" in words


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Open, recommended: {}"),
        ({"status": Status.ACCEPTED, "resolution": DECIDED}, "Accepted: {}"),
        ({"status": Status.WITHDRAWN, "resolution": GIVEN_UP}, "Withdrawn, recommended: {}"),
        (
            {"status": Status.SUPERSEDED, "resolution": DECIDED, "superseded_by": 14},
            "Superseded by #14, accepted before: {}",
        ),
    ],
)
def test_a_list_tells_how_each_decision_stands(changes: dict[str, Any], words: str) -> None:
    """What was withdrawn or superseded is not taken for what holds: it says what it had been."""
    of = engine("ragvsft")
    made = decision_of(draft_of("Refunds", "", answers=first_answers(of)), HERE, of)
    option = made.verdict.option
    if changes.get("resolution") is DECIDED:
        changes = {**changes, "resolution": replace(DECIDED, option=option)}
    shown = search_messages(replace(made, **changes), of.playbook)["list"]
    expected = words.format(of.playbook.options[option].title)
    assert expected in json.dumps(shown.blocks, ensure_ascii=False)
    assert expected in shown.text


def test_a_page_of_home_names_the_successor() -> None:
    """App Home says of a superseded decision by which one."""
    of = engine("ragvsft")
    made = decision_of(draft_of("Refunds", "", answers=first_answers(of)), HERE, of)
    gone = replace(made, status=Status.SUPERSEDED, superseded_by=14)
    assert "Superseded by #14" in json.dumps(home_view({"ragvsft": "RAG?"}, [], [gone]))


def test_a_page_of_home_tells_what_is_to_be_looked_back_on() -> None:
    """App Home says what was chosen beside the question how it went, and where the rest is."""
    of = engine("ragvsft")
    made = decision_of(draft_of("Refunds", "", answers=first_answers(of)), HERE, of)
    done = replace(made, status=Status.ACCEPTED, resolution=replace(DECIDED, option="rag"))
    waiting, playbooks = WaitingDecisions(to_review=(done,)), {of.playbook.hash: of.playbook}
    view = home_view({}, [], [done], waiting, playbooks=playbooks, command="/decide")
    words = json.dumps(view, ensure_ascii=False)
    assert ": *RAG*\\nHow did it go?" in words
    assert "`/decide show 12` to read one, `/decide list` for all" in words


@given(text=st.text(max_size=400), number=st.integers(0, 2**53))
@settings(max_examples=40)
def test_a_button_carries_its_page(text: str, number: int) -> None:
    """What a button carries is what comes back, and fits Slack's 2,000 characters."""
    query = ListQuery.typed("search", text).from_here(number, Direction.NEWER)
    value = query.model_dump_json()
    assert len(value) <= 2000
    assert query_of({"value": value}) == query


@pytest.mark.parametrize("value", [None, "", "{}", "[]", '{"kind":"all","text":""}', "12"])
def test_a_forged_button_is_refused(value: str | None) -> None:
    """A button whose value is no page is a bad request."""
    with pytest.raises(InvalidPayload):
        query_of({"value": value})


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("12", 12),
        ("#12", 12),
        (" 12 ", 12),
        ("", None),
        ("-1", None),
        ("٣", None),
        ("1" * 13, None),
    ],
)
def test_numbers_as_typed(typed: str, number: int | None) -> None:
    """A decision's number is typed with or without its sign, and anything else is none."""
    assert number_typed(typed) == number


def test_a_button_without_a_number_is_refused() -> None:
    """A button whose value is no number is a bad request."""
    with pytest.raises(InvalidPayload):
        number_pressed({"value": "twelve"})
