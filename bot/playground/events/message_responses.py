"""Messages with which the app responds to a command or through a response_url.

The functions raise `RequestRejected` for what Slack refuses.

Source: docs.slack.dev/interactivity/handling-user-interaction#message_responses.
"""

from datetime import timedelta

from bot.playground.channel_messages import (
    delete_message,
    parse_content,
    post_message,
    post_user_message,
    update_message,
)
from bot.playground.request_log import Dispatch, RequestRejected, rejection
from bot.playground.slack_model import (
    Channel,
    Json,
    ResponseUrl,
    SlackMessage,
    SlackUser,
    parse_json_object,
)
from bot.playground.workspace import Workspace

RESPONSE_URL_USES_MAX = 5
RESPONSE_URL_LIFETIME = timedelta(minutes=30)


def parse_command_ack(dispatch: Dispatch) -> Json | None:
    """Return the message in the body of an ack, or None if the body is empty."""
    if not dispatch.body.strip():
        return None
    if dispatch.content_type != "application/json":
        return {"text": dispatch.body}
    response = parse_json_object(dispatch.body)
    if response is None:
        raise RequestRejected("invalid_command_response")
    return response or None


def post_response(
    workspace: Workspace, user: SlackUser, channel: Channel, response: Json, typed: str | None
) -> SlackMessage:
    """Post a response: only to the user, or to the channel if it says `in_channel`.

    An `in_channel` response to a command also shows the command as `typed`.
    """
    content = parse_content(response, check_length=False)
    thread_ts = response.get("thread_ts")
    kind = response.get("response_type", "ephemeral")
    if kind not in {"in_channel", "ephemeral"}:
        message = "must be one of: in_channel, ephemeral"
        raise rejection("invalid_command_response", "/response_type", message)
    if kind == "ephemeral":
        return post_message(workspace, channel, content, thread_ts, ephemeral_to=user.id)
    if typed is not None:
        post_user_message(workspace, channel, user.id, typed)
    return post_message(workspace, channel, content, thread_ts)


def use_response_url(
    workspace: Workspace, response_url: ResponseUrl, response: Json | None
) -> None:
    """Post a response, or replace or delete the original message."""
    if response is None:
        raise RequestRejected("invalid_payload")
    if workspace.slack.now() - response_url.created_at > RESPONSE_URL_LIFETIME:
        raise RequestRejected("expired_url")
    if response_url.uses >= RESPONSE_URL_USES_MAX:
        raise RequestRejected("used_url")
    response_url.uses += 1
    channel = workspace.channels[response_url.channel_id]
    ts = response_url.message_ts
    original = workspace.find_message(channel.id, ts) if ts else None
    if response.get("delete_original") and original is not None and original.by_app:
        delete_message(workspace, original)
        return
    # Slack's page on responses warns that a thread_ts alone overwrites the message.
    overwrites = original is not None and bool(response.get("thread_ts"))
    if not response.get("replace_original", overwrites):
        post_response(workspace, workspace.users[response_url.user_id], channel, response, None)
        return
    content = parse_content(response, check_length=False)
    if original is None or not original.by_app:
        message = "there is no message of the app to replace"
        raise rejection("invalid_response", "", message)
    update_message(workspace, original, content)
