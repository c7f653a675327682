"""Read payloads from Slack: who sent them, from where, and what was pressed.

The text fields of a submitted modal are read by `forms`, what a view carries by `metadata`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.decisions.model import Person, Place, ReviewOutcome, Visibility
from bot.decisions.transitions import DecisionAction
from bot.slackkit.ids import DECISION_PREFIX, DELIVERY_PREFIX, Action
from bot.slackkit.mrkdwn import one_line
from bot.slackkit.origin import ORIGIN

Payload = Mapping[str, Any]

_LONGEST_NAME = 80
"""Characters of a channel's name: https://docs.slack.dev/reference/methods/conversations.create"""


class InvalidPayload(ValueError):
    """A payload lacks a field that every payload of its kind has."""


class ExternalUser(PermissionError):
    """The sender belongs to another company and acts in a shared channel."""


class NotIdentified(PermissionError):
    """Slack did not say in time whether the sender belongs to the workspace."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who a payload says that its sender is.

    Attributes:
        person: the user, in the workspace in which they act.
        home: the workspace that the user belongs to, where Slack names it.
        enterprise: the organisation of the workspace in which they act, where Slack names it.
        is_guess: whether Slack names no workspace but the user's own, as it does where an
            organisation installed the app.
    """

    person: Person
    home: str | None = None
    enterprise: str | None = None
    is_guess: bool = False


def sender(body: Payload) -> Person:
    """Return the person who sent a payload.

    Raises:
        InvalidPayload: the payload has no user or workspace.
    """
    return claim_of(body).person


def claim_of(body: Payload) -> Claim:
    """Return who a payload says that its sender is, in the workspace that its message is of.

    Raises:
        InvalidPayload: the payload has no user or workspace.
    """
    origin, user, team = body.get(ORIGIN), body.get("user"), body.get("team")
    if not isinstance(user, Mapping):
        event = body.get("event")
        if isinstance(event, Mapping):
            return Claim(event_sender(body), enterprise=_id(body.get("enterprise_id")))
        person = _person(origin or body.get("team_id"), body.get("user_id"))
        return Claim(person, enterprise=_id(body.get("enterprise_id")))
    home, named = (
        _id(user.get("team_id")),
        _id(team.get("id")) if isinstance(team, Mapping) else None,
    )
    workspace = origin or _installed_team(body) or named
    person = _person(workspace or home, user.get("id"))
    return Claim(person, home, _enterprise_of(body, person.workspace), is_guess=workspace is None)


def _enterprise_of(body: Payload, workspace: str) -> str | None:
    """Return the organisation of the workspace in which a person acts, where Slack names it.

    The field `enterprise` is the workspace's only where the organisation installed the app;
    elsewhere it may be that of an external user.
    """
    team, whole = body.get("team"), body.get("enterprise")
    if isinstance(team, Mapping) and team.get("id") == workspace:
        return _id(team.get("enterprise_id"))
    is_installed = body.get("is_enterprise_install") in {True, "true"}
    return _id(whole.get("id")) if is_installed and isinstance(whole, Mapping) else None


def _id(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def event_sender(body: Payload) -> Person:
    """Return the user of an event.

    Raises:
        InvalidPayload: the event has no user.
    """
    event = body.get("event")
    return _person(body.get("team_id"), event.get("user") if isinstance(event, Mapping) else None)


def _person(workspace: Any, user: Any) -> Person:
    if not (isinstance(workspace, str) and workspace and isinstance(user, str) and user):
        raise InvalidPayload("the payload names no workspace and user")
    return Person(workspace, user)


def _installed_team(body: Payload) -> str | None:
    """Return the workspace that a view's app is installed in; None if an organisation installed it.

    Slack then sends the organisation's id, which begins with E.
    """
    view = body.get("view")
    installed = view.get("app_installed_team_id") if isinstance(view, Mapping) else None
    return installed if isinstance(installed, str) and installed.startswith("T") else None


def happened_at(body: Payload) -> datetime:
    """Return the time of an event, in whole seconds.

    Raises:
        InvalidPayload: the event has no valid time.
    """
    time = body.get("event_time")
    if not isinstance(time, int) or not 0 <= time < 2**33:
        raise InvalidPayload("the event has no time")
    return datetime.fromtimestamp(time, UTC)


def revoked_bots(body: Payload) -> frozenset[str]:
    """Return the bot users of a `tokens_revoked` event."""
    event = body.get("event")
    tokens = event.get("tokens") if isinstance(event, Mapping) else None
    bots = tokens.get("bot") if isinstance(tokens, Mapping) else None
    return frozenset(str(bot) for bot in bots) if isinstance(bots, list) else frozenset()


def place_of_command(body: Payload) -> Place:
    """Return the conversation of a slash command, with its visibility.

    Slack sends no visibility, only a channel name; that of a private channel is `privategroup`. A
    channel without a name counts as private, which hides more rather than less.
    """
    name = one_line(str(body.get("channel_name", "")))
    if name == "directmessage":
        return Place(str(body.get("user_id")), Visibility.DIRECT)
    hidden = name in {"", "privategroup"} or name.startswith("mpdm-")
    channel = str(body.get("channel_id"))
    if hidden:
        return Place(channel, Visibility.PRIVATE)
    return Place(channel, Visibility.PUBLIC, name[:_LONGEST_NAME])


def place_of_message(body: Payload) -> Place | None:
    """Return the conversation of the message that was acted on; None outside a channel."""
    channel = body.get("channel")
    if not isinstance(channel, Mapping) or not channel.get("id"):
        return None
    return place_of_command(
        {
            "channel_name": channel.get("name", ""),
            "channel_id": channel["id"],
            "user_id": body.get("user", {}).get("id"),
        }
    )


def place_shown(body: Payload) -> Place | None:
    """Return the conversation that a payload comes from; None if it has none."""
    return place_of_command(body) if "command" in body else place_of_message(body)


def place_named(body: Payload) -> Place | None:
    """Return the conversation that a payload comes from, if it is named.

    What has no name counts as private, but is no proof that the channel is.
    """
    channel = body.get("channel")
    name = channel.get("name") if isinstance(channel, Mapping) else body.get("channel_name")
    return place_shown(body) if name else None


def message_acted_on(body: Payload) -> tuple[str, str] | None:
    """Return channel and timestamp of a message shortcut's message; None for other payloads."""
    channel, message = body.get("channel"), body.get("message")
    if not (isinstance(channel, Mapping) and isinstance(message, Mapping)):
        return None
    place, ts = channel.get("id"), message.get("ts")
    return (str(place), str(ts)) if place and ts else None


def text_of_message(body: Payload) -> str:
    """Return the text of a message shortcut's message, as mrkdwn; empty if it has none."""
    message = body.get("message")
    text = message.get("text") if isinstance(message, Mapping) else None
    return str(text) if text else ""


def thread_acted_in(body: Payload) -> str | None:
    """Return the timestamp of the thread with the pressed button; None outside a thread."""
    container = body.get("container")
    if not isinstance(container, Mapping):
        return None
    thread = container.get("thread_ts")
    return str(thread) if thread and thread != container.get("message_ts") else None


def message_ref_of(body: Payload) -> tuple[str, str] | None:
    """Return channel and timestamp of the message with the pressed button.

    None for an ephemeral message, a reply in a thread, and a view.
    """
    container = body.get("container")
    if not isinstance(container, Mapping) or container.get("is_ephemeral"):
        return None
    channel, ts = container.get("channel_id"), container.get("message_ts")
    if not (channel and ts) or container.get("thread_ts") not in {None, ts}:
        return None
    return str(channel), str(ts)


def parse_command(body: Payload) -> tuple[str, str]:
    """Return the first word of a slash command's text, in lower case, and the rest."""
    word, _, rest = str(body.get("text") or "").strip().partition(" ")
    return word.lower(), rest.strip()


def number_typed(text: str) -> int | None:
    """Return the decision number in `12` or `#12`; None for other text."""
    found = re.fullmatch(r"#?([0-9]{1,12})", text.strip())
    return int(found.group(1)) if found else None


def action_of(body: Payload) -> Payload:
    """Return the action of a `block_actions` payload.

    Raises:
        InvalidPayload: there is none.
    """
    actions = body.get("actions")
    if not (isinstance(actions, list) and actions and isinstance(actions[0], Mapping)):
        raise InvalidPayload("the payload reports no action")
    return actions[0]


def menu_choice(action: Payload) -> tuple[DecisionAction | None, int]:
    """Return the action chosen in a decision's menu (None for its export) and the decision number.

    Raises:
        InvalidPayload: the menu is not a decision's.
    """
    option = action.get("selected_option")
    value = str(option.get("value", "")) if isinstance(option, Mapping) else ""
    chosen, _, number = value.partition(":")
    if chosen not in {*DecisionAction, Action.EXPORT} or not number.isdecimal():
        raise InvalidPayload("this menu belongs to no decision")
    return (None if chosen == Action.EXPORT else DecisionAction(chosen)), int(number)


def value_pressed(action: Payload) -> str:
    """Return the value of a button, or of the option chosen in a menu.

    Raises:
        InvalidPayload: there is none.
    """
    option = action.get("selected_option")
    value = option.get("value") if isinstance(option, Mapping) else action.get("value")
    if not isinstance(value, str):
        raise InvalidPayload("nothing was chosen")
    return value


def decision_of(action: Payload) -> int:
    """Return the decision number in a button's block id.

    Raises:
        InvalidPayload: the block id has none.
    """
    number = str(action.get("block_id", "")).removeprefix(DECISION_PREFIX)
    if not number.isdecimal():
        raise InvalidPayload("this button belongs to no decision")
    return int(number)


def number_pressed(action: Payload) -> int:
    """Return the decision number that is a button's value.

    Raises:
        InvalidPayload: the value is no number.
    """
    number = number_typed(str(action.get("value")))
    if number is None:
        raise InvalidPayload("this button belongs to no decision")
    return number


def fingerprint_of(action: Payload) -> str | None:
    """Return the fingerprint of the decision as it was shown with a button; None if it has none."""
    _, _, mark = str(action.get("value", "")).partition(":")
    return mark or None


def delivery_of(action: Payload) -> str:
    """Return the delivery key in an alert button's block id.

    Raises:
        InvalidPayload: the block id has none.
    """
    block = str(action.get("block_id", ""))
    if not block.startswith(DELIVERY_PREFIX):
        raise InvalidPayload("this button is about no delivery")
    return block.removeprefix(DELIVERY_PREFIX)


def draft_discarded(action: Payload) -> tuple[str, str]:
    """Return the draft id of a *Discard* button, and the playbook id offered next to it, if any."""
    draft, _, playbook = str(action.get("value", "")).partition(":")
    return draft, playbook


def suffix_of(action: Payload) -> str:
    """Return what follows the colon in a button's action id; empty without one."""
    return str(action.get("action_id", "")).partition(":")[2]


def outcome_pressed(action: Payload) -> ReviewOutcome | None:
    """Return the outcome in a review button's action id; None if it has none."""
    outcome = suffix_of(action)
    return ReviewOutcome(outcome) if outcome in set(ReviewOutcome) else None


def chosen_channel(action: Payload) -> Place | None:
    """Return the public channel picked in a message's menu; None if the action is a button."""
    channel = action.get("selected_channel")
    return Place(str(channel), Visibility.PUBLIC) if channel else None
