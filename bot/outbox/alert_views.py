"""Alerts: messages to the owner of a delivery with an issue, and the buttons to act."""

from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ChannelSelectElement,
    ConfirmObject,
)
from slack_sdk.models.blocks.block_elements import InteractiveElement

from bot.decisions.model import Decision, Visibility
from bot.outbox.failures import is_server_error
from bot.outbox.issues import DeliveryIssue
from bot.outbox.model import EXPIRED, Alert, DeliveryKind, DeliveryState, UnconfirmedAlert
from bot.slackkit import ids
from bot.slackkit.api_errors import APP_REMOVED, NOT_A_MEMBER
from bot.slackkit.message import Message, as_dicts, button, plain, section, sentence
from bot.slackkit.mrkdwn import channel_link, escape, fit_escaped, mention

_CAUSES = {
    "internal": "Something went wrong on my side. I've logged it for the people who run me.",
    "is_archived": "That channel is archived. Ask a workspace admin to unarchive it.",
    "restricted_action": "Your workspace doesn't let apps post in that channel.",
    "restricted_action_read_only_channel": "That channel is read-only.",
    "restricted_action_thread_only_channel": "That channel only takes replies.",
    "restricted_action_non_threadable_channel": "That channel takes no replies.",
    "restricted_action_thread_locked": "That thread is locked.",
    "thread_not_found": "The message it belongs to is gone.",
    "message_not_found": "The message it belongs to is gone.",
    "cannot_reply_to_message": "The message it belongs to takes no replies.",
    "ekm_access_denied": "Your workspace's admins have suspended posting there.",
    "cannot_dm_bot": "That conversation is with another app.",
    "missing_scope": "I need one more permission to post. Ask the person who installed me.",
    **dict.fromkeys(APP_REMOVED, "I was removed from this workspace."),
}
_ON_BUTTONS = {
    ids.Action.RETRY_POST: "Try again",
    ids.Action.RESEND: "Send again",
    ids.Action.DISMISS: "It's there",
}
_COULD_NOT = {
    DeliveryKind.RECOMMENDATION: "add the recommendation to its thread",
    DeliveryKind.TEAM: "add the team's views to its thread",
    DeliveryKind.THREAD_NOTE: "post an update in its thread",
}
_WAS = {
    DeliveryKind.RECOMMENDATION: "adding the recommendation to the thread of decision #{}",
    DeliveryKind.TEAM: "adding the team's views to the thread of decision #{}",
    DeliveryKind.THREAD_NOTE: "posting an update in the thread of decision #{}",
}


def alert_message(alert: Alert, issue: DeliveryIssue, command: str) -> Message:
    """Return the message of an alert, for the state of its delivery now."""
    match issue.delivery.state:
        case DeliveryState.SENT:
            return sentence(_arrived(issue))
        case DeliveryState.DISMISSED if _is_expired(alert, issue):
            return sentence(_expired(alert, issue, command))
        case DeliveryState.DISMISSED:
            return sentence(
                f"Good. {_capital(_subject(issue))} stays as it is. Nothing is sent again."
            )
        case DeliveryState.PENDING if issue.delivery.error == alert.reason:
            return sentence(
                f"I couldn't post {_subject(issue)} in {_place(issue)} yet. {_cause(alert.reason)} "
                "I'll keep trying, and write to you if I give up."
            )
        case DeliveryState.PENDING | DeliveryState.SENDING:
            return sentence(f"{_capital(_subject(issue))} is on its way to {_place(issue)}.")
    if issue.alerted_again:
        return sentence(f"That didn't work. I wrote to you again about {_subject(issue)}.")
    if isinstance(alert, UnconfirmedAlert):
        return _unconfirmed(issue)
    return _not_posted(alert.reason, issue, command)


def _not_posted(reason: str, issue: DeliveryIssue, command: str) -> Message:
    """Say why a message was not posted, and how to post it."""
    decision, kind = issue.decision, issue.delivery.kind
    buttons: list[InteractiveElement] = [_button(issue, ids.Action.RETRY_POST)]
    remedy = f"{_cause(reason)} Once that's fixed, press *Try again*"
    if decision is None:
        text = (
            f"I couldn't post the digest in {_place(issue)}. {remedy}. To turn digests off, type "
            f"`{command} digest off` there."
        )
    elif kind is DeliveryKind.ANNOUNCEMENT:
        title = fit_escaped(decision.title, 300)
        text = (
            f"Decision #{decision.number}, “{title}”, is saved, but I couldn't post it in "
            f"{_place(issue)}. {remedy}, or choose another channel."
        )
        buttons.append(_other_channel(decision))
    else:
        could_not = _COULD_NOT.get(kind, "bring its message up to date")
        text = (
            f"Decision #{decision.number} is in {_place(issue)}, but I couldn't "
            f"{could_not}. {remedy}."
        )
    return _with_buttons(text, issue, buttons)


def _unconfirmed(issue: DeliveryIssue) -> Message:
    """Ask whether a message arrived: Slack did not answer."""
    decision = issue.decision
    if decision is None:
        was = "posting the digest"
    else:
        kind = issue.delivery.kind
        was = _WAS.get(kind, "posting decision #{}").format(decision.number)
    text = (
        f"Slack didn't answer while I was {was} in {_place(issue)}. Please look there: if the "
        "message is missing, press *Send again*; if it arrived, press *It's there*."
    )
    buttons: list[InteractiveElement] = [
        _button(issue, ids.Action.RESEND),
        _button(issue, ids.Action.DISMISS),
    ]
    return _with_buttons(text, issue, buttons)


def _is_expired(alert: Alert, issue: DeliveryIssue) -> bool:
    """Whether a digest expired, so that the next one covers its period."""
    if issue.decision is not None:
        return False
    return issue.delivery.error == EXPIRED or not isinstance(alert, UnconfirmedAlert)


def _expired(alert: Alert, issue: DeliveryIssue, command: str) -> str:
    place = _place(issue)
    if isinstance(alert, UnconfirmedAlert):
        return (
            f"I don't know whether the digest in {place} arrived, so the next one covers the same "
            "days again."
        )
    return (
        f"I couldn't post the digest in {place} in time, so I skipped it. The next one covers "
        f"the same days too. To turn digests off, type `{command} digest off` there."
    )


def _arrived(issue: DeliveryIssue) -> str:
    decision, kind = issue.decision, issue.delivery.kind
    if decision is None:
        return f"The digest is in {_place(issue)} now."
    if kind is DeliveryKind.ANNOUNCEMENT:
        return f"Decision #{decision.number} is in {_place(issue)} now."
    return f"Decision #{decision.number} is complete in {_place(issue)} now."


def _cause(reason: str) -> str:
    if is_server_error(reason):
        return "Slack kept failing, so I stopped trying."
    if reason in NOT_A_MEMBER:
        return "I'm not a member there: type `/invite @ragvsft` in that channel."
    return _CAUSES.get(reason, f"Slack's reason: {escape(reason)}.")


def _subject(issue: DeliveryIssue) -> str:
    return _number(issue.decision) if issue.decision else "the digest"


def _number(decision: Decision) -> str:
    return f"decision #{decision.number}"


def _place(issue: DeliveryIssue) -> str:
    if issue.delivery.is_direct:
        return "a direct message"
    return channel_link(issue.delivery.channel)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _button(issue: DeliveryIssue, action: ids.Action) -> ButtonElement:
    style = None if action is ids.Action.DISMISS else "primary"
    return button(action, _ON_BUTTONS[action], None, about=_subject(issue), style=style)


def _other_channel(decision: Decision) -> ChannelSelectElement:
    """Return the menu of other channels; a private decision becomes public only on confirmation."""
    is_private = decision.place.visibility is not Visibility.PUBLIC
    return ChannelSelectElement(
        action_id=ids.Action.POST_ELSEWHERE,
        placeholder=plain("Another public channel"),
        confirm=_publish_warning(decision) if is_private else None,
    )


def _publish_warning(decision: Decision) -> ConfirmObject:
    return ConfirmObject(
        title=plain("Make it public?"),
        text=plain(
            f"Decision #{decision.number} was started in a private channel. In a public one, "
            "everybody in the workspace will be able to read and find it."
        ),
        confirm=plain("Post it there"),
        deny=plain("Keep it private"),
    )


def _with_buttons(text: str, issue: DeliveryIssue, buttons: list[InteractiveElement]) -> Message:
    actions = ActionsBlock(block_id=f"{ids.DELIVERY_PREFIX}{issue.delivery.key}", elements=buttons)
    return Message(text=text, blocks=as_dicts([section(text), actions]))


def decider_unreachable(decider: str, number: int, reason: str) -> str:
    """Return the alert that a decider cannot be messaged; `reason` is Slack's error name."""
    return (
        f"I can't reach {mention(decider)} to say that decision #{number} is theirs to make. They "
        f"may belong to another company, or have left (Slack's reason: {escape(reason)}). "
        "To choose another decider, use *Hand over* in its menu."
    )


def view_request_unreachable(user: str, number: int, reason: str) -> str:
    """Return the alert that a person asked for a view cannot be messaged."""
    return (
        f"I can't reach {mention(user)} to ask for a view on decision #{number}. They may belong "
        f"to another company, or have left (Slack's reason: {escape(reason)}). I took them off "
        "the list; you can ask a person of this workspace instead."
    )
