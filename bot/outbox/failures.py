"""Classification of failed posts.

Slack's error names: `bot.slackkit.api_errors`.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.outbox.model import Attempt
from bot.slackkit.api_errors import (
    CHANNEL_CLOSED,
    MESSAGE_REFUSED,
    RECIPIENT_REFUSED,
    SERVER_ERRORS,
    TEMPORARY,
    UNREACHABLE,
    WORKSPACE_CLOSED,
    api_error_of,
)
from bot.storage.installations import NotInstalled, TokenUnreadable

FAILURES = (*UNREACHABLE, NotInstalled, TokenUnreadable)
"""What a post, or the look-up of its token, raises."""
RATE_LIMITED = "ratelimited"
"""The reason of a failure by a rate limit."""
NO_CONNECTION = "unreachable"
"""The reason of a failure without a connection."""
NO_ANSWER = "no_answer"
"""The reason of a failure by a timeout after the connection."""
INTERNAL = "internal"
"""The reason of a failure of the bot itself, before it called Slack."""
LONGEST_RATE_LIMIT = timedelta(hours=1)
"""How long a rate limit is obeyed at most."""
_NOT_CONNECTED = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,  # of a proxy that was asked for a tunnel
)
_REJECTED_BY_PROXY = frozenset(range(400, 500)) - {408}
"""Statuses that come from a proxy if the answer names no Slack error: Slack got no request.

After 408 (the request took too long) it may have got one.
"""


class FailureClass(StrEnum):
    """What a failure means for the delivery."""

    TEMPORARY = "temporary"
    """It was not posted: retry, after `retry_after` if Slack says so."""
    UNKNOWN = "unknown"
    """It may or may not have been posted."""
    SERVER_ERROR = "server_error"
    """Slack failed, and may have posted it before; if it did not, it is retried."""
    REJECTED = "rejected"
    """Slack will never accept this message."""
    CHANNEL_BLOCKED = "channel_blocked"
    """The channel accepts no messages until a person changes that."""
    WORKSPACE_BLOCKED = "workspace_blocked"
    """The workspace accepts no messages until a person changes that."""
    UNEXPLAINED = "unexplained"
    """Slack refuses the call for a reason that this version does not know: a workspace is held
    rather than a message given up."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed post: its class, Slack's error name, and how long Slack asks to wait."""

    kind: FailureClass
    reason: str
    retry_after: timedelta | None = None


def classify(error: Exception) -> Failure:
    """Classify an error of `chat.postMessage`, `chat.update`, or the look-up of a token."""
    if isinstance(error, SlackApiError):
        return _classify_answer(error)
    if isinstance(error, NotInstalled):
        return Failure(FailureClass.WORKSPACE_BLOCKED, "not_installed")
    if isinstance(error, TokenUnreadable):  # the operator can restore the key
        return Failure(FailureClass.WORKSPACE_BLOCKED, "token_unreadable")
    if isinstance(error, _NOT_CONNECTED):
        return Failure(FailureClass.TEMPORARY, NO_CONNECTION)
    if isinstance(error, TimeoutError):
        return Failure(FailureClass.UNKNOWN, NO_ANSWER)
    return Failure(FailureClass.UNKNOWN, type(error).__name__)


def attempt_of(failure: Failure) -> Attempt:
    """Return what a failure is counted as."""
    match failure.kind:
        case FailureClass.TEMPORARY:
            limited = failure.reason == RATE_LIMITED
            return Attempt.RATE_LIMITED if limited else Attempt.UNAVAILABLE
        case FailureClass.UNKNOWN | FailureClass.SERVER_ERROR:
            return Attempt.UNKNOWN
        case (
            FailureClass.CHANNEL_BLOCKED | FailureClass.WORKSPACE_BLOCKED | FailureClass.UNEXPLAINED
        ):
            return Attempt.BLOCKED
        case FailureClass.REJECTED:
            return Attempt.REJECTED


def is_server_error(reason: str) -> bool:
    """Whether a reason is that of a `SERVER_ERROR`."""
    return reason in SERVER_ERRORS or (reason.startswith("status_5") and reason != "status_504")


def _classify_answer(error: SlackApiError) -> Failure:
    answer = api_error_of(error)
    reason = answer.error or f"status_{answer.status}"
    if answer.is_rate_limit:
        return Failure(FailureClass.TEMPORARY, RATE_LIMITED, _retry_after(answer.retry_after))
    if reason in WORKSPACE_CLOSED:
        return Failure(FailureClass.WORKSPACE_BLOCKED, reason)
    if answer.status == 504:  # the gateway timed out: the server behind it may have posted
        return Failure(FailureClass.UNKNOWN, reason)
    if answer.status == 503 or reason in TEMPORARY:
        # not accepted: https://www.rfc-editor.org/rfc/rfc9110#name-503-service-unavailable
        return Failure(FailureClass.TEMPORARY, reason)
    if answer.status >= 500 or reason in SERVER_ERRORS:
        named = reason in SERVER_ERRORS
        return Failure(FailureClass.SERVER_ERROR, reason if named else f"status_{answer.status}")
    if not answer.error:
        rejected = answer.status in _REJECTED_BY_PROXY
        return Failure(FailureClass.TEMPORARY if rejected else FailureClass.UNKNOWN, reason)
    return Failure(_class_of(reason), reason)


def _class_of(reason: str) -> FailureClass:
    """Return what an error name of Slack's means; only listed ones reject the message."""
    if reason in CHANNEL_CLOSED:
        return FailureClass.CHANNEL_BLOCKED
    if reason in MESSAGE_REFUSED | RECIPIENT_REFUSED:
        return FailureClass.REJECTED
    return FailureClass.UNEXPLAINED


def _retry_after(header: str) -> timedelta:
    """Return how long to wait, given the header `Retry-After` in seconds."""
    if not header.isdecimal():
        return timedelta(seconds=30)
    return timedelta(seconds=min(int(header), LONGEST_RATE_LIMIT.total_seconds()))
