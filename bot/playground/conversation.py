"""Messages of a channel: who may post where, how messages are changed.

Sources: docs.slack.dev/reference/methods/chat.postMessage, chat.update, chat.postEphemeral.
"""

from bot.playground.blockkit import Problem
from bot.playground.content import Content
from bot.playground.model import Channel, Json, Message
from bot.playground.refused import Refused
from bot.playground.team import Team
from bot.playground.world import World

POST_TEXT_MAX = 40_000
UPDATE_TEXT_MAX = 4_000


def writable_channel(team: Team, channel_id: str) -> Channel:
    """The channel that the app may post to.

    Raises:
        Refused: it isn't there, is hidden from the app, is archived, or the app is not in it.
    """
    channel = known_channel(team, channel_id)
    if channel.is_archived:
        raise Refused("is_archived")
    installation = team.installation
    is_member = installation.bot_user_id in channel.members
    is_open = channel.kind == "public" and "chat:write.public" in installation.scopes
    if not is_member and not is_open:
        raise Refused("not_in_channel")
    return channel


def known_channel(team: Team, channel_id: str) -> Channel:
    """The channel, if the app may know of it.

    Raises:
        Refused: there is none, or it is private and the app is not in it.
    """
    channel = team.channels.get(channel_id)
    if channel is None:
        named = [c for c in team.channels.values() if c.kind != "im" and f"#{c.name}" == channel_id]
        channel = named[0] if named else None
    if channel is None:
        raise Refused("channel_not_found")
    if channel.is_private and team.installation.bot_user_id not in channel.members:
        raise Refused("channel_not_found")
    return channel


def post(
    world: World, team: Team, channel: Channel, content: Content, thread_ts: str | None = None
) -> Message:
    """Add a message of the app to a channel or a thread.

    Raises:
        Refused: there is nothing in it, or the thread is not one.
    """
    if not (content.text or content.blocks or content.attachments or content.files):
        raise Refused("no_text")
    check_thread(team, channel, thread_ts)
    installation = team.installation
    message = Message(
        world.ids.ts(world.now()),
        channel.id,
        installation.bot_user_id,
        (content.text or "")[:POST_TEXT_MAX],
        content.blocks or [],
        thread_ts,
        content.metadata,
        content.attachments or [],
        by_app=True,
        bot_id=installation.bot_id,
        files=content.files,
    )
    _show(content, channel.id)
    return _keep(world, team, message)


def post_ephemeral(
    world: World,
    team: Team,
    channel: Channel,
    person_id: str,
    content: Content,
    thread_ts: str | None = None,
) -> Message:
    """Show a message of the app to one person only.

    Raises:
        Refused: there is nothing in it, or the thread is not one.
    """
    message = post(world, team, channel, content, thread_ts)
    message.ephemeral_to = person_id
    message.metadata = None
    world.changed()
    return message


def say(
    world: World, team: Team, channel: Channel, person_id: str, text: str, thread_ts: str | None
) -> Message:
    """Add what a person has typed; Slack escapes & < > in it."""
    message = Message(
        world.ids.ts(world.now()), channel.id, person_id, escaped(text), thread_ts=thread_ts
    )
    return _keep(world, team, message)


def escaped(text: str) -> str:
    """A text as Slack stores it: only these three characters are replaced."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def check_thread(team: Team, channel: Channel, thread_ts: str | None) -> None:
    """See that a thread_ts names the parent of a thread.

    Raises:
        Refused: it names nothing, a reply, or an ephemeral message.
    """
    if thread_ts is None:
        return
    parent = team.find_message(channel.id, thread_ts)
    if parent is None:
        raise Refused("thread_not_found", [Problem("/thread_ts", "thread", "no such message")])
    if parent.is_reply or parent.ephemeral_to is not None:
        problem = Problem("/thread_ts", "thread", "use the ts of the thread's parent")
        raise Refused("cannot_reply_to_message", [problem])


def own_message(team: Team, channel: Channel, ts: str, error: str) -> Message:
    """The lasting message of the app with this ts.

    Raises:
        Refused: there is none (`message_not_found`), or it isn't the app's to change (`error`).
    """
    message = team.find_message(channel.id, ts)
    if message is None:
        raise Refused("message_not_found")
    if not message.by_app or message.ephemeral_to is not None:
        raise Refused(error)
    return message


def rewrite(world: World, message: Message, content: Content) -> Message:
    """Change a message as chat.update does: text without blocks takes the blocks away.

    Raises:
        Refused: there is nothing in it, or the text is longer than 4,000 characters.
    """
    if content.text is not None and len(content.text) > UPDATE_TEXT_MAX:
        raise Refused("msg_too_long")
    if content.text is None and content.blocks is None and content.attachments is None:
        raise Refused("no_text")
    if content.text is not None:
        message.text = content.text
        message.edited = message.edited or not content.blocks
    if content.text is not None or content.blocks is not None:
        message.blocks = content.blocks or []
    if content.attachments is not None:
        message.attachments = content.attachments
    if content.metadata is not None:
        message.metadata = content.metadata
    _show(content, message.channel)
    world.changed()
    return message


def remove(world: World, team: Team, message: Message) -> None:
    """Take a message away."""
    team.messages[message.channel].remove(message)
    world.changed()


def as_sent(team: Team, message: Message) -> Json:
    """The message as it stands in payloads and answers."""
    body: Json = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": message.text,
        "team": team.id,
    }
    if message.by_app:
        body["bot_id"] = message.bot_id
        body["blocks"] = message.blocks
    if message.attachments:
        body["attachments"] = message.attachments
    if message.thread_ts:
        body["thread_ts"] = message.thread_ts
    replies = team.replies(message.channel, message.ts)
    if replies:
        body |= {"thread_ts": message.ts, "reply_count": len(replies)}
        body["latest_reply"] = replies[-1].ts
    if message.edited:
        body["edited"] = {"user": message.user, "ts": message.ts}
    return body


def _show(content: Content, channel_id: str) -> None:
    """Let those who see a channel see the files that a message in it shows."""
    for file in content.shown:
        file.shared_in.add(channel_id)


def _keep(world: World, team: Team, message: Message) -> Message:
    team.messages.setdefault(message.channel, []).append(message)
    world.changed()
    return message
