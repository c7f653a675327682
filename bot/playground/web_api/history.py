"""conversations.history and conversations.replies: what stands in a channel, page by page.

Sources: docs.slack.dev/reference/methods/conversations.history, conversations.replies, and
apis/web-api/pagination.
"""

from base64 import b64decode, b64encode

from bot.playground import conversation
from bot.playground.model import Channel, Json, Message
from bot.playground.refused import Refused
from bot.playground.web_api.call import Call, Method

_LIMIT = 100
_LIMIT_MAX = 999
_CURSOR = "next_ts:"
_SCOPES = {
    "public": "channels:history",
    "shared": "channels:history",
    "private": "groups:history",
    "im": "im:history",
}


def _readable(call: Call) -> Channel:
    """The channel asked for, if the app may read it; it cannot know beforehand whether it may."""
    channel = conversation.known_channel(call.team, call.need("channel"))
    needed = _SCOPES[channel.kind]
    granted = call.team.installation.scopes
    if needed not in granted:
        extra = {"needed": needed, "provided": ",".join(sorted(granted))}
        raise Refused("missing_scope", extra=extra, is_innocent=True)
    if call.team.installation.bot_user_id not in channel.members:
        raise Refused("not_in_channel", is_innocent=True)
    return channel


def _number(call: Call, name: str, default: float) -> float:
    given = call.maybe(name)
    try:
        return default if given is None else float(given)
    except ValueError:
        raise Refused(f"invalid_ts_{name}") from None


def _limit(call: Call) -> int:
    given = call.maybe("limit") or str(_LIMIT)
    if not given.isdecimal() or not 0 < int(given) <= _LIMIT_MAX:
        raise Refused("invalid_limit")
    return int(given)


def _listed(call: Call, found: list[Message]) -> Json:
    """A page of messages, which are in the order in which they are listed."""
    oldest = _number(call, "oldest", 0.0)
    latest = _number(call, "latest", 9_999_999_999.0)
    inclusive = call.flag("inclusive")
    wanted = [
        message
        for message in found
        if oldest < (ts := float(message.ts)) < latest or (inclusive and ts in {oldest, latest})
    ]
    begin, limit = _begin(call, wanted), _limit(call)
    page, rest = wanted[begin : begin + limit], wanted[begin + limit :]
    answer: Json = {"messages": [_sent(call, each) for each in page], "has_more": bool(rest)}
    if rest:
        cursor = b64encode(f"{_CURSOR}{rest[0].ts}".encode()).decode()
        answer["response_metadata"] = {"next_cursor": cursor}
    return answer


def _begin(call: Call, wanted: list[Message]) -> int:
    """Where the page begins that the cursor names."""
    cursor = call.maybe("cursor")
    if cursor is None:
        return 0
    try:
        name, _, ts = b64decode(cursor, validate=True).decode().partition(":")
    except ValueError:
        raise Refused("invalid_cursor") from None
    places = [place for place, message in enumerate(wanted) if message.ts == ts]
    if f"{name}:" != _CURSOR or not places:
        raise Refused("invalid_cursor")
    return places[0]


def _sent(call: Call, message: Message) -> Json:
    sent = conversation.as_sent(call.team, message)
    if call.flag("include_all_metadata") and message.metadata:
        sent["metadata"] = message.metadata
    return sent


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
    "conversations.history": Method(_history, tier=3),
    "conversations.replies": Method(_replies, tier=3),
}
