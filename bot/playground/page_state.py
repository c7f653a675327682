"""The state of the workspace as the page gets it."""

from bot.playground.fault_injection import FAULT_FORMS
from bot.playground.form_input import view_state
from bot.playground.request_log import Rejection
from bot.playground.slack_model import Channel, Json, SlackMessage, SlackUser, UploadedFile, View
from bot.playground.workspace import Workspace

PREVIEW_LINES = 24


def page_state(workspace: Workspace, user: SlackUser) -> Json:
    """Return what one user may see; `page_api` documents the format."""
    slack = workspace.slack
    channels = [c for c in workspace.channels.values() if workspace.can_see(user.id, c)]
    home = workspace.homes.get(user.id)
    return {
        "version": slack.version,
        "team": {"id": workspace.id, "name": workspace.name},
        "app": _app(workspace, user),
        "me": _user(user),
        "users": [_user(u) for u in workspace.users.values()],
        "channels": [_channel(workspace, user, c) for c in channels],
        "messages": {
            c.id: [_message(workspace, user, m) for m in workspace.visible_messages(user.id, c.id)]
            for c in channels
        },
        "modals": [_view(v) for v in workspace.modals(user.id)],
        "home": _view(home) if home is not None else None,
        "notices": [
            {"id": n.id, "text": n.text} for n in workspace.notices if n.user_id == user.id
        ],
        "clock": {
            "now": slack.now().isoformat(),
            "offset_seconds": slack.clock.offset.total_seconds(),
        },
        "faults": [fault.as_json() for fault in slack.faults.active()],
        "fault_kinds": [
            {"kind": kind, "label": label, "fields": fields}
            for kind, (label, fields) in FAULT_FORMS.items()
        ],
        "violations": [_rejection(v) for v in slack.request_log.violations],
        "rejections": [_rejection(r) for r in slack.request_log.rejections],
        "connection": {"mode": slack.transport.mode, "url": slack.transport.request_url},
    }


def _app(workspace: Workspace, user: SlackUser) -> Json:
    app, is_offered = workspace.slack.app, workspace.has_app(user)
    return {
        "id": app.id,
        "name": app.name,
        "bot_user_id": workspace.installation.bot_user_id,
        "icon": None,
        "home_enabled": app.home_enabled,
        "commands": [
            {"name": c.name, "hint": c.hint, "description": c.description}
            for c in app.commands
            if is_offered
        ],
        "shortcuts": [
            {"type": s.type, "callback_id": s.callback_id, "name": s.name}
            for s in app.shortcuts
            if is_offered
        ],
    }


def _user(user: SlackUser) -> Json:
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "initials": user.initials,
        "colour": user.colour,
        "tz": user.tz,
        "title": user.title,
        "is_bot": user.is_bot,
        "is_external": user.is_external,
    }


def _channel(workspace: Workspace, user: SlackUser, channel: Channel) -> Json:
    others = sorted(channel.members - {user.id})
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "is_member": user.id in channel.members,
        "is_archived": channel.is_archived,
        "topic": channel.topic,
        "member_ids": sorted(channel.members),
        "app_is_member": workspace.installation.bot_user_id in channel.members,
        "other": others[0] if channel.kind == "im" and others else None,
    }


def _message(workspace: Workspace, user: SlackUser, message: SlackMessage) -> Json:
    replies = workspace.replies(message.channel, message.ts)
    return {
        "ts": message.ts,
        "user": message.user,
        "text": message.text,
        "blocks": message.blocks,
        "attachments": message.attachments,
        "thread_ts": message.thread_ts,
        "reply_count": len(replies),
        "latest_reply": replies[-1].ts if replies else None,
        "edited": message.edited,
        "ephemeral": message.ephemeral_to is not None,
        "files": [
            {
                "id": file.id,
                "title": file.title,
                "url_private": f"/files/{file.id}?as={user.id}",
                "mimetype": file.mimetype,
                "alt_text": file.alt_text,
                "preview": _preview(file),
            }
            for file in message.files
        ],
        "app": message.by_app,
        "metadata": message.metadata,
        "state": {"values": view_state(message.blocks)},
    }


def _preview(file: UploadedFile) -> str | None:
    """Return the first lines of a text file, or None."""
    if file.content is None or not file.mimetype.startswith("text/"):
        return None
    lines = file.content.decode("utf-8", "replace").splitlines()
    return "\n".join(lines[:PREVIEW_LINES])


def _view(view: View) -> Json:
    return {
        "id": view.id,
        "type": view.type,
        "title": view.payload.get("title"),
        "submit": view.payload.get("submit"),
        "close": view.payload.get("close"),
        "blocks": view.blocks,
        "hash": view.hash,
        "callback_id": view.callback_id,
        "private_metadata": view.private_metadata,
        "state": {"values": view.values},
        "errors": view.errors,
        "connection_error": view.connection_error,
    }


def _rejection(rejection: Rejection) -> Json:
    return {
        "method": rejection.method,
        "error": rejection.error,
        "message": rejection.message,
        "pointer": rejection.pointer,
        "at": rejection.at.isoformat(),
    }
