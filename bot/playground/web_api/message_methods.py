"""chat.*, files.*, conversations.history and conversations.replies.

Sources: docs.slack.dev/reference/methods/chat.*, conversations.history, conversations.replies,
apis/web-api/pagination, messaging/working-with-files.
"""

import mimetypes
from base64 import b64encode

from bot.playground.channel_messages import (
    MessageContent,
    check_thread,
    delete_message,
    message_payload,
    parse_content,
    post_message,
    postable_channel,
    update_message,
    visible_channel,
)
from bot.playground.request_log import RequestRejected, json_argument, missing_argument, rejection
from bot.playground.slack_model import Channel, Json, SlackMessage, UploadedFile, fields_of
from bot.playground.web_api.api_method import ApiMethod, MethodCall, missing_scope

_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif"})

_PAGE_SIZE = 100
_PAGE_SIZE_MAX = 999
_HISTORY_SCOPES = {
    "public": "channels:history",
    "shared": "channels:history",
    "private": "groups:history",
    "im": "im:history",
}


def _target_channel(call: MethodCall) -> Channel:
    """Return the channel of a post; a user id is the direct conversation."""
    channel_id = call.required("channel")
    user = call.workspace.users.get(channel_id)
    if user is None:
        return postable_channel(call.workspace, channel_id)
    if user.is_bot or user.team_id != call.workspace.id:
        raise RequestRejected("channel_not_found")
    return call.workspace.im(user.id)


def _existing_channel(call: MethodCall) -> Channel:
    channel_id = call.required("channel")
    if channel_id not in call.workspace.channels:
        raise RequestRejected("channel_not_found")
    return visible_channel(call.workspace, channel_id)


def _content(call: MethodCall) -> MessageContent:
    if call.optional("markdown_text"):
        raise rejection("invalid_arguments", "/markdown_text", "use text and blocks here")
    is_customized = any(map(call.optional, ("username", "icon_emoji", "icon_url")))
    if is_customized and "chat:write.customize" not in call.workspace.installation.scopes:
        raise missing_scope(call, "chat:write.customize")
    content = parse_content(call.args)
    content.shown = _shown_files(call, content)
    return content


def _shown_files(call: MethodCall, content: MessageContent) -> list[UploadedFile]:
    """Return the files that image blocks show."""
    shown = []
    for index, block in enumerate(content.blocks or []):
        file_id = (block.get("slack_file") or {}).get("id")
        if file_id is None:
            continue
        file = call.workspace.files.get(file_id)
        not_ready = call.slack.faults.take("file_not_ready") is not None
        if not_ready or file is None or not file.is_complete or file.mimetype not in _IMAGES:
            pointer, message = f"/blocks/{index}/slack_file", "invalid slack file"
            raise rejection("invalid_blocks", pointer, message, is_unavoidable=not_ready)
        shown.append(file)
    return shown


def _chat_post_message(call: MethodCall) -> Json:
    content = _content(call)
    channel = _target_channel(call)
    check_thread(call.workspace, channel, call.optional("thread_ts"))
    wait = call.slack.rate_limits.count_post(call.workspace.id, channel.id, call.slack.now())
    if wait is not None:
        raise RequestRejected("ratelimited", retry_after=wait)
    message = post_message(call.workspace, channel, content, call.optional("thread_ts"))
    sent = message_payload(call.workspace, message)
    return {"channel": channel.id, "ts": message.ts, "message": sent}


def _chat_post_ephemeral(call: MethodCall) -> Json:
    content = _content(call)
    channel = _target_channel(call)
    user_id = call.required("user")
    if user_id not in channel.members:
        raise RequestRejected("user_not_in_channel")
    message = post_message(
        call.workspace, channel, content, call.optional("thread_ts"), ephemeral_to=user_id
    )
    return {"message_ts": message.ts}


def _existing_message(call: MethodCall, ts_argument: str) -> SlackMessage:
    channel = _existing_channel(call)
    message = call.workspace.find_message(channel.id, call.required(ts_argument))
    if message is None:
        raise RequestRejected("message_not_found")
    return message


def _own_message(call: MethodCall, error: str) -> SlackMessage:
    message = _existing_message(call, "ts")
    if not message.by_app or message.ephemeral_to is not None:
        raise RequestRejected(error)
    return message


def _chat_update(call: MethodCall) -> Json:
    content = _content(call)
    message = _own_message(call, "cant_update_message")
    if call.workspace.channels[message.channel].is_archived:
        raise RequestRejected("is_archived")
    update_message(call.workspace, message, content)
    sent = message_payload(call.workspace, message)
    return {**fields_of(message, "channel", "ts", "text"), "message": sent}


def _chat_delete(call: MethodCall) -> Json:
    message = _own_message(call, "cant_delete_message")
    delete_message(call.workspace, message)
    return fields_of(message, "channel", "ts")


def _chat_get_permalink(call: MethodCall) -> Json:
    message = _existing_message(call, "message_ts")
    link = f"{call.slack.base_url}/archives/{message.channel}/p{message.ts.replace('.', '')}"
    return {"channel": message.channel, "permalink": link}


def _conversations_history(call: MethodCall) -> Json:
    channel = _readable_channel(call)
    messages = [
        message
        for message in call.workspace.messages.get(channel.id, [])
        if message.ephemeral_to is None and not message.is_reply
    ]
    return _message_page(call, messages[::-1])


def _conversations_replies(call: MethodCall) -> Json:
    channel = _readable_channel(call)
    parent = call.workspace.find_message(channel.id, call.required("ts"))
    if parent is None or parent.ephemeral_to is not None:
        raise RequestRejected("thread_not_found")
    return _message_page(call, [parent, *call.workspace.replies(channel.id, parent.ts)])


def _readable_channel(call: MethodCall) -> Channel:
    """Return the channel; an app cannot know beforehand whether it may read its history."""
    channel = visible_channel(call.workspace, call.required("channel"))
    scope = _HISTORY_SCOPES[channel.kind]
    if scope not in call.workspace.installation.scopes:
        raise missing_scope(call, scope, is_unavoidable=True)
    if not call.workspace.app_is_member(channel):
        raise RequestRejected("not_in_channel")
    return channel


def _message_page(call: MethodCall, messages: list[SlackMessage]) -> Json:
    """Return the requested page of messages, which are in the order of the method."""
    oldest = _timestamp(call, "oldest", 0.0)
    latest = _timestamp(call, "latest", 9_999_999_999.0)
    inclusive = call.flag("inclusive")
    matching = [
        message
        for message in messages
        if oldest < (ts := float(message.ts)) < latest or (inclusive and ts in {oldest, latest})
    ]
    cursors = [_cursor_of(message) for message in matching]
    cursor = call.optional("cursor") or next(iter(cursors), None)
    if cursor is not None and cursor not in cursors:
        raise RequestRejected("invalid_cursor")
    start, size = cursors.index(cursor) if cursor else 0, _page_size(call)
    page, rest = matching[start : start + size], matching[start + size :]
    answer: Json = {"messages": [_history_entry(call, m) for m in page], "has_more": bool(rest)}
    if rest:
        answer["response_metadata"] = {"next_cursor": _cursor_of(rest[0])}
    return answer


def _history_entry(call: MethodCall, message: SlackMessage) -> Json:
    entry = message_payload(call.workspace, message)
    if call.flag("include_all_metadata") and message.metadata:
        entry["metadata"] = message.metadata
    return entry


def _timestamp(call: MethodCall, name: str, default: float) -> float:
    value = call.optional(name)
    try:
        return default if value is None else float(value)
    except ValueError:
        raise RequestRejected(f"invalid_ts_{name}") from None


def _page_size(call: MethodCall) -> int:
    value = call.optional("limit") or str(_PAGE_SIZE)
    if not value.isdecimal() or not 0 < int(value) <= _PAGE_SIZE_MAX:
        raise RequestRejected("invalid_limit")
    return int(value)


def _cursor_of(message: SlackMessage) -> str:
    return b64encode(f"next_ts:{message.ts}".encode()).decode()


def _files_get_upload_url(call: MethodCall) -> Json:
    filename = call.required("filename")
    length = call.required("length")
    if not length.isdigit() or int(length) < 1:
        raise missing_argument("length")
    file = UploadedFile(
        call.slack.ids.secret("F").upper(),
        filename,
        int(length),
        filename,
        call.optional("alt_txt") or "",
        mimetypes.guess_type(filename)[0] or "application/octet-stream",
    )
    call.workspace.files[file.id] = file
    url = f"{call.slack.base_url}/upload/{call.workspace.id}/{file.id}"
    return {"upload_url": url, "file_id": file.id}


def _files_complete_upload(call: MethodCall) -> Json:
    entries = _file_entries(call)
    files = [file for file, _ in entries]
    for file, entry in entries:
        file.is_complete = True
        file.title = str(entry.get("title") or file.title)
        file.alt_text = str(entry.get("alt_txt") or file.alt_text)
    channel_id = call.optional("channel_id")
    if channel_id is not None:
        channel = visible_channel(call.workspace, channel_id)
        if channel.is_archived:
            raise RequestRejected("is_archived")
        if not call.workspace.app_is_member(channel):
            raise RequestRejected("not_in_channel")
        content = MessageContent(text=call.optional("initial_comment"), files=files)
        post_message(call.workspace, channel, content, call.optional("thread_ts"))
        for file in files:
            file.shared_in.add(channel.id)
    return {"files": [{"id": file.id, "title": file.title} for file in files]}


def _file_entries(call: MethodCall) -> list[tuple[UploadedFile, Json]]:
    """Return the uploaded files of the `files` argument with their entries."""
    given = json_argument(call.args, "files", list, "invalid_arguments")
    if not given:
        raise missing_argument("files")
    found = []
    for entry in given:
        file = call.workspace.files.get(str(entry.get("id"))) if isinstance(entry, dict) else None
        if file is None or file.content is None:
            raise RequestRejected("file_not_found")
        found.append((file, entry))
    return found


METHODS = {
    "chat.postMessage": ApiMethod(_chat_post_message, "chat:write", tier=None),
    "chat.postEphemeral": ApiMethod(_chat_post_ephemeral, "chat:write"),
    "chat.update": ApiMethod(_chat_update, "chat:write", tier=3),
    "chat.delete": ApiMethod(_chat_delete, "chat:write", tier=3),
    "chat.getPermalink": ApiMethod(_chat_get_permalink, tier=None),
    "conversations.history": ApiMethod(_conversations_history, tier=3),
    "conversations.replies": ApiMethod(_conversations_replies, tier=3),
    "files.getUploadURLExternal": ApiMethod(_files_get_upload_url, "files:write"),
    "files.completeUploadExternal": ApiMethod(_files_complete_upload, "files:write"),
}
