"""Escaping, and fitting to Slack's limits: the one place for both.

Limits: https://docs.slack.dev/reference/block-kit and, for the size of a message's blocks,
slackapi/bolt-js issues 2509 and 2867 (refused near 13,200 characters).
"""

from collections.abc import Sequence

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


def escape(text: str) -> str:
    """Return text as it shows in mrkdwn, without making a mention or a link.

    Slack asks for exactly these three: https://docs.slack.dev/messaging/formatting-message-text
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def fit(text: str, limit: int) -> str:
    """Return text cut to `limit` characters, with an ellipsis where something is missing."""
    if len(text) <= limit:
        return text
    return text[: limit - 1].rstrip() + ELLIPSIS


def fit_escaped(text: str, limit: int) -> str:
    """Return escaped text of at most `limit` characters, never cut within an entity."""
    escaped = escape(text)
    if len(escaped) <= limit:
        return escaped
    cut = text[:limit]
    while len(escape(cut)) > limit - 1:
        cut = cut[: -max(1, (len(escape(cut)) - limit + 1) // 5)]
    return escape(cut.rstrip()) + ELLIPSIS


def quote(text: str, limit: int) -> str:
    """Return escaped text as a block quote of at most `limit` characters."""
    lines = fit_escaped(text, limit - 2 * (text.count("\n") + 1)).split("\n")
    return fit("\n".join(f"> {line}" for line in lines), limit)


def one_line(text: str) -> str:
    """Return text on one line, without control characters that break one."""
    return " ".join(text.split())


def mention(user: str) -> str:
    """Return a mention of a user by id."""
    return f"<@{user}>"


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
