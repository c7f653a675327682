"""`POST /slack/events`: verify the signature, parse the body, pass it to the handler."""

import hmac
import json
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
_MAX_AGE_SECONDS = 60 * 5
_BAD_REQUEST = 400

Headers = Mapping[str, str]
Payload = dict[str, Any]
Handler = Callable[[Payload, Headers], Awaitable[Response]]
"""Takes the payload of a verified request and its headers; returns the response."""


class _Malformed(ValueError):
    """The body holds no payload; the message says why."""


def events(
    handle: Handler, metrics: Metrics, clock: Clock, signing_secret: str
) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint for Slack's requests.

    Args:
        handle: called with verified requests only.
        metrics: counts and times the requests.
        clock: the only source of time.
        signing_secret: the app's signing secret.
    """
    verifier = SignatureVerifier(signing_secret)

    async def receive(request: Request) -> Response:
        started = perf_counter()
        try:
            body = await _body(request)
        except ClientDisconnect:
            metrics.count_rejected("malformed")
            return PlainTextResponse("The body is incomplete.", 400)
        if body is None:
            metrics.count_rejected("size")
            return PlainTextResponse("The request is too large.", 413)
        if body.startswith(b"ssl_check=1"):
            return Response()
        if not _signed(verifier, clock, request.headers, body):
            metrics.count_rejected("signature")
            return PlainTextResponse("The signature is missing or wrong.", 401)
        try:
            payload = _payload(body, request.headers.get("content-type", ""))
        except _Malformed as error:
            metrics.count_rejected("malformed")
            return PlainTextResponse(str(error), 400)
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


async def _body(request: Request) -> bytes | None:
    """Return the body; None if it exceeds `MAX_BODY`."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return None
    return bytes(body)


def _signed(verifier: SignatureVerifier, clock: Clock, headers: Headers, body: bytes) -> bool:
    """Return whether Slack signed a request within the last five minutes.

    https://docs.slack.dev/authentication/verifying-requests-from-slack
    """
    timestamp = headers.get("x-slack-request-timestamp", "")
    signature = headers.get("x-slack-signature", "")
    if not (timestamp.isdecimal() and timestamp.isascii() and signature.isascii()):
        return False
    if len(timestamp) > 12 or abs(clock.now().timestamp() - int(timestamp)) > _MAX_AGE_SECONDS:
        return False
    try:
        expected = verifier.generate_signature(timestamp=timestamp, body=body)
    except UnicodeDecodeError:  # Slack only signs text
        return False
    return expected is not None and hmac.compare_digest(expected, signature)


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
