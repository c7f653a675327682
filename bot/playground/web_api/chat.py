"""chat.*: messages of the app."""

from bot.playground import conversation
from bot.playground.blockkit import Problem
from bot.playground.content import Content, parsed_content
from bot.playground.model import Channel, Json, UploadedFile
from bot.playground.refused import Refused, missing_argument
from bot.playground.web_api.call import Call, Method


def _target(call: Call) -> Channel:
    channel_id = call.need("channel")
    person = call.team.people.get(channel_id)
    if person is None:
        return conversation.writable_channel(call.team, channel_id)
    if person.is_bot or person.team_id != call.team.id:
        raise Refused("channel_not_found")
    return call.team.im(person.id)


_MARKDOWN_MAX = 12_000
_CUSTOM = ("username", "icon_emoji", "icon_url")


def _content(call: Call) -> Content:
    granted = call.team.installation.scopes
    if any(call.maybe(name) for name in _CUSTOM) and "chat:write.customize" not in granted:
        extra = {"needed": "chat:write.customize", "provided": ",".join(sorted(granted))}
        raise Refused("missing_scope", extra=extra)
    markdown = call.maybe("markdown_text")
    content = parsed_content(call.args) if markdown is None else _from_markdown(call, markdown)
    content.shown = _shown_files(call, content)
    return content


def _from_markdown(call: Call, markdown: str) -> Content:
    if call.maybe("text") or call.maybe("blocks"):
        raise Refused("markdown_text_conflict")
    if len(markdown) > _MARKDOWN_MAX:
        raise Refused("msg_too_long")
    blocks = [{"type": "markdown", "text": markdown}]
    return parsed_content({**call.args, "text": markdown, "blocks": blocks})


_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif"})


def _shown_files(call: Call, content: Content) -> list[UploadedFile]:
    """The files that image blocks show.

    Raises:
        Refused: one is no picture that is there, or Slack has not looked it over yet.
    """
    shown = []
    for index, block in enumerate(content.blocks or []):
        named = (block.get("slack_file") or {}).get("id")
        if named is None:
            continue
        file = call.team.files.get(named)
        early = call.world.faults.take("file_not_ready") is not None
        if early or file is None or not file.is_complete or file.mimetype not in _IMAGES:
            problem = Problem(f"/blocks/{index}/slack_file", "file", "invalid slack file")
            raise Refused("invalid_blocks", [problem], is_innocent=early)
        shown.append(file)
    return shown


def _post(call: Call) -> Json:
    content = _content(call)
    channel = _target(call)
    conversation.check_thread(call.team, channel, call.maybe("thread_ts"))
    wait = call.world.rates.post(call.team.id, channel.id, call.world.now())
    if wait is not None:
        raise Refused("ratelimited", retry_after=wait)
    message = conversation.post(call.world, call.team, channel, content, call.maybe("thread_ts"))
    sent = conversation.as_sent(call.team, message)
    return {"channel": channel.id, "ts": message.ts, "message": sent}


def _post_ephemeral(call: Call) -> Json:
    content = _content(call)
    channel = _target(call)
    person_id = call.need("user")
    if person_id not in channel.members:
        raise Refused("user_not_in_channel")
    message = conversation.post_ephemeral(
        call.world, call.team, channel, person_id, content, call.maybe("thread_ts")
    )
    return {"message_ts": message.ts}


def _existing_channel(call: Call) -> Channel:
    channel_id = call.need("channel")
    if channel_id not in call.team.channels:
        raise Refused("channel_not_found")
    return conversation.known_channel(call.team, channel_id)


def _update(call: Call) -> Json:
    content = _content(call)
    channel = _existing_channel(call)
    ts = call.need("ts")
    if channel.is_archived:
        raise Refused("is_archived")
    message = conversation.own_message(call.team, channel, ts, "cant_update_message")
    conversation.rewrite(call.world, message, content)
    sent = conversation.as_sent(call.team, message)
    return {"channel": channel.id, "ts": ts, "text": message.text, "message": sent}


def _delete(call: Call) -> Json:
    channel = _existing_channel(call)
    ts = call.need("ts")
    message = conversation.own_message(call.team, channel, ts, "cant_delete_message")
    conversation.remove(call.world, call.team, message)
    return {"channel": channel.id, "ts": ts}


def _permalink(call: Call) -> Json:
    channel = _existing_channel(call)
    ts = call.maybe("message_ts")
    if ts is None:
        raise missing_argument("message_ts")
    if call.team.find_message(channel.id, ts) is None:
        raise Refused("message_not_found")
    link = f"{call.world.base_url}/archives/{channel.id}/p{ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": link}


METHODS = {
    "chat.postMessage": Method(_post, "chat:write", tier=None),
    "chat.postEphemeral": Method(_post_ephemeral, "chat:write"),
    "chat.update": Method(_update, "chat:write", tier=3),
    "chat.delete": Method(_delete, "chat:write", tier=3),
    "chat.getPermalink": Method(_permalink, tier=None),
}
