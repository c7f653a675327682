"""The window in which people read a decision, and decide it."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.decisions.events import Event, HandedOver, Opened, Withdrawn
from bot.decisions.model import Decision, Perspective, Place, Resolution, Status, Visibility
from bot.decisions.records.build import DecisionContext, record_of
from bot.playbooks.verdict import Strength
from bot.slack.views.reader import OpenDecision, ReaderTab, reader_modal
from bot.slackkit.metadata import DecisionMetadata
from tests.slack.blocks import faults_of_view
from tests.slack.examples import AT, decision_of, draft_of, engine, first_answers

HERE = Place("C0123456789", Visibility.PUBLIC)
RULES = engine("ragvsft")
DECIDER, OTHER = "U0123456789", "U9"


def _decision(name: str = "ragvsft") -> Decision:
    of = engine(name)
    return decision_of(draft_of("Title", "Problem", answers=first_answers(of)), HERE, of)


def _view(user: str) -> Perspective:
    answers = {question.id: list(question.answers)[-1] for question in RULES.playbook.questions}
    return Perspective("T1", 12, user, answers, "fine_tuning", Strength.LEANING, AT, AT)


def _withdrawn(reason: str, hour: int) -> Event:
    return Event(Withdrawn(reason), f"U{hour}", AT + timedelta(hours=hour))


def opened(
    tab: ReaderTab,
    decision: Decision | None = None,
    context: DecisionContext | None = None,
    *,
    reader: str = OTHER,
    name: str = "ragvsft",
) -> dict[str, Any]:
    """Return the window on a part of a decision."""
    decision, of = decision or _decision(name), engine(name)
    record = record_of(decision, of, context or DecisionContext())
    metadata = DecisionMetadata(decision=12, tab=tab)
    return reader_modal(OpenDecision(decision, of.playbook, record, reader, None, metadata))


def _buttons(view: dict[str, Any]) -> list[str]:
    return [
        element["action_id"]
        for block in view["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
    ]


def test_only_deciders_get_the_buttons_that_decide() -> None:
    """A decider can accept above the reasons; others read who can decide."""
    theirs, others = (opened(ReaderTab.WHY, reader=each) for each in (DECIDER, OTHER))
    assert _buttons(theirs)[:2] == ["accept", "override"]
    assert theirs["blocks"][2]["type"] == "actions"
    assert not {"accept", "override"} & {*_buttons(others)}
    assert f"Only <@{DECIDER}> can decide this one." in json.dumps(others)
    assert "Only <@" not in json.dumps(theirs)


def test_a_decided_one_offers_nothing_to_decide() -> None:
    """A decision that is settled says how, and has no button to decide it."""
    resolution = Resolution(DECIDER, AT, "We know how", "rag")
    done = replace(_decision(), status=Status.OVERRIDDEN, resolution=resolution)
    view = opened(ReaderTab.WHY, done, reader=DECIDER)
    assert not {"accept", "override", "add_view"} & {*_buttons(view)}
    said = json.dumps(view)
    assert f"*Decided: RAG* by <@{DECIDER}>" in said
    assert "We know how" in said


def test_each_part_is_a_press_away() -> None:
    """Every part has the buttons of all parts; the one that is shown is marked."""
    for tab in ReaderTab:
        view = opened(tab)
        assert [each for each in _buttons(view) if each.startswith("tab:")] == [
            f"tab:{each}" for each in ReaderTab
        ]
        marked = [
            each
            for each in ReaderTab
            if f"› {each.title()}" in json.dumps(view["blocks"], ensure_ascii=False)
        ]
        assert marked == [tab]


def test_why_has_every_reason_with_its_source() -> None:
    """All reasons, points, vetoes and flips are there, and the reasons with their sources."""
    decision = _decision()
    said = json.dumps(opened(ReaderTab.WHY, decision), ensure_ascii=False)
    for reason in decision.verdict.reasons:
        assert json.dumps(reason.because, ensure_ascii=False)[1:-1] in said
    for hit in decision.verdict.vetoes:
        assert json.dumps(hit.way_around, ensure_ascii=False)[1:-1] in said
    assert "https://arxiv.org/abs/" in said


def test_the_answers_are_complete() -> None:
    """The part has every question with the answer given."""
    said = json.dumps(opened(ReaderTab.ANSWERS), ensure_ascii=False)
    for question in RULES.playbook.questions:
        assert question.ask in said
        assert next(iter(question.answers.values())) in said


def test_views_and_history_are_complete() -> None:
    """They have verdicts by person, events with their actors, and linked decisions."""
    made = replace(_decision(), supersedes=7, superseded_by=15)
    events = (
        Event(Opened(), "U1", AT),
        Event(HandedOver(("U1",), ("U2", "U3")), "U1", AT),
        Event(Withdrawn("Not *needed*\nany more"), "U1", AT),
    )
    context = DecisionContext((_view("U9"),), events)
    views = json.dumps(opened(ReaderTab.VIEWS, made, context)["blocks"], ensure_ascii=False)
    assert "<@U0123456789>, who asked: *" in views
    assert "<@U9>: *Fine-tuning (likely, not certain)*" in views
    assert "*Differences*" in views
    history = opened(ReaderTab.HISTORY, made, context)["blocks"]
    said = json.dumps(history, ensure_ascii=False)
    assert "<@U1> handed the decision over to <@U2> and <@U3>" in said
    assert "<@U1> withdrew the decision: “Not *needed* any more”" in said
    assert (
        said.index("withdrew the decision")
        < said.index("handed the decision over")
        < said.index("asked for a dec")
    )
    assert "Replaces decision #7" in said
    assert "Superseded by decision #15" in said
    buttons = [block["accessory"]["value"] for block in history if "accessory" in block]
    assert buttons == ["7", "15"]


@pytest.mark.parametrize("name", ["ragvsft", "word ", "👩‍👩‍👧"])
@given(st.sampled_from(["<!channel>", "&", "👩‍👩‍👧", "\n> *x* ", "\u202e`"]), st.integers(0, 70))
@settings(max_examples=8)
def test_slack_accepts_any_history(name: str, text: str, count: int) -> None:
    """No length or text makes a part invalid; omitted entries are counted."""
    views = tuple(_view(f"U{number}") for number in range(count)) if name == "ragvsft" else ()
    events = tuple(_withdrawn(text * 700, hour) for hour in range(count))
    context = DecisionContext(views, events)
    parts = {tab: opened(tab, context=context, name=name) for tab in ReaderTab}
    assert {tab: found for tab, view in parts.items() if (found := faults_of_view(view))} == {}
    said = json.dumps(parts[ReaderTab.HISTORY])
    assert ("more, in the record" in said) is (said.count("withdrew the decision") < count)
    assert count == 0 or f"<@U{count - 1}> withdrew the decision" in said


def test_the_driver_edits_and_others_add_a_view() -> None:
    """The driver's answers are the decision's: *Edit answers* where others have *Add my view*."""
    made = _decision()
    driver, other = (opened(ReaderTab.WHY, made, reader=each) for each in (made.driver, OTHER))
    assert "edit" in _buttons(driver)
    assert "add_view" not in _buttons(driver)
    assert "add_view" in _buttons(other)
    assert "edit" not in _buttons(other)


def test_an_open_question_has_no_title_twice() -> None:
    """In the list of open questions no line begins with the list's own title."""
    answers = {**first_answers(engine("ragvsft")), "material": None, "need": None}
    here = Place("C1", Visibility.PUBLIC)
    made = decision_of(draft_of("T", "", here, answers=answers), here, engine("ragvsft"))
    said = json.dumps(opened(ReaderTab.WHY, made))
    assert said.count("Still open") == 1
