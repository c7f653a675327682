"""Checks of Slack: reachability, clock, tokens and their scopes."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.decisions.ports import Clock
from bot.doctor.results import CheckResult, ok, problem, warning
from bot.manifest import HISTORY_SCOPES, SCOPES, scopes_asked
from bot.settings import Settings
from bot.slack.oauth.pages import INSTALL_PATH
from bot.storage.connection import DatabaseUnusable
from bot.storage.database import Database
from bot.storage.installations import Installation, InstallationStore

SLACK: Final = "Slack"
SIGNATURE_WINDOW: Final = 300
"""Seconds a signed request's time may be off (docs.slack.dev, verifying requests from Slack)."""

INSTALLATIONS: Final = "Workspaces"
_MAX_NAMED: Final = 10
_ASK: Final = "the bot asks people about unconfirmed posts"
_LOOK_UP: Final = "the bot looks up unconfirmed posts"
_KEEP: Final = "set RAGVSFT_HISTORY=1 if the bot is to look up its own posts, or "

_UNREACHABLE: Final = (aiohttp.ClientError, TimeoutError, OSError, SlackApiError)
_REINSTALL: Final = (
    "reinstall the app under “OAuth & Permissions” and copy the new bot token to SLACK_BOT_TOKEN"
)
_REMEDIES: Final = {
    "invalid_auth": "copy it again: it is mistyped, or its app was deleted",
    "not_authed": "copy it again: it is empty",
    "token_revoked": _REINSTALL,
    "token_expired": "turn token rotation off in the app's manifest, then reinstall the app",
    "account_inactive": _REINSTALL,
    "missing_scope": "generate a new one with the scope connections:write",
    "not_allowed_token_type": "copy the app-level token, which begins with xapp-",
    "ratelimited": "wait a minute and try again",
}


async def check_slack(
    settings: Settings, client: AsyncWebClient, clock: Clock
) -> AsyncIterator[CheckResult]:
    """Call Slack's Web API with the tokens that are set. The settings may be incomplete.

    Yields:
        A result for reachability and the clock, then one for each token.
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
            f"{client.base_url} does not answer like Slack's Web API (status {status})",
            "check SLACK_API_URL, or remove it; the tokens were not tried",
        )
        return
    yield _check_clock(headers, clock.now(), client.base_url)
    if settings.bot_token:
        token = settings.bot_token.get_secret_value()
        async for result in _check_bot_token(client, token, settings.history):
            yield result
    if settings.app_token:
        yield await _check_app_token(client, settings.app_token.get_secret_value())
    elif settings.signing_secret:
        yield ok(
            SLACK, "SLACK_SIGNING_SECRET is set, to be verified by the first request from Slack"
        )


async def _reach(url: str, seconds: float) -> tuple[Mapping[str, str], object, int]:
    """Call api.test; return the headers, the JSON if there is any, and the status."""
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
    """Call a method and return Slack's response, also if it is an error."""
    try:
        return await client.api_call(method, headers={"Authorization": f"Bearer {token}"})
    except SlackApiError as error:
        if isinstance(error.response, AsyncSlackResponse):
            return error.response
        raise


def _check_clock(headers: Mapping[str, str], now: datetime, url: str) -> CheckResult:
    try:
        slack_time = parsedate_to_datetime(_header(headers, "date"))
    except ValueError:
        return ok(SLACK, f"reached {url}")
    slack_time = slack_time.replace(tzinfo=slack_time.tzinfo or UTC)
    seconds = round((now - slack_time).total_seconds())
    if abs(seconds) <= SIGNATURE_WINDOW / 10:
        return ok(SLACK, f"reached {url}, and the clocks agree")
    side = "ahead of" if seconds > 0 else "behind"
    off = f"this machine's clock is {abs(seconds)} s {side} Slack's"
    remedy = "enable time synchronisation (timedatectl set-ntp true, or your host's panel)"
    if abs(seconds) < SIGNATURE_WINDOW:
        return warning(SLACK, off, remedy)
    return problem(SLACK, f"{off}; beyond {SIGNATURE_WINDOW} s requests are rejected", remedy)


async def _check_bot_token(
    client: AsyncWebClient, token: str, with_history: bool
) -> AsyncIterator[CheckResult]:
    try:
        answer = await _answer(client, "auth.test", token)
    except _UNREACHABLE as error:
        yield problem(SLACK, f"auth.test failed ({_reason(error)})", "try again in a minute")
        return
    if not answer.get("ok"):
        yield _rejected("SLACK_BOT_TOKEN", answer)
        return
    yield ok(SLACK, f"SLACK_BOT_TOKEN is @{answer['user']} in {answer['team']}")
    header = _header(answer.headers, "x-oauth-scopes")
    granted = {scope.strip() for scope in header.split(",") if scope.strip()}
    yield token_scopes(SLACK, granted, with_history=with_history)


async def _check_app_token(client: AsyncWebClient, token: str) -> CheckResult:
    try:
        answer = await _answer(client, "apps.connections.open", token)
    except _UNREACHABLE as error:
        return problem(
            SLACK, f"apps.connections.open failed ({_reason(error)})", "try again in a minute"
        )
    if not answer.get("ok"):
        return _rejected("SLACK_APP_TOKEN", answer)
    return ok(SLACK, "SLACK_APP_TOKEN opens Socket Mode connections")


def _rejected(name: str, answer: AsyncSlackResponse) -> CheckResult:
    error = str(answer.get("error", f"status {answer.status_code}"))
    remedy = _REMEDIES.get(error, f"see {error} at https://docs.slack.dev")
    return problem(SLACK, f"Slack rejects {name}: {error}", remedy)


def _header(headers: Mapping[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name), "")


def _reason(error: BaseException) -> str:
    return str(error) or type(error).__name__


def token_scopes(subject: str, granted: Collection[str], *, with_history: bool) -> CheckResult:
    """Compare the scopes of a bot token with the requested ones.

    Args:
        subject: the subject of the result.
        granted: the token's scopes; empty if Slack did not report them.
        with_history: whether the history scopes are requested.
    """
    if not granted:
        return warning(subject, "Slack did not report the scopes of the token", "try again later")
    requested = scopes_asked(with_history=with_history)
    missing = [scope for scope in requested if scope not in granted]
    extra = sorted(set(granted) - requested.keys())
    if missing:
        lost = "; ".join(f"{scope} ({requested[scope]})" for scope in missing)
        result = problem if SCOPES.keys() & set(missing) else warning
        return result(
            subject,
            f"missing scopes: {lost}; {_use(granted)}",
            "add them under “OAuth & Permissions > Bot Token Scopes”, or paste the output of "
            "`ragvsft manifest` as the app's manifest, then reinstall the app",
        )
    if extra:
        keep = _KEEP if HISTORY_SCOPES.keys() & set(extra) else ""
        return warning(
            subject,
            f"more scopes than requested: {', '.join(extra)}; {_use(granted)}",
            f"{keep}remove them from the app's manifest",
        )
    return ok(subject, f"scopes: {', '.join(requested)}; {_use(granted)}")


async def check_installations(settings: Settings) -> AsyncIterator[CheckResult]:
    """Compare the scopes of each workspace that installed the bot by OAuth.

    Yields:
        Nothing if a bot token is set or the database cannot be read: other checks report that.
    """
    if settings.client_id is None or not settings.many_workspaces:
        return
    if isinstance(settings.database, Path) and not settings.database.is_file():
        return
    try:
        log = await Database(settings.database).open_existing()
    except DatabaseUnusable:
        return
    try:
        installations = await InstallationStore(log).all()
    finally:
        await log.close()
    for result in installation_scopes(installations, with_history=settings.history):
        yield result


def installation_scopes(
    installations: Iterable[Installation], *, with_history: bool
) -> list[CheckResult]:
    """Return a result for each installation that differs, and one for all that match."""
    requested = scopes_asked(with_history=with_history).keys()
    every = list(installations)
    differing = [each for each in every if set(each.scopes) != requested]
    results = [_difference(each, requested) for each in differing[:_MAX_NAMED]]
    if len(differing) > _MAX_NAMED:
        more = f"{len(differing) - _MAX_NAMED} more have other scopes than requested"
        results.append(warning(INSTALLATIONS, more, f"reinstall at {INSTALL_PATH}"))
    count = len(every) - len(differing)
    if not every:
        results.append(ok(INSTALLATIONS, f"none yet; install at {INSTALL_PATH}"))
    elif count:
        subject = "1 has" if count == 1 else f"{count} have"
        scopes = f"{', '.join(requested)}; {_use(requested)}"
        results.append(ok(INSTALLATIONS, f"{subject} the requested scopes: {scopes}"))
    return results


def _difference(each: Installation, requested: Collection[str]) -> CheckResult:
    missing = [scope for scope in requested if scope not in each.scopes]
    extra = sorted(set(each.scopes) - set(requested))
    if missing:
        return warning(
            INSTALLATIONS,
            f"{each.name} ({each.account}) lacks {', '.join(missing)}; {_use(each.scopes)}",
            f"reinstall there at {INSTALL_PATH}",
        )
    keep = _KEEP if HISTORY_SCOPES.keys() & set(extra) else ""
    return warning(
        INSTALLATIONS,
        f"{each.name} ({each.account}) has more scopes than requested: {', '.join(extra)}; "
        f"{_use(each.scopes)}",
        f"{keep}uninstall the app there and install it again: Slack revokes no single scope",
    )


def _use(granted: Collection[str]) -> str:
    """Return what the granted scopes mean for unconfirmed posts."""
    return _LOOK_UP if set(granted) >= HISTORY_SCOPES.keys() else _ASK
