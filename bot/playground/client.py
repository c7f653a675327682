"""The protocol between the page and the workspace.

GET /client/state?as=U…  everything this person (without `as`, the first) may see:
    version, team {id, name},
    app {id, name, bot_user_id, icon, home_enabled, commands [{name, hint, description}],
        shortcuts [{type: "message"|"global", callback_id, name}]},
    me, people [{id, name, real_name, initials, colour, tz, title, is_bot, is_external}],
    channels [{id, name, kind: "public"|"private"|"im"|"shared", is_member, is_archived, topic,
        member_ids, app_is_member, other (for an im: who is at its other end)}],
    messages {channel_id: [{ts, user, text, blocks, attachments, thread_ts, reply_count,
        latest_reply, edited, ephemeral, files [{id, title, url_private, mimetype, alt_text,
            preview (the first lines of a text, or null)}],
        app, metadata, state {values}}]}: replies and this person's ephemeral ones included,
    modals [{id, type, title, submit, close, blocks, hash, callback_id, private_metadata,
        state {values}, errors {block_id: text}|null, trouble: text|null}] bottom to top,
    home (like a modal) or null, notices [{id, text}],
    clock {now, offset_seconds}, faults, fault_kinds [{kind, label, fields}],
    violations and refusals [{method, error, message, pointer, at}],
    connection {mode: "http"|"socket"|"none", url}.
GET /client/stream?as=U…  server-sent events, `data: {"version": n}` at every change.
POST /client/<what>  with {"as": "U…", …}; answers {"ok": true, …} or {"ok": false, "error",
    "message"}, at the latest a moment after the app's three seconds:
    message {channel, text, thread_ts?}
    command {channel, text: "/ragvsft list"}
    action {container: {type: "message", channel, ts} | {type: "view", view_id}, block_id,
        action_id, value (as in Slack's state of an action), state? (values of the other fields)}
    submit {view_id, values: {block_id: {action_id: state}}}
    close {view_id, all?}
    home {tab: "home"|"messages"}
    shortcut {callback_id, channel?, ts?}
    invite, remove {channel, user}; archive {channel}
    clock {advance_seconds} | {to: ISO} | {weekday_time: {weekday, time, tz}} | {reset: true}
    fault {kind, method?, seconds?, count?, lasting_seconds?, error?}; faults_clear {}
    dismiss {notice} | {channel, ts} (an ephemeral message)
GET /files/{id}?as=U…  an uploaded file, for those who see a channel that it is shown in.
    GET /archives/C…/p…  a permalink: goes to /#C…/p….
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from bot.playground import tools
from bot.playground.deliver import actions, modals, people
from bot.playground.filling import accept
from bot.playground.ledger import Delivery
from bot.playground.model import Channel, Json, Message, Person, View
from bot.playground.refused import NotPossible
from bot.playground.snapshot import snapshot
from bot.playground.team import Team
from bot.playground.world import World

BODY_MAX = 1_000_000


class Client:
    """The endpoints of the page, for one workspace."""

    def __init__(self, world: World, team: Team) -> None:
        self._world = world
        self._team = team
        self._doings: Mapping[str, Callable[[Person, Json], Awaitable[Delivery | None]]] = {
            "message": self._say,
            "command": self._command,
            "action": self._action,
            "submit": self._submit,
            "close": self._close,
            "home": self._home,
            "shortcut": self._shortcut,
        }

    async def state(self, request: Request) -> Response:
        """GET /client/state."""
        try:
            person = self._person(request.query_params.get("as") or self._team.first_person.id)
        except NotPossible as no:
            return _no(no)
        return JSONResponse(snapshot(self._world, self._team, person))

    async def stream(self, _request: Request) -> Response:
        """GET /client/stream."""
        headers = {"Cache-Control": "no-store"}
        return StreamingResponse(self._versions(), media_type="text/event-stream", headers=headers)

    async def do(self, request: Request) -> Response:
        """POST /client/<what>."""
        what = request.path_params["what"]
        try:
            asked = await _asked(request)
            person = self._person(asked.get("as"))
            delivery = await self._do(what, person, asked)
        except NotPossible as no:
            return _no(no)
        except (KeyError, TypeError, ValueError, AttributeError) as wrong:
            said = f"{what}: the request does not fit the protocol ({wrong})"
            return _no(NotPossible("bad_request", said), status=400)
        if delivery is not None and delivery.error is not None:
            said = "The app did not acknowledge it in time or with 200."
            return _no(NotPossible(delivery.error, said))
        return JSONResponse({"ok": True})

    async def _do(self, what: str, person: Person, asked: Json) -> Delivery | None:
        if what in self._doings:
            return await self._doings[what](person, asked)
        tools.use(self._world, self._team, person, what, asked)
        return None

    async def _versions(self) -> AsyncIterator[str]:
        world, sent = self._world, 0
        while not world.is_closed:
            sent = world.version
            yield f"data: {json.dumps({'version': sent})}\n\n"
            await world.wait_until(partial(_is_news, world, sent), 15)

    async def _say(self, person: Person, asked: Json) -> None:
        channel = self._channel(person, asked)
        people.say(self._world, self._team, person, channel, asked["text"], asked.get("thread_ts"))

    async def _command(self, person: Person, asked: Json) -> Delivery | None:
        channel = self._channel(person, asked)
        name, _, text = asked["text"].strip().partition(" ")
        if name == "/invite":
            who = {"channel": channel.id, "user": text.strip().lstrip("@")}
            tools.use(self._world, self._team, person, "invite", who)
            return None
        return await people.run_command(
            self._world, self._team, person, channel, name, text.strip()
        )

    async def _action(self, person: Person, asked: Json) -> Delivery:
        container = asked["container"]
        place: Message | View
        if container["type"] == "message":
            place = self._message(person, container)
        else:
            place = self._view(person, container["view_id"])
        return await actions.act(
            self._world,
            self._team,
            person,
            place,
            asked["block_id"],
            asked["action_id"],
            asked.get("value") or {},
            asked.get("state"),
        )

    async def _submit(self, person: Person, asked: Json) -> Delivery:
        view = self._view(person, asked["view_id"])
        accept(self._team, view.blocks, view.values, asked.get("values") or {})
        return await modals.submit(self._world, self._team, person, view)

    async def _close(self, person: Person, asked: Json) -> Delivery | None:
        view = self._view(person, asked["view_id"])
        everything = bool(asked.get("all"))
        return await modals.close(self._world, self._team, person, view, everything=everything)

    async def _home(self, person: Person, asked: Json) -> Delivery:
        return await people.open_home(self._world, self._team, person, asked["tab"])

    async def _shortcut(self, person: Person, asked: Json) -> Delivery:
        message = self._message(person, asked) if asked.get("ts") else None
        return await people.use_shortcut(
            self._world, self._team, person, asked["callback_id"], message
        )

    def _person(self, person_id: Any) -> Person:
        person = self._team.people.get(str(person_id))
        if person is None or person.is_bot:
            raise NotPossible("unknown_person", f"Nobody here has the id {person_id}.")
        return person

    def _channel(self, person: Person, asked: Json) -> Channel:
        channel = self._team.channels.get(asked["channel"])
        if channel is None or not self._team.can_see(person.id, channel):
            raise NotPossible("unknown_channel", f"There is no channel {asked['channel']}.")
        return channel

    def _message(self, person: Person, asked: Json) -> Message:
        channel = self._channel(person, asked)
        for message in self._team.seen_by(person.id, channel.id):
            if message.ts == asked["ts"]:
                return message
        raise NotPossible("unknown_message", "This message is not there any more.")

    def _view(self, person: Person, view_id: str) -> View:
        view = self._team.views.get(view_id)
        if view is None or view.person != person.id or not view.is_open:
            raise NotPossible("unknown_view", "This view is not open any more.")
        return view


def _is_news(world: World, sent: int) -> bool:
    return world.is_closed or world.version != sent


async def _asked(request: Request) -> Json:
    body = await request.body()
    if len(body) > BODY_MAX:
        raise NotPossible("too_large", "The request is too large.")
    parsed = json.loads(body)
    if not isinstance(parsed, dict):
        raise NotPossible("bad_request", "The body must be a JSON object.")
    return parsed


def _no(no: NotPossible, status: int = 200) -> Response:
    return JSONResponse({"ok": False, "error": no.error, "message": str(no)}, status_code=status)
