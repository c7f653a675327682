"""What the bot tells one person: help, and every sentence for when something goes wrong."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ChannelSelectElement,
    ContextBlock,
)
from slack_sdk.models.views import View

from bot.decisions.delivery import Delivery, announcement_key
from bot.decisions.model import Decision, Visibility
from bot.slack import ids
from bot.slack.text import MODAL_TITLE, and_list, escape, fit, fit_escaped, mention, or_list
from bot.slack.views.announcement import STATUS_WORDS
from bot.slack.views.message import Message, as_dicts, mrkdwn, plain, section, sentence, where

OUTSIDER = (
    "This decision belongs to another workspace. You can read along here; ask somebody of that "
    "workspace to press the button for you."
)
DRIVERS_OWN = (
    "You asked, so the answers that the recommendation rests on are yours. *Edit answers* in the "
    "menu changes them."
)
NOBODY_TO_NUDGE = (
    "Nobody is missing: whoever was asked has answered. *Ask for views* in the menu asks others."
)
NOBODY_TO_ASK = "They have all answered already, or were asked. The thread says who is missing."
NOT_INSTALLED = (
    "I'm not installed in this workspace any more: ask whoever manages its apps to add me again."
)
UNEXPECTED = (
    "Something went wrong on my side, and whoever runs me has been told. What you entered up to "
    "the last step is kept."
)

_HINTS = {
    "internal": "Something went wrong on my side, and whoever runs me has been told.",
    "is_archived": "That channel is archived.",
    "restricted_action": "Your workspace doesn't let apps post in that channel.",
    "restricted_action_read_only_channel": "That channel is read-only.",
    "cannot_dm_bot": "That conversation is with another app.",
    "missing_scope": "I lack a permission that posting needs; whoever installed me can add it.",
    "token_revoked": "I was removed from this workspace.",
    "account_inactive": "I was removed from this workspace.",
    "invalid_auth": "I was removed from this workspace.",
}


def help_message(command: str, playbooks: dict[str, str]) -> Message:
    """Return what the bot can do; `playbooks` are their titles by id, the first one first."""
    title, *_ = playbooks.values()
    others = list(playbooks.items())[1:]
    lines = [
        f"`{command}`  start a decision: {escape(title)}",
        *(f"`{command} start {each}`  {escape(words)}" for each, words in others),
        f"`{command} list`  past decisions; `{command} list mine open rag` shows fewer",
        f"`{command} search refund rules`  past decisions with these words",
        f"`{command} show 12`  everything of decision #12",
        f"`{command} export 12`  its record; `{command} export csv` or `json`  all of them",
        f"`{command} rules`  the rules in use, and how their recommendations have gone",
        f"`{command} help`  this list",
    ]
    text = (
        "I ask a few questions, weigh the answers against published rules and evidence, and post "
        "a recommendation with its reasons, so that your team can decide in the thread."
    )
    blocks: list[Block] = [
        section(f"{text}\n\n" + "\n".join(lines)),
        ContextBlock(elements=[mrkdwn("Only you can see this.")]),
    ]
    return Message(text=f"{text} Type {command} to start a decision.", blocks=as_dicts(blocks))


def not_understood(command: str, typed: str) -> Message:
    """Return the answer to a subcommand that does not exist."""
    text = (
        f"I don't know `{command} {fit_escaped(typed.replace('`', ' '), 200)}`. "
        f"`{command}` starts a decision, `{command} help` lists what I can do."
    )
    return Message(text=text, blocks=as_dicts([section(text)]))


def unknown_playbook(command: str, typed: str, known: tuple[str, ...]) -> Message:
    """Return the answer to a playbook that does not exist."""
    names = ", ".join(f"`{command} start {each}`" for each in known)
    text = f"There is no playbook called “{fit_escaped(typed, 200)}”. You can type {names}."
    return Message(text=text, blocks=as_dicts([section(text)]))


def open_again(draft_id: str) -> Message:
    """Return a button that opens the questionnaire, for when Slack was too slow to open it."""
    text = "The questionnaire didn't open in time. Nothing is lost: press the button to open it."
    return Message(text=text, blocks=as_dicts([section(text), _resume_button(draft_id)]))


def could_not_open(delivery: Delivery) -> Message:
    """Return the same, as a direct message sent once Slack can be reached again."""
    return open_again(delivery.detail["draft"])


def not_posted(delivery: Delivery, decision: Decision) -> Message:
    """Return why a decision, or part of it, is not in its channel, and the way to get it there."""
    if delivery.detail["about"] != announcement_key(decision):
        return _reply_not_posted(delivery, decision)
    reason = delivery.detail["reason"]
    here = where(decision.place)
    private = decision.place.visibility is Visibility.PRIVATE
    if reason in {"channel_not_found", "not_in_channel"} and private:
        hint = (
            f"I'm not a member of {here}. Type `/invite @ragvsft` there, then press *Try again*; "
            "or choose a public channel."
        )
    else:
        cause = _HINTS.get(reason, f"Slack's reason: {escape(reason)}.")
        hint = f"I couldn't post it in {here}. {cause} Try again, or choose another channel."
    title = fit_escaped(decision.title, 300)
    text = f"Decision #{decision.number}, “{title}”, is saved, but not posted. {hint}"
    actions = ActionsBlock(
        block_id=_number_block(decision),
        elements=[
            _retry_button(decision),
            ChannelSelectElement(
                action_id=ids.Action.POST_ELSEWHERE,
                placeholder=plain("Another public channel"),
            ),
        ],
    )
    return Message(text=text, blocks=as_dicts([section(text), actions]))


def _reply_not_posted(delivery: Delivery, decision: Decision) -> Message:
    """Return why something is missing in a decision's thread; a thread can't move elsewhere."""
    reason = delivery.detail["reason"]
    cause = _HINTS.get(reason, f"Slack's reason: {escape(reason)}.")
    text = (
        f"Decision #{decision.number} stands in {where(decision.place)}, but I couldn't add the "
        f"recommendation to its thread. {cause} When that is mended, press *Try again*."
    )
    actions = ActionsBlock(block_id=_number_block(decision), elements=[_retry_button(decision)])
    return Message(text=text, blocks=as_dicts([section(text), actions]))


def _retry_button(decision: Decision) -> ButtonElement:
    return ButtonElement(
        action_id=ids.Action.RETRY_POST,
        text=plain("Try again"),
        value=str(decision.number),
        style="primary",
    )


def uncertain(delivery: Delivery, decision: Decision) -> Message:
    """Return the question whether a message arrived, which only a person can answer."""
    here = where(decision.place)
    text = (
        f"Slack broke off while I was posting decision #{decision.number} in {here}. Please look "
        "there: if the message is missing, press *Send again*; if it is there, press *It's there*."
    )
    value = delivery.detail["about"]
    actions = ActionsBlock(
        block_id=_number_block(decision),
        elements=[
            ButtonElement(
                action_id=ids.Action.RESEND, text=plain("Send again"), value=value, style="primary"
            ),
            ButtonElement(action_id=ids.Action.DISMISS, text=plain("It's there"), value=value),
        ],
    )
    return Message(text=text, blocks=as_dicts([section(text), actions]))


def on_its_way(decision: Decision) -> Message:
    """Return the word that a message will be sent again."""
    text = f"Decision #{decision.number} is on its way to {where(decision.place)}."
    return sentence(text)


def left_as_it_is(decision: Decision) -> Message:
    """Return the word that a message is there, and nothing is sent again."""
    return sentence(f"Good: decision #{decision.number} stays as it is, nothing is sent again.")


def not_theirs(allowed: Sequence[str]) -> str:
    """Return the friendly no to somebody who may not do this; `allowed` are user ids."""
    people = or_list([mention(user) for user in allowed[:5]])
    return (
        f"That is for {people} to do. Your word counts in the thread, where everybody reads it, "
        "and with *Add my view* on an open decision."
    )


def too_soon_to_nudge(waiting: Sequence[str], again_at: datetime) -> str:
    """Return the friendly no to a reminder within a day; `waiting` are user ids."""
    people = and_list([mention(user) for user in waiting[:5]])
    when = f"<!date^{int(again_at.timestamp())}^{{date_short_pretty}} at {{time}}|tomorrow>"
    return f"{people} heard from me less than a day ago. You can nudge again {when}."


def already_settled(decision: Decision) -> str:
    """Return the friendly word that a decision has moved on, and by whom."""
    status = STATUS_WORDS[decision.status].lower()
    settlement = decision.settlement
    by = f" by {mention(settlement.by)}" if settlement else ""
    return f"Decision #{decision.number} was {status}{by} in the meantime."


def notice_modal(title: str, text: str) -> dict[str, Any]:
    """Return a modal that only says something."""
    return View(
        type="modal",
        callback_id=ids.Modal.NOTICE,
        title=plain(fit(title, MODAL_TITLE)),
        close=plain("Close"),
        blocks=[section(text)],
    ).to_dict()


def saved_for_later(decision: Decision) -> dict[str, Any]:
    """Return the modal that says a decision will be posted when Slack takes messages again."""
    return notice_modal(
        f"Decision #{decision.number} saved",
        f"*It is saved as #{decision.number}.* Slack isn't taking messages from me just now. "
        f"I'll post it in {where(decision.place)} as soon as it does; you need not "
        "do anything.",
    )


def _resume_button(draft_id: str) -> Block:
    return ActionsBlock(
        elements=[
            ButtonElement(
                action_id=ids.Action.RESUME,
                text=plain("Open the questionnaire"),
                value=draft_id,
                style="primary",
            )
        ]
    )


def _number_block(decision: Decision) -> str:
    return f"{ids.DECISION_PREFIX}{decision.number}"
