"""The HTTP endpoint /api/<method>: faults, tokens, scopes, rate limits."""

import asyncio
from base64 import b64decode
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from bot.playground.request_log import ApiCall, RequestRejected
from bot.playground.slack_model import Json, parse_json_object
from bot.playground.web_api import message_methods, view_methods, workspace_methods
from bot.playground.web_api.api_method import ApiMethod, MethodCall, missing_scope
from bot.playground.workspace import LocalSlack, Workspace

METHODS: Mapping[str, ApiMethod] = {
    **message_methods.METHODS,
    **view_methods.METHODS,
    **workspace_methods.METHODS,
}


class WebApi:
    """The ASGI endpoint of the Web API."""

    def __init__(self, slack: LocalSlack) -> None:
        self._slack = slack

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one request, subject to the injected faults."""
        request = Request(scope, receive)
        call = await self._parse_call(request)
        entry = self._slack.request_log.add_call(call.method, call.args)
        faults = self._slack.faults
        if (fault := faults.take("latency", call.method)) is not None:
            await asyncio.sleep(fault.seconds)
        if faults.take("drop_before", call.method) is not None:
            await _drop_connection(receive, send)
            return
        if (fault := faults.take("accept_late", call.method)) is not None:
            self._slack.spawn(self._respond_late(call, entry, fault.seconds))
            await _drop_connection(receive, send)
            return
        response = self._fault_response(call) or self._respond(call, entry)
        if faults.take("error_after", call.method) is not None:
            response = _internal_error()
        entry.status = response.status_code
        if faults.take("drop_after", call.method) is not None:
            await _drop_connection(receive, send)
            return
        await response(scope, receive, send)

    async def _parse_call(self, request: Request) -> MethodCall:
        args = await parse_arguments(request)
        kind, _, credentials = request.headers.get("authorization", "").partition(" ")
        token = args.pop("token", None)
        if kind.lower() == "bearer":
            token = credentials.strip()
        elif kind.lower() == "basic":
            args |= _client_credentials(credentials)
        return MethodCall(self._slack, request.path_params["method"], args, token)

    async def _respond_late(self, call: MethodCall, entry: ApiCall, seconds: float) -> None:
        await asyncio.sleep(seconds)
        entry.status = self._respond(call, entry).status_code

    def _fault_response(self, call: MethodCall) -> Response | None:
        faults = self._slack.faults
        if (fault := faults.take("rate_limited", call.method)) is not None:
            return _too_many_requests(round(fault.seconds) or 1)
        if faults.take("server_error", call.method) is not None:
            return _internal_error()
        if (fault := faults.take("refused", call.method)) is not None:
            return JSONResponse({"ok": False, "error": fault.error})
        return None

    def _respond(self, call: MethodCall, entry: ApiCall) -> Response:
        headers: dict[str, str] = {}
        try:
            run = self._authorize(call, headers)
            body = {"ok": True, **run(call)}
        except RequestRejected as rejected:
            self._slack.log_rejection(call.method, rejected)
            if rejected.retry_after is not None:
                return _too_many_requests(rejected.retry_after)
            body = rejected.body()
        entry.answer = body
        return JSONResponse(body, headers=headers)

    def _authorize(self, call: MethodCall, headers: dict[str, str]) -> Callable[[MethodCall], Json]:
        method = METHODS.get(call.method)
        if method is None:
            raise RequestRejected("unknown_method")
        if method.auth == "none":
            return method.run
        if not call.token:
            raise RequestRejected("not_authed")
        if method.auth == "app":
            if call.token != self._slack.app.app_token:
                is_app_token = call.token.startswith("xapp-")
                raise RequestRejected("invalid_auth" if is_app_token else "not_allowed_token_type")
            return method.run
        call.authenticated = workspace = self._workspace_of(call.token)
        granted = workspace.installation.scopes
        headers["x-oauth-scopes"] = ",".join(sorted(granted))
        if method.scope is not None:
            headers["x-accepted-oauth-scopes"] = method.scope
            if method.scope not in granted:
                raise missing_scope(call, method.scope)
        if method.tier is not None:
            limits, now = self._slack.rate_limits, self._slack.now()
            wait = limits.count_call(workspace.id, call.method, method.tier, now)
            if wait is not None:
                raise RequestRejected("ratelimited", retry_after=wait)
        return method.run

    def _workspace_of(self, token: str) -> Workspace:
        for workspace in self._slack.workspaces.values():
            if workspace.installation.bot_token == token:
                if workspace.installation.is_revoked:
                    raise RequestRejected("token_revoked")
                return workspace
        raise RequestRejected("invalid_auth")


def _internal_error() -> Response:
    return JSONResponse({"ok": False, "error": "internal_error"}, status_code=500)


def _too_many_requests(seconds: int) -> Response:
    return JSONResponse(
        {"ok": False, "error": "ratelimited"},
        status_code=429,
        headers={"Retry-After": str(seconds)},
    )


async def _drop_connection(receive: Receive, send: Send) -> None:
    """Close the connection without a response.

    ASGI has no message for it. Under uvicorn, `receive` is bound to the request cycle, which has
    the transport; otherwise start a response and never finish it, which closes the connection too.
    """
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is not None:
        transport.close()
        while (await receive())["type"] != "http.disconnect":
            pass
        return
    headers = [(b"content-length", b"1000")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{", "more_body": True})


def _client_credentials(encoded: str) -> Json:
    """Return client_id and client_secret of HTTP Basic authentication, for oauth.v2.access."""
    try:
        client_id, _, secret = b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return {}
    return {"client_id": client_id, "client_secret": secret}


async def parse_arguments(request: Request) -> Json:
    """Return the arguments in the query string and the form or JSON body of a call.

    Like Slack, take a body that is neither as no arguments.
    """
    args: Json = dict(request.query_params)
    body = (await request.body()).decode("utf-8", "replace")
    if request.headers.get("content-type", "").startswith("application/json"):
        return args | (parse_json_object(body) or {})
    return args | dict(parse_qsl(body, keep_blank_values=True))
