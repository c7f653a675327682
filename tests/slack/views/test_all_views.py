"""Every view and message against the rules of Block Kit."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.decisions.model import Place, Review, Visibility, Workflow
from bot.decisions.questionnaire import Questionnaire
from bot.doctor.samples.alerts import alert_messages
from bot.doctor.samples.slack_views import samples
from bot.slack.views import notices
from bot.slack.views.announcement import announcement
from bot.slack.views.home import home_view
from bot.slack.views.questionnaire import questionnaire_modal
from bot.slack.views.recommendation import recommendation_message
from bot.slack.views.result import PROBLEM_LENGTH, TITLE_LENGTH
from bot.slackkit.ids import Modal
from bot.slackkit.message import Message
from bot.slackkit.mrkdwn import one_line
from tests.slack.blocks import faults_of_blocks, faults_of_message, faults_of_view
from tests.slack.examples import AT, decision_of, draft_of, engine, first_answers

HOSTILE = (
    *("<!channel>", "<!here|x>", "<!everyone>", "<@U0EVIL>", "<https://evil.test|Slack>"),
    *("&lt;!channel&gt;", "```", "`", "*", "_", "~", ">", "\n", "\n> ", "&", "&amp;"),
    *("\u202eעברית", "العربية", "👩‍👩‍👧", "\x00", "\x1b[31m", "\u2028", "\t", "\r\n", "@channel"),
)
WRITTEN = st.lists(
    st.one_of(st.sampled_from(HOSTILE), st.text(max_size=20)), min_size=1, max_size=40
).map("".join)
"""Texts that people may write, including everything with a meaning in mrkdwn."""
TITLES = WRITTEN.map(lambda text: one_line(text)[:TITLE_LENGTH].strip()).filter(bool)
PROBLEMS = st.builds(
    lambda text, times: (text * times)[:PROBLEM_LENGTH].strip(),
    WRITTEN,
    st.sampled_from([0, 1, 100]),
)
PLACES = st.sampled_from(
    [
        Place("C0123456789", Visibility.PUBLIC),
        Place("G0123456789", Visibility.PRIVATE),
        Place("U0123456789", Visibility.DIRECT),
    ]
)
MODEST = settings(max_examples=20)


@pytest.mark.parametrize(
    "playbook",
    ["ragvsft", "hosting", "word ", "&", "<!channel>", "👩‍👩‍👧"],
)
def test_slack_accepts_every_sample(playbook: str) -> None:
    """No sample breaks a rule of Block Kit, whatever the playbook's texts and their lengths."""
    faults = {
        name: faults_of_view(sample["view"])
        if "view" in sample
        else faults_of_blocks(sample["blocks"])
        for name, sample in samples(engine(playbook)).items()
    }
    assert {name: found for name, found in faults.items() if found} == {}


def test_samples_include_every_page_and_place() -> None:
    """There is a sample of each question's pages, and of the announcement per visibility."""
    names = set(samples(engine("ragvsft")))
    questions = [question.id for question in engine("ragvsft").playbook.questions]
    steps = {f"{page} of {each}, long" for page in ("page", "change") for each in questions}
    places = {f"announcement, {kind}, long" for kind in ("public", "private", "direct")}
    assert steps | places <= names


@MODEST
@given(TITLES, PROBLEMS, PLACES)
@example("<!channel>", "line\n" * 600, Place("C0123456789", Visibility.PUBLIC))
@example("&" * TITLE_LENGTH, "<" * PROBLEM_LENGTH, Place("C0123456789", Visibility.PUBLIC))
@example("👩‍👩‍👧" * 24, "👩‍👩‍👧" * 600, Place("G0123456789", Visibility.PRIVATE))
def test_slack_accepts_any_text(title: str, problem: str, place: Place) -> None:
    """No title or problem causes a rejected payload, a mass mention or a forged link."""
    of = engine("ragvsft")
    draft = draft_of(title, problem, place, answers=first_answers(of))
    decision = decision_of(draft, place, of)
    messages = [
        announcement(decision, of.playbook),
        recommendation_message(decision, of.playbook),
        Message("plain", recommendation_message(decision, of.playbook).plain or []),
        *alert_messages(decision).values(),
        notices.unknown_subcommand("/ragvsft", problem),
        notices.unknown_playbook("/ragvsft", problem, ("ragvsft",)),
    ]
    views = [
        questionnaire_modal(Questionnaire(of, draft).first()),
        questionnaire_modal(Questionnaire(of, draft).result()),
        home_view({"ragvsft": title}, [draft], [decision]),
        notices.saved_for_later(decision),
    ]
    assert [faults_of_message(message) for message in messages] == [[]] * len(messages)
    assert [faults_of_view(view) for view in views] == [[]] * len(views)


@st.composite
def sheets(draw: st.DrawFn, name: str) -> dict[str, str | None]:
    """Draw answers to some questions of a playbook, "don't know" among them."""
    questions = engine(name).playbook.questions
    asked = draw(st.lists(st.sampled_from(questions), unique_by=lambda each: each.id))
    return {question.id: draw(st.sampled_from([*question.answers, None])) for question in asked}


@settings(max_examples=10)
@given(st.data(), st.sampled_from(["ragvsft", "hosting"]))
def test_slack_accepts_every_verdict(data: st.DataObject, name: str) -> None:
    """Review page, announcement and thread are accepted for any answers."""
    of = engine(name)
    draft = draft_of("Title", "Problem", None, answers=data.draw(sheets(name)))
    decision = decision_of(draft, Place("C0123456789", Visibility.PUBLIC), of)
    assert faults_of_message(announcement(decision, of.playbook)) == []
    assert faults_of_message(recommendation_message(decision, of.playbook)) == []
    assert faults_of_view(questionnaire_modal(Questionnaire(of, draft).result())) == []


@pytest.mark.parametrize("deciders", [0, 1, 2, 5, 6, 100])
def test_the_announcement_names_its_people(deciders: int) -> None:
    """It names at most three deciders, counts the rest, and says who asked if that is another."""
    of = engine("ragvsft")
    draft = draft_of("Title", "", answers=first_answers(of))
    users = tuple(f"U{number}" for number in range(1, deciders + 1)) or ("U0123456789",)
    decision = replace(decision_of(draft, Place("C1", Visibility.PUBLIC), of), deciders=users)
    message = announcement(decision, of.playbook)
    assert faults_of_message(message) == []
    words = str(message.blocks)
    assert ("<@U0123456789> asks, " in words) == (deciders > 0)
    named = [f"<@{user}>" in words for user in users]
    most = sum(named)
    assert named == [place < most for place in range(len(users))]
    assert 1 <= most <= 3
    assert (f"and {deciders - most} more decide" in words) == (deciders > most)


@pytest.mark.parametrize(
    ("place", "optional", "channel"),
    [
        (None, False, None),
        (Place("C0123456789", Visibility.PUBLIC), False, "C0123456789"),
        (Place("G0123456789", Visibility.PRIVATE), True, None),
        (Place("U0123456789", Visibility.DIRECT), True, None),
    ],
)
def test_the_last_page_requires_a_channel(
    place: Place | None, *, optional: bool, channel: str | None
) -> None:
    """A public channel is filled in, and required from App Home; elsewhere it is optional."""
    of = engine("ragvsft")
    found = questionnaire_modal(
        Questionnaire(of, draft_of("T", "", place, answers=first_answers(of))).result()
    )["blocks"]
    block = next(block for block in found if block.get("block_id") == "channel")
    assert block["optional"] is optional
    assert block["element"].get("initial_channel") == channel


def test_long_lists_count_what_is_left_out() -> None:
    """Lines of a recommendation that do not fit are counted, section by section, in both forms."""
    of = engine("word ")
    decision = decision_of(
        draft_of("Title", "", answers=first_answers(of)), Place("C1", Visibility.PUBLIC), of
    )
    message = recommendation_message(decision, of.playbook)
    plain = {
        block["elements"][0]["elements"][0]["text"]: block["elements"]
        for block in message.plain or []
        if block["type"] == "rich_text"
    }
    _, shown, rest = plain["All reasons"]
    left_out = len(decision.verdict.reasons) - len(shown["elements"])
    assert left_out > 0
    assert rest["elements"][0]["text"] == f"and {left_out} more: press Everything"
    (folded,) = (
        json.dumps(block["child_blocks"])
        for block in message.blocks
        if block["type"] == "container" and block["title"]["text"].startswith("All reasons")
    )
    left_out = len(decision.verdict.reasons) - folded.count("\\u2022  ")
    assert f"_and {left_out} more: press Everything_" in folded


def test_a_thread_has_vetoes_in_full() -> None:
    """Vetoes are never shortened, folded or not, and *Everything* opens the whole."""
    of = engine("ragvsft")
    answers = {"job": "answer", "need": ("look_up",), "material": "huge", "freshness": "weekly",
               "sources": "required", "access": ("people",), "examples": ("none",),
               "training": "forbidden"}  # fmt: skip
    decision = decision_of(
        draft_of("Title", "", answers=answers), Place("C1", Visibility.PUBLIC), of
    )
    vetoes = decision.verdict.vetoes
    assert len(vetoes) == 7
    message = recommendation_message(decision, of.playbook)
    for blocks in (message.blocks, message.plain):
        told = json.dumps(blocks, ensure_ascii=False)
        assert all(each.because in told and each.way_around in told for each in vetoes)
        assert '"action_id": "show"' in told
    assert [block["type"] for block in message.blocks].count("container") == 4
    assert all(
        block["is_collapsible"] and block["default_collapsed"]
        for block in message.blocks
        if block["type"] == "container"
    )


@pytest.mark.parametrize(
    ("review", "choice", "day"),
    [
        (Review(), "90", None),
        (Review.on(AT.date()), "date", "2026-01-05"),
        (Review.on(None), "never", None),
    ],
)
def test_the_last_page_has_its_fields(review: Review, choice: str, day: str | None) -> None:
    """The page before posting has who decides and the review, a date only if one is picked."""
    of = engine("ragvsft")
    workflow = Workflow("T", "", ("U0123456789", "U2"), review)
    draft = replace(draft_of("Title", "", answers=first_answers(of)), workflow=workflow)
    fields = {
        block["block_id"]: block["element"]
        for block in questionnaire_modal(Questionnaire(of, draft).result())["blocks"]
        if block["type"] == "input"
    }
    assert fields["deciders"]["initial_users"] == ["U0123456789", "U2"]
    assert fields["review_choice"]["initial_option"]["value"] == choice
    assert fields.get("review_day", {}).get("initial_date") == day


def test_every_kind_of_modal_has_a_sample() -> None:
    """Each modal that the bot can show is among the samples."""
    found = samples(engine("ragvsft")).values()
    shown = {
        sample["view"]["callback_id"]
        for sample in found
        if "view" in sample and sample["view"]["type"] == "modal"
    }
    assert shown == set(Modal)


def test_no_text_for_people_has_a_word_of_the_code() -> None:
    """Nobody reads of a driver, and no plural is left to the reader."""
    for name, sample in samples(engine("ragvsft")).items():
        for text in _texts_for_people(sample):
            assert not re.search(r"\bdrivers?\b|\w\(s\)", text), (name, text)


def _texts_for_people(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for name, value in node.items():
            if name in {"text", "alt_text", "accessibility_label"} and isinstance(value, str):
                yield value
            else:
                yield from _texts_for_people(value)
    elif isinstance(node, list | tuple):
        for each in node:
            yield from _texts_for_people(each)
