"""What a screen reader reads of a message, which is its text alone, and of its buttons."""

import json
from dataclasses import replace

import pytest

from bot.decisions.calibration import calibrate
from bot.decisions.model import Decision, Outcome, ReviewAnswer, Settlement, Status
from bot.decisions.reading import Found, Wanted
from bot.decisions.records.making import record_of
from bot.slack.queries import Query
from bot.slack.text import FALLBACK
from bot.slack.views.announcement import STATUS_WORDS, announcement
from bot.slack.views.finding import Listed, page
from bot.slack.views.life import life
from bot.slack.views.notices import NOBODY_TO_NUDGE
from bot.slack.views.rules import rules_message
from bot.slack.views.samples import samples
from tests.slack.examples import AT, a_decision, advisor

OF = advisor("ragvsft")


def _overridden() -> Decision:
    settlement = Settlement("U7", AT, "The pilot said so", "prompting")
    return replace(a_decision(), status=Status.OVERRIDDEN, settlement=settlement)


def test_every_message_has_a_text_within_its_limit() -> None:
    """No message is read out as nothing, and none is cut by Slack."""
    texts = {name: each["text"] for name, each in samples(OF).items() if "text" in each}
    assert len(texts) > 40
    assert {name: text for name, text in texts.items() if not text.strip()} == {}
    assert {name: len(text) for name, text in texts.items() if len(text) > FALLBACK} == {}


@pytest.mark.parametrize("name", [f"announcement, {each}, short" for each in Status][1:])
def test_no_status_is_told_by_its_looks_alone(name: str) -> None:
    """Each status is a word, in the text as in the blocks."""
    sample = samples(OF)[name]
    words = STATUS_WORDS[Status(name.split(", ")[1])]
    assert words in sample["text"]
    assert words in json.dumps(sample["blocks"])


def test_an_announcement_is_read_out_with_its_decision() -> None:
    """It says what was recommended, what was chosen instead, by whom and why."""
    text = announcement(_overridden(), OF.playbook).text
    for words in ("Decided differently by <@U7>", "Prompting", "The pilot said so", "Recommended"):
        assert words in text


def test_a_list_is_read_out_line_by_line() -> None:
    """Each decision is named by number and title, with how it stands."""
    decision = _overridden()
    found = Found((decision,), newer=False, older=False)
    listed = page(
        "/ragvsft", Query.typed("list", ""), Wanted(), found, [Listed(decision, OF.playbook)]
    )
    assert f"#12 {decision.title}: Decided differently: Prompting first" in listed.text.splitlines()
    assert '"accessibility_label": "Show decision 12"' in json.dumps(listed.blocks)


def test_a_life_is_read_out_with_its_answers() -> None:
    """The answers are in the text, with their questions."""
    question = OF.playbook.questions[0]
    text = life(record_of(a_decision(), OF)).text
    assert question.ask.replace("&", "&amp;") in text
    assert next(iter(question.answers.values())).replace("&", "&amp;") in text


def test_the_rules_are_read_out_with_their_figures() -> None:
    """How the decisions have gone is in the text, as in the blocks."""
    worked = replace(_overridden(), reviews=(ReviewAnswer("U7", AT, Outcome.WORKED, ""),))
    text = rules_message([(OF.playbook, calibrate([worked], {}))]).text
    assert f"{len(OF.playbook.rules)} rules" in text
    assert "1 worked" in text


def test_buttons_that_repeat_say_what_they_are_for() -> None:
    """A button that stands in a message once for each of many is read out with its one."""
    offer = samples(OF)["resume offer, short"]["blocks"]
    labels = [
        element.get("accessibility_label", "")
        for block in offer
        if block["type"] == "actions"
        for element in block["elements"][:2]
        if len(block["elements"]) > 1
    ]
    assert labels
    assert all(label.split(": ")[1] == "A" for label in labels)


def test_what_is_a_button_is_not_looked_for_in_the_menu() -> None:
    """A notice names "Ask for views" where it is: among the buttons of an open decision."""
    (buttons,) = (
        [element.get("text", {}).get("text") for element in block["elements"]]
        for block in announcement(a_decision(), OF.playbook).blocks
        if block["type"] == "actions"
    )
    assert "Ask for views" in buttons
    assert "button *Ask for views*" in NOBODY_TO_NUDGE
