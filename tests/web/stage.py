"""A web application to send requests to, signed as Slack signs them."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
from starlette.responses import PlainTextResponse, Response

from bot.web.app import Endpoints, create_web
from bot.web.metrics import DatabaseFigures, Metrics, MetricsSnapshot
from bot.web.probes import Readiness
from tests.services.world import StoppedClock
from tests.web.payloads import TIME

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
FORM = "application/x-www-form-urlencoded"


class Surroundings:
    """What answers behind the web application, as a test wants it."""

    def __init__(self) -> None:
        self.handled: list[dict[str, Any]] = []
        self.answer: Response | Exception = PlainTextResponse("handled")
        self.readiness = Readiness((), ())
        self.figures = MetricsSnapshot(DatabaseFigures({}, 0, 0, 0), 0, (), 0)
        self.measures = Metrics(self._figures)

    @property
    def endpoints(self) -> Endpoints:
        return Endpoints(self.handle, self.ready, self.measures)

    async def handle(self, body: dict[str, Any], _headers: Mapping[str, str]) -> Response:
        self.handled.append(body)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def ready(self) -> Readiness:
        return self.readiness

    async def _figures(self) -> MetricsSnapshot:
        return self.figures


def clock() -> StoppedClock:
    """Return a clock that stands at the time of Slack's example."""
    return StoppedClock(datetime.fromtimestamp(TIME, UTC))


def signed(body: bytes, kind: str = FORM, at: int = TIME) -> dict[str, str]:
    """Return the headers of a request that Slack signed."""
    base = b"v0:%d:%s" % (at, body)
    signature = hmac.new(SECRET.encode(), base, hashlib.sha256).hexdigest()
    return {
        "content-type": kind,
        "x-slack-request-timestamp": str(at),
        "x-slack-signature": f"v0={signature}",
    }


def browser(endpoints: Endpoints, secret: str | None = SECRET) -> httpx.AsyncClient:
    """Return a client of the web application."""
    transport = httpx.ASGITransport(
        create_web(endpoints, clock(), secret), raise_app_exceptions=False
    )
    return httpx.AsyncClient(transport=transport, base_url="http://bot.test")
