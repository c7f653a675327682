"""POST /api/<method>: tokens, scopes, rates and faults around every method."""

import asyncio
import json
from base64 import b64decode
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from bot.playground.ledger import ApiCall
from bot.playground.model import Json
from bot.playground.refused import Refused
from bot.playground.team import Team
from bot.playground.web_api import apps, chat, files, history, people, views
from bot.playground.web_api.call import Call, Method
from bot.playground.wire.connection import drop
from bot.playground.world import World

METHODS: Mapping[str, Method] = {
    **apps.METHODS,
    **chat.METHODS,
    **files.METHODS,
    **history.METHODS,
    **people.METHODS,
    **views.METHODS,
}


class WebApi:
    """The ASGI endpoint of the Web API."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, unless a fault is switched on that forbids it."""
        request = Request(scope, receive)
        call = await self._call(request)
        noted = self._world.ledger.call_arrived(call.method, call.args)
        if (fault := self._world.faults.take("latency", call.method)) is not None:
            await asyncio.sleep(fault.seconds)
        if self._world.faults.take("drop_before", call.method) is not None:
            await drop(receive, send)
            return
        if (fault := self._world.faults.take("accept_late", call.method)) is not None:
            self._world.spawn(self._late(call, noted, fault.seconds))
            await drop(receive, send)
            return
        response = self._faulty(call) or self._answer(call, noted)
        if self._world.faults.take("error_after", call.method) is not None:
            response = _failure()
        noted.status = response.status_code
        if self._world.faults.take("drop_after", call.method) is not None:
            await drop(receive, send)
            return
        await response(scope, receive, send)

    async def _call(self, request: Request) -> Call:
        args = await arguments(request)
        kind, _, credentials = request.headers.get("authorization", "").partition(" ")
        token = args.pop("token", None)
        if kind.lower() == "bearer":
            token = credentials.strip()
        elif kind.lower() == "basic":
            args |= _client_credentials(credentials)
        return Call(self._world, request.path_params["method"], args, token)

    async def _late(self, call: Call, noted: ApiCall, seconds: float) -> None:
        await asyncio.sleep(seconds)
        noted.status = self._answer(call, noted).status_code

    def _faulty(self, call: Call) -> Response | None:
        faults = self._world.faults
        if (fault := faults.take("rate_limited", call.method)) is not None:
            return _too_many(round(fault.seconds) or 1)
        if faults.take("server_error", call.method) is not None:
            return _failure()
        if (fault := faults.take("refused", call.method)) is not None:
            return JSONResponse({"ok": False, "error": fault.error})
        return None

    def _answer(self, call: Call, noted: ApiCall) -> Response:
        headers: dict[str, str] = {}
        try:
            method = _method(call.method)
            self._authorise(call, method, headers)
            body = {"ok": True, **method.run(call)}
        except Refused as refused:
            self._world.refuse(call.method, refused)
            if refused.retry_after is not None:
                return _too_many(refused.retry_after)
            body = refused.answer()
        noted.answer = body
        return JSONResponse(body, headers=headers)

    def _authorise(self, call: Call, method: Method, headers: dict[str, str]) -> None:
        if method.token == "none":  # noqa: S105 - which kind of token, not one
            return
        if not call.token:
            raise Refused("not_authed")
        if method.token == "app":  # noqa: S105 - which kind of token, not one
            if call.token != self._world.app.app_token:
                kind = (
                    "invalid_auth" if call.token.startswith("xapp-") else "not_allowed_token_type"
                )
                raise Refused(kind)
            return
        call.enter(team := self._team(call.token))
        granted = team.installation.scopes
        headers["x-oauth-scopes"] = ",".join(sorted(granted))
        if method.scope is not None:
            headers["x-accepted-oauth-scopes"] = method.scope
            if method.scope not in granted:
                extra = {"needed": method.scope, "provided": ",".join(sorted(granted))}
                raise Refused("missing_scope", extra=extra)
        self._count(call, method, team)

    def _team(self, token: str) -> Team:
        for team in self._world.teams.values():
            if team.installation.bot_token == token:
                if team.installation.is_revoked:
                    raise Refused("token_revoked")
                return team
        raise Refused("invalid_auth")

    def _count(self, call: Call, method: Method, team: Team) -> None:
        if method.tier is None:
            return
        wait = self._world.rates.call(team.id, call.method, method.tier, self._world.now())
        if wait is not None:
            raise Refused("ratelimited", retry_after=wait)


def _method(name: str) -> Method:
    if name not in METHODS:
        raise Refused("unknown_method")
    return METHODS[name]


def _failure() -> Response:
    return JSONResponse({"ok": False, "error": "internal_error"}, status_code=500)


def _too_many(seconds: int) -> Response:
    return JSONResponse(
        {"ok": False, "error": "ratelimited"},
        status_code=429,
        headers={"Retry-After": str(seconds)},
    )


def _client_credentials(encoded: str) -> Json:
    """The client_id and client_secret of HTTP Basic authentication, which oauth.v2.access takes."""
    try:
        client_id, _, secret = b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return {}
    return {"client_id": client_id, "client_secret": secret}


async def arguments(request: Request) -> Json:
    """The arguments of a call: of its query string, and of its form or JSON body.

    A body that is neither is taken for no arguments, as Slack does.
    """
    args: Json = dict(request.query_params)
    body = (await request.body()).decode("utf-8", "replace")
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            parsed = json.loads(body) if body else {}
        except ValueError:
            parsed = {}
        return {**args, **(parsed if isinstance(parsed, dict) else {})}
    return {**args, **dict(parse_qsl(body, keep_blank_values=True))}
