"""Announcement and thread are short at any length of input: their words are counted here."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.decisions.comparison import TeamViews
from bot.decisions.model import (
    Closure,
    Decision,
    Perspective,
    Place,
    Resolution,
    ReviewAnswer,
    ReviewOutcome,
    Status,
    Visibility,
)
from bot.decisions.questionnaire import Questionnaire, ResultPage
from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine
from bot.playbooks.library import read_examples
from bot.services.search import Likeness, SimilarDecision
from bot.slack.views.announcement import announcement
from bot.slack.views.recommendation import recommendation_message
from bot.slack.views.result import result_blocks
from bot.slackkit.message import as_dicts
from tests.slack.examples import AT, RULES, decision_of, draft_of, engine, first_answers

ANNOUNCEMENT, THREAD = 70, 200
PLAYBOOKS = ("ragvsft", "hosting")
FILLINGS = ("word ", "a ", "one-two ")
PLACE = Place("C0123456789", Visibility.PRIVATE)


def words(block: Any) -> Iterator[str]:
    """Yield the words that a reader sees of a block; of a folded container only its title."""
    match block:
        case {"type": "container", "title": title}:
            yield from words(title)
            yield from words(block.get("subtitle") or {})
        case {"type": "image"} | {"type": "divider"} | {"type": "overflow"}:
            return
        case {"text": str(text)}:
            seen = re.sub(r"<[@#]\w+>", "First Last", text)
            seen = re.sub(r"<[^|>]*\|([^>]*)>", r"\1", seen)
            yield from (each for each in seen.split() if re.search(r"\w", each))
        case {"elements": list(elements)}:
            for each in elements:
                yield from words(each)
        case {"text": dict(text)}:
            yield from words(text)
            yield from words(block.get("accessory") or {})


def count(blocks: list[dict[str, Any]]) -> int:
    return sum(1 for block in blocks for _ in words(block))


def decision(of: RuleEngine, answers: dict[str, Any], title: str = "Refund rules") -> Decision:
    return decision_of(draft_of(title, "Problem", PLACE, answers=answers), PLACE, of)


def team(about: Decision) -> TeamViews:
    view = Perspective("T1", 1, "U2", {}, None, about.verdict.strength, AT, AT)
    return TeamViews(about, (view,) * 20)


def settled(about: Decision, reason: str) -> Iterator[Decision]:
    """Yield a decision in each status other than open, with everything it can have."""
    option = list(about.verdict.points)[-1]
    reviews = (ReviewAnswer("U1", AT, ReviewOutcome.PARTLY, reason),)
    decided = replace(about, resolution=Resolution("U1", AT, reason, option), reviews=reviews)
    for status in (Status.ACCEPTED, Status.OVERRIDDEN):
        yield replace(decided, status=status)
    closed = replace(decided, closure=Closure("U1", AT, reason), superseded_by=3)
    for status in (Status.WITHDRAWN, Status.SUPERSEDED):
        yield replace(closed, status=status)


@st.composite
def sheets(draw: st.DrawFn) -> tuple[RuleEngine, dict[str, str | None]]:
    of = engine(draw(st.sampled_from(PLAYBOOKS)))
    answers: dict[str, str | None] = {}
    for question in of.playbook.questions:
        answer = draw(st.sampled_from([None, *question.answers]))
        answers[question.id] = answer
    return of, answers


@settings(max_examples=30)
@given(sheets(), st.sampled_from(["Refund rules", "a " * 60]))
def test_an_announcement_has_at_most_70_words(
    sheet: tuple[RuleEngine, dict[str, str | None]], title: str
) -> None:
    """An announcement of a shipped playbook has at most 70 words, whatever was answered."""
    of, answers = sheet
    about = decision(of, answers, title)
    for each in (about, *settled(about, "because " * 300)):
        assert count(announcement(each, of.playbook, team(each)).blocks) <= ANNOUNCEMENT


@pytest.mark.parametrize("filling", FILLINGS)
def test_an_announcement_of_the_largest_playbook_is_short(filling: str) -> None:
    """Titles, answers and reasons of the greatest length are cut to 70 words."""
    of = engine(filling)
    about = replace(
        decision(of, first_answers(of), filling * 40),
        deciders=tuple(f"U{number}" for number in range(30)),
        supersedes=3,
    )
    for each in (about, *settled(about, filling * 300)):
        assert count(announcement(each, of.playbook, team(each)).blocks) <= ANNOUNCEMENT


@settings(max_examples=30)
@given(sheets())
def test_a_thread_has_at_most_200_words(sheet: tuple[RuleEngine, dict[str, str | None]]) -> None:
    """Unfolded, the recommendation of a shipped playbook has at most 200 words."""
    of, answers = sheet
    about = decision(of, answers)
    blocks = recommendation_message(about, of.playbook, _alike(about, of), "/ragvsft").blocks
    assert count(blocks) <= THREAD


@pytest.mark.parametrize("filling", FILLINGS)
def test_a_thread_of_the_largest_playbook_is_short(filling: str) -> None:
    """Reasons, flips and steps of the greatest length are cut to 200 words."""
    of = engine(filling)
    about = decision(of, first_answers(of), filling * 40)
    blocks = recommendation_message(about, of.playbook, _alike(about, of), "/ragvsft").blocks
    assert THREAD / 2 < count(blocks) <= THREAD


def _alike(about: Decision, of: RuleEngine) -> list[SimilarDecision]:
    return [SimilarDecision(about, of.playbook, Likeness(99, 0, 99, 1.0))] * 3


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_no_sentence_is_cut(name: str) -> None:
    """For published cases and examples, card, thread and result have whole sentences only."""
    text = loader.read(RULES / name)
    of = engine(name)
    sheets = [each.answers for each in read_examples(RULES / name, of)]
    sheets += [each.answers for each in loader.parse_cases(text, of.playbook).cases]
    assert sheets
    for answers in sheets:
        about = decision(of, dict(of.fitting(answers)))
        draft = replace(draft_of("Refund rules", "", PLACE), answers=about.answers)
        page = Questionnaire(of, draft).result()
        assert isinstance(page, ResultPage)
        texts = [
            *shown_texts(announcement(about, of.playbook, team(about)).blocks),
            *shown_texts(recommendation_message(about, of.playbook).blocks),
            *shown_texts(as_dicts(result_blocks(page, ()))),
        ]
        assert [each for each in texts if "…" in each] == []


def shown_texts(blocks: Any) -> Iterator[str]:
    """Yield the texts of blocks, without menus and what is folded."""
    if isinstance(blocks, dict):
        for name, value in blocks.items():
            if name == "text" and isinstance(value, str):
                yield value
            elif name not in {"options", "child_blocks", "element", "placeholder"}:
                yield from shown_texts(value)
    elif isinstance(blocks, list):
        for each in blocks:
            yield from shown_texts(each)
