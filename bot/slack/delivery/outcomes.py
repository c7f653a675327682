"""What a failed post amounts to: try later, never, or nobody knows.

Error names: https://docs.slack.dev/reference/methods/chat.postMessage
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.slack.installing.installs import NotInstalled
from bot.slack.installing.tokens import TokenUnreadable
from bot.slack.refusals import refusal_of

_LATER = frozenset(
    {"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable",
     "request_timeout", "team_added_to_org"}
)  # fmt: skip

_OUR_TOKEN = frozenset(
    {"account_inactive", "invalid_auth", "not_allowed_token_type", "not_authed",
     "token_expired", "token_revoked"}
)  # fmt: skip
"""Slack refuses the token, not the message: the operator can mend that, and nothing is lost."""
_TOKEN_WAIT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to do after a failed post.

    `what` is "later" (it was not posted: try again, after `wait` if Slack says so), "unknown"
    (it may or may not have been posted) or "never" (it never will be, for `reason`).
    """

    what: Literal["later", "unknown", "never"]
    reason: str
    wait: timedelta | None = None


def of_error(error: Exception) -> Outcome:
    """Return what an error of `chat.postMessage`, or of finding its token, amounts to."""
    if isinstance(error, SlackApiError):
        return _of_answer(error)
    if isinstance(error, NotInstalled):
        return Outcome("never", "token_revoked")
    if isinstance(error, TokenUnreadable):  # the operator can put the key back
        return Outcome("later", "token_unreadable")
    if isinstance(error, aiohttp.ClientConnectorError):
        return Outcome("later", "unreachable")
    return Outcome("unknown", type(error).__name__)


def _of_answer(error: SlackApiError) -> Outcome:
    refusal = refusal_of(error)
    reason = refusal.error or f"status_{refusal.status}"
    if refusal.status == 429 or reason in {"ratelimited", "rate_limited"}:
        seconds = refusal.retry_after
        wait = timedelta(seconds=int(seconds) if seconds.isdecimal() else 30)
        return Outcome("later", "ratelimited", wait)
    if reason in _OUR_TOKEN:
        return Outcome("later", reason, _TOKEN_WAIT)
    if refusal.status == 504:  # a gateway gave up waiting: what is behind it may have posted
        return Outcome("unknown", reason)
    if refusal.status >= 500 or reason in _LATER:
        return Outcome("later", reason)
    return Outcome("never", reason)
