"""Decisions that answered alike: for the review page, and for the thread."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from bot.decisions.calibration import outcome_of
from bot.decisions.model import Place
from bot.decisions.records.words import WENT, recommended_words
from bot.services.search import SimilarDecision
from bot.slack.views.announcement import standing
from bot.slackkit.message import Line, TextSection, section
from bot.slackkit.mrkdwn import escape, fit

_TITLE = 150


def similar(found: Sequence[SimilarDecision]) -> list[Block]:
    """Return similar past decisions for the review page; nothing if there are none."""
    if not found:
        return []
    lines = [f"•  {escape(_lead(each))} {escape(_words(each))}" for each in found]
    return [section("*Similar decisions*\n" + "\n".join(lines))]


def similar_chapter(found: Sequence[SimilarDecision], here: Place, command: str) -> TextSection:
    """Return the same for a thread; without lines if there are none.

    Of what was decided in another channel it gives the number alone. Other companies may read a
    channel that is shared with them, and nothing tells the bot which ones are: that would take a
    permission to read channels.

    Args:
        found: decisions that everybody of the workspace who reads the thread may read.
        here: where the thread is.
        command: the slash command's name.
    """
    lines = (
        f"{_lead(each)} {_words(each)}"
        if each.decision.place == here
        else _elsewhere(each, command)
        for each in found
    )
    return TextSection("Answered alike before", tuple(Line(words) for words in lines))


def _lead(found: SimilarDecision) -> str:
    decision = found.decision
    return f"#{decision.number} “{fit(decision.title, _TITLE)}”:"


def _elsewhere(found: SimilarDecision, command: str) -> str:
    number = found.decision.number
    return f"#{number} in another channel: {_count(found)}; {command} show {number} tells more"


def _words(found: SimilarDecision) -> str:
    """Return how much is alike, what was chosen or recommended, and how that went."""
    decision = found.decision
    outcome = outcome_of(decision.reviews)
    parts = [
        recommended_words(found.playbook, decision.chosen),
        standing(decision).lower(),
        *([WENT[outcome]] if outcome else []),
    ]
    return f"{_count(found)}; {', '.join(parts)}"


def _count(found: SimilarDecision) -> str:
    return f"{found.alike} of {found.compared} answers the same"
