"""users.* and conversations.*: who and where."""

from bot.playground import conversation
from bot.playground.model import Channel, Json, Person
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


METHODS = {
    "users.info": Method(_user, "users:read"),
    "conversations.info": Method(_info, "channels:read", tier=3),
    "conversations.open": Method(_open, "im:write", tier=3),
    "conversations.join": Method(_join, "channels:join", tier=3),
}
