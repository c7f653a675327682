"""A message as Slack takes it, and the means to keep it within Slack's limits."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    RichTextBlock,
    RichTextElement,
    RichTextElementParts,
    RichTextListElement,
    RichTextSectionElement,
    SectionBlock,
)
from slack_sdk.models.blocks.basic_components import MarkdownTextObject, PlainTextObject

from bot.decisions.model import Place, Visibility
from bot.slack.text import MESSAGE_BUDGET, SECTION, channel_link, fit

_LINE = 600
"""Characters of one run of a list's text, so that a single line never fills a message."""


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
class Line:
    """A point of a list, in plain text: a lead in bold, the text, a remark, its source."""

    text: str
    lead: str = ""
    remark: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A titled list in a long message; `lines` come most important first."""

    title: str
    lines: tuple[Line, ...]
    intro: str = ""


def chapters(parts: Sequence[Chapter], budget: int = MESSAGE_BUDGET) -> list[RichTextBlock]:
    """Return the chapters that have lines, shortened together until they fit.

    The longest chapter gives up its last line first, and says how many it gave up. Rich text
    shows what people and rule authors wrote as it is: it makes no mention and no link of it.

    Args:
        parts: the chapters, in order.
        budget: characters of all their blocks, as JSON.
    """
    kept = {part.title: len(part.lines) for part in parts if part.lines}
    while True:
        blocks = {
            part.title: _chapter(part, kept[part.title]) for part in parts if part.title in kept
        }
        sizes = {title: len(json.dumps(block.to_dict())) for title, block in blocks.items()}
        can_give = [title for title in sizes if kept[title] > 1]
        if sum(sizes.values()) <= budget or not can_give:
            return list(blocks.values())
        kept[max(can_give, key=lambda title: sizes[title])] -= 1


def _chapter(part: Chapter, shown: int) -> RichTextBlock:
    missing = len(part.lines) - shown
    elements: list[RichTextElement] = [
        RichTextSectionElement(elements=[_run(part.title, bold=True)]),
        RichTextListElement(style="bullet", elements=[_line(line) for line in part.lines[:shown]]),
    ]
    if part.intro:
        elements.insert(1, RichTextSectionElement(elements=[_run(part.intro, italic=True)]))
    if missing:
        rest = RichTextSectionElement(elements=[_run(f"and {missing} more", italic=True)])
        elements.append(rest)
    return RichTextBlock(elements=elements)


def _line(line: Line) -> RichTextSectionElement:
    runs = [_run(f"{line.lead}: ", bold=True)] if line.lead else []
    runs.append(_run(fit(line.text, _LINE)))
    if line.remark:
        runs.append(_run(f"\n{fit(line.remark, _LINE)}"))
    if line.source:
        runs.append(_run(f" {fit(line.source, _LINE)}", italic=True))
    return RichTextSectionElement(elements=runs)


def _run(text: str, *, bold: bool = False, italic: bool = False) -> RichTextElement:
    style = {name: True for name, on in (("bold", bold), ("italic", italic)) if on}
    return RichTextElementParts.Text(text=text, style=style or None)


def where(place: Place) -> str:
    """Return the words for a place, with a link to it where there is one."""
    if place.visibility is Visibility.DIRECT:
        return "a direct message"
    return channel_link(place.channel)
