"""Reaching Slack: whether it takes our tokens, and the Socket Mode connection."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
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

Acked = Callable[[float, bool], None]
"""Takes the seconds from a request to its answer, and whether it was taken."""
_BAD_REQUEST = 400
_FIRST_CONNECTION = 3
"""Seconds that the start waits for a connection; it goes on trying in the background."""


class TokenRefused(Exception):
    """Slack does not take a token; the message says which and what to do."""


async def check_bot_token(client: AsyncWebClient, token: str) -> None:
    """Ask Slack whether it takes the bot token. A Slack that is away is only noted.

    Raises:
        TokenRefused: it does not.
    """
    try:
        await client.auth_test(token=token)
    except SlackApiError as error:
        _raise_if_refused(error, "SLACK_BOT_TOKEN", "OAuth & Permissions")
        logger.warning("Slack answered strangely at the start", error=api_error_of(error).error)
    except UNREACHABLE as error:
        logger.warning("Slack cannot be reached; deliveries wait", error=type(error).__name__)


class _Timed(AsyncSocketModeHandler):
    """Answers what comes in, and tells how long that took and whether it was taken."""

    def __init__(self, bolt: AsyncApp, app_token: str, acked: Acked) -> None:
        super().__init__(bolt, app_token)
        self._acked = acked

    async def handle(self, client: AsyncBaseSocketModeClient, req: SocketModeRequest) -> None:
        began = perf_counter()
        well = False
        try:
            response = await run_async_bolt_app(self.app, req)
            await send_async_response(client, req, response, began)
            well = response.status < _BAD_REQUEST
        finally:
            self._acked(perf_counter() - began, well)


@asynccontextmanager
async def socket_mode(bolt: AsyncApp, app_token: str, acked: Acked) -> AsyncIterator[None]:
    """Keep a Socket Mode connection for the length of a `with` block.

    A Slack that is away at the start is tried again until it answers.

    Args:
        bolt: answers what comes in.
        app_token: opens the connection.
        acked: called after each answer.

    Raises:
        TokenRefused: Slack does not take the app-level token.
    """
    try:
        await bolt.client.apps_connections_open(app_token=app_token)
    except SlackApiError as error:
        _raise_if_refused(error, "SLACK_APP_TOKEN", "Basic Information > App-Level Tokens")
    except UNREACHABLE as error:
        logger.warning("Slack cannot be reached; trying again", error=type(error).__name__)
    handler: AsyncSocketModeHandler = _Timed(bolt, app_token, acked)
    connecting = asyncio.create_task(_connect(handler))
    await asyncio.wait({connecting}, timeout=_FIRST_CONNECTION)
    try:
        yield
    finally:
        connecting.cancel()
        await handler.close_async()


async def _connect(handler: AsyncSocketModeHandler) -> None:
    """Connect; the SDK tries until it can, so that nobody may wait for it."""
    await handler.connect_async()


def _raise_if_refused(error: SlackApiError, name: str, place: str) -> None:
    reason = api_error_of(error).error
    if reason in TOKEN_REFUSED:
        raise TokenRefused(
            f"Slack does not take {name} ({reason}): copy it anew from “{place}” in your app's "
            "settings; `ragvsft doctor` says more"
        ) from error
