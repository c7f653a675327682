"""Similar decisions, in the thread and on the review page."""

import json
from dataclasses import replace

import pytest

from bot.decisions.model import Place, ReviewAnswer, ReviewOutcome, Status, Visibility
from bot.playbooks.costs import CostRange
from bot.playbooks.verdict import Reason
from bot.services.search import Likeness, SimilarDecision
from bot.slack.views.recommendation import recommendation_message, similar_blocks
from tests.services.factories import AT, ENGINE, make_decision
from tests.services.harness import PRIVATE
from tests.slack.examples import a_decision, engine

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


def test_a_weak_point_for_another_option_is_no_point_against() -> None:
    """What gives a rival one point argues for it, and not against the recommendation."""
    made = make_decision(12)
    rival = next(each for each in made.verdict.points if each != made.verdict.option)
    strong = Reason("strong", rival, 2, "A strong one.", "Us", ())
    weak, own = (
        replace(strong, points=1, because="A weak one."),
        replace(strong, option=made.verdict.option, points=-1, because="Its own."),
    )
    about = replace(made, verdict=replace(made.verdict, against=(strong, weak, own)))
    words = json.dumps(recommendation_message(about, ENGINE.playbook).blocks)
    assert "A strong one." in words
    assert "Its own." in words
    assert "A weak one." not in words


def test_the_last_fold_is_named_after_what_is_in_it() -> None:
    """Without steps or conditions beyond the brief it is called by measures and pitfalls."""
    of = engine("ragvsft").playbook
    about = a_decision()
    few, many = (
        json.dumps(
            recommendation_message(
                replace(about, verdict=replace(about.verdict, gates=(), steps=steps)), of
            ).blocks
        )
        for steps in (("Start.",), ("1.", "2.", "3.", "4."))
    )
    assert "Measures and pitfalls" in few
    assert "More steps" not in few
    assert "More steps and pitfalls" in many


def test_the_bag_of_money_is_beside_money_only() -> None:
    """A cost line with only time and effort has a clock."""
    about = a_decision()
    cost = about.verdict.cost
    assert cost is not None
    signs = {}
    for name, price in (("priced", CostRange(40, 40)), ("free", None)):
        costs = tuple(replace(each, per_month=price) for each in about.verdict.costs)
        made = replace(about, verdict=replace(about.verdict, costs=costs))
        blocks = recommendation_message(made, engine("ragvsft").playbook).blocks
        signs[name] = "💰" in json.dumps(blocks, ensure_ascii=False)
    assert signs == {"priced": True, "free": False}
