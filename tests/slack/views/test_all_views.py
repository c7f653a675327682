"""Every view and message against the rules of Block Kit."""

import json
from dataclasses import replace

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
from bot.slack.views.questionnaire import PROBLEM_LENGTH, TITLE_LENGTH, questionnaire_modal
from bot.slack.views.recommendation import full_recommendation, recommendation_message
from bot.slackkit.ids import Modal
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
    """There is a sample of each step's page, and of the announcement per visibility."""
    names = set(samples(engine("ragvsft")))
    steps = {f"{step.id} page, long" for step in engine("ragvsft").playbook.steps}
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
        *alert_messages(decision).values(),
        notices.unknown_subcommand("/ragvsft", problem),
        notices.unknown_playbook("/ragvsft", problem, ("ragvsft",)),
    ]
    views = [
        questionnaire_modal(Questionnaire(of, draft).first()),
        questionnaire_modal(Questionnaire(of, draft).last()),
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
    assert faults_of_view(questionnaire_modal(Questionnaire(of, draft).last())) == []


@pytest.mark.parametrize("deciders", [0, 1, 2, 5, 6, 100])
def test_the_announcement_names_its_people(deciders: int) -> None:
    """It names the driver and at most five deciders, and counts the rest."""
    of = engine("ragvsft")
    draft = draft_of("Title", "", answers=first_answers(of))
    users = tuple(f"U{number}" for number in range(1, deciders + 1)) or ("U0123456789",)
    decision = replace(decision_of(draft, Place("C1", Visibility.PUBLIC), of), deciders=users)
    message = announcement(decision, of.playbook)
    assert faults_of_message(message) == []
    words = str(message.blocks)
    assert "Opened by <@U0123456789>" in words
    assert [f"<@{user}>" in words for user in users] == [place < 5 for place in range(len(users))]
    assert (f"and {deciders - 5} more decide" in words) == (deciders > 5)


def test_a_review_page_from_home_requires_a_channel() -> None:
    """Without a conversation to post to, the channel is not optional."""
    of = engine("ragvsft")
    blocks = {
        place: questionnaire_modal(Questionnaire(of, draft_of("T", "", place)).last())["blocks"]
        for place in (None, Place("C1", Visibility.PUBLIC))
    }
    optional = [
        next(block for block in found if block.get("block_id") == "other_channel")["optional"]
        for found in blocks.values()
    ]
    assert optional == [False, True]


def test_long_lists_count_what_is_left_out() -> None:
    """Lines of a recommendation that do not fit are counted, section by section."""
    of = engine("word ")
    decision = decision_of(
        draft_of("Title", "", answers=first_answers(of)), Place("C1", Visibility.PUBLIC), of
    )
    chapters = {
        block["elements"][0]["elements"][0]["text"]: block["elements"]
        for block in recommendation_message(decision, of.playbook).blocks
        if block["type"] == "rich_text"
    }
    _, shown, rest = chapters["Before you rely on this"]
    left_out = len(of.playbook.gates) - len(shown["elements"])
    assert left_out > 0
    assert rest["elements"][0]["text"] == f"and {left_out} more"


def test_a_thread_says_where_the_rest_is() -> None:
    """A shortened thread refers to `show`; vetoes are never shortened."""
    of = engine("ragvsft")
    answers = {"job": "answer", "need": ("look_up",), "material": "huge", "freshness": "weekly",
               "sources": "required", "access": ("people",), "examples": ("none",),
               "training": "forbidden"}  # fmt: skip
    decision = decision_of(
        draft_of("Title", "", answers=answers), Place("C1", Visibility.PUBLIC), of
    )
    thread = str(recommendation_message(decision, of.playbook, command="/ragvsft").blocks)
    assert "more: /ragvsft show 12 tells all" in thread
    vetoes = decision.verdict.vetoes
    assert len(vetoes) == 7
    told = json.dumps(recommendation_message(decision, of.playbook).blocks, ensure_ascii=False)
    assert all(each.because in told and each.way_around in told for each in vetoes)
    whole = full_recommendation(decision, of.playbook, "/ragvsft")
    assert all(faults_of_message(each) == [] for each in whole)
    assert " more: " not in str([each.blocks for each in whole])


def test_the_last_page_names_deciders_and_review() -> None:
    """The page before posting says who decides, by default the driver, and the review day."""
    of, day = engine("ragvsft"), AT.date()
    draft = draft_of("Title", "", answers=first_answers(of))
    expected = {
        Workflow("T"): "You decide  ·  Review in 90 days",
        Workflow("T", "", ("U0123456789", "U2"), Review.on(day)): (
            "You and <@U2> decide  ·  Review on 5 January 2026"
        ),
        Workflow("T", "", ("U2",), Review.on(None)): "<@U2> decides  ·  No review",
    }
    for workflow, words in expected.items():
        page = Questionnaire(of, replace(draft, workflow=workflow)).last()
        assert words in json.dumps(questionnaire_modal(page), ensure_ascii=False)


def test_every_kind_of_modal_has_a_sample() -> None:
    """Each modal that the bot can show is among the samples."""
    found = samples(engine("ragvsft")).values()
    shown = {
        sample["view"]["callback_id"]
        for sample in found
        if "view" in sample and sample["view"]["type"] == "modal"
    }
    assert shown == set(Modal)
