"""`POST /slack/events`: verify the signature, parse the body, pass it to the handler."""

import asyncio
import hmac
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter
from typing import Any

import structlog
from slack_sdk.signature import SignatureVerifier
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from yarl import query_to_pairs

from bot.decisions.ports import Clock
from bot.web.metrics import HTTP, Metrics

logger = structlog.get_logger(__name__)

MAX_BODY = 1_000_000
"""Bytes. Slack's largest payloads carry a view of 250 kB, form-encoded."""
MAX_UNSIGNED = 1_000
"""Bytes that are read without the headers of a signature: Slack's SSL check has some 60."""
SMALL_BODY = 64_000
"""Bytes up to which a body is read at once; commands and most interactions are smaller."""
LARGE_BODIES = 64
"""Larger bodies that are read at a time. Others wait, and their senders with them."""
BODY_SECONDS = 10.0
"""Seconds that a body may take. Slack itself waits three for the answer."""
_MAX_AGE_SECONDS = 60 * 5
_BAD_REQUEST = 400
_UNSIGNED = "The signature is missing or wrong."
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")

Headers = Mapping[str, str]
Payload = dict[str, Any]
Handler = Callable[[Payload, Headers], Awaitable[Response]]
"""Takes the payload of a verified request and its headers; returns the response."""


class _Malformed(ValueError):
    """The body holds no payload; the message says why."""


def events(
    handle: Handler, metrics: Metrics, clock: Clock, signing_secret: str
) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint for Slack's requests; `handle` is called with verified ones only."""
    verifier = SignatureVerifier(signing_secret)
    bodies = _Bodies()

    async def receive(request: Request) -> Response:
        started = perf_counter()
        claims = _claims_signature(clock, request.headers)
        try:
            body = await bodies.read(request, MAX_BODY if claims else MAX_UNSIGNED)
        except (ClientDisconnect, TimeoutError):
            return _rejected(metrics, "malformed", "The body is incomplete.", 400)
        if body is None and claims:
            return _rejected(metrics, "size", "The request is too large.", 413)
        if body is None:
            return _rejected(metrics, "signature", _UNSIGNED, 401)
        if _is_ssl_check(body):
            return Response()
        if not (claims and _signed(verifier, request.headers, body)):
            return _rejected(metrics, "signature", _UNSIGNED, 401)
        try:
            payload = _payload(body, request.headers.get("content-type", ""))
        except _Malformed as error:
            return _rejected(metrics, "malformed", str(error), 400)
        response = await _handled(handle, payload, request.headers)
        metrics.observe_ack(HTTP, perf_counter() - started, response.status_code < _BAD_REQUEST)
        return response

    return receive


async def _handled(handle: Handler, payload: Payload, headers: Headers) -> Response:
    try:
        return await handle(payload, headers)
    except Exception:  # Bolt raises on payloads that Slack never sends
        logger.exception("a request could not be dispatched")
        return PlainTextResponse("This request could not be processed.", 400)


class _Bodies:
    """Reads bodies: each within its bounds, and few large ones at a time."""

    def __init__(self) -> None:
        self._large = asyncio.Semaphore(LARGE_BODIES)

    async def read(self, request: Request, limit: int) -> bytes | None:
        """Return the body; None if it exceeds `limit`, without reading one that says so.

        Raises:
            ClientDisconnect: the connection broke.
            TimeoutError: the body took too long.
        """
        length = request.headers.get("content-length", "")
        announced = int(length) if length.isdecimal() and len(length) < 12 else limit
        if announced > limit:
            return None
        async with asyncio.timeout(BODY_SECONDS):
            if announced <= SMALL_BODY:
                return await _body(request, limit)
            async with self._large:
                return await _body(request, limit)


async def _body(request: Request, limit: int) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            return None
    return bytes(body)


def _is_ssl_check(body: bytes) -> bool:
    """Return whether a body is that of Slack's check of the certificate, in any order of fields.

    https://docs.slack.dev/interactivity/implementing-slash-commands
    """
    return len(body) <= MAX_UNSIGNED and b"ssl_check=1" in body.strip().split(b"&")


def _rejected(metrics: Metrics, reason: str, message: str, status: int) -> Response:
    """Count a rejected request, and close its connection: the rest of its body is not read."""
    metrics.count_rejected(reason)
    return PlainTextResponse(message, status, headers={"connection": "close"})


def _claims_signature(clock: Clock, headers: Headers) -> bool:
    """Return whether the headers of a request can belong to one that Slack signed just now."""
    timestamp = headers.get("x-slack-request-timestamp", "")
    if not _SIGNATURE.fullmatch(headers.get("x-slack-signature", "")):
        return False
    if not (timestamp.isdecimal() and timestamp.isascii() and len(timestamp) <= 12):
        return False
    return abs(clock.now().timestamp() - int(timestamp)) <= _MAX_AGE_SECONDS


def _signed(verifier: SignatureVerifier, headers: Headers, body: bytes) -> bool:
    """Return whether Slack signed a request.

    https://docs.slack.dev/authentication/verifying-requests-from-slack
    """
    timestamp = headers["x-slack-request-timestamp"]
    try:
        expected = verifier.generate_signature(timestamp=timestamp, body=body)
    except UnicodeDecodeError:  # Slack only signs text
        return False
    return expected is not None and hmac.compare_digest(expected, headers["x-slack-signature"])


def _payload(body: bytes, content_type: str) -> Payload:
    """Return the payload of a body, parsed once for the checks here and for Bolt.

    Events arrive as JSON, commands as form fields, everything else as JSON in a field `payload`.
    A page of the questionnaire comes with its view, thousands of escaped characters, which yarl
    decodes ten times faster than `urllib.parse.parse_qsl`.

    Raises:
        _Malformed: the body is not a JSON object.
    """
    try:
        text = body.decode()
        if content_type.startswith("application/json"):
            payload = json.loads(text)
        else:
            payload = dict(query_to_pairs(text, max_fields=100))
            if "payload" in payload:
                payload = json.loads(payload["payload"])
    except (ValueError, RecursionError) as error:
        raise _Malformed("The body cannot be parsed.") from error
    if not (isinstance(payload, dict) and payload):
        raise _Malformed("The body holds no object.")
    return payload
