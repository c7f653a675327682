"""A message as Slack takes it, and the means to keep it within Slack's limits."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import Block, SectionBlock
from slack_sdk.models.blocks.basic_components import MarkdownTextObject, PlainTextObject

from bot.decisions.model import Place, Visibility
from bot.slack.text import MESSAGE_BUDGET, SECTION, channel_link, fit


@dataclass(frozen=True, slots=True)
class Message:
    """The blocks of a message, and the text for notifications and screen readers."""

    text: str
    blocks: list[dict[str, Any]]


def plain(text: str) -> PlainTextObject:
    """Return text that shows as it is: no mention, no link, no emphasis."""
    return PlainTextObject(text=text, emoji=True)


def mrkdwn(text: str) -> MarkdownTextObject:
    """Return text in Slack's markup, cut to what a section holds."""
    return MarkdownTextObject(text=fit(text, SECTION))


def section(text: str) -> SectionBlock:
    """Return a paragraph in Slack's markup."""
    return SectionBlock(text=mrkdwn(text))


def as_dicts(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """Return blocks as Slack's JSON."""
    return [block.to_dict() for block in blocks]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A titled list in a long message; `lines` come most important first."""

    title: str
    lines: tuple[str, ...]
    intro: str = ""


def chapters(parts: Sequence[Chapter], budget: int = MESSAGE_BUDGET) -> list[SectionBlock]:
    """Return the chapters that have lines, shortened together until they fit.

    The longest chapter gives up its last line first, and says how many it gave up.
    """
    kept = {part.title: list(part.lines) for part in parts if part.lines}
    shown = [part for part in parts if part.lines]
    while True:
        blocks = [section(_chapter(part, kept[part.title])) for part in shown]
        sizes = {part.title: len(_chapter(part, kept[part.title])) for part in shown}
        overfull = [title for title, size in sizes.items() if size > SECTION]
        size = len(json.dumps(as_dicts(blocks)))
        if size <= budget and not overfull:
            return blocks
        candidates = [title for title in overfull or sizes if len(kept[title]) > 1]
        if not candidates:
            return blocks
        kept[max(candidates, key=lambda title: sizes[title])].pop()


def _chapter(part: Chapter, lines: Sequence[str]) -> str:
    missing = len(part.lines) - len(lines)
    rest = [f"_and {missing} more_"] if missing else []
    intro = [part.intro] if part.intro else []
    return "\n".join([f"*{part.title}*", *intro, *(f"• {line}" for line in lines), *rest])


def where(place: Place) -> str:
    """Return the words for a place, with a link to it where there is one."""
    if place.visibility is Visibility.DIRECT:
        return "a direct message"
    return channel_link(place.channel)
