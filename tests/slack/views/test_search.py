"""Answers to list, search, show and export, and a decision's history."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.decisions.events import Event, HandedOver, Opened, Withdrawn
from bot.decisions.model import (
    Closure,
    Decision,
    Perspective,
    Place,
    Resolution,
    Status,
    Visibility,
)
from bot.decisions.questionnaire import Questionnaire
from bot.decisions.records.build import DecisionContext, record_of
from bot.doctor.samples.slack_views import search_messages, similar_samples
from bot.playbooks.verdict import Strength
from bot.services.reviews import WaitingDecisions
from bot.slack.views.home import home_view
from bot.slack.views.questionnaire import questionnaire_modal
from bot.slack.views.search import history_message
from tests.slack.blocks import faults_of_message, faults_of_view
from tests.slack.examples import AT, decision_of, draft_of, engine, first_answers

HERE = Place("C0123456789", Visibility.PUBLIC)
RULES = engine("ragvsft")
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
    last = Questionnaire(of, draft).last()
    assert faults_of_view(questionnaire_modal(last, similar_samples(made, of.playbook))) == []


def test_a_list_names_its_filters() -> None:
    """The heading names every filter parsed, and each row number and status."""
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
        ({"status": Status.WITHDRAWN, "closure": GIVEN_UP}, "Withdrawn, recommended: {}"),
        (
            {"status": Status.SUPERSEDED, "resolution": DECIDED, "superseded_by": 14},
            "Superseded by #14, accepted before: {}",
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


def test_home_shows_decisions_to_review() -> None:
    """App Home shows the chosen option beside the question, and how to list the rest."""
    of = engine("ragvsft")
    made = decision_of(draft_of("Refunds", "", answers=first_answers(of)), HERE, of)
    done = replace(made, status=Status.ACCEPTED, resolution=replace(DECIDED, option="rag"))
    waiting, playbooks = WaitingDecisions(to_review=(done,)), {of.playbook.hash: of.playbook}
    view = home_view({}, [], [done], waiting, playbooks=playbooks, command="/decide")
    words = json.dumps(view, ensure_ascii=False)
    assert ": *RAG*\\nHow did it go?" in words
    assert "`/decide show 12` to read one, `/decide list` for all" in words


def _decision(name: str = "ragvsft") -> Decision:
    of = engine(name)
    return decision_of(draft_of("Title", "Problem", answers=first_answers(of)), HERE, of)


def _view(user: str) -> Perspective:
    answers = {question.id: list(question.answers)[-1] for question in RULES.playbook.questions}
    return Perspective("T1", 12, user, answers, "fine_tuning", Strength.LEANING, AT, AT)


def _withdrawn(reason: str, hour: int) -> Event:
    return Event(Withdrawn(reason), f"U{hour}", AT + timedelta(hours=hour))


def test_a_history_is_complete() -> None:
    """It has all answers, verdicts by person, events with their actors, and linked decisions."""
    made = replace(_decision(), supersedes=7, superseded_by=15)
    events = (
        Event(Opened(), "U1", AT),
        Event(HandedOver(("U1",), ("U2", "U3")), "U1", AT),
        Event(Withdrawn("Not *needed*\nany more"), "U1", AT),
    )
    message = history_message(record_of(made, RULES, DecisionContext((_view("U9"),), events)))
    said = json.dumps(message.blocks, ensure_ascii=False)
    for question in RULES.playbook.questions:
        assert question.ask in said
        assert next(iter(question.answers.values())) in said
    assert "<@U0123456789>, who opened it: *" in said
    assert "<@U9>: *Fine-tuning (likely, not certain)*" in said
    assert "They differed" in said
    assert "<@U1> handed the decision over to <@U2> and <@U3>" in said
    assert "<@U1> withdrew the decision: “Not *needed* any more”" in said
    assert (
        said.index("withdrew the decision")
        < said.index("handed the decision over")
        < said.index("asked for a dec")
    )
    assert "Takes the place of decision #7" in said
    assert "Superseded by decision #15" in said
    buttons = [block["accessory"]["value"] for block in message.blocks if "accessory" in block]
    assert buttons == ["7", "15"]


@pytest.mark.parametrize("name", ["ragvsft", "word ", "👩‍👩‍👧"])
@given(st.sampled_from(["<!channel>", "&", "👩‍👩‍👧", "\n> *x* ", "\u202e`"]), st.integers(0, 60))
@settings(max_examples=12)
def test_slack_accepts_any_history(name: str, text: str, count: int) -> None:
    """No length or text makes the message invalid; omitted entries are counted."""
    views = tuple(_view(f"U{number}") for number in range(count)) if name == "ragvsft" else ()
    events = tuple(_withdrawn(text * 700, hour) for hour in range(count))
    message = history_message(
        record_of(_decision(name), engine(name), DecisionContext(views, events))
    )
    assert faults_of_message(message) == []
    said = "".join(each for each in map(json.dumps, message.blocks) if "What happened" in each)
    assert ("more, which the record tells" in said) is (said.count("withdrew the decision") < count)
    assert count == 0 or f"<@U{count - 1}> withdrew the decision" in said
