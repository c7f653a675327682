"""Checks of views and messages: Slack's limits, mass mentions, forged links."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.playground import slack_model
from bot.playground.blockkit import (
    are_blocks_too_long,
    is_view_too_large,
    problems_of_message,
    problems_of_view,
)
from bot.playground.channel_messages import find_mass_mentions
from bot.slackkit.message import Message
from bot.slackkit.mrkdwn import FALLBACK, MESSAGE_BUDGET

OURS = re.compile(
    r"<@U\d+>|<#[CG]\d+>|<!date\^\d+\^[^<>|]+\|[^<>]+>|^> |"
    r"<https://example\.slack\.com/archives/\w+/p\d+\|[^<>|]+>",
    re.MULTILINE,
)
"""Mentions, links, dates and quote marks that the bot itself creates in these tests."""


def faults_of_view(view: Mapping[str, Any]) -> list[str]:
    """Return violations of Slack's rules in a view, mass mentions and forged links."""
    found = [str(problem) for problem in problems_of_view(dict(view))]
    if is_view_too_large(dict(view)):
        found.append("the view is too large")
    return found + _forged("", view["blocks"])


def faults_of_message(message: Message) -> list[str]:
    """Return violations of Slack's rules in a message, mass mentions and forged links."""
    found = faults_of_blocks(message.blocks)
    if not message.text.strip():
        found.append("no text for notifications and screen readers")
    if len(message.text) > FALLBACK:
        found.append(f"a text of {len(message.text)} characters")
    return found + _forged(message.text, [])


def faults_of_blocks(blocks: list[dict[str, Any]]) -> list[str]:
    """Return violations of Slack's rules in a message's blocks."""
    found = [str(problem) for problem in problems_of_message({"blocks": blocks})]
    size = len(json.dumps(blocks, ensure_ascii=False))
    if are_blocks_too_long(blocks) or size > MESSAGE_BUDGET:
        found.append(f"blocks of {size} characters")
    return found + _forged("", blocks)


def _forged(text: str, blocks: list[dict[str, Any]]) -> list[str]:
    message = slack_model.SlackMessage(ts="1.0", channel="C1", user="U1", text=text, blocks=blocks)
    found = [f"pings everybody: {mention}" for mention in find_mass_mentions(message)]
    forged = (each for each in (text, *_marked_up(blocks)) if set(OURS.sub("", each)) & {*"<>"})
    return found + [f"a link or mention that is not ours: {each[:200]}" for each in forged]


def _marked_up(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _marked_up(item)
    elif isinstance(node, dict):
        if node.get("type") == "mrkdwn":
            yield node["text"]
        for value in node.values():
            yield from _marked_up(value)
