"""Text in Slack's markup: escape it, fit it to limits, read it back as plain text.

Markup: https://docs.slack.dev/messaging/formatting-message-text. Limits:
https://docs.slack.dev/reference/block-kit and, for the size of a message's blocks,
slackapi/bolt-js issues 2509 and 2867 (refused near 13,200 characters).
"""

import html
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.decisions.events import ERASED, OPERATOR

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
LONGEST_SENTENCE = 45
"""Words up to which a sentence is shown whole."""
_LONGEST_ESCAPE = len("&amp;")
_LONGEST_WORD = 30
"""A cut text gives up at most so many characters to end at a word boundary."""
_MARKED = re.compile(r"<([^<>]*)>")
_SOMEONE = "someone"
_GROUP = "group"
_SENTENCE_END = re.compile(
    r'(?<=[.!?])(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bal\.)(?<!\bvs\.)\s+(?=["“(]?[A-Z0-9])'
)
_ADDRESSES = ("mailto:", "tel:")


def escape(text: str) -> str:
    """Return text escaped for mrkdwn, so that it makes no mention and no link.

    Slack asks for exactly these three characters.
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def fit(text: str, limit: int) -> str:
    """Return text cut to `limit` characters, ending with an ellipsis if it was cut."""
    if len(text) <= limit:
        return text
    return _cut(text, limit - 1) + ELLIPSIS


def fit_words(text: str, most: int) -> str:
    """Return text of at most so many words, ending with an ellipsis if it was cut."""
    words = text.split()
    if len(words) <= most:
        return text
    return " ".join(words[:most]).rstrip(",;:.") + ELLIPSIS


def fit_sentences(text: str, most: int, longest: int = LONGEST_SENTENCE) -> str:
    """Return the first sentences of a text that have at most `most` words together.

    The first one is kept whole, up to `longest` words; beyond that it ends with an ellipsis.
    """
    kept, *others = _SENTENCE_END.split(text.strip())
    for sentence in others:
        if len(kept.split()) + len(sentence.split()) > most:
            break
        kept = f"{kept} {sentence}"
    return fit_words(kept, max(most, longest))


def fit_escaped(text: str, limit: int) -> str:
    """Return escaped text of at most `limit` characters, never cut inside an entity."""
    return _fit_rendered(escape, text, limit)


def quote(text: str, limit: int) -> str:
    """Return escaped text as a block quote of at most `limit` characters."""
    return _fit_rendered(_quoted, text, limit)


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in escape(text).split("\n"))


def _fit_rendered(render: Callable[[str], str], text: str, limit: int) -> str:
    """Return rendered text, cut before rendering so that the result fits."""
    if len(render(text)) <= limit:
        return render(text)
    cut = text[: limit - 1]
    while cut and (excess := len(render(cut)) - limit + 1) > 0:
        cut = cut[: -max(1, excess // _LONGEST_ESCAPE)]
    return render(_cut(text, len(cut))) + ELLIPSIS


def _cut(text: str, limit: int) -> str:
    """Return the beginning of a text, cut at a word boundary if there is one near."""
    kept = text[:limit]
    if not text[limit : limit + 1].isspace():
        word = max(kept.rfind(" "), kept.rfind("\n"))
        if word >= max(limit - _LONGEST_WORD, limit // 2):
            kept = kept[:word]
    return kept.rstrip()


def one_line(text: str) -> str:
    """Return text on one line: each run of white space becomes one space."""
    return " ".join(text.split())


def moment(at: datetime) -> str:
    """Return a time that Slack shows in each reader's time zone.

    https://docs.slack.dev/messaging/formatting-message-text#date-formatting
    """
    fallback = f"{at:%-d %B %Y at %H:%M} UTC"
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} at {{time}}|{fallback}>"


def mention(user: str) -> str:
    """Return a mention of a user by id, or what to call one who is no user of Slack."""
    if user == OPERATOR:
        return "The operator"
    return "a former member" if user.startswith(ERASED) else f"<@{user}>"


def mentions(users: Sequence[str], most: int) -> str:
    """Return mentions of at most `most` users by id and the number of the rest, as a list."""
    return some([mention(user) for user in users], most)


def some(items: Sequence[str], most: int) -> str:
    """Return at most `most` items and the number of the rest, as an English list."""
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


def mentioned_users(text: str) -> frozenset[str]:
    """Return the ids of the users mentioned in mrkdwn text."""
    found = (each.partition("|")[0] for each in _MARKED.findall(text))
    return frozenset(each.removeprefix("@") for each in found if each.startswith("@"))


def readable_text(text: str, names: Mapping[str, str]) -> str:
    """Return escaped mrkdwn as people see it: mentions by name, links by label and address."""
    return html.unescape(_MARKED.sub(lambda found: _readable(found[1], names), text))


def _readable(marked: str, names: Mapping[str, str]) -> str:
    """Return the readable form of a token between angle brackets, still escaped."""
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
    """Return the readable form of a group mention, a date, or a mass mention."""
    kind = target.partition("^")[0]
    if kind == "date":
        return label or "a date"
    return "@" + (label.removeprefix("@") or (_GROUP if kind == "subteam" else kind))
