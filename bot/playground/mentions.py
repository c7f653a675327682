"""Mentions that ping everybody.

Source: docs.slack.dev/messaging/formatting-message-text#special-mentions. They work in mrkdwn and
in rich_text, not in plain_text.
"""

import re
from collections.abc import Iterator
from typing import Any

from bot.playground.model import Message

_MASS = re.compile(r"<!(?:channel|here|everyone)(?:\|[^>]*)?>")


def mass_mentions(message: Message) -> list[str]:
    """The mentions in a message that ping a whole channel or workspace, as they are written."""
    found = _MASS.findall(message.text)
    for part in (*message.blocks, *message.attachments):
        found += _within(part)
    return found


def _within(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for entry in value:
            yield from _within(entry)
    elif isinstance(value, dict):
        yield from _of_object(value)


def _of_object(value: dict[str, Any]) -> Iterator[str]:
    kind, text = value.get("type"), value.get("text")
    if kind == "broadcast":
        yield f"<!{value.get('range')}>"
    elif kind in {"mrkdwn", "markdown", None} and isinstance(text, str):
        yield from _MASS.findall(text)
    if kind != "plain_text":
        for entry in value.values():
            yield from _within(entry)
