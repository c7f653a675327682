"""Payloads of commands, interactions and events, field for field as Slack documents them.

Source: docs.slack.dev/reference/interaction-payloads, interactivity/implementing-slash-commands.
"""

from bot.playground.channel_messages import message_payload
from bot.playground.slack_model import Channel, Json, SlackMessage, SlackUser, View, fields_of
from bot.playground.view_lifecycle import view_payload
from bot.playground.workspace import Workspace


def slash_command_payload(
    workspace: Workspace, user: SlackUser, channel: Channel, name: str, text: str
) -> Json:
    """Return the form fields of a slash command; enterprise fields only if there is one."""
    app = workspace.slack.app
    return workspace.enterprise_fields | {
        "token": app.verification_token,
        "team_id": workspace.id,
        "team_domain": workspace.domain,
        "channel_id": channel.id,
        "channel_name": channel.name_in_payloads,
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": text,
        "api_app_id": app.id,
        "is_enterprise_install": str(workspace.installation.is_org_wide).lower(),
        "response_url": workspace.new_response_url(user, channel),
        "trigger_id": workspace.new_trigger(user),
    }


def message_action_payload(
    workspace: Workspace, user: SlackUser, message: SlackMessage, action: Json, state: Json
) -> Json:
    """Return block_actions of an element in a message."""
    channel = workspace.channels[message.channel]
    is_ephemeral = message.ephemeral_to is not None
    container: Json = {"type": "message", "message_ts": message.ts, "channel_id": channel.id}
    container["is_ephemeral"] = is_ephemeral
    if message.is_reply:
        container["thread_ts"] = message.thread_ts
    payload = {
        **_common_fields(workspace, user, "block_actions"),
        "container": container,
        "trigger_id": workspace.new_trigger(user),
        "channel": _channel_fields(channel),
        "state": {"values": state},
        "response_url": workspace.new_response_url(user, channel, message),
        "actions": [action],
    }
    if not is_ephemeral:
        payload["message"] = message_payload(workspace, message)
    return payload


def view_action_payload(workspace: Workspace, user: SlackUser, view: View, action: Json) -> Json:
    """Return block_actions of an element in a modal or Home tab."""
    trigger_view_id = view.id if view.type == "modal" else None
    return {
        **_common_fields(workspace, user, "block_actions"),
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": workspace.new_trigger(user, trigger_view_id),
        "view": view_payload(workspace, view),
        "actions": [action],
    }


def view_submission_payload(workspace: Workspace, user: SlackUser, view: View) -> Json:
    """Return view_submission."""
    return {
        **_common_fields(workspace, user, "view_submission"),
        "trigger_id": workspace.new_trigger(user, view.id),
        "view": view_payload(workspace, view),
        "response_urls": [],
    }


def view_closed_payload(
    workspace: Workspace, user: SlackUser, view: View, *, is_cleared: bool
) -> Json:
    """Return view_closed, which has no input values."""
    return {
        **_common_fields(workspace, user, "view_closed"),
        "view": {**view_payload(workspace, view), "state": {"values": {}}},
        "is_cleared": is_cleared,
    }


def global_shortcut_payload(workspace: Workspace, user: SlackUser, callback_id: str) -> Json:
    """Return the payload of a global shortcut: it has no channel and no response_url."""
    return {
        **_common_fields(workspace, user, "shortcut"),
        "callback_id": callback_id,
        "trigger_id": workspace.new_trigger(user),
        "action_ts": workspace.slack.ids.ts(workspace.slack.now()),
    }


def message_shortcut_payload(
    workspace: Workspace, user: SlackUser, message: SlackMessage, callback_id: str
) -> Json:
    """Return the payload of a shortcut on a message."""
    channel = workspace.channels[message.channel]
    return {
        **global_shortcut_payload(workspace, user, callback_id),
        "type": "message_action",
        "response_url": workspace.new_response_url(user, channel, message),
        "message_ts": message.ts,
        "channel": _channel_fields(channel),
        "message": message_payload(workspace, message),
    }


def event_payload(workspace: Workspace, event: Json) -> Json:
    """Return an event in the envelope of the Events API."""
    slack, is_org_wide = workspace.slack, workspace.installation.is_org_wide
    return {
        "token": slack.app.verification_token,
        "team_id": workspace.id,
        "api_app_id": slack.app.id,
        "event": {**event, "event_ts": slack.ids.ts(slack.now())},
        "type": "event_callback",
        "event_id": slack.ids.new("Ev"),
        "event_time": int(slack.now().timestamp()),
        "authorizations": [
            {
                "enterprise_id": workspace.enterprise_id,
                "team_id": None if is_org_wide else workspace.id,
                "user_id": workspace.installation.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": is_org_wide,
            }
        ],
        "is_ext_shared_channel": False,
    }


def _common_fields(workspace: Workspace, user: SlackUser, kind: str) -> Json:
    is_org_wide = workspace.installation.is_org_wide
    team = fields_of(workspace, "id", "domain") | workspace.enterprise_fields
    return {
        "type": kind,
        "team": None if is_org_wide else team,
        "user": {**fields_of(user, "id", "name", "team_id"), "username": user.name},
        "api_app_id": workspace.slack.app.id,
        "token": workspace.slack.app.verification_token,
        "enterprise": workspace.enterprise,
        "is_enterprise_install": is_org_wide,
    }


def _channel_fields(channel: Channel) -> Json:
    return {"id": channel.id, "name": channel.name_in_payloads}
