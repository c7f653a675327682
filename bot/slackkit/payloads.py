"""What Slack sends, as who and where: the one place that reads identities from payloads."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.decisions.model import Person, Place, Visibility
from bot.slackkit.mrkdwn import one_line

Payload = Mapping[str, Any]

_LONGEST_NAME = 80
"""Characters of a channel's name: https://docs.slack.dev/reference/methods/conversations.create"""


class InvalidPayload(ValueError):
    """A payload lacks what every payload of its kind has."""


class ExternalUser(PermissionError):
    """Somebody from another workspace, in a shared channel."""


def sender(body: Payload) -> Person:
    """Return who sent a payload.

    Raises:
        Outsider: they belong to another workspace than the app's.
        Unreadable: the payload names nobody.
    """
    user = body.get("user")
    team = body.get("team")
    if isinstance(user, Mapping):
        home = user.get("team_id")
        workspace = team.get("id") if isinstance(team, Mapping) else _installed_team(body)
        person = _person(workspace or home, user.get("id"))
        if home and workspace and home != workspace:
            raise ExternalUser(person.user)
        return person
    return _person(body.get("team_id"), body.get("user_id"))


def event_sender(body: Payload) -> Person:
    """Return whom an event is about.

    Raises:
        Unreadable: the event names nobody.
    """
    event = body.get("event")
    return _person(body.get("team_id"), event.get("user") if isinstance(event, Mapping) else None)


def happened_at(body: Payload) -> datetime:
    """Return when an event happened, in whole seconds.

    Raises:
        Unreadable: the event does not say.
    """
    time = body.get("event_time")
    if not isinstance(time, int) or not 0 <= time < 2**33:
        raise InvalidPayload("the event has no time")
    return datetime.fromtimestamp(time, UTC)


def revoked_bots(body: Payload) -> frozenset[str]:
    """Return the bot users whose tokens an event says were revoked."""
    event = body.get("event")
    tokens = event.get("tokens") if isinstance(event, Mapping) else None
    bots = tokens.get("bot") if isinstance(tokens, Mapping) else None
    return frozenset(str(bot) for bot in bots) if isinstance(bots, list) else frozenset()


def place_of_command(body: Payload) -> Place:
    """Return where a command was typed; its channel's name tells who can read there.

    A channel without a name is taken to be private: that hides more rather than less. What private
    channels are called, Slack does not say here.
    """
    name = one_line(str(body.get("channel_name", "")))
    if name == "directmessage":
        return Place(str(body.get("user_id")), Visibility.DIRECT)
    hidden = name in {"", "privategroup"} or name.startswith("mpdm-")
    channel = str(body.get("channel_id"))
    if hidden:
        return Place(channel, Visibility.PRIVATE)
    return Place(channel, Visibility.PUBLIC, name[:_LONGEST_NAME])


def shared_channel(body: Payload) -> tuple[str, str] | None:
    """Return the workspace, and the channel in which an outsider has pressed something."""
    team, channel = body.get("team"), body.get("channel")
    if not (isinstance(team, Mapping) and isinstance(channel, Mapping)):
        return None
    workspace, place = team.get("id"), channel.get("id")
    return (str(workspace), str(place)) if workspace and place else None


def place_of_message(body: Payload) -> Place | None:
    """Return where a message stands that somebody acted on; None if it is no channel's."""
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


def _installed_team(body: Payload) -> str | None:
    """Return the workspace whose app a view belongs to; None if it is a whole organisation's.

    Slack puts the organisation's id, which begins with E, in the place of the workspace's then.
    """
    view = body.get("view")
    installed = view.get("app_installed_team_id") if isinstance(view, Mapping) else None
    return installed if isinstance(installed, str) and installed.startswith("T") else None


def _person(workspace: Any, user: Any) -> Person:
    if not (isinstance(workspace, str) and workspace and isinstance(user, str) and user):
        raise InvalidPayload("the payload names no workspace and user")
    return Person(workspace, user)


def parse_command(body: Payload) -> tuple[str, str]:
    """Return the first word typed after a command, in lower case, and the rest."""
    word, _, rest = str(body.get("text") or "").strip().partition(" ")
    return word.lower(), rest.strip()


def message_acted_on(body: Payload) -> tuple[str, str] | None:
    """Return channel and timestamp of the message that a shortcut was used on; else None."""
    channel, message = body.get("channel"), body.get("message")
    if not (isinstance(channel, Mapping) and isinstance(message, Mapping)):
        return None
    place, ts = channel.get("id"), message.get("ts")
    return (str(place), str(ts)) if place and ts else None


def text_of_message(body: Payload) -> str:
    """Return the text of the message that a shortcut was used on, in markup; else nothing."""
    message = body.get("message")
    text = message.get("text") if isinstance(message, Mapping) else None
    return str(text) if text else ""
