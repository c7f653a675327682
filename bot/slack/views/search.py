"""Private answers to list, search, show and export."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    RichTextBlock,
    RichTextElementParts,
    RichTextPreformattedElement,
    SectionBlock,
)

from bot.decisions.access import DecisionFilter, DecisionPage, Direction
from bot.decisions.model import Decision
from bot.decisions.records.record import (
    Record,
    RecordedDifference,
    RecordedEvent,
    RecordedPerspective,
)
from bot.decisions.transitions import DecisionAction, possible_actions
from bot.playbooks.model import Playbook
from bot.slack.views.announcement import STATUS_WORDS, announcement, status_label
from bot.slack.views.decide import deciding_buttons
from bot.slack.views.verdict import option_title
from bot.slackkit import ids
from bot.slackkit.api_errors import SCOPE_MISSING
from bot.slackkit.message import (
    Line,
    Message,
    TextSection,
    as_dicts,
    button,
    decision_actions,
    decision_button,
    decision_title,
    mrkdwn,
    section,
    show_button,
    shrink_to_fit,
    size_of,
    text_sections,
    where,
)
from bot.slackkit.metadata import ListQuery
from bot.slackkit.mrkdwn import (
    FALLBACK,
    MESSAGE_BUDGET,
    SECTION,
    escape,
    fit,
    fit_escaped,
    mention,
    mentions,
    moment,
)

PAGE = 8
"""Decisions per page: as many as can be seen at a glance."""
INLINE = 2500
"""Characters of a record that is shown in a message; a longer one is sent as a file."""
_PRIVATE = "Only you can see this"
_ROOM_FOR_ANSWERS = 3000
_MORE = 60
"""Characters left for the number of lines not shown."""


@dataclass(frozen=True, slots=True)
class ListedDecision:
    """A decision with its playbook."""

    decision: Decision
    playbook: Playbook


def decision_list(
    command: str,
    query: ListQuery,
    wanted: DecisionFilter,
    found: DecisionPage,
    listed: Sequence[ListedDecision],
) -> Message:
    """Return a page of decisions, with buttons to newer and older ones.

    Args:
        command: the slash command's name.
        query: the query as typed.
        wanted: the filter parsed from it.
        found: the page.
        listed: the page's decisions with their playbooks.
    """
    title = _list_title(query, wanted)
    if not listed:
        return _nothing_found(command, query, title)
    blocks: list[Block] = [section(f"*{title}*"), *(_row(each) for each in listed)]
    buttons = _paging_buttons(query, found)
    if buttons:
        blocks.append(ActionsBlock(elements=buttons))
    hint = f"{_PRIVATE}  ·  Newest first"
    if query.kind == "list":
        hint += f"  ·  `{command} list mine open rag` shows fewer"
    blocks.append(ContextBlock(elements=[mrkdwn(hint)]))
    text = "\n".join([f"{title}:", *(_line_in_words(each) for each in listed)])
    return Message(text=fit(text, FALLBACK), blocks=as_dicts(blocks))


def decision_message(
    decision: Decision, playbook: Playbook, link: str | None, reader: str = ""
) -> Message:
    """Return a decision as announced; only deciders get the buttons that decide.

    Args:
        decision: the decision.
        playbook: its playbook.
        link: the announcement's permalink; None if unknown.
        reader: the recipient's user id.
    """
    told = announcement(decision, playbook)
    blocks = [block for block in told.blocks if block["type"] != "actions"]
    export = decision_button(ids.Action.EXPORT, "Export record", decision.number)
    at = f"<{link}|Open the discussion>" if link else f"Posted in {where(decision.place)}"
    decides = DecisionAction.ACCEPT in possible_actions(decision) and reader in decision.deciders
    last: list[Block] = [
        *([decision_actions(decision, deciding_buttons(decision, playbook))] if decides else []),
        ActionsBlock(elements=[export]),
        ContextBlock(elements=[mrkdwn(f"{_PRIVATE}  ·  {at}")]),
    ]
    return Message(text=told.text, blocks=[*blocks, *as_dicts(last)])


def record_message(number: int, text: str) -> Message:
    """Return a short record in a message, ready to be copied."""
    words = f"The record of decision #{number}, in Markdown"
    code = RichTextPreformattedElement(elements=[RichTextElementParts.Text(text=text)])
    blocks = [section(f"*{words}*"), RichTextBlock(elements=[code])]
    return Message(text=words, blocks=as_dicts(blocks))


def show_usage(command: str) -> str:
    """Return the usage of `show`."""
    return f"Which decision? Type its number: `{command} show 12`. `{command} list` shows them."


def export_usage(command: str) -> str:
    """Return the usage of `export`."""
    return (
        f"`{command} export 12` gives the record of decision #12, `{command} export csv` and "
        f"`{command} export json` give all that you can see from here."
    )


def file_not_sent(reason: str) -> Message:
    """Return why a file could not be sent, and what to do; `reason` is Slack's error name."""
    if reason in SCOPE_MISSING:
        words = (
            "I lack the permission to send files: ask whoever installed me to add `files:write`."
        )
    elif reason:
        words = f"Slack refused the file ({escape(reason)}). Please try again later."
    else:
        words = "Slack could not be reached for sending the file. Please try again in a minute."
    return Message(text=words, blocks=as_dicts([section(words)]))


def _list_title(query: ListQuery, wanted: DecisionFilter) -> str:
    parts = [
        *(["mine"] if wanted.mine else []),
        *(STATUS_WORDS[status].lower() for status in wanted.statuses),
        *(escape(option.replace("_", " ")) for option in wanted.options),
        *([f"with “{escape(' '.join(wanted.words))}”"] if wanted.words else []),
    ]
    return "  ·  ".join(["Found" if query.kind == "search" else "Decisions", *parts])


def _nothing_found(command: str, query: ListQuery, title: str) -> Message:
    if query.kind == "search" and not query.text.strip():
        text = f"What shall I look for? Type for instance `{command} search refund rules`."
    elif title == "Decisions":
        text = f"There are no decisions here yet. `{command}` starts one."
    elif title == "Found":
        text = "I look for letters and digits, and there were none in that."
    else:
        text = (
            f"*{title}*\nNothing found. What was decided in a private channel is found only "
            "there, or by its own people."
        )
    return Message(text=fit(text, FALLBACK), blocks=as_dicts([section(text)]))


def _row(listed: ListedDecision) -> Block:
    decision = listed.decision
    facts = [
        _status_and_option(decision, listed.playbook),
        f"{decision.opened_at:%-d %B %Y}",
        mention(decision.driver),
        where(decision.place),
    ]
    title = decision_title(decision, 200)
    return SectionBlock(
        text=mrkdwn(f"{title}\n{'  ·  '.join(facts)}"),
        accessory=show_button(decision.number),
    )


def _line_in_words(listed: ListedDecision) -> str:
    decision = listed.decision
    title = fit_escaped(decision.title, 200)
    return f"#{decision.number} {title}: {_status_and_option(decision, listed.playbook)}"


def _status_and_option(decision: Decision, playbook: Playbook) -> str:
    option = option_title(playbook, decision.chosen)
    status, decided_as = status_label(decision), decision.decided_as
    if decided_as is None:
        return f"{status}, recommended: {option}"
    if decision.is_closed:
        return f"{status}, {STATUS_WORDS[decided_as].lower()} before: {option}"
    return f"{status}: {option}"


def _paging_buttons(query: ListQuery, found: DecisionPage) -> list[ButtonElement]:
    first, last = found.decisions[0].number, found.decisions[-1].number
    ways = (
        (found.newer, "Newer", first, Direction.NEWER),
        (found.older, "Older", last, Direction.OLDER),
    )
    return [
        button(
            f"{ids.Action.PAGE}:{direction}",
            words,
            query.from_here(number, direction).model_dump_json(),
            about="decisions",
            label=f"{words} decisions",
        )
        for there, words, number, direction in ways
        if there
    ]


@dataclass(frozen=True, slots=True)
class _HistorySize:
    """Numbers of events, of perspectives and of names in each, and the length of texts."""

    events: int
    perspectives: int
    names: int
    text: int


_HISTORY_SIZES = (
    _HistorySize(15, 10, 5, 240),
    _HistorySize(8, 6, 3, 120),
    _HistorySize(4, 3, 2, 60),
    _HistorySize(2, 1, 1, 20),
)
"""From the largest to the smallest."""


def history_message(record: Record) -> Message:
    """Return a decision's history: answers, perspectives, events and linked decisions."""
    rest = shrink_to_fit(
        lambda size: [*_perspectives(record, size), *_events(record, size), *_links(record)],
        _HISTORY_SIZES,
        MESSAGE_BUDGET - _ROOM_FOR_ANSWERS,
    )
    answers = TextSection("The answers", tuple(_answers(record)))
    blocks = [*text_sections([answers], MESSAGE_BUDGET - size_of(rest)), *rest]
    return Message(text=_history_in_words(record), blocks=as_dicts(blocks))


def _history_in_words(record: Record) -> str:
    """Return the history's text for notifications and screen readers."""
    size = _HISTORY_SIZES[1]
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


def _perspectives(record: Record, size: _HistorySize) -> list[Block]:
    if not record.views:
        return []
    lines = [_perspective(record, each) for each in record.views]
    differences = [_difference(each, size) for each in record.differences]
    blocks: list[Block] = [_bullets("Who saw it how", lines, size.perspectives)]
    if differences:
        blocks.append(_bullets("They differed", differences, size.perspectives))
    return blocks


def _perspective(record: Record, perspective: RecordedPerspective) -> str:
    asked = ", who opened it" if perspective.driver else ""
    said = fit_escaped(record.view_words(perspective), 160)
    note = f" “{fit_escaped(' '.join(perspective.note.split()), 160)}”" if perspective.note else ""
    return f"{mention(perspective.by)}{asked}: *{said}*{note}"


def _difference(found: RecordedDifference, size: _HistorySize) -> str:
    said = "; ".join(
        f"{mentions(each.by, size.names)}: “{fit_escaped(each.words, size.text)}”"
        for each in found.said[: size.names]
    )
    return f"{fit_escaped(found.ask, size.text)} {said}"


def _events(record: Record, size: _HistorySize) -> list[Block]:
    """Return the events, newest first."""
    if not record.history:
        return []
    lines = [_happened(each, size) for each in reversed(record.history)]
    return [_bullets("What happened, the newest first", lines, size.events)]


def _happened(event: RecordedEvent, size: _HistorySize) -> str:
    did = fit_escaped(event.did, size.text)
    to = f" {mentions(event.to, size.names)}" if event.to else ""
    note = f": “{fit_escaped(' '.join(event.note.split()), size.text)}”" if event.note else ""
    return f"{moment(event.at)}  ·  {mention(event.by)} {did}{to}{note}"


def _links(record: Record) -> list[Block]:
    linked = (("Takes the place of", record.supersedes), ("Superseded by", record.superseded_by))
    return [_link(words, number) for words, number in linked if number is not None]


def _link(words: str, number: int) -> Block:
    return SectionBlock(text=mrkdwn(f"{words} decision #{number}"), accessory=show_button(number))


def _bullets(title: str, lines: Sequence[str], most: int) -> SectionBlock:
    """Return a titled list of as many lines as fit in a section, and the number of the rest."""
    text, shown = f"*{title}*", 0
    for line in lines[:most]:
        longer = f"{text}\n•  {line}"
        if len(longer) > SECTION - _MORE:
            break
        text, shown = longer, shown + 1
    rest = len(lines) - shown
    return section(f"{text}\nand {rest} more, which the record tells" if rest else text)
