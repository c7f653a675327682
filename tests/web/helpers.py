"""A client of the web application that signs requests as Slack does."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
from starlette.responses import PlainTextResponse, Response

from bot.web.app import Endpoints, create_web
from bot.web.health import Readiness
from bot.web.metrics import DatabaseMetrics, Metrics, MetricsSnapshot
from tests.services.harness import ManualClock
from tests.web.payloads import TIME

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
FORM = "application/x-www-form-urlencoded"


class FakeBackend:
    """The handler, readiness and metrics behind the web application, as a test sets them."""

    def __init__(self) -> None:
        self.handled: list[dict[str, Any]] = []
        self.answer: Response | Exception = PlainTextResponse("handled")
        self.readiness = Readiness((), ())
        self.snapshot = MetricsSnapshot(DatabaseMetrics({}, 0, 0, 0), 0, (), 0)
        self.metrics = Metrics(self._snapshot)

    @property
    def endpoints(self) -> Endpoints:
        return Endpoints(self.handle, self.ready, self.metrics)

    async def handle(self, body: dict[str, Any], _headers: Mapping[str, str]) -> Response:
        self.handled.append(body)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def ready(self) -> Readiness:
        return self.readiness

    async def _snapshot(self) -> MetricsSnapshot:
        return self.snapshot


def clock() -> ManualClock:
    """Return a clock fixed at the time of Slack's example request."""
    return ManualClock(datetime.fromtimestamp(TIME, UTC))


def signed(body: bytes, kind: str = FORM, at: int = TIME) -> dict[str, str]:
    """Return the headers of a request that Slack signed."""
    base = b"v0:%d:%s" % (at, body)
    signature = hmac.new(SECRET.encode(), base, hashlib.sha256).hexdigest()
    return {
        "content-type": kind,
        "x-slack-request-timestamp": str(at),
        "x-slack-signature": f"v0={signature}",
    }


def web_client(endpoints: Endpoints, secret: str | None = SECRET) -> httpx.AsyncClient:
    """Return a client of the web application."""
    transport = httpx.ASGITransport(
        create_web(endpoints, clock(), secret), raise_app_exceptions=False
    )
    return httpx.AsyncClient(transport=transport, base_url="http://bot.test")
