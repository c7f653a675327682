"""What a failed post amounts to: try later, never, not there, or nobody knows.

Error names: see `bot.slackkit.api_errors`.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.outbox.model import Attempt
from bot.outbox.ports import LONGEST_PAUSE
from bot.slackkit.api_errors import (
    CHANNEL_CLOSED,
    SERVER_ERRORS,
    TEMPORARY,
    WORKSPACE_CLOSED,
    api_error_of,
)
from bot.storage.installations import NotInstalled, TokenUnreadable

RATELIMITED = "ratelimited"
"""The reason of whatever Slack wants to have more slowly."""
UNREACHABLE = "unreachable"
"""The reason where no connection came about."""
INTERNAL = "internal"
"""The reason of what failed on our side, before Slack was asked."""
_NOT_CONNECTED = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,  # of a proxy that was asked for a tunnel
)
_TURNED_AWAY = frozenset(range(400, 500)) - {408}
"""Statuses that, where Slack names no error, are those of a proxy before it: it never came by.

A request that took too long, 408, may have been passed on.
"""


@dataclass(frozen=True, slots=True)
class Failure:
    """What to do after a failed post.

    `what` is "later" (it was not posted: try again, after `wait` if Slack says so), "unknown"
    (it may or may not have been posted), "slack_failed" (Slack broke down over it, and may have
    posted it before; where it is surely not there, it is tried for a day), "never" (this message
    will never be posted, for `reason`), "channel_closed" or "workspace_closed" (nothing will be
    posted there until somebody mends that).
    """

    what: Literal["later", "unknown", "slack_failed", "never", "channel_closed", "workspace_closed"]
    reason: str
    wait: timedelta | None = None


def of_error(error: Exception) -> Failure:
    """Return what an error of `chat.postMessage`, or of finding its token, amounts to."""
    if isinstance(error, SlackApiError):
        return _of_answer(error)
    if isinstance(error, NotInstalled):
        return Failure("workspace_closed", "not_installed")
    if isinstance(error, TokenUnreadable):  # the operator can put the key back
        return Failure("workspace_closed", "token_unreadable")
    if isinstance(error, _NOT_CONNECTED):
        return Failure("later", UNREACHABLE)
    return Failure("unknown", type(error).__name__)


def attempt_of(outcome: Failure) -> Attempt:
    """Return what a failed post is counted as."""
    match outcome.what:
        case "later":
            return Attempt.RATE_LIMITED if outcome.reason == RATELIMITED else Attempt.UNAVAILABLE
        case "unknown" | "slack_failed":
            return Attempt.UNKNOWN
        case "channel_closed" | "workspace_closed":
            return Attempt.BLOCKED
        case "never":
            return Attempt.REJECTED


def is_slacks_failure(reason: str) -> bool:
    """Whether a reason is that of an outcome "slack_failed"."""
    return reason in SERVER_ERRORS or (reason.startswith("status_5") and reason != "status_504")


def _of_answer(error: SlackApiError) -> Failure:
    refusal = api_error_of(error)
    reason = refusal.error or f"status_{refusal.status}"
    if refusal.is_rate_limit:
        return Failure("later", RATELIMITED, _wait(refusal.retry_after))
    if reason in WORKSPACE_CLOSED:
        return Failure("workspace_closed", reason)
    if refusal.status == 504:  # a gateway gave up waiting: what is behind it may have posted
        return Failure("unknown", reason)
    if refusal.status == 503 or reason in TEMPORARY:
        # not taken up at all: https://www.rfc-editor.org/rfc/rfc9110#name-503-service-unavailable
        return Failure("later", reason)
    if refusal.status >= 500 or reason in SERVER_ERRORS:
        own = reason in SERVER_ERRORS
        return Failure("slack_failed", reason if own else f"status_{refusal.status}")
    if not refusal.error:
        return Failure("later" if refusal.status in _TURNED_AWAY else "unknown", reason)
    return Failure("channel_closed" if reason in CHANNEL_CLOSED else "never", reason)


def _wait(asked: str) -> timedelta:
    """Return how long to wait, given the seconds that Slack asks for."""
    if not asked.isdecimal():
        return timedelta(seconds=30)
    return timedelta(seconds=min(int(asked), LONGEST_PAUSE.total_seconds()))
