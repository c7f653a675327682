"""Messages in channels: content rules, access rules, posting, updating, mass mentions.

The functions raise `RequestRejected` for what Slack refuses.

Sources: docs.slack.dev/reference/methods/chat.postMessage, chat.update, chat.postEphemeral,
messaging/message-metadata.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.playground.blockkit import (
    ATTACHMENTS_MAX,
    are_blocks_too_long,
    compact_json,
    problems_of_message,
    problems_of_metadata,
)
from bot.playground.request_log import RequestRejected, json_argument, rejection
from bot.playground.slack_model import Channel, Json, SlackMessage, UploadedFile, fields_of
from bot.playground.view_lifecycle import assign_ids
from bot.playground.workspace import Workspace

POST_TEXT_MAX = 40_000
UPDATE_TEXT_MAX = 4_000
METADATA_BYTES_MAX = 16_000

_MASS_MENTION = re.compile(r"<!(?:channel|here|everyone)(?:\|[^>]*)?>")
"""In mrkdwn and rich_text only; docs.slack.dev/messaging/formatting-message-text."""


@dataclass
class MessageContent:
    """The content of a message of the app; None means: not given.

    `files` are attached to the message, `shown` are the files that its blocks show.
    """

    text: str | None = None
    blocks: list[Json] | None = None
    attachments: list[Json] | None = None
    metadata: Json | None = None
    files: list[UploadedFile] = field(default_factory=list)
    shown: list[UploadedFile] = field(default_factory=list)


def parse_content(args: Json, *, check_length: bool = True) -> MessageContent:
    """Parse and check the content in the arguments of a call."""
    blocks = json_argument(args, "blocks", list, "invalid_blocks_format")
    attachments = json_argument(args, "attachments", list, "invalid_attachments")
    metadata = json_argument(args, "metadata", dict, "invalid_metadata_format")
    if attachments is not None and len(attachments) > ATTACHMENTS_MAX:
        raise RequestRejected("too_many_attachments")
    problems = problems_of_message({"blocks": blocks, "attachments": attachments})
    if problems:
        raise RequestRejected("invalid_blocks", problems)
    if check_length and blocks and are_blocks_too_long(blocks):
        size = f"{len(compact_json(blocks))} characters in all"
        raise rejection("msg_blocks_too_long", "/blocks", size)
    if metadata is not None and (problems := problems_of_metadata(metadata)):
        raise RequestRejected("invalid_metadata_schema", problems)
    if metadata is not None and len(compact_json(metadata).encode()) > METADATA_BYTES_MAX:
        raise RequestRejected("metadata_too_large")
    text = args.get("text")
    if blocks:
        assign_ids({"blocks": blocks})
    return MessageContent(None if text is None else str(text), blocks, attachments, metadata)


def visible_channel(workspace: Workspace, channel_id: str) -> Channel:
    """Return a channel that the app can see."""
    for channel in workspace.channels.values():
        is_named = channel.kind != "im" and channel_id == f"#{channel.name}"
        is_visible = workspace.app_is_member(channel) or not channel.is_private
        if is_visible and (is_named or channel_id == channel.id):
            return channel
    raise RequestRejected("channel_not_found")


def postable_channel(workspace: Workspace, channel_id: str) -> Channel:
    """Return a channel that the app can post to."""
    channel = visible_channel(workspace, channel_id)
    if channel.is_archived:
        raise RequestRejected("is_archived")
    scopes = workspace.installation.scopes
    is_open = channel.kind == "public" and "chat:write.public" in scopes
    if not workspace.app_is_member(channel) and not is_open:
        raise RequestRejected("not_in_channel")
    return channel


def check_thread(workspace: Workspace, channel: Channel, thread_ts: str | None) -> None:
    """Check that a thread_ts is None or names the parent of a thread."""
    if thread_ts is None:
        return
    parent = workspace.find_message(channel.id, thread_ts)
    if parent is None:
        raise rejection("thread_not_found", "/thread_ts", "no such message")
    if parent.is_reply or parent.ephemeral_to is not None:
        message = "use the ts of the thread's parent"
        raise rejection("cannot_reply_to_message", "/thread_ts", message)


def post_message(
    workspace: Workspace,
    channel: Channel,
    content: MessageContent,
    thread_ts: str | None = None,
    ephemeral_to: str | None = None,
) -> SlackMessage:
    """Add a message of the app to a channel or thread; an ephemeral one has no metadata."""
    if not (content.text or content.blocks or content.attachments or content.files):
        raise RequestRejected("no_text")
    check_thread(workspace, channel, thread_ts)
    message = SlackMessage(
        workspace.slack.ids.ts(workspace.slack.now()),
        channel.id,
        workspace.installation.bot_user_id,
        (content.text or "")[:POST_TEXT_MAX],
        content.blocks or [],
        thread_ts,
        None if ephemeral_to else content.metadata,
        content.attachments or [],
        ephemeral_to,
        by_app=True,
        bot_id=workspace.installation.bot_id,
        files=content.files,
    )
    _share_shown_files(content, channel.id)
    return _append(workspace, message)


def post_user_message(
    workspace: Workspace, channel: Channel, user_id: str, text: str, thread_ts: str | None = None
) -> SlackMessage:
    """Add a message typed by a user, with & < > escaped."""
    ts = workspace.slack.ids.ts(workspace.slack.now())
    message = SlackMessage(ts, channel.id, user_id, escape_text(text), thread_ts=thread_ts)
    return _append(workspace, message)


def escape_text(text: str) -> str:
    """Return a text as Slack stores it: & < > replaced by entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def update_message(workspace: Workspace, message: SlackMessage, content: MessageContent) -> None:
    """Change a message as chat.update does: text without blocks removes the blocks."""
    if content.text is not None and len(content.text) > UPDATE_TEXT_MAX:
        raise RequestRejected("msg_too_long")
    if content.text is None and content.blocks is None and content.attachments is None:
        raise RequestRejected("no_text")
    if content.text is not None:
        message.text = content.text
        message.edited = message.edited or not content.blocks
    if content.text is not None or content.blocks is not None:
        message.blocks = content.blocks or []
    if content.attachments is not None:
        message.attachments = content.attachments
    if content.metadata is not None:
        message.metadata = content.metadata
    _share_shown_files(content, message.channel)
    workspace.slack.mark_changed()


def delete_message(workspace: Workspace, message: SlackMessage) -> None:
    """Remove a message from its channel."""
    workspace.messages[message.channel].remove(message)
    workspace.slack.mark_changed()


def message_payload(workspace: Workspace, message: SlackMessage) -> Json:
    """Return a message as it appears in payloads and API responses."""
    body = fields_of(message, "user", "ts", "text") | {"type": "message", "team": workspace.id}
    if message.by_app:
        body |= fields_of(message, "bot_id", "blocks")
    if message.attachments:
        body["attachments"] = message.attachments
    if message.thread_ts:
        body["thread_ts"] = message.thread_ts
    if replies := workspace.replies(message.channel, message.ts):
        body |= {"thread_ts": message.ts, "reply_count": len(replies)}
        body["latest_reply"] = replies[-1].ts
    if message.edited:
        body["edited"] = {"user": message.user, "ts": message.ts}
    return body


def find_mass_mentions(message: SlackMessage) -> list[str]:
    """Return the mentions in a message that notify a whole channel or workspace, as written."""
    found = _MASS_MENTION.findall(message.text)
    for part in (*message.blocks, *message.attachments):
        found += _mentions_in(part)
    return found


def _mentions_in(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _mentions_in(item)
    if not isinstance(value, dict):
        return
    kind, text = value.get("type"), value.get("text")
    if kind == "broadcast":
        yield f"<!{value.get('range')}>"
    elif kind in {"mrkdwn", "markdown", None} and isinstance(text, str):
        yield from _MASS_MENTION.findall(text)
    if kind != "plain_text":
        for item in value.values():
            yield from _mentions_in(item)


def _share_shown_files(content: MessageContent, channel_id: str) -> None:
    """Give everybody in the channel access to the files that the blocks show."""
    for file in content.shown:
        file.shared_in.add(channel_id)


def _append(workspace: Workspace, message: SlackMessage) -> SlackMessage:
    workspace.messages.setdefault(message.channel, []).append(message)
    workspace.slack.mark_changed()
    return message
