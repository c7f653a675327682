"""The way to the app: signed HTTP, or Socket Mode where a connection is open."""

import asyncio
import json
import time
from collections.abc import Callable
from datetime import datetime
from typing import Literal
from urllib.parse import urlencode

import aiohttp

from bot.playground.ledger import Delivery, DeliveryKind, Ledger
from bot.playground.model import App, Json
from bot.playground.wire.signature import signed_headers
from bot.playground.wire.sockets import Sockets

ACK_SECONDS = 3.0
Mode = Literal["socket", "http", "none"]


class Transport:
    """Delivers payloads and says how the app answered."""

    def __init__(
        self, app: App, ledger: Ledger, sockets: Sockets, now: Callable[[], datetime]
    ) -> None:
        self._app = app
        self._now = now
        self._ledger = ledger
        self.sockets = sockets
        self.request_url: str | None = None

    @property
    def mode(self) -> Mode:
        """How the app is connected. An open socket wins: Slack then sends nothing over HTTP."""
        if self.sockets.connections:
            return "socket"
        return "http" if self.request_url else "none"

    async def deliver(
        self, kind: DeliveryKind, payload: Json, attempt: int = 0, reason: str = ""
    ) -> Delivery:
        """Send one payload and wait at most three seconds for the ack."""
        delivery = self._ledger.delivery_sent(kind, payload, attempt)
        try:
            async with asyncio.timeout(ACK_SECONDS):
                await self._send(delivery, reason)
        except TimeoutError:
            delivery.error, delivery.failure = "operation_timeout", "http_timeout"
        except aiohttp.TooManyRedirects:
            delivery.error, delivery.failure = "dispatch_failed", "too_many_redirects"
        except (aiohttp.ClientError, OSError):
            delivery.error, delivery.failure = "dispatch_failed", "connection_failed"
        return delivery

    async def _send(self, delivery: Delivery, reason: str) -> None:
        if self.mode == "socket":
            await self._over_socket(delivery, reason)
        elif self.request_url is not None:
            await self._over_http(delivery, self.request_url, reason)
        else:
            raise ConnectionRefusedError("the app is not connected")

    async def _over_socket(self, delivery: Delivery, reason: str) -> None:
        answer = await self.sockets.request(
            delivery.kind, delivery.payload, delivery.attempt, reason
        )
        delivery.acked, delivery.status = time.monotonic(), 200
        if answer is not None:
            delivery.body, delivery.content_type = json.dumps(answer), "application/json"

    async def _over_http(self, delivery: Delivery, url: str, reason: str) -> None:
        content_type, body = encoded(delivery.kind, delivery.payload)
        # The workspace's time, which the app shares: it checks the age of a request by it.
        signed_at = self._now().timestamp()
        headers = signed_headers(self._app.signing_secret, signed_at, body, content_type)
        if delivery.attempt:
            headers |= {
                "X-Slack-Retry-Num": str(delivery.attempt),
                "X-Slack-Retry-Reason": reason,
            }
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=body, headers=headers, max_redirects=2) as response,
        ):
            delivery.body = await response.text(errors="replace")
            delivery.acked, delivery.status = time.monotonic(), response.status
            delivery.content_type = response.content_type
            delivery.no_retry = response.headers.get("x-slack-no-retry") == "1"
        accepted = range(200, 300) if delivery.kind == "events_api" else (200,)
        if delivery.status not in accepted:
            delivery.error, delivery.failure = "dispatch_failed", "http_error"


def encoded(kind: str, payload: Json) -> tuple[str, bytes]:
    """The content type and the body of a payload, as Slack encodes it."""
    if kind == "events_api":
        return "application/json", json.dumps(payload).encode()
    form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return "application/x-www-form-urlencoded", urlencode(form).encode()
