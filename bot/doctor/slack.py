"""Slack as seen from here: reached, in time, with tokens that work and the scopes they need."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.doctor.results import CheckResult, ok, problem, warning
from bot.doctor.scopes import token_scopes
from bot.services.ports import Clock
from bot.settings import Settings

SLACK: Final = "Slack"
SIGNATURE_WINDOW: Final = 300
"""Seconds by which a signed request may be off (docs.slack.dev, verifying requests from Slack)."""

_UNREACHABLE: Final = (aiohttp.ClientError, TimeoutError, OSError, SlackApiError)
_REINSTALL: Final = (
    "reinstall the app under “OAuth & Permissions” and copy the new bot token to SLACK_BOT_TOKEN"
)
_REMEDIES: Final = {
    "invalid_auth": "copy it again: it is mistyped, or of an app that is gone",
    "not_authed": "copy it again: it is empty",
    "token_revoked": _REINSTALL,
    "token_expired": "turn token rotation off in the app's manifest, then reinstall the app",
    "account_inactive": _REINSTALL,
    "missing_scope": "make a new one with the scope connections:write",
    "not_allowed_token_type": "copy the app-level token, which begins with xapp-",
    "ratelimited": "wait a minute and ask again",
}


async def examine_slack(
    settings: Settings, client: AsyncWebClient, clock: Clock
) -> AsyncIterator[CheckResult]:
    """Call Slack's Web API with what is set, and say what it makes of it.

    Args:
        settings: well-formed, perhaps incomplete.
        client: without a token of its own.
        clock: this machine's.

    Yields:
        A finding for reachability and time, then for each token.
    """
    try:
        headers, answer, status = await _reach(client.base_url, client.timeout)
    except _UNREACHABLE as error:
        yield problem(
            SLACK,
            f"cannot reach {client.base_url} ({_reason(error)})",
            "check the network, the proxy and SLACK_API_URL; the tokens were not tried",
        )
        return
    if not (isinstance(answer, dict) and answer.get("ok")):
        yield problem(
            SLACK,
            f"{client.base_url} does not answer as Slack's Web API does (status {status})",
            "check SLACK_API_URL, or leave it out; the tokens were not tried",
        )
        return
    yield _clock_finding(headers, clock.now(), client.base_url)
    if settings.bot_token:
        token = settings.bot_token.get_secret_value()
        async for finding in _bot_token(client, token, with_history=settings.history):
            yield finding
    if settings.app_token:
        yield await _app_token(client, settings.app_token.get_secret_value())
    elif settings.signing_secret:
        yield ok(SLACK, "SLACK_SIGNING_SECRET is set; the first request from Slack will prove it")


async def _reach(url: str, seconds: float) -> tuple[Mapping[str, str], object, int]:
    """Call api.test, and return what answers there, which may be something else than Slack."""
    timeout = aiohttp.ClientTimeout(total=seconds)
    async with (
        aiohttp.ClientSession(timeout=timeout, trust_env=True) as session,
        session.post(f"{url}api.test") as response,
    ):
        try:
            answer = await response.json(content_type=None)
        except ValueError:
            answer = None
        return response.headers, answer, response.status


async def _answer(client: AsyncWebClient, method: str, token: str) -> AsyncSlackResponse:
    """Call a method and return Slack's answer, also where it is a refusal."""
    try:
        return await client.api_call(method, headers={"Authorization": f"Bearer {token}"})
    except SlackApiError as error:
        if isinstance(error.response, AsyncSlackResponse):
            return error.response
        raise


def _clock_finding(headers: Mapping[str, str], now: datetime, url: str) -> CheckResult:
    try:
        theirs = parsedate_to_datetime(_header(headers, "date"))
    except ValueError:
        return ok(SLACK, f"reached {url}")
    theirs = theirs.replace(tzinfo=theirs.tzinfo or UTC)
    seconds = round((now - theirs).total_seconds())
    if abs(seconds) <= SIGNATURE_WINDOW / 10:
        return ok(SLACK, f"reached {url}, and the clocks agree")
    side = "ahead of" if seconds > 0 else "behind"
    off = f"this machine's clock is {abs(seconds)} s {side} Slack's"
    remedy = "switch on time synchronisation (timedatectl set-ntp true, or your host's panel)"
    if abs(seconds) < SIGNATURE_WINDOW:
        return warning(SLACK, off, remedy)
    return problem(SLACK, f"{off}: signed requests are refused beyond {SIGNATURE_WINDOW} s", remedy)


async def _bot_token(
    client: AsyncWebClient, token: str, *, with_history: bool
) -> AsyncIterator[CheckResult]:
    try:
        answer = await _answer(client, "auth.test", token)
    except _UNREACHABLE as error:
        yield problem(SLACK, f"auth.test failed ({_reason(error)})", "ask again in a minute")
        return
    if not answer.get("ok"):
        yield _refused("SLACK_BOT_TOKEN", answer)
        return
    yield ok(SLACK, f"SLACK_BOT_TOKEN speaks as @{answer['user']} in {answer['team']}")
    header = _header(answer.headers, "x-oauth-scopes")
    granted = {scope.strip() for scope in header.split(",") if scope.strip()}
    yield token_scopes(SLACK, granted, with_history=with_history)


async def _app_token(client: AsyncWebClient, token: str) -> CheckResult:
    try:
        answer = await _answer(client, "apps.connections.open", token)
    except _UNREACHABLE as error:
        return problem(
            SLACK, f"apps.connections.open failed ({_reason(error)})", "ask again in a minute"
        )
    if not answer.get("ok"):
        return _refused("SLACK_APP_TOKEN", answer)
    return ok(SLACK, "SLACK_APP_TOKEN opens Socket Mode connections")


def _refused(name: str, answer: AsyncSlackResponse) -> CheckResult:
    error = str(answer.get("error", f"status {answer.status_code}"))
    remedy = _REMEDIES.get(error, f"see “errors” at https://docs.slack.dev for {error}")
    return problem(SLACK, f"Slack refuses {name}: {error}", remedy)


def _header(headers: Mapping[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name), "")


def _reason(error: BaseException) -> str:
    return str(error) or type(error).__name__
