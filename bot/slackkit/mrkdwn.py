"""Escaping, and fitting to Slack's limits: the one place for both.

Limits: https://docs.slack.dev/reference/block-kit and, for the size of a message's blocks,
slackapi/bolt-js issues 2509 and 2867 (refused near 13,200 characters).
"""

from collections.abc import Callable, Sequence
from datetime import datetime

SECTION = 2900
"""Characters of one text object; Slack takes 3,000."""
HEADER = 150
PLAIN_OPTION = 75
BUTTON = 75
MODAL_TITLE = 24
FALLBACK = 3500
"""Characters of a message's `text`; an update refuses more than 4,000."""
MESSAGE_BUDGET = 10_000
"""Characters of all blocks of one message, as JSON."""

ELLIPSIS = "…"
_LONGEST_SHOWN = len("&amp;")
"""Characters that one character becomes at most."""
_LONGEST_WORD = 30
"""Characters that are given up so that a text that is cut ends with a word."""


def escape(text: str) -> str:
    """Return text as it shows in mrkdwn, without making a mention or a link.

    Slack asks for exactly these three: https://docs.slack.dev/messaging/formatting-message-text
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def fit(text: str, limit: int) -> str:
    """Return text cut to `limit` characters, with an ellipsis where something is missing."""
    if len(text) <= limit:
        return text
    return _cut(text, limit - 1) + ELLIPSIS


def fit_escaped(text: str, limit: int) -> str:
    """Return escaped text of at most `limit` characters, never cut within an entity."""
    return _fit_shown(escape, text, limit)


def quote(text: str, limit: int) -> str:
    """Return escaped text as a block quote of at most `limit` characters."""
    return _fit_shown(_quoted, text, limit)


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in escape(text).split("\n"))


def _fit_shown(shown: Callable[[str], str], text: str, limit: int) -> str:
    """Return text as `shown` shows it, cut before it is shown so that it fits."""
    if len(shown(text)) <= limit:
        return shown(text)
    cut = text[: limit - 1]
    while cut and (excess := len(shown(cut)) - limit + 1) > 0:
        cut = cut[: -max(1, excess // _LONGEST_SHOWN)]
    return shown(_cut(text, len(cut))) + ELLIPSIS


def _cut(text: str, limit: int) -> str:
    """Return the beginning of a text, which ends with a word where one does not far before."""
    kept = text[:limit]
    if not text[limit : limit + 1].isspace():
        word = max(kept.rfind(" "), kept.rfind("\n"))
        if word >= max(limit - _LONGEST_WORD, limit // 2):
            kept = kept[:word]
    return kept.rstrip()


def one_line(text: str) -> str:
    """Return text on one line, without control characters that break one."""
    return " ".join(text.split())


def moment(at: datetime) -> str:
    """Return a time as each reader's Slack shows it: today or the date, in their time zone.

    https://docs.slack.dev/messaging/formatting-message-text#date-formatting
    """
    fallback = f"{at:%-d %B %Y at %H:%M} UTC"
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} at {{time}}|{fallback}>"


def mention(user: str) -> str:
    """Return a mention of a user by id."""
    return f"<@{user}>"


def mentions(users: Sequence[str], most: int) -> str:
    """Return mentions of users by id, at most so many and how many more, as an English list."""
    return some([mention(user) for user in users], most)


def some(items: Sequence[str], most: int) -> str:
    """Return at most so many items and how many more, as an English list."""
    rest = len(items) - most
    return and_list([*items[:most], f"{rest} more"]) if rest > 0 else and_list(items)


def channel_link(channel: str) -> str:
    """Return a link to a channel by id."""
    return f"<#{channel}>"


def and_list(items: Sequence[str]) -> str:
    """Return items as an English list: a, b and c."""
    return _listed(items, "and")


def or_list(items: Sequence[str]) -> str:
    """Return items as an English list: a, b or c."""
    return _listed(items, "or")


def _listed(items: Sequence[str], word: str) -> str:
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"
