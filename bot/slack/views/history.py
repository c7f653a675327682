"""The life of a decision, for whoever asks for everything: answers, perspectives, events, links."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import Block, SectionBlock

from bot.decisions.records.parts import RecordedDifference, RecordedEvent, RecordedPerspective
from bot.decisions.records.record import Record
from bot.decisions.records.words import sure
from bot.slackkit.message import (
    Line,
    Message,
    TextSection,
    as_dicts,
    mrkdwn,
    section,
    show_button,
    shrink_to_fit,
    size_of,
    text_sections,
)
from bot.slackkit.mrkdwn import (
    FALLBACK,
    MESSAGE_BUDGET,
    SECTION,
    and_list,
    escape,
    fit,
    fit_escaped,
    mention,
    moment,
)


@dataclass(frozen=True, slots=True)
class _Size:
    """How much is shown: events, perspectives, names with each, and the length of texts."""

    events: int
    perspectives: int
    names: int
    text: int


_SIZES = (_Size(15, 10, 5, 240), _Size(8, 6, 3, 120), _Size(4, 3, 2, 60), _Size(2, 1, 1, 20))
"""The next is for messages that are too long."""
_ROOM_FOR_ANSWERS = 3000
_MORE = 60
"""Characters that are left for saying how much is not shown."""


def life(record: Record) -> Message:
    """Return the answers, who saw it how, what happened when, and the decisions it leads to."""
    rest = shrink_to_fit(
        lambda size: [*_perspectives(record, size), *_history(record, size), *_links(record)],
        _SIZES,
        MESSAGE_BUDGET - _ROOM_FOR_ANSWERS,
    )
    answers = TextSection("The answers", tuple(_answers(record)))
    blocks = [*text_sections([answers], MESSAGE_BUDGET - size_of(rest)), *rest]
    return Message(text=_in_words(record), blocks=as_dicts(blocks))


def _in_words(record: Record) -> str:
    """Return the newest events, who saw it how, and the answers, to be read out."""
    size = _SIZES[1]
    events = [_happened(each, size) for each in reversed(record.history)][: size.events]
    perspectives = [_perspective(record, each) for each in record.views][: size.perspectives]
    answers = [escape(f"{each.ask} {each.words}") for each in record.answers]
    parts = {"What happened, the newest first": events, "Who saw it how": perspectives}
    lines = [f"Decision #{record.number}"]
    for title, each in {**parts, "The answers": answers}.items():
        lines += [f"{title}:", *each] if each else []
    return fit("\n".join(lines), FALLBACK)


def _answers(record: Record) -> Iterator[Line]:
    for each in record.answers:
        yield Line(each.ask, remark=f"→ {each.words}")


def _perspectives(record: Record, size: _Size) -> list[Block]:
    if not record.views:
        return []
    lines = [_perspective(record, each) for each in record.views]
    differences = [_difference(each, size) for each in record.differences]
    blocks: list[Block] = [_listed("Who saw it how", lines, size.perspectives)]
    if differences:
        blocks.append(_listed("They differed", differences, size.perspectives))
    return blocks


def _perspective(record: Record, perspective: RecordedPerspective) -> str:
    asked = ", who opened it" if perspective.driver else ""
    option = fit_escaped(record.title_of(perspective.option), 60)
    return f"{mention(perspective.by)}{asked}: *{option}*  ·  {sure(perspective.strength)}"


def _difference(found: RecordedDifference, size: _Size) -> str:
    said = "; ".join(
        f"{_people(each.by, size)}: “{fit_escaped(each.words, size.text)}”"
        for each in found.said[: size.names]
    )
    return f"{fit_escaped(found.ask, size.text)} {said}"


def _history(record: Record, size: _Size) -> list[Block]:
    """Return the events, the newest first."""
    if not record.history:
        return []
    lines = [_happened(each, size) for each in reversed(record.history)]
    return [_listed("What happened, the newest first", lines, size.events)]


def _happened(event: RecordedEvent, size: _Size) -> str:
    did = fit_escaped(event.did, size.text)
    to = f" {_people(event.to, size)}" if event.to else ""
    note = f": “{fit_escaped(' '.join(event.note.split()), size.text)}”" if event.note else ""
    return f"{moment(event.at)}  ·  {mention(event.by)} {did}{to}{note}"


def _links(record: Record) -> list[Block]:
    linked = (("Takes the place of", record.supersedes), ("Superseded by", record.superseded_by))
    return [_link(words, number) for words, number in linked if number is not None]


def _link(words: str, number: int) -> Block:
    return SectionBlock(text=mrkdwn(f"{words} decision #{number}"), accessory=show_button(number))


def _people(users: Sequence[str], size: _Size) -> str:
    named = [mention(user) for user in users[: size.names]]
    rest = len(users) - len(named)
    return and_list([*named, *([f"{rest} more"] if rest else [])])


def _listed(title: str, lines: Sequence[str], most: int) -> SectionBlock:
    """Return the first lines below their title, as many as a section holds, and how many more."""
    text, shown = f"*{title}*", 0
    for line in lines[:most]:
        longer = f"{text}\n•  {line}"
        if len(longer) > SECTION - _MORE:
            break
        text, shown = longer, shown + 1
    rest = len(lines) - shown
    return section(f"{text}\nand {rest} more, which the record tells" if rest else text)
