"""users.* and conversations.*: who and where."""

from bot.playground import conversation
from bot.playground.model import Channel, Json, Message, Person
from bot.playground.refused import Refused
from bot.playground.web_api.call import Call, Method


def person_as_sent(person: Person) -> Json:
    """A person as users.info answers."""
    return {
        "id": person.id,
        "team_id": person.team_id,
        "name": person.name,
        "deleted": False,
        "real_name": person.real_name,
        "tz": person.tz,
        "is_bot": person.is_bot,
        "is_stranger": person.is_external,
        "is_restricted": False,
        "profile": {
            "real_name": person.real_name,
            "display_name": person.name,
            "title": person.title,
        },
    }


def _user(call: Call) -> Json:
    person = call.team.people.get(call.need("user"))
    if person is None:
        raise Refused("user_not_found")
    return {"user": person_as_sent(person)}


def _channel_as_sent(call: Call, channel: Channel) -> Json:
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": channel.kind in {"public", "shared"},
        "is_im": channel.kind == "im",
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_ext_shared": channel.kind == "shared",
        "is_member": call.team.installation.bot_user_id in channel.members,
        "topic": {"value": channel.topic},
        "num_members": len(channel.members),
    }


def _info(call: Call) -> Json:
    channel = conversation.known_channel(call.team, call.need("channel"))
    return {"channel": _channel_as_sent(call, channel)}


def _open(call: Call) -> Json:
    person = call.team.people.get(call.need("users"))
    if person is None or person.is_bot:
        raise Refused("user_not_found")
    return {"channel": {"id": call.team.im(person.id).id}}


def _join(call: Call) -> Json:
    channel = conversation.known_channel(call.team, call.need("channel"))
    if channel.kind != "public":
        raise Refused("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise Refused("is_archived")
    channel.members.add(call.team.installation.bot_user_id)
    call.world.changed()
    return {"channel": _channel_as_sent(call, channel)}


_HISTORY_SCOPES = {
    "public": "channels:history",
    "shared": "channels:history",
    "private": "groups:history",
    "im": "im:history",
}


def _readable(call: Call) -> Channel:
    channel = conversation.known_channel(call.team, call.need("channel"))
    needed = _HISTORY_SCOPES[channel.kind]
    granted = call.team.installation.scopes
    if needed not in granted:
        extra = {"needed": needed, "provided": ",".join(sorted(granted))}
        raise Refused("missing_scope", extra=extra, is_innocent=True)
    if call.team.installation.bot_user_id not in channel.members:
        raise Refused("not_in_channel")
    return channel


def _number(call: Call, name: str, default: float) -> float:
    given = call.maybe(name)
    try:
        return default if given is None else float(given)
    except ValueError:
        raise Refused(f"invalid_{name}") from None


def _listed(call: Call, found: list[Message]) -> Json:
    oldest = _number(call, "oldest", 0.0)
    latest = _number(call, "latest", 9_999_999_999.0)
    limit = int(_number(call, "limit", 100))
    inclusive = call.flag("inclusive")
    chosen = []
    for message in found:
        ts = float(message.ts)
        if oldest < ts < latest or (inclusive and ts in {oldest, latest}):
            sent = conversation.as_sent(call.team, message)
            if call.flag("include_all_metadata") and message.metadata:
                sent["metadata"] = message.metadata
            chosen.append(sent)
    return {"messages": chosen[:limit], "has_more": len(chosen) > limit}


def _history(call: Call) -> Json:
    channel = _readable(call)
    lasting = [
        message
        for message in call.team.messages.get(channel.id, [])
        if message.ephemeral_to is None and not message.is_reply
    ]
    return _listed(call, lasting[::-1])


def _replies(call: Call) -> Json:
    channel = _readable(call)
    parent = call.team.find_message(channel.id, call.need("ts"))
    if parent is None or parent.ephemeral_to is not None:
        raise Refused("thread_not_found")
    return _listed(call, [parent, *call.team.replies(channel.id, parent.ts)])


METHODS = {
    "users.info": Method(_user, "users:read"),
    "conversations.info": Method(_info, "channels:read", tier=3),
    "conversations.open": Method(_open, "im:write", tier=3),
    "conversations.join": Method(_join, "channels:join", tier=3),
    "conversations.history": Method(_history, tier=3),
    "conversations.replies": Method(_replies, tier=3),
}
