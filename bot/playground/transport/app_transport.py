"""Sends payloads to the app: signed HTTP, or Socket Mode while a connection is open.

Source of the signature: docs.slack.dev/authentication/verifying-requests-from-slack.
"""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import datetime
from typing import Literal
from urllib.parse import urlencode

import aiohttp

from bot.playground.request_log import Dispatch, DispatchKind, RequestLog
from bot.playground.slack_model import Json, SlackApp
from bot.playground.transport.socket_mode import SocketModeServer

ACK_SECONDS = 3.0
Mode = Literal["socket", "http", "none"]


class AppTransport:
    """Sends payloads to the app and records its responses. `request_url` is the app's HTTP URL."""

    def __init__(
        self,
        app: SlackApp,
        request_log: RequestLog,
        sockets: SocketModeServer,
        now: Callable[[], datetime],
    ) -> None:
        self._app = app
        self._now = now
        self._request_log = request_log
        self.sockets = sockets
        self.request_url: str | None = None

    @property
    def mode(self) -> Mode:
        """How the app is connected. With an open socket, Slack sends nothing over HTTP."""
        if self.sockets.connections:
            return "socket"
        return "http" if self.request_url else "none"

    async def send(
        self, kind: DispatchKind, payload: Json, attempt: int = 0, retry_reason: str = ""
    ) -> Dispatch:
        """Send the form of a command or a JSON object; wait at most three seconds for the ack.

        `attempt` is the number of the retry (0: the first attempt), `retry_reason` why the one
        before failed.
        """
        dispatch = self._request_log.add_dispatch(kind, payload, attempt)
        try:
            async with asyncio.timeout(ACK_SECONDS):
                await self._send(dispatch, retry_reason)
        except TimeoutError:
            dispatch.error, dispatch.retry_reason = "operation_timeout", "http_timeout"
        except aiohttp.TooManyRedirects:
            dispatch.error, dispatch.retry_reason = "dispatch_failed", "too_many_redirects"
        except (aiohttp.ClientError, OSError):
            dispatch.error, dispatch.retry_reason = "dispatch_failed", "connection_failed"
        return dispatch

    async def _send(self, dispatch: Dispatch, retry_reason: str) -> None:
        if self.mode == "socket":
            await self._send_over_socket(dispatch, retry_reason)
        elif self.request_url is not None:
            await self._send_over_http(dispatch, self.request_url, retry_reason)
        else:
            raise ConnectionRefusedError("the app is not connected")

    async def _send_over_socket(self, dispatch: Dispatch, retry_reason: str) -> None:
        response = await self.sockets.request(
            dispatch.kind, dispatch.payload, dispatch.attempt, retry_reason
        )
        dispatch.acked, dispatch.status = time.monotonic(), 200
        if response is not None:
            dispatch.body, dispatch.content_type = json.dumps(response), "application/json"

    async def _send_over_http(self, dispatch: Dispatch, url: str, retry_reason: str) -> None:
        content_type, body = _encode(dispatch.kind, dispatch.payload)
        # The time of the local Slack: the app uses the same clock to check the signature's age.
        signed_at = self._now().timestamp()
        headers = signed_headers(self._app.signing_secret, signed_at, body, content_type)
        if dispatch.attempt:
            headers |= {
                "X-Slack-Retry-Num": str(dispatch.attempt),
                "X-Slack-Retry-Reason": retry_reason,
            }
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=body, headers=headers, max_redirects=2) as response,
        ):
            dispatch.body = await response.text(errors="replace")
            dispatch.acked, dispatch.status = time.monotonic(), response.status
            dispatch.content_type = response.content_type
            dispatch.no_retry = response.headers.get("x-slack-no-retry") == "1"
        accepted = range(200, 300) if dispatch.kind == "events_api" else (200,)
        if dispatch.status not in accepted:
            dispatch.error, dispatch.retry_reason = "dispatch_failed", "http_error"


def _encode(kind: DispatchKind, payload: Json) -> tuple[str, bytes]:
    """Return content type and body of a payload as Slack encodes it."""
    if kind == "events_api":
        return "application/json", json.dumps(payload).encode()
    form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return "application/x-www-form-urlencoded", urlencode(form).encode()


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return the X-Slack-Signature of a body sent at a time (Unix seconds)."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def signed_headers(secret: str, now: float, body: bytes, content_type: str) -> dict[str, str]:
    """Return the headers of an HTTP request to the app, sent at a time (Unix seconds)."""
    timestamp = str(int(now))
    return {
        "Content-Type": content_type,
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature(secret, timestamp, body),
    }
