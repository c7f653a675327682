"""The HTTP API of the page.

GET /client/state?as=U…  what this user (without `as`, the first user) may see:
    version, team {id, name},
    app {id, name, bot_user_id, icon, home_enabled, commands [{name, hint, description}],
        shortcuts [{type: "message"|"global", callback_id, name}]},
    me, users [{id, name, real_name, initials, colour, tz, title, team_id, is_bot, is_external}],
    channels [{id, name, kind: "public"|"private"|"im"|"shared", is_member, is_archived, topic,
        pinned, member_ids, app_is_member, other (for an im: the other user)}],
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
from collections.abc import AsyncIterator, Callable
from datetime import datetime, time, timedelta
from functools import partial
from inspect import isawaitable
from typing import Any, cast
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from bot.playground.channel_messages import delete_message
from bot.playground.events import interactivity
from bot.playground.fault_injection import FAULT_FORMS, FaultKind
from bot.playground.form_input import apply_states, view_state
from bot.playground.request_log import ClientError, Dispatch
from bot.playground.slack_model import (
    Channel,
    Json,
    SlackMessage,
    SlackUser,
    UploadedFile,
    View,
    fields_of,
)
from bot.playground.user_session import UserSession
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

    async def state(self, request: Request) -> Response:
        """GET /client/state."""
        try:
            session = self._session(request.query_params.get("as") or self._workspace.first_user.id)
        except ClientError as error:
            return _error_response(error)
        return JSONResponse(page_state(self._workspace, session.user))

    async def stream(self, _request: Request) -> Response:
        """GET /client/stream."""
        headers = {"Cache-Control": "no-store"}
        return StreamingResponse(self._versions(), media_type="text/event-stream", headers=headers)

    async def act(self, request: Request) -> Response:
        """POST /client/<what>."""
        what = request.path_params["what"]
        try:
            body = await _parse_body(request)
            session = self._session(body.get("as"))
            result = _find_action(what)(session, body)
            if isawaitable(result):
                result = await result
        except ClientError as error:
            return _error_response(error)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            message = f"{what}: the request does not fit the protocol ({error})"
            return _error_response(ClientError("bad_request", message), status=400)
        self._slack.mark_changed()
        if isinstance(result, Dispatch) and result.error is not None:
            message = "The app did not acknowledge it in time or with 200."
            return _error_response(ClientError(result.error, message))
        return JSONResponse({"ok": True})

    def _session(self, user_id: Any) -> UserSession:
        user = self._workspace.users.get(str(user_id))
        if user is None or user.is_bot:
            raise ClientError("unknown_person", f"Nobody here has the id {user_id}.")
        return UserSession(self._workspace, user)

    async def _versions(self) -> AsyncIterator[str]:
        slack = self._slack
        while not slack.is_closed:
            sent = slack.version
            yield f"data: {json.dumps({'version': sent})}\n\n"
            await slack.wait_until(partial(_has_news, slack, sent), STREAM_INTERVAL)


def _find_action(what: str) -> Callable[[UserSession, Json], object]:
    if what not in _ACTIONS:
        raise ClientError("unknown_request", f"There is nothing called {what}.")
    return _ACTIONS[what]


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


def _find_message(user: UserSession, body: Json) -> SlackMessage:
    channel = user.channel(body["channel"])
    for message in user.workspace.visible_messages(user.id, channel.id):
        if message.ts == body["ts"]:
            return message
    raise ClientError("unknown_message", "This message is not there any more.")


def _find_view(user: UserSession, body: Json) -> View:
    view = user.workspace.views.get(body["view_id"])
    if view is None or view.user_id != user.id or not view.is_open:
        raise ClientError("unknown_view", "This view is not open any more.")
    return view


def _run_command(user: UserSession, body: Json) -> object:
    name, _, text = body["text"].strip().partition(" ")
    if name == "/invite":
        _invite(user, {**body, "user": text.strip().lstrip("@")})
        return None
    return user.command(body["channel"], name, text.strip())


def _use_element(user: UserSession, body: Json) -> object:
    container = body["container"]
    find = _find_message if container["type"] == "message" else _find_view
    return interactivity.use_element(
        user.workspace,
        user.user,
        find(user, container),
        body["block_id"],
        body["action_id"],
        body.get("value") or {},
        body.get("state"),
    )


def _submit(user: UserSession, body: Json) -> object:
    view = _find_view(user, body)
    apply_states(user.workspace, view.blocks, view.values, body.get("values") or {})
    return user.submit(view)


def _use_shortcut(user: UserSession, body: Json) -> object:
    if body.get("ts"):
        return user.message_shortcut(_find_message(user, body), body["callback_id"])
    return user.global_shortcut(body["callback_id"])


def _invite(user: UserSession, body: Json) -> None:
    _open_channel(user, body).members.add(user.workspace.user(body["user"]).id)


def _remove(user: UserSession, body: Json) -> None:
    _open_channel(user, body).members.discard(user.workspace.user(body["user"]).id)


def _open_channel(user: UserSession, body: Json) -> Channel:
    channel = user.workspace.channel(body["channel"])
    if channel.kind == "im":
        raise ClientError("not_possible", "The members of a direct conversation are fixed.")
    return channel


def _archive(user: UserSession, body: Json) -> None:
    user.workspace.channel(body["channel"]).is_archived = not body.get("undo", False)


def _move_clock(user: UserSession, body: Json) -> None:
    clock = user.workspace.slack.clock
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


def _add_fault(user: UserSession, body: Json) -> None:
    seconds: Any = body.get("lasting_seconds")
    count: Any = body.get("count")
    user.workspace.slack.faults.add(
        cast("FaultKind", body["kind"]),
        str(body.get("method") or "*"),
        float(body.get("seconds") or 1),
        int(count) if count not in (None, "") else None,
        timedelta(seconds=float(seconds)) if seconds else None,
        str(body.get("error") or "missing_scope"),
    )


def _dismiss(user: UserSession, body: Json) -> None:
    workspace = user.workspace
    if "notice" in body:
        workspace.notices = [n for n in workspace.notices if n.id != body["notice"]]
        return
    message = workspace.find_message(body["channel"], body["ts"])
    if message is None or message.ephemeral_to != user.id:
        raise ClientError("not_possible", "Only a message that you alone see can be dismissed.")
    delete_message(workspace, message)


_ACTIONS: dict[str, Callable[[UserSession, Json], object]] = {
    "message": lambda user, body: user.say(body["channel"], body["text"], body.get("thread_ts")),
    "command": _run_command,
    "action": _use_element,
    "submit": _submit,
    "close": lambda user, body: user.close(
        _find_view(user, body), everything=bool(body.get("all"))
    ),
    "home": lambda user, body: user.open_home(body["tab"]),
    "shortcut": _use_shortcut,
    "invite": _invite,
    "remove": _remove,
    "archive": _archive,
    "clock": _move_clock,
    "fault": _add_fault,
    "faults_clear": lambda user, _body: user.workspace.slack.faults.clear(),
    "dismiss": _dismiss,
}


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


def page_state(workspace: Workspace, user: SlackUser) -> Json:
    """Return what one user may see, in the format above."""
    slack, log = workspace.slack, workspace.slack.request_log
    channels = [c for c in workspace.channels.values() if workspace.can_see(user.id, c)]
    home, app, is_offered = workspace.homes.get(user.id), slack.app, workspace.has_app(user)
    return {
        "version": slack.version,
        "team": {"id": workspace.id, "name": workspace.name},
        "app": {
            **fields_of(app, "id", "name", "home_enabled"),
            "bot_user_id": workspace.installation.bot_user_id,
            "icon": None,
            "commands": [_all_fields(c) for c in app.commands if is_offered],
            "shortcuts": [_all_fields(s) for s in app.shortcuts if is_offered],
        },
        "me": _user(user),
        "users": [_user(u) for u in workspace.users.values()],
        "channels": [_channel(workspace, user, c) for c in channels],
        "messages": {
            c.id: [_message(workspace, user, m) for m in workspace.visible_messages(user.id, c.id)]
            for c in channels
        },
        "modals": [_view(v) for v in workspace.modals(user.id)],
        "home": _view(home) if home is not None else None,
        "notices": [fields_of(n, "id", "text") for n in workspace.notices if n.user_id == user.id],
        "clock": {
            "now": slack.now().isoformat(),
            "offset_seconds": slack.clock.offset.total_seconds(),
        },
        "faults": [_all_fields(fault) for fault in slack.faults.active()],
        "fault_kinds": [
            {"kind": kind, "label": label, "fields": fields}
            for kind, (label, fields) in FAULT_FORMS.items()
        ],
        "violations": [_all_fields(v) for v in log.violations],
        "rejections": [_all_fields(r) for r in log.rejections],
        "connection": {"mode": slack.transport.mode, "url": slack.transport.request_url},
    }


def _all_fields(value: object) -> Json:
    fields = vars(value).items()
    return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in fields}


def _user(user: SlackUser) -> Json:
    return {**_all_fields(user), "initials": user.initials}


def _channel(workspace: Workspace, user: SlackUser, channel: Channel) -> Json:
    others = sorted(channel.members - {user.id})
    return {
        **fields_of(channel, "id", "name", "kind", "is_archived", "topic", "pinned"),
        "is_member": user.id in channel.members,
        "member_ids": sorted(channel.members),
        "app_is_member": workspace.app_is_member(channel),
        "other": others[0] if channel.kind == "im" and others else None,
    }


def _message(workspace: Workspace, user: SlackUser, message: SlackMessage) -> Json:
    replies = workspace.replies(message.channel, message.ts)
    return {
        **fields_of(message, "ts", "user", "text", "blocks", "attachments", "thread_ts"),
        **fields_of(message, "edited", "metadata"),
        "reply_count": len(replies),
        "latest_reply": replies[-1].ts if replies else None,
        "ephemeral": message.ephemeral_to is not None,
        "files": [
            {
                **fields_of(file, "id", "title", "mimetype", "alt_text"),
                "url_private": f"/files/{file.id}?as={user.id}",
                "preview": _preview(file),
            }
            for file in message.files
        ],
        "app": message.by_app,
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
        **fields_of(view, "id", "type", "blocks", "hash", "callback_id", "private_metadata"),
        **fields_of(view, "errors", "connection_error"),
        **{name: view.payload.get(name) for name in ("title", "submit", "close")},
        "state": {"values": view.values},
    }
