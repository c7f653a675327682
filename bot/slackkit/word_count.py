"""Count the words that people see of blocks, and shorten blocks to a number of words."""

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from slack_sdk.models.blocks import Block

from bot.slackkit.message import as_dicts, size_of
from bot.slackkit.mrkdwn import MESSAGE_BUDGET

ANNOUNCEMENT_WORDS = 70
THREAD_WORDS = 200
"""Words of a reply while its containers are folded."""
_UNSEEN = frozenset(
    {"accessibility_label", "alt_text", "confirm", "options", "placeholder", "value", "url"}
)
"""Fields of blocks with text that nobody sees before a press."""
_MENTION = re.compile(r"<[@#][^<>|]*>")
_LABELLED = re.compile(r"<[^<>|]*\|([^<>]*)>")
_NAME = " First Last "
"""What a mention is shown as."""

Size = TypeVar("Size")
AnyBlock = TypeVar("AnyBlock", bound=Block)


def words_shown(blocks: Sequence[Any]) -> int:
    """Return how many words people see of blocks; a folded container shows only its title."""
    return sum(map(_count, _texts(as_dicts(blocks))))


def shrink_to_words(
    build: Callable[[Size], list[AnyBlock]],
    sizes: Sequence[Size],
    most: int,
    budget: int = MESSAGE_BUDGET,
) -> list[AnyBlock]:
    """Return the blocks built at the first size that is short enough, else at the last.

    Args:
        build: returns the blocks at a size.
        sizes: at least one, from the largest to the smallest.
        most: words shown.
        budget: characters of the blocks, as JSON.
    """
    for size in sizes[:-1]:
        blocks = build(size)
        if words_shown(blocks) <= most and size_of(blocks) <= budget:
            return blocks
    return build(sizes[-1])


def _count(text: str) -> int:
    seen = html.unescape(_LABELLED.sub(r"\1", _MENTION.sub(_NAME, text)))
    return sum(any(map(str.isalnum, word)) for word in seen.split())


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        folded = node.get("type") == "container" and node.get("default_collapsed")
        for name, value in node.items():
            if name == "text" and isinstance(value, str):
                yield value
            elif name not in _UNSEEN and not (folded and name == "child_blocks"):
                yield from _texts(value)
    elif isinstance(node, list | tuple):
        for each in node:
            yield from _texts(each)
