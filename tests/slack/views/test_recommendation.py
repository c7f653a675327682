"""Similar decisions, in the thread and on the review page."""

import json
from dataclasses import replace

import pytest

from bot.decisions.model import Place, ReviewAnswer, ReviewOutcome, Status, Visibility
from bot.services.search import Likeness, SimilarDecision
from bot.slack.views.recommendation import recommendation_message, similar_blocks
from tests.services.factories import AT, ENGINE, make_decision
from tests.services.harness import PRIVATE

DONE = replace(
    make_decision(7, title="Refunds <!here>", status=Status.ACCEPTED, chosen="rag"),
    reviews=(ReviewAnswer("U1", AT, ReviewOutcome.WORKED),),
)
FOUND = [SimilarDecision(DONE, ENGINE.playbook, Likeness(11, 0, 12, 11 / 12))]
WORDS = "11 of 12 answers the same; RAG, accepted, it worked"


def test_the_thread_lists_similar_decisions() -> None:
    """The thread lists similar decisions with their outcomes, if there are any."""
    made = make_decision(12)
    assert made.place == DONE.place
    words = json.dumps(
        recommendation_message(made, ENGINE.playbook, FOUND).blocks, ensure_ascii=False
    )
    assert f"#7 “Refunds &lt;!here&gt;”: {WORDS}" in words
    assert "alike" not in json.dumps(recommendation_message(made, ENGINE.playbook).blocks)


@pytest.mark.parametrize("place", [PRIVATE, Place("C2", Visibility.PUBLIC)])
def test_decisions_of_other_channels_are_numbers(place: Place) -> None:
    """A decision of another channel is listed by number: the thread's channel may be shared."""
    made = make_decision(12, place=place)
    message = recommendation_message(made, ENGINE.playbook, FOUND, "/ragvsft")
    words = json.dumps(message.blocks, ensure_ascii=False)
    assert "#7 in another channel: 11 of 12 answers the same; see /ragvsft show 7" in words
    for told in ("Refunds", "accepted", "it worked"):
        assert told not in words


def test_similar_titles_mention_nobody() -> None:
    """On the review page the title of a similar decision is escaped."""
    (block,) = similar_blocks(FOUND)
    words = block.to_dict()["text"]["text"]
    assert WORDS in words
    assert "&lt;!here&gt;" in words
