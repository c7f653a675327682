"""What the bot serves over HTTP: Slack's requests, health and metrics."""

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from time import perf_counter
from urllib.parse import parse_qs

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.decisions.ports import Clock

log = structlog.get_logger(__name__)

LARGEST_BODY = 1_000_000
"""Bytes; Slack's largest payloads carry a view of 250 kB, form-encoded."""
_WINDOW = 60 * 5

Headers = Mapping[str, str]
Handler = Callable[[str, Headers], Awaitable[Response]]
"""Takes a verified body and its headers, returns the response."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """What keeps the bot from being ready, and what somebody should look at, a line each."""

    problems: tuple[str, ...]
    warnings: tuple[str, ...]


Checks = Callable[[], Awaitable[Readiness]]


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What answers the requests.

    `handle` is None in Socket Mode, where Slack sends nothing over HTTP. `pages` are those for
    browsers, if there are any.
    """

    handle: Handler | None
    ready: Checks
    registry: CollectorRegistry
    pages: Sequence[BaseRoute] = ()


def create_web(endpoints: Endpoints, clock: Clock, signing_secret: str | None) -> Starlette:
    """Return the web application."""
    routes: list[BaseRoute] = [
        *endpoints.pages,
        Route("/livez", _livez),
        Route("/readyz", _readyz(endpoints.ready)),
        Route("/metrics", _metrics(endpoints.registry)),
    ]
    if endpoints.handle is not None and signing_secret is not None:
        events = _events(endpoints, clock, signing_secret)
        routes.append(Route("/slack/events", events, methods=["POST"]))
    return Starlette(routes=routes)


def _events(
    endpoints: Endpoints, clock: Clock, signing_secret: str
) -> Callable[[Request], Awaitable[Response]]:
    verifier = SignatureVerifier(signing_secret)
    seconds = Histogram(
        "ragvsft_ack_seconds",
        "Time from a request of Slack's to its ack.",
        registry=endpoints.registry,
        buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3),
    )
    handle = endpoints.handle

    async def events(request: Request) -> Response:
        began = perf_counter()
        body = await _body(request)
        if body is None:
            return PlainTextResponse("The request is too large.", 413)
        if body.startswith(b"ssl_check=1"):
            return Response()
        if not _signed(verifier, clock, request.headers, body):
            return PlainTextResponse("The signature is missing or wrong.", 401)
        problem = _malformed(body, request.headers.get("content-type", ""))
        if problem or handle is None:
            return PlainTextResponse(problem or "Socket Mode is on.", 400)
        try:
            response = await handle(body.decode(), request.headers)
        except Exception:  # Bolt stumbles over what Slack never sends
            log.exception("a request could not be dispatched")
            return PlainTextResponse("This request could not be understood.", 400)
        seconds.observe(perf_counter() - began)
        return response

    return events


async def _body(request: Request) -> bytes | None:
    """Return the body; None if it is larger than anything that Slack sends."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def _signed(verifier: SignatureVerifier, clock: Clock, headers: Headers, body: bytes) -> bool:
    """Whether a request is Slack's, and not older than five minutes.

    https://docs.slack.dev/authentication/verifying-requests-from-slack
    """
    timestamp = headers.get("x-slack-request-timestamp", "")
    signature = headers.get("x-slack-signature", "")
    if not (timestamp.isdecimal() and timestamp.isascii() and signature.isascii()):
        return False
    if len(timestamp) > 12 or abs(clock.now().timestamp() - int(timestamp)) > _WINDOW:
        return False
    try:
        expected = verifier.generate_signature(timestamp=timestamp, body=body)
    except UnicodeDecodeError:  # Slack signs text
        return False
    return expected is not None and hmac.compare_digest(expected, signature)


def _malformed(body: bytes, content_type: str) -> str | None:
    """Return what is wrong with a body that Bolt could stumble over; None if nothing is."""
    try:
        text = body.decode()
        if content_type.startswith("application/json"):
            parsed = json.loads(text)
        else:
            fields = parse_qs(text, keep_blank_values=True, max_num_fields=100)
            parsed = json.loads(fields["payload"][0]) if "payload" in fields else fields
    except (ValueError, RecursionError):
        return "The body cannot be read."
    return None if isinstance(parsed, dict) and parsed else "The body holds no object."


async def _livez(_request: Request) -> Response:
    return PlainTextResponse("ok")


def _readyz(ready: Checks) -> Callable[[Request], Awaitable[Response]]:
    async def readyz(_request: Request) -> Response:
        found = await ready()
        body = {"ready": not found.problems, **asdict(found)}
        return JSONResponse(body, 503 if found.problems else 200)

    return readyz


def _metrics(registry: CollectorRegistry) -> Callable[[Request], Awaitable[Response]]:
    async def metrics(_request: Request) -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return metrics
