"""The connection to Slack: the check of the tokens at the start, and Socket Mode."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from time import perf_counter

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.slackkit.api_errors import TOKEN_REFUSED, UNREACHABLE, api_error_of

logger = structlog.get_logger(__name__)

OnAck = Callable[[float, bool], None]
"""Takes the seconds from a request to its ack, and whether the response was below 400."""
_BAD_REQUEST = 400
_FIRST_CONNECTION = 3
"""Seconds that the start waits for a connection; further attempts run in the background."""
_ACK_SECONDS = 3
"""Seconds for which Slack waits for an ack:
https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response."""


class TokenRefused(Exception):
    """Slack rejects a token; the message says which one, and what to do."""


async def check_bot_token(client: AsyncWebClient, token: str) -> None:
    """Check the bot token with Slack; only log if Slack is unreachable.

    Raises:
        TokenRefused: Slack rejects the token.
    """
    try:
        await client.auth_test(token=token)
    except SlackApiError as error:
        _raise_if_refused(error, "SLACK_BOT_TOKEN", "OAuth & Permissions")
        logger.warning("the token check failed", error=api_error_of(error).error)
    except UNREACHABLE as error:
        logger.warning("Slack is unreachable; deliveries wait", error=type(error).__name__)


class _TimedHandler(AsyncSocketModeHandler):
    """Handles requests, and reports the time to each ack."""

    def __init__(self, bolt: AsyncApp, app_token: str, on_ack: OnAck) -> None:
        super().__init__(bolt, app_token)
        self._on_ack = on_ack
        self._open_requests = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def handle(self, client: AsyncBaseSocketModeClient, req: SocketModeRequest) -> None:
        started = perf_counter()
        accepted = False
        self._open_requests += 1
        self._idle.clear()
        try:
            response = await run_async_bolt_app(self.app, req)
            await send_async_response(client, req, response, started)
            accepted = response.status < _BAD_REQUEST
        finally:
            self._on_ack(perf_counter() - started, accepted)
            self._open_requests -= 1
            if not self._open_requests:
                self._idle.set()

    async def drain(self) -> None:
        """Wait until the requests in progress are acked, for as long as Slack waits for that."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_ACK_SECONDS):
                await self._idle.wait()


@asynccontextmanager
async def socket_mode(bolt: AsyncApp, app_token: str, on_ack: OnAck) -> AsyncIterator[None]:
    """Keep a Socket Mode connection for the length of a `with` block.

    It closes when the requests in progress are acked: an ack needs the connection of its request.
    If Slack is unreachable at the start, the SDK retries in the background.

    Raises:
        TokenRefused: Slack rejects the app-level token.
    """
    try:
        await bolt.client.apps_connections_open(app_token=app_token)
    except SlackApiError as error:
        _raise_if_refused(error, "SLACK_APP_TOKEN", "Basic Information > App-Level Tokens")
    except UNREACHABLE as error:
        logger.warning("Slack is unreachable; retrying", error=type(error).__name__)
    handler = _TimedHandler(bolt, app_token, on_ack)
    connecting = asyncio.create_task(_connect(handler))
    await asyncio.wait({connecting}, timeout=_FIRST_CONNECTION)
    try:
        yield
    finally:
        connecting.cancel()
        await handler.drain()
        await _close(handler)


async def _connect(handler: AsyncSocketModeHandler) -> None:
    """Connect; the SDK retries without end, so the caller must not await this."""
    await handler.connect_async()


async def _close(handler: AsyncSocketModeHandler) -> None:
    await handler.close_async()


def _raise_if_refused(error: SlackApiError, name: str, place: str) -> None:
    reason = api_error_of(error).error
    if reason in TOKEN_REFUSED:
        raise TokenRefused(
            f"Slack rejects {name} ({reason}): copy it again from “{place}” in your app's "
            "settings; `ragvsft doctor` says more"
        ) from error
