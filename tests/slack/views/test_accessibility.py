"""Accessibility: the text of a message and the labels of its buttons."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.decisions.access import DecisionFilter, DecisionPage
from bot.decisions.calibration import calibrate
from bot.decisions.model import Decision, Resolution, ReviewAnswer, ReviewOutcome, Status
from bot.doctor.samples.slack_views import samples
from bot.slack.views.announcement import STATUS_WORDS, announcement
from bot.slack.views.notices import NOBODY_TO_NUDGE
from bot.slack.views.rules import rules_message
from bot.slack.views.search import ListedDecision, decision_list
from bot.slackkit.ids import DECISION_PREFIX, Action
from bot.slackkit.metadata import ListQuery
from bot.slackkit.mrkdwn import FALLBACK
from tests.slack.examples import AT, a_decision, engine

OF = engine("ragvsft")


def _overridden() -> Decision:
    resolution = Resolution("U7", AT, "The pilot said so", "prompting")
    return replace(a_decision(), status=Status.OVERRIDDEN, resolution=resolution)


def test_every_message_has_a_text_within_its_limit() -> None:
    """Every message has a text, within Slack's limit."""
    texts = {name: each["text"] for name, each in samples(OF).items() if "text" in each}
    assert len(texts) > 40
    assert {name: text for name, text in texts.items() if not text.strip()} == {}
    assert {name: len(text) for name, text in texts.items() if len(text) > FALLBACK} == {}


@pytest.mark.parametrize("name", [f"announcement, {each}, short" for each in Status][1:])
def test_every_status_is_a_word(name: str) -> None:
    """Each status is a word, in the text and in the blocks."""
    sample = samples(OF)[name]
    status = Status(name.split(", ")[1])
    decided = {Status.ACCEPTED, Status.OVERRIDDEN}
    words = "Decided: " if status in decided else STATUS_WORDS[status]
    assert words in sample["text"]
    assert words in json.dumps(sample["blocks"])


def test_an_announcements_text_has_its_decision() -> None:
    """The text has the recommendation, the choice and the person."""
    text = announcement(_overridden(), OF.playbook).text
    for words in ("*Decided: Prompting first* by <@U7>", "5 Jan 2026", "Recommended: "):
        assert words in text


def test_a_lists_text_has_a_line_per_decision() -> None:
    """Each decision has a line with number, title and status."""
    decision = _overridden()
    found = DecisionPage((decision,), newer=False, older=False)
    listed = decision_list(
        "/ragvsft",
        ListQuery.typed("list", ""),
        DecisionFilter(),
        found,
        [ListedDecision(decision, OF.playbook)],
    )
    assert f"#12 {decision.title}: Decided differently: Prompting first" in listed.text.splitlines()
    assert '"accessibility_label": "Show decision 12"' in json.dumps(listed.blocks)


def test_the_rules_text_has_the_outcomes() -> None:
    """The text has the outcomes, as the blocks do."""
    worked = replace(_overridden(), reviews=(ReviewAnswer("U7", AT, ReviewOutcome.WORKED, ""),))
    text = rules_message([(OF.playbook, calibrate([worked], {}))]).text
    assert f"{len(OF.playbook.rules)} rules" in text
    assert "it worked" in text


NOT_ABOUT_ONE_THING = {
    Action.BACK,
    Action.GO_ON,
    Action.SHOW_RESULT,
    Action.START,
    *(Action.DIGEST_SETTINGS, Action.POST_DIGEST, Action.TURN_ON_DIGEST),
}
"""Actions that occur once per view; their text needs no subject."""


def _buttons(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict) and node.get("type") == "button":
        yield node
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for each in inner:
        yield from _buttons(each)


MENUS = {*(Action.ANSWER, Action.MENU, Action.POST_ELSEWHERE, Action.CHANGE_OTHER, Action.EXAMPLE)}
"""Actions of menus and fields."""


def test_every_button_names_its_subject() -> None:
    """A button's label has its text and the decision, draft or message it is about."""
    found = [
        button
        for sample in samples(OF).values()
        for button in _buttons(sample)
        if button["action_id"].split(":")[0] not in NOT_ABOUT_ONE_THING
        and button["text"]["text"] != "Open the questionnaire"
    ]
    assert {button["action_id"].split(":")[0] for button in found} == {
        *Action
    } - NOT_ABOUT_ONE_THING - MENUS
    for button in found:
        words, label = button["text"]["text"], button.get("accessibility_label", "")
        assert label.startswith(words)
        assert len(label) > len(words)
        assert len(label) <= 75


def test_a_button_names_its_decision() -> None:
    """With several decisions on a page, each button's label has the number of its own."""
    blocks = samples(OF)["home, short"]["view"]["blocks"]
    rows = [block for block in blocks if block.get("block_id", "").startswith(DECISION_PREFIX)]
    labels = {
        row["block_id"]: [each["accessibility_label"] for each in row["elements"]] for row in rows
    }
    assert labels["decision:41"] == ["Add my view: decision 41"]
    for block_id, said in labels.items():
        number = block_id.removeprefix(DECISION_PREFIX)
        assert all(re.search(rf"decision {number}\b", label) for label in said)
    found = (block["accessory"] for block in blocks if "accessory" in block)
    read = [each for each in found if each["action_id"] == Action.SHOW]
    assert read[0]["accessibility_label"] == "Decide: decision 1"
    assert all(each["accessibility_label"].endswith(f"decision {each['value']}") for each in read)


def test_notices_name_buttons_that_exist() -> None:
    """The notice's "Ask for views" is an entry in the menu of an open decision."""
    (menu,) = (
        [option["text"]["text"] for option in block["elements"][-1]["options"]]
        for block in announcement(a_decision(), OF.playbook).blocks
        if block["type"] == "actions"
    )
    assert "Ask for views" in menu
    assert "*Ask for views* in the menu" in NOBODY_TO_NUDGE
