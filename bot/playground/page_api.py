"""The HTTP API of the page.

GET /client/state?as=U…  what this user (without `as`, the first user) may see:
    version, team {id, name},
    app {id, name, bot_user_id, icon, home_enabled, commands [{name, hint, description}],
        shortcuts [{type: "message"|"global", callback_id, name}]},
    me, users [{id, name, real_name, initials, colour, tz, title, is_bot, is_external}],
    channels [{id, name, kind: "public"|"private"|"im"|"shared", is_member, is_archived, topic,
        member_ids, app_is_member, other (for an im: the other user)}],
    messages {channel_id: [{ts, user, text, blocks, attachments, thread_ts, reply_count,
        latest_reply, edited, ephemeral, files [{id, title, url_private, mimetype, alt_text,
            preview (the first lines of a text, or null)}],
        app, metadata, state {values}}]}, including replies and this user's ephemeral messages,
    modals [{id, type, title, submit, close, blocks, hash, callback_id, private_metadata,
        state {values}, errors {block_id: text}|null, connection_error: text|null}] bottom to top,
    home (like a modal) or null, notices [{id, text}],
    clock {now, offset_seconds}, faults, fault_kinds [{kind, label, fields}],
    violations and rejections [{method, error, message, pointer, at}],
    connection {mode: "http"|"socket"|"none", url}.
GET /client/stream?as=U…  server-sent events, `data: {"version": n}` at every change.
POST /client/<what>  with {"as": "U…", …}; responds {"ok": true, …} or {"ok": false, "error",
    "message"}, at most a moment after the app's three seconds:
    message {channel, text, thread_ts?}
    command {channel, text: "/ragvsft list"}
    action {container: {type: "message", channel, ts} | {type: "view", view_id}, block_id,
        action_id, value (as in Slack's state of an action), state? (values of the other inputs)}
    submit {view_id, values: {block_id: {action_id: state}}}
    close {view_id, all?}
    home {tab: "home"|"messages"}
    shortcut {callback_id, channel?, ts?}
    invite, remove {channel, user}; archive {channel, undo?}
    clock {advance_seconds} | {to: ISO} | {weekday_time: {weekday, time, tz}} | {reset: true}
    fault {kind, method?, seconds?, count?, lasting_seconds?, error?}; faults_clear {}
    dismiss {notice} | {channel, ts} (an ephemeral message)
GET /files/{id}?as=U…  an uploaded file, for users who see a channel in which it is shown.
    GET /archives/C…/p…  a permalink: redirects to /#C…/p….
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any, cast
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from bot.playground.channel_messages import delete_message
from bot.playground.events import interactivity, user_actions
from bot.playground.fault_injection import FAULT_FORMS, FaultKind
from bot.playground.form_input import apply_states, view_state
from bot.playground.request_log import ClientError, Dispatch, Rejection
from bot.playground.slack_model import Channel, Json, SlackMessage, SlackUser, UploadedFile, View
from bot.playground.workspace import LocalSlack, Workspace

BODY_MAX = 1_000_000
STREAM_INTERVAL = 15
"""Seconds after which the stream repeats the version."""
PREVIEW_LINES = 24
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class PageApi:
    """The endpoints of the page, for one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._slack = workspace.slack
        self._actions: Mapping[str, Callable[[SlackUser, Json], Awaitable[Dispatch | None]]] = {
            "message": self._send_message,
            "command": self._run_command,
            "action": self._use_element,
            "submit": self._submit,
            "close": self._close,
            "home": self._open_home,
            "shortcut": self._use_shortcut,
        }

    async def state(self, request: Request) -> Response:
        """GET /client/state."""
        try:
            user = self._user(request.query_params.get("as") or self._workspace.first_user.id)
        except ClientError as error:
            return _error_response(error)
        return JSONResponse(page_state(self._workspace, user))

    async def stream(self, _request: Request) -> Response:
        """GET /client/stream."""
        headers = {"Cache-Control": "no-store"}
        return StreamingResponse(self._versions(), media_type="text/event-stream", headers=headers)

    async def act(self, request: Request) -> Response:
        """POST /client/<what>."""
        what = request.path_params["what"]
        try:
            body = await _parse_body(request)
            dispatch = await self._act(what, self._user(body.get("as")), body)
        except ClientError as error:
            return _error_response(error)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            message = f"{what}: the request does not fit the protocol ({error})"
            return _error_response(ClientError("bad_request", message), status=400)
        if dispatch is not None and dispatch.error is not None:
            message = "The app did not acknowledge it in time or with 200."
            return _error_response(ClientError(dispatch.error, message))
        return JSONResponse({"ok": True})

    async def _act(self, what: str, user: SlackUser, body: Json) -> Dispatch | None:
        if what in self._actions:
            return await self._actions[what](user, body)
        tool = _TOOLS.get(what)
        if tool is None:
            raise ClientError("unknown_request", f"There is nothing called {what}.")
        tool(self._workspace, user, body)
        self._slack.mark_changed()
        return None

    async def _versions(self) -> AsyncIterator[str]:
        slack = self._slack
        while not slack.is_closed:
            sent = slack.version
            yield f"data: {json.dumps({'version': sent})}\n\n"
            await slack.wait_until(partial(_has_news, slack, sent), STREAM_INTERVAL)

    async def _send_message(self, user: SlackUser, body: Json) -> None:
        channel = self._channel(user, body)
        thread_ts = body.get("thread_ts")
        user_actions.send_message(self._workspace, user, channel, body["text"], thread_ts)

    async def _run_command(self, user: SlackUser, body: Json) -> Dispatch | None:
        channel = self._channel(user, body)
        name, _, text = body["text"].strip().partition(" ")
        if name == "/invite":
            invited = {"channel": channel.id, "user": text.strip().lstrip("@")}
            return await self._act("invite", user, invited)
        return await user_actions.run_command(self._workspace, user, channel, name, text.strip())

    async def _use_element(self, user: SlackUser, body: Json) -> Dispatch:
        container = body["container"]
        is_message = container["type"] == "message"
        return await interactivity.use_element(
            self._workspace,
            user,
            self._message(user, container) if is_message else self._view(user, container),
            body["block_id"],
            body["action_id"],
            body.get("value") or {},
            body.get("state"),
        )

    async def _submit(self, user: SlackUser, body: Json) -> Dispatch:
        view = self._view(user, body)
        apply_states(self._workspace, view.blocks, view.values, body.get("values") or {})
        return await interactivity.submit_modal(self._workspace, user, view)

    async def _close(self, user: SlackUser, body: Json) -> Dispatch | None:
        view, everything = self._view(user, body), bool(body.get("all"))
        return await interactivity.close_modal(self._workspace, user, view, everything=everything)

    async def _open_home(self, user: SlackUser, body: Json) -> Dispatch:
        return await user_actions.open_home(self._workspace, user, body["tab"])

    async def _use_shortcut(self, user: SlackUser, body: Json) -> Dispatch:
        message = self._message(user, body) if body.get("ts") else None
        return await user_actions.use_shortcut(self._workspace, user, body["callback_id"], message)

    def _user(self, user_id: Any) -> SlackUser:
        user = self._workspace.users.get(str(user_id))
        if user is None or user.is_bot:
            raise ClientError("unknown_person", f"Nobody here has the id {user_id}.")
        return user

    def _channel(self, user: SlackUser, body: Json) -> Channel:
        channel = self._workspace.channels.get(body["channel"])
        if channel is None or not self._workspace.can_see(user.id, channel):
            raise ClientError("unknown_channel", f"There is no channel {body['channel']}.")
        return channel

    def _message(self, user: SlackUser, body: Json) -> SlackMessage:
        channel = self._channel(user, body)
        for message in self._workspace.visible_messages(user.id, channel.id):
            if message.ts == body["ts"]:
                return message
        raise ClientError("unknown_message", "This message is not there any more.")

    def _view(self, user: SlackUser, body: Json) -> View:
        view = self._workspace.views.get(body["view_id"])
        if view is None or view.user_id != user.id or not view.is_open:
            raise ClientError("unknown_view", "This view is not open any more.")
        return view


def _has_news(slack: LocalSlack, sent: int) -> bool:
    return slack.is_closed or slack.version != sent


async def _parse_body(request: Request) -> Json:
    body = await request.body()
    if len(body) > BODY_MAX:
        raise ClientError("too_large", "The request is too large.")
    parsed = json.loads(body)
    if not isinstance(parsed, dict):
        raise ClientError("bad_request", "The body must be a JSON object.")
    return parsed


def _error_response(error: ClientError, status: int = 200) -> Response:
    body = {"ok": False, "error": error.error, "message": str(error)}
    return JSONResponse(body, status_code=status)


def next_weekday_time(now: datetime, weekday: str, at: time, tz: str) -> datetime:
    """Return the next moment after `now` with this weekday and time in this zone.

    Raises:
        ValueError: there is no such weekday.
        ZoneInfoNotFoundError: there is no such zone.
    """
    local = now.astimezone(ZoneInfo(tz))
    days = (WEEKDAYS.index(weekday.lower()) - local.weekday()) % 7
    day = local.date() + timedelta(days=days)
    moment = datetime.combine(day, at, ZoneInfo(tz))
    return moment if moment > now else moment + timedelta(days=7)


def _invite(workspace: Workspace, _user: SlackUser, body: Json) -> None:
    channel = workspace.channel(body["channel"])
    if channel.kind == "im":
        raise ClientError("not_possible", "Nobody can be invited into a direct conversation.")
    channel.members.add(workspace.user(body["user"]).id)


def _remove(workspace: Workspace, _user: SlackUser, body: Json) -> None:
    channel = workspace.channel(body["channel"])
    if channel.kind == "im":
        raise ClientError("not_possible", "Nobody can be removed from a direct conversation.")
    channel.members.discard(workspace.user(body["user"]).id)


def _archive(workspace: Workspace, _user: SlackUser, body: Json) -> None:
    workspace.channel(body["channel"]).is_archived = not body.get("undo", False)


def _move_clock(workspace: Workspace, _user: SlackUser, body: Json) -> None:
    clock = workspace.slack.clock
    if body.get("reset"):
        clock.reset()
    elif "advance_seconds" in body:
        clock.advance(timedelta(seconds=float(body["advance_seconds"])))
    elif "to" in body:
        clock.move_to(datetime.fromisoformat(body["to"]))
    else:
        target = body["weekday_time"]
        at = time.fromisoformat(target["time"])
        clock.move_to(next_weekday_time(clock.now(), target["weekday"], at, target["tz"]))


def _add_fault(workspace: Workspace, _user: SlackUser, body: Json) -> None:
    seconds: Any = body.get("lasting_seconds")
    count: Any = body.get("count")
    workspace.slack.faults.add(
        cast("FaultKind", body["kind"]),
        str(body.get("method") or "*"),
        float(body.get("seconds") or 1),
        int(count) if count not in (None, "") else None,
        timedelta(seconds=float(seconds)) if seconds else None,
        str(body.get("error") or "missing_scope"),
    )


def _clear_faults(workspace: Workspace, _user: SlackUser, _body: Json) -> None:
    workspace.slack.faults.clear()


def _dismiss(workspace: Workspace, user: SlackUser, body: Json) -> None:
    if "notice" in body:
        workspace.notices = [n for n in workspace.notices if n.id != body["notice"]]
        return
    message = workspace.find_message(body["channel"], body["ts"])
    if message is None or message.ephemeral_to != user.id:
        raise ClientError("not_possible", "Only a message that you alone see can be dismissed.")
    delete_message(workspace, message)


_TOOLS: dict[str, Callable[[Workspace, SlackUser, Json], None]] = {
    "invite": _invite,
    "remove": _remove,
    "archive": _archive,
    "clock": _move_clock,
    "fault": _add_fault,
    "faults_clear": _clear_faults,
    "dismiss": _dismiss,
}


def page_state(workspace: Workspace, user: SlackUser) -> Json:
    """Return what one user may see, in the format above."""
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
