"""Reaching Slack: whether it takes our tokens, and the Socket Mode connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.refusals import UNREACHABLE, refusal_of

log = structlog.get_logger(__name__)

_NOT_OURS = frozenset(
    {
        "account_inactive",
        "invalid_auth",
        "not_allowed_token_type",
        "not_authed",
        "token_expired",
        "token_revoked",
    }
)


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
        log.warning("Slack answered strangely at the start", error=refusal_of(error).error)
    except UNREACHABLE as error:
        log.warning("Slack cannot be reached; deliveries wait", error=type(error).__name__)


@asynccontextmanager
async def socket_mode(bolt: AsyncApp, app_token: str) -> AsyncIterator[None]:
    """Keep a Socket Mode connection for the length of a `with` block.

    A Slack that is away at the start is tried again until it answers.

    Raises:
        TokenRefused: Slack does not take the app-level token.
    """
    try:
        await bolt.client.apps_connections_open(app_token=app_token)
    except SlackApiError as error:
        _raise_if_refused(error, "SLACK_APP_TOKEN", "Basic Information > App-Level Tokens")
    except UNREACHABLE as error:
        log.warning("Slack cannot be reached; trying again", error=type(error).__name__)
    handler = AsyncSocketModeHandler(bolt, app_token)
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
    reason = refusal_of(error).error
    if reason in _NOT_OURS:
        raise TokenRefused(
            f"Slack does not take {name} ({reason}): copy it anew from “{place}” in your app's "
            "settings; `ragvsft doctor` says more"
        ) from error
