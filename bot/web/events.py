"""Slack's requests: taken only as Slack signed them, and never answered with an error of ours."""

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter
from typing import Any
from urllib.parse import parse_qsl

import structlog
from slack_sdk.signature import SignatureVerifier
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from bot.services.ports import Clock
from bot.web.metrics import HTTP, Metrics

logger = structlog.get_logger(__name__)

LARGEST_BODY = 1_000_000
"""Bytes; Slack's largest payloads carry a view of 250 kB, form-encoded."""
_WINDOW = 60 * 5
_BAD_REQUEST = 400

Headers = Mapping[str, str]
Payload = dict[str, Any]
Handler = Callable[[Payload, Headers], Awaitable[Response]]
"""Takes what a verified body says, and its headers; returns the response."""


class _Malformed(ValueError):
    """A body that holds no payload; the message says why."""


def events(
    handle: Handler, measures: Metrics, clock: Clock, signing_secret: str
) -> Callable[[Request], Awaitable[Response]]:
    """Return what takes Slack's requests, and lets none through that Slack did not sign.

    Args:
        handle: is given those that are Slack's.
        measures: is told how each went.
        clock: the only source of time.
        signing_secret: what Slack signs with.
    """
    verifier = SignatureVerifier(signing_secret)

    async def receive(request: Request) -> Response:
        began = perf_counter()
        try:
            body = await _body(request)
        except ClientDisconnect:
            measures.refused("form")
            return PlainTextResponse("The body is cut off.", 400)
        if body is None:
            measures.refused("size")
            return PlainTextResponse("The request is too large.", 413)
        if body.startswith(b"ssl_check=1"):
            return Response()
        if not _signed(verifier, clock, request.headers, body):
            measures.refused("signature")
            return PlainTextResponse("The signature is missing or wrong.", 401)
        try:
            payload = _payload(body, request.headers.get("content-type", ""))
        except _Malformed as problem:
            measures.refused("form")
            return PlainTextResponse(str(problem), 400)
        response = await _handled(handle, payload, request.headers)
        measures.acked(HTTP, perf_counter() - began, response.status_code < _BAD_REQUEST)
        return response

    return receive


async def _handled(handle: Handler, payload: Payload, headers: Headers) -> Response:
    try:
        return await handle(payload, headers)
    except Exception:  # Bolt stumbles over what Slack never sends
        logger.exception("a request could not be dispatched")
        return PlainTextResponse("This request could not be understood.", 400)


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


def _payload(body: bytes, content_type: str) -> Payload:
    """Return what a body says: the one reading of it, for the checks here and for Bolt.

    Events come as JSON, commands as fields, everything else as JSON in a field `payload`.

    Raises:
        _Malformed: it holds no object.
    """
    try:
        text = body.decode()
        if content_type.startswith("application/json"):
            payload = json.loads(text)
        else:
            payload = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=100))
            if "payload" in payload:
                payload = json.loads(payload["payload"])
    except (ValueError, RecursionError) as error:
        raise _Malformed("The body cannot be read.") from error
    if not (isinstance(payload, dict) and payload):
        raise _Malformed("The body holds no object.")
    return payload
