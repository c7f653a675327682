"""Slack's markup of a message as its reader saw it: mentions by name, links by label and address.

The forms: https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages
"""

import html
import re
from collections.abc import Mapping

from bot.slackkit.mrkdwn import escape

_MARKED = re.compile(r"<([^<>]*)>")
_SOMEONE = "someone"
_GROUP = "group"
_ADDRESSES = ("mailto:", "tel:")


def mentioned(text: str) -> frozenset[str]:
    """Return the ids of the users whom a text in Slack's markup mentions."""
    found = (each.partition("|")[0] for each in _MARKED.findall(text))
    return frozenset(each.removeprefix("@") for each in found if each.startswith("@"))


def legible(text: str, names: Mapping[str, str]) -> str:
    """Return a text in Slack's markup as people read it.

    Args:
        text: as Slack sends it, escaped.
        names: what people are called, by user id, as far as that is known.
    """
    return html.unescape(_MARKED.sub(lambda found: _shown(found[1], names), text))


def _shown(marked: str, names: Mapping[str, str]) -> str:
    """Return what stands for what is between angle brackets, still escaped."""
    target, _, label = marked.partition("|")
    match target[:1]:
        case "@":
            name = names.get(target[1:])
            return f"@{escape(name) if name else label or _SOMEONE}"
        case "#":
            return f"#{label}" if label else "a channel"
        case "!":
            return _special(target[1:], label)
    for scheme in _ADDRESSES:
        target = target.removeprefix(scheme)
    bare = target.partition("://")[2].rstrip("/")
    return target if label in {"", target, bare} else f"{label} ({target})"


def _special(target: str, label: str) -> str:
    """Return what stands for a group, a date, or everybody in a channel."""
    kind = target.partition("^")[0]
    if kind == "date":
        return label or "a date"
    return "@" + (label.removeprefix("@") or (_GROUP if kind == "subteam" else kind))
