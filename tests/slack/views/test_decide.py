"""Modals for deciding: handing over, and choosing an option that is ruled out."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.decisions.events import Event, Overridden
from bot.decisions.model import Decision, Place, Resolution, Status, Visibility
from bot.slack.views.announcement import announcement, thread_note
from bot.slack.views.decide import hand_over_modal, override_modal
from bot.slack.views.verdict import bars
from tests.slack.blocks import faults_of_view
from tests.slack.examples import AT, a_decision, decision_of, draft_of, engine


def _field(view: dict[str, Any]) -> dict[str, Any]:
    (field,) = (block["element"] for block in view["blocks"] if block["type"] == "input")
    return dict(field)


@pytest.mark.parametrize(
    ("deciders", "actor", "filled_in"),
    [
        (("U1",), "U1", None),
        (("U2",), "U1", None),
        (("U1", "U2", "U3"), "U1", ["U2", "U3"]),
        (("U2", "U3"), "U1", ["U2", "U3"]),
    ],
)
def test_the_actor_is_not_preselected(
    deciders: tuple[str, ...], actor: str, filled_in: list[str] | None
) -> None:
    """All deciders but the actor are preselected; the current ones are named below."""
    view = hand_over_modal(replace(a_decision(), deciders=deciders), actor)
    assert _field(view).get("initial_users") == filled_in
    assert all(f"<@{user}>" in str(view["blocks"][-1]) for user in deciders)
    assert faults_of_view(view) == []


RULES = engine("ragvsft")
KNOWLEDGE = {
    "job": "answer",
    "need": ("look_up",),
    "material": "large",
    "freshness": "months",
    "examples": ("none",),
}
PLENTY = {**KNOWLEDGE, "examples": ("thousands",)}
WAY_AROUND = "The way around it: Let a stronger model write examples that your experts check"


KINDS = {
    name: kind.title
    for option in RULES.playbook.options.values()
    for name, kind in option.kinds.items()
}


def _decision() -> Decision:
    draft = draft_of("Title", "Problem", answers=KNOWLEDGE)
    return decision_of(draft, Place("C1", Visibility.PUBLIC), RULES)


def _chosen(option: str) -> Decision:
    resolution = Resolution("U1", AT, "We know how.", option)
    return replace(_decision(), status=Status.OVERRIDDEN, resolution=resolution)


def _text(blocks: object) -> str:
    return json.dumps(blocks, ensure_ascii=False)


def test_the_modal_warns() -> None:
    """An option that is ruled out is marked, with its veto and the way around it."""
    text = _text(override_modal(_decision(), RULES.playbook)["blocks"])
    assert "Fine-tuning (ruled out)" in text
    assert "Prompting first (ruled out)" not in text
    assert "*Ruled out* by “a handful of examples at most”: There" in text
    assert WAY_AROUND in text


def test_options_ruled_out_have_no_bar() -> None:
    """Three options are shown; one that is ruled out shows why instead of a bar."""
    for answers in (KNOWLEDGE, PLENTY):
        shown = bars(RULES.playbook, RULES.evaluate(answers)).split("\n")
        out = [row for row in shown if "ruled out" in row]
        assert len(shown) == 3
        assert not set("🟩⬜▫") & set("".join(out))
        assert all(set("🟩⬜") & set(row) for row in shown if row not in out)


def test_the_parts_of_the_recommended_option_have_no_bar() -> None:
    """An option that meets both needs is not shown beside those that meet one of them."""
    verdict = RULES.evaluate(KNOWLEDGE)
    assert "RAG" in bars(RULES.playbook, verdict)
    shown = bars(RULES.playbook, replace(verdict, option="both")).split("\n")
    assert RULES.playbook.options["both"].title.split()[0] in shown[0]
    parts = [RULES.playbook.options[each].title for each in RULES.playbook.parts_of("both")]
    assert len(parts) == 3
    assert not any(row.endswith(f"  {title}") for title in parts for row in shown)


def test_thread_and_announcement_name_the_veto() -> None:
    """The note names the veto of the option chosen with the way around; the announcement too."""
    for option, ruled_out in (("fine_tuning", True), ("prompting", False)):
        decision = _chosen(option)
        event = Event(Overridden(option, "rag", "We know how."), "U1", AT)
        note = thread_note(event, decision, RULES.playbook)
        assert (WAY_AROUND in _text(note.blocks)) is ruled_out
        told = _text(announcement(decision, RULES.playbook).blocks)
        assert ("It had been *ruled out*: " in told) is ruled_out


def test_the_thread_has_every_veto_in_full() -> None:
    """The note has each veto of the option in full."""
    answers = {**KNOWLEDGE, "training": "forbidden", "access": ("people",)}
    decision = replace(_chosen("both"), verdict=RULES.evaluate(answers))
    hits = decision.verdict.vetoes_against("both")
    assert len(hits) > 1
    event = Event(Overridden("both", None, "why " * 400), "U1", AT)
    told = _text(thread_note(event, decision, RULES.playbook).blocks)
    assert all(each.because in told and each.way_around in told for each in hits)


def test_the_confirmation_of_an_accept_fits_whoever_presses() -> None:
    """It says what is accepted, with the kind, and who decides: the decider may be the one."""
    about = _decision()
    kind = KINDS[about.verdict.kind or ""]
    for names, said in (({"U0123456789": "Ada"}, "Ada decides."), ({}, "for the people who")):
        (row,) = [
            each
            for each in announcement(about, RULES.playbook, names=names).blocks
            if each["type"] == "actions"
        ]
        confirm = row["elements"][0]["confirm"]
        assert confirm["title"]["text"] == "Accept this?"
        assert kind in confirm["text"]["text"]
        assert said in confirm["text"]["text"]
        assert "Only" not in confirm["text"]["text"]
