"""Private answers to list, search, show and export."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

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
from bot.decisions.model import DecisionSummary
from bot.decisions.records.words import as_sentence
from bot.playbooks.model import Playbook
from bot.slack.views.announcement import STATUS_WORDS, status_label
from bot.slack.views.verdict import option_title
from bot.slackkit import ids
from bot.slackkit.api_errors import SCOPE_MISSING
from bot.slackkit.message import (
    Message,
    as_dicts,
    button,
    decision_title,
    mrkdwn,
    section,
    show_button,
    where,
)
from bot.slackkit.metadata import ListQuery
from bot.slackkit.mrkdwn import (
    FALLBACK,
    and_list,
    escape,
    fit,
    fit_escaped,
    mention,
    or_list,
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

    decision: DecisionSummary
    playbook: Playbook


def decision_list(
    command: str,
    query: ListQuery,
    wanted: DecisionFilter,
    found: DecisionPage,
    listed: Sequence[ListedDecision],
) -> Message:
    """Return a page of decisions, with buttons to newer and older ones.

    `query` is as typed, `wanted` the filter parsed from it.
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
        hint += f"  ·  Filter: `{command} list mine open`"
    blocks.append(ContextBlock(elements=[mrkdwn(hint)]))
    text = "\n".join([f"{title}:", *(_line_in_words(each) for each in listed)])
    return Message(text=fit(text, FALLBACK), blocks=as_dicts(blocks))


def record_message(number: int, text: str) -> Message:
    """Return a short record in a message, ready to be copied."""
    words = f"The record of decision #{number}, in Markdown"
    code = RichTextPreformattedElement(elements=[RichTextElementParts.Text(text=text)])
    blocks = [section(f"*{words}*"), RichTextBlock(elements=[code])]
    return Message(text=words, blocks=as_dicts(blocks))


def show_again(number: int) -> Message:
    """Return a button that opens a decision, for a trigger that had expired."""
    text = f"Decision #{number} didn't open in time. Press the button to open it."
    return Message(
        text=text, blocks=as_dicts([section(text), ActionsBlock(elements=[show_button(number)])])
    )


def show_usage(command: str) -> str:
    """Return the usage of `show`."""
    return f"Which decision? Type its number, like `{command} show 12`. `{command} list` has them."


def export_usage(command: str) -> str:
    """Return the usage of `export`."""
    return (
        f"`{command} export 12` sends you the record of decision #12. `{command} export csv` and "
        f"`{command} export json` send everything that you can see from here."
    )


def file_not_sent(reason: str) -> Message:
    """Return why a file could not be sent, and what to do; `reason` is Slack's error name."""
    if reason in SCOPE_MISSING:
        words = (
            "I'm not allowed to send files yet. Ask the person who installed me to add "
            "`files:write`."
        )
    elif reason:
        words = f"Slack refused the file ({escape(reason)}). Try again later."
    else:
        words = "I couldn't reach Slack to send the file. Try again in a minute."
    return Message(text=words, blocks=as_dicts([section(words)]))


def _list_title(query: ListQuery, wanted: DecisionFilter) -> str:
    kind = and_list([STATUS_WORDS[status].lower() for status in wanted.statuses])
    options = or_list([escape(option.replace("_", " ")) for option in wanted.options])
    parts = [
        "Your" if wanted.mine else "",
        kind,
        "decisions",
        f"for {options}" if options else "",
        f"with “{escape(' '.join(wanted.words))}”" if wanted.words else "",
    ]
    title = " ".join(part for part in parts if part)
    return as_sentence(f"found: {title}" if query.kind == "search" else title)


def _nothing_found(command: str, query: ListQuery, title: str) -> Message:
    if query.kind == "search" and not query.text.strip():
        text = f"What are you looking for? Try `{command} search refund rules`."
    elif title == "Decisions":
        text = f"No decisions here yet. `{command}` starts one."
    elif title == "Found: decisions":
        text = "I search for letters and digits, and there were none in that."
    else:
        text = (
            f"*{title}*\nNothing found. Decisions of a private channel show up only in that "
            "channel, and for their own people."
        )
    return Message(text=fit(text, FALLBACK), blocks=as_dicts([section(text)]))


def _row(listed: ListedDecision) -> Block:
    decision = listed.decision
    facts = [
        _status_and_option(decision, listed.playbook),
        f"{_last_day(decision):%-d %b %Y}",
        mention(decision.driver),
        where(decision.place),
    ]
    title = decision_title(decision, 200)
    return SectionBlock(
        text=mrkdwn(f"{title}\n{'  ·  '.join(facts)}"),
        accessory=show_button(decision.number),
    )


def _last_day(decision: DecisionSummary) -> datetime:
    """Return when a decision got its status."""
    last = decision.closure or decision.resolution
    return last.at if last else decision.opened_at


def _line_in_words(listed: ListedDecision) -> str:
    decision = listed.decision
    title = fit_escaped(decision.title, 200)
    return f"#{decision.number} {title}: {_status_and_option(decision, listed.playbook)}"


def _status_and_option(decision: DecisionSummary, playbook: Playbook) -> str:
    option = option_title(playbook, decision.chosen)
    status, decided_as = status_label(decision), decision.decided_as
    if decided_as is None:
        return f"{status}  ·  recommended: {option}"
    if decision.is_closed:
        return f"{status}  ·  decided before: {option}"
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
