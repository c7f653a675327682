"""Decisions that answered alike: for the review page, and for the thread."""

from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import Block

from bot.advice.playbook import Playbook
from bot.decisions.calibration import outcome_of
from bot.decisions.finding import Alike
from bot.slack.text import escape, fit
from bot.slack.views.announcement import STATUS_WORDS
from bot.slack.views.message import Chapter, Line, section
from bot.slack.views.review import OUTCOME_SENTENCES

_TITLE = 150


@dataclass(frozen=True, slots=True)
class Similar:
    """A decision that answered alike, with the playbook it was made by."""

    alike: Alike
    playbook: Playbook


def similar(found: Sequence[Similar]) -> list[Block]:
    """Return similar past decisions for the review page; nothing if there are none."""
    if not found:
        return []
    lines = [f"•  {escape(_lead(each))} {escape(_words(each))}" for each in found]
    return [section("*Similar decisions*\n" + "\n".join(lines))]


def similar_chapter(found: Sequence[Similar]) -> Chapter:
    """Return the same for the thread; without lines if there are none."""
    return Chapter(
        "Answered alike before",
        tuple(Line(f"{_lead(each)} {_words(each)}") for each in found),
    )


def _lead(found: Similar) -> str:
    decision = found.alike.decision
    return f"#{decision.number} “{fit(decision.title, _TITLE)}”"


def _words(found: Similar) -> str:
    """Return how much is alike, what was chosen or recommended, and how that went."""
    alike, decision = found.alike, found.alike.decision
    outcome = outcome_of(decision.reviews)
    parts = [
        found.playbook.options[decision.chosen].title,
        STATUS_WORDS[decision.status].lower(),
        *([OUTCOME_SENTENCES[outcome].lower()] if outcome else []),
    ]
    return f"answered {alike.alike} of {alike.compared} alike: {', '.join(parts)}"
