"""Answers to list, search and export, and the rows of App Home."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.decisions.model import (
    Closure,
    Place,
    Resolution,
    Status,
    Visibility,
)
from bot.decisions.questionnaire import Questionnaire
from bot.doctor.samples.slack_views import search_messages, similar_samples
from bot.services.reviews import WaitingDecisions
from bot.slack.views.home import home_view
from bot.slack.views.questionnaire import questionnaire_modal
from tests.slack.blocks import faults_of_message, faults_of_view
from tests.slack.examples import AT, decision_of, draft_of, engine, first_answers

HERE = Place("C0123456789", Visibility.PUBLIC)
DECIDED = Resolution("U1", AT, "", "the option recommended")
GIVEN_UP = Closure("U1", AT, "Not needed")
PARTS = ["<!channel>", "<@U1>", "&", "`", "*", "👩‍👩‍👧", "\u202e", "W", " "]
TITLES = st.lists(st.sampled_from(PARTS), min_size=1, max_size=120).map(
    lambda parts: "".join(parts)[:120].strip() or "x"
)


@given(title=TITLES, problem=TITLES)
@settings(max_examples=15)
def test_slack_accepts_any_title_found(title: str, problem: str) -> None:
    """No title makes a page, a decision or a record invalid, mentions anybody or forges a link."""
    of = engine("ragvsft")
    draft = draft_of(title, problem * 20, answers=first_answers(of))
    made = decision_of(draft, HERE, of)
    faults = {
        name: faults_of_message(message)
        for name, message in search_messages(made, of.playbook).items()
    }
    assert {name: found for name, found in faults.items() if found} == {}
    last = Questionnaire(of, draft).result()
    assert faults_of_view(questionnaire_modal(last, similar_samples(made, of.playbook))) == []


def test_a_list_names_its_filters() -> None:
    """The heading names every filter parsed, and each row number and status."""
    of = engine("ragvsft")
    made = decision_of(draft_of("Refunds", "", answers=first_answers(of)), HERE, of)
    page = search_messages(made, of.playbook)["list"]
    words = json.dumps(page.blocks, ensure_ascii=False)
    assert "Your open decisions for rag with “Refunds”" in words
    assert "Open  ·  recommended: " in words
    assert "Only you can see this" in words


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Open  ·  recommended: {}"),
        ({"status": Status.ACCEPTED, "resolution": DECIDED}, "Accepted: {}"),
        ({"status": Status.WITHDRAWN, "closure": GIVEN_UP}, "Withdrawn  ·  recommended: {}"),
        (
            {"status": Status.SUPERSEDED, "resolution": DECIDED, "superseded_by": 14},
            "Superseded by #14  ·  decided before: {}",
        ),
    ],
)
def test_a_list_shows_each_status(changes: dict[str, Any], words: str) -> None:
    """A closed decision is listed with its former status."""
    of = engine("ragvsft")
    made = decision_of(draft_of("Refunds", "", answers=first_answers(of)), HERE, of)
    option = made.verdict.option
    if changes.get("resolution") is DECIDED:
        changes = {**changes, "resolution": replace(DECIDED, option=option)}
    shown = search_messages(replace(made, **changes), of.playbook)["list"]
    expected = words.format(of.playbook.options[option].title)
    assert expected in json.dumps(shown.blocks, ensure_ascii=False)
    assert expected in shown.text


def test_home_names_the_successor() -> None:
    """App Home names the successor of a superseded decision."""
    of = engine("ragvsft")
    made = decision_of(draft_of("Refunds", "", answers=first_answers(of)), HERE, of)
    gone = replace(made, status=Status.SUPERSEDED, superseded_by=14)
    assert "Superseded by #14" in json.dumps(home_view({"ragvsft": "RAG?"}, [], [gone]))


def test_a_list_shows_the_day_of_the_last_step() -> None:
    """A row has the day on which the decision got its status, not that of its opening."""
    of = engine("ragvsft")
    made = decision_of(draft_of("Refunds", "", answers=first_answers(of)), HERE, of)
    done = replace(DECIDED, option=made.verdict.option, at=AT + timedelta(days=3))
    shown = search_messages(replace(made, status=Status.ACCEPTED, resolution=done), of.playbook)
    words = json.dumps(shown["list"].blocks)
    assert f"{done.at:%-d %b %Y}" in words
    assert f"{made.opened_at:%-d %b %Y}" not in words


def test_home_shows_decisions_to_review() -> None:
    """A row shows the chosen option beside the question, a link to the thread, and the button."""
    of = engine("ragvsft")
    made = decision_of(draft_of("Refunds", "", answers=first_answers(of)), HERE, of)
    done = replace(made, status=Status.ACCEPTED, resolution=replace(DECIDED, option="rag"))
    waiting, playbooks = WaitingDecisions(to_review=(done,)), {of.playbook.hash: of.playbook}
    links = {done.number: "https://example.slack.com/archives/C0123456789/p1"}
    view = home_view({}, [], [done], waiting, (), playbooks, links)
    rows = [block for block in view["blocks"] if "accessory" in block]
    assert len(rows) == 2
    for row in rows:
        assert f"<{links[done.number]}|Go to the thread>" in row["text"]["text"]
        assert row["accessory"]["text"]["text"] == "See decision"
        assert row["accessory"]["action_id"] == "show"
    assert ": *RAG*\nHow did it go?" in rows[0]["text"]["text"]
    assert "Type `" not in json.dumps(view)


def test_home_says_the_state_in_words() -> None:
    """An open decision is said to be undecided; no link or button reads like a status."""
    of = engine("ragvsft")
    made = decision_of(draft_of("Refunds", "", answers=first_answers(of)), HERE, of)
    links = {made.number: "https://example.slack.com/archives/C0123456789/p1"}
    waiting, playbooks = WaitingDecisions(to_decide=(made,)), {of.playbook.hash: of.playbook}
    view = home_view({}, [], [made], waiting, (), playbooks, links)
    to_decide, recent = [block for block in view["blocks"] if "accessory" in block]
    assert "🟡 Open  ·  Yours to decide since" in to_decide["text"]["text"]
    assert "Open, not decided yet" in recent["text"]["text"]
    assert to_decide["accessory"]["text"]["text"] == "Decide"
    assert "|Open>" not in json.dumps(view)


def test_only_the_start_button_of_home_is_primary() -> None:
    """A page of decisions to decide has one green button: the one that starts a new one."""
    of = engine("ragvsft")
    made = decision_of(draft_of("Refunds", "", answers=first_answers(of)), HERE, of)
    waiting = WaitingDecisions(to_decide=(made,) * 5)
    playbooks = {of.playbook.hash: of.playbook}
    view = home_view({"ragvsft": "RAG?", "b": "B?"}, [], [made], waiting, (), playbooks)
    assert json.dumps(view).count('"primary"') == 1
