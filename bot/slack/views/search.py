"""What a person finds: pages of decisions, one decision in full, and exports. Private to them."""

from collections.abc import Sequence
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
from bot.decisions.transitions import DecisionAction, possible_actions
from bot.playbooks.model import Playbook
from bot.slack.views.announcement import STATUS_WORDS, announcement, standing
from bot.slack.views.decide import about, deciding
from bot.slack.views.verdict import option_title
from bot.slackkit import ids
from bot.slackkit.api_errors import SCOPE_MISSING
from bot.slackkit.message import (
    Message,
    as_dicts,
    button,
    decision_label,
    mrkdwn,
    section,
    show_button,
    where,
)
from bot.slackkit.metadata import ListQuery
from bot.slackkit.mrkdwn import FALLBACK, escape, fit, fit_escaped, mention

PAGE = 8
"""Decisions on a page: as many as are seen at a glance."""
INLINE = 2500
"""Characters of a record that is shown in place; a longer one is sent as a file."""
_PRIVATE = "Only you can see this"


@dataclass(frozen=True, slots=True)
class Listed:
    """A decision of a page, with the playbook it was made by."""

    decision: Decision
    playbook: Playbook


def page(
    command: str,
    query: ListQuery,
    wanted: DecisionFilter,
    found: DecisionPage,
    listed: Sequence[Listed],
) -> Message:
    """Return a page of decisions, with buttons to the newer and the older ones.

    Args:
        command: the slash command's name.
        query: what was asked for.
        wanted: what was understood of it.
        found: the page.
        listed: the same decisions with their playbooks.
    """
    title = _heading(query, wanted)
    if not listed:
        return _nothing(command, query, title)
    blocks: list[Block] = [section(f"*{title}*"), *(_row(each) for each in listed)]
    buttons = _turning(query, found)
    if buttons:
        blocks.append(ActionsBlock(elements=buttons))
    hint = f"{_PRIVATE}  ·  Newest first"
    if query.kind == "list":
        hint += f"  ·  `{command} list mine open rag` shows fewer"
    blocks.append(ContextBlock(elements=[mrkdwn(hint)]))
    text = "\n".join([f"{title}:", *(_in_words(each) for each in listed)])
    return Message(text=fit(text, FALLBACK), blocks=as_dicts(blocks))


def shown(decision: Decision, playbook: Playbook, link: str | None, reader: str = "") -> Message:
    """Return a decision as its announcement shows it; only a decider has the buttons that decide.

    Args:
        decision: the decision.
        playbook: the one it was made by.
        link: to the announcement; None if that cannot be told.
        reader: the user id of whom it is shown to.
    """
    told = announcement(decision, playbook)
    blocks = [block for block in told.blocks if block["type"] != "actions"]
    number = decision.number
    export = button(ids.Action.EXPORT, "Export record", str(number), about=decision_label(number))
    at = f"<{link}|Open the discussion>" if link else f"Posted in {where(decision.place)}"
    decides = DecisionAction.ACCEPT in possible_actions(decision) and reader in decision.deciders
    last: list[Block] = [
        *([about(decision, deciding(decision, playbook))] if decides else []),
        ActionsBlock(elements=[export]),
        ContextBlock(elements=[mrkdwn(f"{_PRIVATE}  ·  {at}")]),
    ]
    return Message(text=told.text, blocks=[*blocks, *as_dicts(last)])


def record(number: int, text: str) -> Message:
    """Return a short record in place, ready to be copied."""
    words = f"The record of decision #{number}, in Markdown"
    code = RichTextPreformattedElement(elements=[RichTextElementParts.Text(text=text)])
    blocks = [section(f"*{words}*"), RichTextBlock(elements=[code])]
    return Message(text=words, blocks=as_dicts(blocks))


def which_one(command: str) -> str:
    """Return what to type to be shown a decision."""
    return f"Which decision? Type its number: `{command} show 12`. `{command} list` shows them."


def how_to_export(command: str) -> str:
    """Return what to type to export something."""
    return (
        f"`{command} export 12` gives the record of decision #12, `{command} export csv` and "
        f"`{command} export json` give all that you can see from here."
    )


def not_sent(reason: str) -> Message:
    """Return why a file could not be sent, and what to do."""
    if reason in SCOPE_MISSING:
        words = (
            "I lack the permission to send files: ask whoever installed me to add `files:write`."
        )
    elif reason:
        words = f"Slack refused the file ({escape(reason)}). Please try again later."
    else:
        words = "Slack could not be reached for sending the file. Please try again in a minute."
    return Message(text=words, blocks=as_dicts([section(words)]))


def _heading(query: ListQuery, wanted: DecisionFilter) -> str:
    parts = [
        *(["mine"] if wanted.mine else []),
        *(STATUS_WORDS[status].lower() for status in wanted.statuses),
        *(escape(option.replace("_", " ")) for option in wanted.options),
        *([f"with “{escape(' '.join(wanted.words))}”"] if wanted.words else []),
    ]
    return "  ·  ".join(["Found" if query.kind == "search" else "Decisions", *parts])


def _nothing(command: str, query: ListQuery, title: str) -> Message:
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


def _row(listed: Listed) -> Block:
    decision = listed.decision
    facts = [
        _standing(decision, listed.playbook),
        f"{decision.opened_at:%-d %B %Y}",
        mention(decision.driver),
        where(decision.place),
    ]
    title = f"*#{decision.number}  {fit_escaped(decision.title, 200)}*"
    return SectionBlock(
        text=mrkdwn(f"{title}\n{'  ·  '.join(facts)}"),
        accessory=show_button(decision.number),
    )


def _in_words(listed: Listed) -> str:
    decision = listed.decision
    title = fit_escaped(decision.title, 200)
    return f"#{decision.number} {title}: {_standing(decision, listed.playbook)}"


def _standing(decision: Decision, playbook: Playbook) -> str:
    option = option_title(playbook, decision.chosen)
    status, decided_as = standing(decision), decision.decided_as
    if decided_as is None:
        return f"{status}, recommended: {option}"
    if decision.has_ended:
        return f"{status}, {STATUS_WORDS[decided_as].lower()} before: {option}"
    return f"{status}: {option}"


def _turning(query: ListQuery, found: DecisionPage) -> list[ButtonElement]:
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
