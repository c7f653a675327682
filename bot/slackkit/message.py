"""A message as Slack takes it, and the means to keep it within Slack's limits."""

import json
from collections.abc import Mapping, Sequence
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
from bot.decisions.trend import Trend
from bot.slackkit.citations import Piece, pieces_of
from bot.slackkit.mrkdwn import FALLBACK, MESSAGE_BUDGET, SECTION, channel_link, fit

_LINE_LENGTHS = (600, 300, 150, 75)
"""Characters of one run of a list's text; the next is for messages that are too long with it."""
_MOST_LINES = 20
"""Lines of one chapter; nobody reads more of them in a message."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a digest's trend, and the words for whoever does not see it.

    `instead_of` is the index of the message's block, a table, whose place it takes where it could
    be uploaded. `titles` are those of the options, by id.
    """

    trend: Trend
    titles: Mapping[str, str]
    alt: str
    instead_of: int


@dataclass(frozen=True, slots=True)
class Message:
    """The blocks of a message, and the text for notifications and screen readers."""

    text: str
    blocks: list[dict[str, Any]]
    picture: Picture | None = None


def plain(text: str) -> PlainTextObject:
    """Return text that shows as it is: no mention, no link, no emphasis."""
    return PlainTextObject(text=text, emoji=True)


def mrkdwn(text: str) -> MarkdownTextObject:
    """Return text in Slack's markup, cut to what a section holds."""
    return MarkdownTextObject(text=fit(text, SECTION))


def section(text: str) -> SectionBlock:
    """Return a paragraph in Slack's markup."""
    return SectionBlock(text=mrkdwn(text))


def sentence(text: str) -> Message:
    """Return a message of one paragraph, in Slack's markup."""
    return Message(text=fit(text, FALLBACK), blocks=as_dicts([section(text)]))


def as_dicts(blocks: Sequence[Block | dict[str, Any]]) -> list[dict[str, Any]]:
    """Return blocks as Slack's JSON; those that are it already as they are."""
    return [block if isinstance(block, dict) else block.to_dict() for block in blocks]


@dataclass(frozen=True, slots=True)
class Line:
    """A point of a list, in plain text: a lead in bold, the text, a remark, its source.

    What the source cites by an id or an address is a link; nothing else becomes one.
    """

    text: str
    lead: str = ""
    remark: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class TextSection:
    """A titled list in a long message; `lines` come most important first.

    `whole` is for one whose every line has been promised: it is shortened after the others.
    """

    title: str
    lines: tuple[Line, ...]
    intro: str = ""
    whole: bool = False


def size_of(blocks: Sequence[Block]) -> int:
    """Return the characters of blocks, as JSON: with each, what stands between it and the next."""
    return sum(len(json.dumps(block.to_dict())) + len(", ") for block in blocks)


def text_sections(
    parts: Sequence[TextSection], budget: int = MESSAGE_BUDGET, more: str = ""
) -> list[RichTextBlock]:
    """Return the chapters that have lines, shortened together until they fit.

    The longest chapter gives up its last line first, and says how many it gave up; where the
    first line of each is still too much, lines are cut. Rich text shows what people and rule
    authors wrote as it is: it makes no mention of it, and no link but to the sources of rules.

    Args:
        parts: the chapters, in order.
        budget: characters of all their blocks, as JSON.
        more: what tells the lines that are given up.
    """
    blocks: list[RichTextBlock] = []
    for longest in _LINE_LENGTHS:
        told = [part for part in parts if part.lines]
        blocks = _with_fewer_lines(told, budget, longest, more)
        if size_of(blocks) <= budget:
            break
    return blocks


def _with_fewer_lines(
    parts: Sequence[TextSection], budget: int, longest: int, more: str
) -> list[RichTextBlock]:
    kept = [min(len(part.lines), _MOST_LINES) for part in parts]
    blocks = [_chapter(*each, longest, more) for each in zip(parts, kept, strict=True)]
    sizes = [size_of([block]) for block in blocks]
    while sum(sizes) > budget and max(kept, default=0) > 1:
        can_give = [place for place, lines in enumerate(kept) if lines > 1]
        first = [place for place in can_give if not parts[place].whole]
        place = max(first or can_give, key=sizes.__getitem__)
        kept[place] -= 1
        blocks[place] = _chapter(parts[place], kept[place], longest, more)
        sizes[place] = size_of([blocks[place]])
    return blocks


def _chapter(part: TextSection, shown: int, longest: int, more: str) -> RichTextBlock:
    missing = len(part.lines) - shown
    lines = [_line(line, longest) for line in part.lines[:shown]]
    elements: list[RichTextElement] = [
        RichTextSectionElement(elements=[_run(part.title, bold=True)]),
        RichTextListElement(style="bullet", elements=lines),
    ]
    if part.intro:
        elements.insert(1, RichTextSectionElement(elements=[_run(part.intro, italic=True)]))
    if missing:
        words = f"and {missing} more" + (f": {more}" if more else "")
        elements.append(RichTextSectionElement(elements=[_run(words, italic=True)]))
    return RichTextBlock(elements=elements)


def _line(line: Line, longest: int) -> RichTextSectionElement:
    runs = [_run(f"{fit(line.lead, longest)}: ", bold=True)] if line.lead else []
    runs.append(_run(fit(line.text, longest)))
    if line.remark:
        runs.append(_run(f"\n{fit(line.remark, longest)}"))
    if line.source:
        runs.append(_run(" "))
        runs += [_cited(piece) for piece in pieces_of(line.source, longest)]
    return RichTextSectionElement(elements=runs)


def _cited(piece: Piece) -> RichTextElement:
    if piece.url is None:
        return _run(piece.text, italic=True)
    return RichTextElementParts.Link(url=piece.url, text=piece.text, style={"italic": True})


def _run(text: str, *, bold: bool = False, italic: bool = False) -> RichTextElement:
    style = {name: True for name, on in (("bold", bold), ("italic", italic)) if on}
    return RichTextElementParts.Text(text=text, style=style or None)


def where(place: Place) -> str:
    """Return the words for a place, with a link to it where there is one."""
    if place.visibility is Visibility.DIRECT:
        return "a direct message"
    return channel_link(place.channel)
