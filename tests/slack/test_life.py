"""The life of a decision as `show` tells it: complete where it fits, honest where it does not."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.decisions.events import Event
from bot.decisions.model import Decision, Perspective, Place, Visibility
from bot.decisions.records.background import DecisionContext
from bot.decisions.records.making import record_of
from bot.playbooks.verdict import Strength
from bot.slack.views.search import history_message
from tests.slack.blocks import faults_of_message
from tests.slack.examples import AT, decision_of, draft_of, engine, first_answers

RULES = engine("ragvsft")
HERE = Place("C0123456789", Visibility.PUBLIC)


def _decision(name: str = "ragvsft") -> Decision:
    of = engine(name)
    return decision_of(draft_of("Title", "Problem", answers=first_answers(of)), HERE, of)


def _view(user: str) -> Perspective:
    answers = {question.id: list(question.answers)[-1] for question in RULES.playbook.questions}
    return Perspective("T1", 12, user, answers, "fine_tuning", Strength.LEANING, AT, AT)


def _withdrawn(reason: str, hour: int) -> Event:
    return Event("withdrawn", f"U{hour}", AT + timedelta(hours=hour), {"reason": reason})


def test_it_tells_answers_views_events_and_links() -> None:
    """Each answer in words, each person's verdict, each event with its person, both neighbours."""
    made = replace(_decision(), supersedes=7, superseded_by=15)
    events = (
        Event("opened", "U1", AT),
        Event("handed_over", "U1", AT, {"from": "U1", "to": "U2 U3"}),
        Event("withdrawn", "U1", AT, {"reason": "Not *needed*\nany more"}),
    )
    message = history_message(record_of(made, RULES, DecisionContext((_view("U9"),), events)))
    said = json.dumps(message.blocks, ensure_ascii=False)
    for question in RULES.playbook.questions:
        assert question.ask in said
        assert next(iter(question.answers.values())) in said
    assert "<@U0123456789>, who opened it: *" in said
    assert "<@U9>: *Fine-tuning*  ·  leaning this way" in said
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
def test_however_much_happened_slack_takes_it(name: str, text: str, count: int) -> None:
    """No length and no wording breaks the message; what is left out is counted."""
    views = tuple(_view(f"U{number}") for number in range(count)) if name == "ragvsft" else ()
    events = tuple(_withdrawn(text * 700, hour) for hour in range(count))
    message = history_message(
        record_of(_decision(name), engine(name), DecisionContext(views, events))
    )
    assert faults_of_message(message) == []
    said = "".join(each for each in map(json.dumps, message.blocks) if "What happened" in each)
    assert ("more, which the record tells" in said) is (said.count("withdrew the decision") < count)
    assert count == 0 or f"<@U{count - 1}> withdrew the decision" in said
