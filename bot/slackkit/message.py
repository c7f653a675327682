"""Messages and their Block Kit parts, and fitting them to Slack's limits."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContainerBlock,
    ImageBlock,
    RichTextBlock,
    RichTextElement,
    RichTextElementParts,
    RichTextListElement,
    RichTextSectionElement,
    SectionBlock,
)
from slack_sdk.models.blocks.basic_components import (
    MarkdownTextObject,
    PlainTextObject,
    SlackFile,
)
from slack_sdk.models.blocks.block_elements import InteractiveElement
from slack_sdk.models.views import View

from bot.decisions.model import DecisionSummary, Place, Visibility
from bot.decisions.needs import NeedsPlot
from bot.decisions.trend import Trend
from bot.slackkit.citations import Piece, pieces_of
from bot.slackkit.ids import DECISION_PREFIX, Action, Modal
from bot.slackkit.mrkdwn import (
    BUTTON,
    FALLBACK,
    MESSAGE_BUDGET,
    MODAL_TITLE,
    SECTION,
    channel_link,
    escape,
    fit,
    fit_escaped,
)

_ALT_TEXT = 2000
"""Characters: https://docs.slack.dev/reference/block-kit/blocks/image-block."""
_LINE_LENGTHS = (600, 300, 150, 75)
"""Characters of one text of a list, from the most to the fewest."""
_MOST_LINES = 20
"""Lines of one section; nobody reads more of them in a message."""
_MOST_CHILDREN = 10
"""Blocks in a container."""

Size = TypeVar("Size")
AnyBlock = TypeVar("AnyBlock", bound=Block)


@dataclass(frozen=True, slots=True)
class TrendPlot:
    """A digest's trend, with the titles of its options by id."""

    trend: Trend
    titles: Mapping[str, str]


Drawing = TrendPlot | NeedsPlot
"""The data of a picture."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in a message.

    Attributes:
        drawing: the data to draw.
        alt: the alternative text.
        instead_of: index of the message's block, with the same in words or as a table, that the
            uploaded picture replaces.
    """

    drawing: Drawing
    alt: str
    instead_of: int


@dataclass(frozen=True, slots=True)
class Message:
    """The blocks of a message, and the text for notifications and screen readers.

    `plain` has the same in blocks of the oldest kinds, to post where Slack refuses `blocks`.
    """

    text: str
    blocks: list[dict[str, Any]]
    picture: Picture | None = None
    plain: list[dict[str, Any]] | None = None


def with_picture(message: Message, file: str) -> Message:
    """Return a message with its picture, an uploaded file, instead of its words or table."""
    picture = message.picture
    if picture is None:
        return message
    alt_text = fit(picture.alt, _ALT_TEXT)
    image = as_dicts([ImageBlock(alt_text=alt_text, slack_file=SlackFile(id=file))])
    place = picture.instead_of
    blocks = [*message.blocks[:place], *image, *message.blocks[place + 1 :]]
    return replace(message, blocks=blocks, picture=None)


def plain(text: str) -> PlainTextObject:
    """Return a text object without markup."""
    return PlainTextObject(text=text, emoji=True)


def mrkdwn(text: str) -> MarkdownTextObject:
    """Return a text object in Slack's markup, cut to the limit of a section."""
    return MarkdownTextObject(text=fit(text, SECTION))


def section(text: str) -> SectionBlock:
    """Return a section in Slack's markup."""
    return SectionBlock(text=mrkdwn(text))


def sentence(text: str) -> Message:
    """Return a message of one section, in Slack's markup."""
    return Message(text=fit(text, FALLBACK), blocks=as_dicts([section(text)]))


def as_dicts(blocks: Sequence[Block | dict[str, Any]]) -> list[dict[str, Any]]:
    """Return blocks as JSON objects; dictionaries are passed through."""
    return [block if isinstance(block, dict) else block.to_dict() for block in blocks]


def notice_modal(title: str, text: str, written: Sequence[str] = ()) -> dict[str, Any]:
    """Return a modal without inputs.

    Args:
        title: its title.
        text: its text, in Slack's markup.
        written: texts entered in the modal that it replaces, to be copied from it.
    """
    kept = [
        SectionBlock(text=PlainTextObject(text=each[at : at + SECTION], emoji=False))
        for each in written
        for at in range(0, len(each), SECTION)
    ]
    heading = [section("*What you wrote is not lost: you can copy it from here.*")] if kept else []
    return View(
        type="modal",
        callback_id=Modal.NOTICE,
        title=plain(fit(title, MODAL_TITLE)),
        close=plain("Close"),
        blocks=[section(text), *heading, *kept],
    ).to_dict()


def where(place: Place) -> str:
    """Return the words for a conversation, with a link if it is a channel."""
    if place.visibility is Visibility.DIRECT:
        return "a direct message"
    return channel_link(place.channel)


def button(
    action_id: str,
    words: str,
    value: str | None,
    *,
    about: str,
    label: str | None = None,
    style: str | None = None,
    confirm: ConfirmObject | None = None,
) -> ButtonElement:
    """Return a button whose accessibility label distinguishes it from others with the same words.

    The label begins with the visible words, so that speech input can press it:
    https://www.w3.org/WAI/WCAG22/Understanding/label-in-name

    Args:
        action_id: the action id.
        words: the visible text.
        value: the value; None if the block id says enough.
        about: the subject, appended to the words in the label.
        label: the whole label, if it is not words and subject.
        style: `primary` or `danger`; None for neither.
        confirm: a confirmation dialog.
    """
    return ButtonElement(
        action_id=action_id,
        text=words,
        value=value,
        accessibility_label=fit(label or f"{words}: {about}", BUTTON),
        style=style,
        confirm=confirm,
    )


def decision_label(number: int) -> str:
    """Return the subject of a decision's buttons, for their accessibility labels."""
    return f"decision {number}"


def decision_title(decision: DecisionSummary, longest: int = 300) -> str:
    """Return a decision's number and title in bold, as mrkdwn; `longest` limits the title."""
    return f"*#{decision.number}  {fit_escaped(decision.title, longest)}*"


def decision_button(action_id: str, words: str, number: int) -> ButtonElement:
    """Return a button whose value is a decision's number."""
    return button(action_id, words, str(number), about=decision_label(number))


def decision_actions(
    decision: DecisionSummary, elements: Sequence[InteractiveElement]
) -> ActionsBlock:
    """Return buttons in a block whose id names the decision."""
    block_id = f"{DECISION_PREFIX}{decision.number}"
    return ActionsBlock(block_id=block_id, elements=list(elements))


def show_button(number: int) -> ButtonElement:
    """Return the button that opens a decision."""
    about = decision_label(number)
    return button(Action.SHOW, "Show", str(number), about=about, label=f"Show {about}")


def size_of(blocks: Sequence[Block]) -> int:
    """Return the characters of blocks as JSON, separators included."""
    return sum(len(json.dumps(block.to_dict())) + len(", ") for block in blocks)


def shrink_to_fit(
    build: Callable[[Size], list[AnyBlock]],
    sizes: Sequence[Size],
    budget: int = MESSAGE_BUDGET,
) -> list[AnyBlock]:
    """Return the blocks built at the first size that fits, else those at the last one.

    Args:
        build: returns the blocks at a size.
        sizes: at least one, from the largest to the smallest.
        budget: characters of the blocks, as JSON.
    """
    blocks: list[AnyBlock] = []
    for size in sizes:
        blocks = build(size)
        if size_of(blocks) <= budget:
            break
    return blocks


@dataclass(frozen=True, slots=True)
class Line:
    """A list item in plain text: a lead in bold, the text, a remark, the source.

    Only citations in the source become links.
    """

    text: str
    lead: str = ""
    remark: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class TextSection:
    """A titled list in a long message.

    Attributes:
        title: its heading.
        lines: the list, most important first.
        intro: a sentence below the heading.
        whole: whether it is shortened only after all other sections.
    """

    title: str
    lines: tuple[Line, ...]
    intro: str = ""
    whole: bool = False


_RenderSection = Callable[[TextSection, int, int, str], Block]
"""Returns a section with so many lines of so many characters; the last says where the rest is."""


def text_sections(
    parts: Sequence[TextSection], budget: int = MESSAGE_BUDGET, more: str = ""
) -> list[Block]:
    """Return the sections that have lines, shortened together until they fit.

    The longest section drops its last line first and says how many lines it dropped. If one line
    per section is still too much, the lines are cut. Rich text shows what people and rule authors
    wrote literally: no mentions, and no links except to the sources of rules.

    Args:
        parts: the sections, in order.
        budget: characters of all their blocks, as JSON.
        more: the words that say where dropped lines can be read.
    """
    return _shrunk(parts, budget, more, _text_section)


def folded_sections(
    parts: Sequence[TextSection], budget: int = MESSAGE_BUDGET, more: str = ""
) -> list[Block]:
    """Return the sections that have lines, each folded to its title; only messages take them.

    They are shortened as by `text_sections`. Citations are no links in them.

    Source: https://docs.slack.dev/reference/block-kit/blocks/container-block
    """
    return _shrunk(parts, budget, more, _folded_section)


def _shrunk(
    parts: Sequence[TextSection], budget: int, more: str, render: _RenderSection
) -> list[Block]:
    filled = [part for part in parts if part.lines]
    return shrink_to_fit(
        lambda longest: _with_fewer_lines(filled, budget, longest, more, render),
        _LINE_LENGTHS,
        budget,
    )


def _with_fewer_lines(
    parts: Sequence[TextSection], budget: int, longest: int, more: str, render: _RenderSection
) -> list[Block]:
    kept = [min(len(part.lines), _MOST_LINES) for part in parts]
    blocks = [render(*each, longest, more) for each in zip(parts, kept, strict=True)]
    sizes = [size_of([block]) for block in blocks]
    while sum(sizes) > budget and max(kept, default=0) > 1:
        can_give = [place for place, lines in enumerate(kept) if lines > 1]
        first = [place for place in can_give if not parts[place].whole]
        place = max(first or can_give, key=sizes.__getitem__)
        kept[place] -= 1
        blocks[place] = render(parts[place], kept[place], longest, more)
        sizes[place] = size_of([blocks[place]])
    return blocks


def _text_section(part: TextSection, shown: int, longest: int, more: str) -> RichTextBlock:
    lines = [_line(line, longest) for line in part.lines[:shown]]
    elements: list[RichTextElement] = [
        RichTextSectionElement(elements=[_run(part.title, bold=True)]),
        RichTextListElement(style="bullet", elements=lines),
    ]
    if part.intro:
        elements.insert(1, RichTextSectionElement(elements=[_run(part.intro, italic=True)]))
    if words := _rest(part, shown, more):
        elements.append(RichTextSectionElement(elements=[_run(words, italic=True)]))
    return RichTextBlock(elements=elements)


def _rest(part: TextSection, shown: int, more: str) -> str:
    missing = len(part.lines) - shown
    return f"and {missing} more{more and f': {more}'}" if missing else ""


def _folded_section(part: TextSection, shown: int, longest: int, more: str) -> ContainerBlock:
    lines = [_marked_line(line, longest) for line in part.lines[:shown]]
    rest = _rest(part, shown, more)
    texts = [f"_{escape(part.intro)}_"] if part.intro else []
    for line in [*lines, *([f"_{escape(rest)}_"] if rest else [])]:
        if texts and len(texts[-1]) + len(line) < SECTION:
            texts[-1] += f"\n{line}"
        else:
            texts.append(line)
    return ContainerBlock(
        title=f"{part.title}  ·  {len(part.lines)}",
        is_collapsible=True,
        default_collapsed=True,
        child_blocks=[section(text) for text in texts[:_MOST_CHILDREN]],
    )


def _marked_line(line: Line, longest: int) -> str:
    """Return a list item as mrkdwn."""
    lead = f"*{fit_escaped(line.lead, longest)}:* " if line.lead else ""
    remark = f"\n{fit_escaped(line.remark, longest)}" if line.remark else ""
    source = f"\n_{fit_escaped(line.source, longest)}_" if line.source else ""
    return f"•  {lead}{fit_escaped(line.text, longest)}{remark}{source}"


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
