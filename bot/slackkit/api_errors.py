"""Errors of calls to Slack: exceptions, timeouts, and Slack's error names by what they mean.

The SDK's `SlackApiError` carries any answer: JSON, a gateway's text, nothing, or, where the JSON
is broken, the HTTP library's own response (slack_sdk 3.47, `async_internal_utils.py`).

Error names are listed per method, for example
https://docs.slack.dev/reference/methods/chat.postMessage#errors.
"""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

UNREACHABLE = (SlackClientError, aiohttp.ClientError, OSError, TimeoutError)
"""What a failed call to Slack raises; catch `SlackApiError`, a refusal, before these."""
SLACK_SECONDS = 7
"""Timeout of a call to Slack; shorter than the ten seconds of a shutdown."""

RATE_LIMITED = frozenset({"rate_limited", "ratelimited"})
SERVER_ERRORS = frozenset({"fatal_error", "internal_error"})
"""Slack failed; by its documentation it may have done part of the work before."""
TEMPORARY = frozenset(
    {"message_limit_exceeded", "org_login_required", "request_timeout", "service_unavailable",
     "team_added_to_org"}
)  # fmt: skip
"""Nothing was done; the same call may succeed later."""
TOKEN_REFUSED = frozenset(
    {"account_inactive", "invalid_auth", "not_allowed_token_type", "not_authed", "token_expired",
     "token_revoked"}
)  # fmt: skip
"""The token is wrong, revoked, or of another kind; only the operator can fix that."""
APP_REMOVED = frozenset({"account_inactive", "invalid_auth", "token_revoked"})
"""Of these, what a bot token gets that once worked: the app was removed."""
WORKSPACE_CLOSED = TOKEN_REFUSED | {"team_access_not_granted", "team_not_found"}
"""The app may post nothing in this workspace."""
NOT_A_MEMBER = frozenset({"channel_not_found", "no_permission", "not_in_channel"})
"""The bot is not a member of the channel, or the channel does not exist for it."""
CHANNEL_CLOSED = NOT_A_MEMBER | {
    "ekm_access_denied",
    "is_archived",
    "missing_scope",
    "restricted_action",
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
}
"""The app may post no message of any kind in this channel."""
SCOPE_MISSING = frozenset({"missing_scope", "not_allowed_token_type"})
"""The token lacks the scope of the method."""
USER_UNKNOWN = frozenset({"user_not_found", "user_not_visible", "users_not_found"})
VIEW_OUTDATED = frozenset({"hash_conflict", "not_found"})
"""The view was closed or changed before an update of it."""
BLOCKS_REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format"})
"""Slack does not take the blocks of a message; it was not posted."""
FILE_NOT_READY = frozenset({"file_not_found", "invalid_blocks"})
"""Errors of a message that shows an uploaded file which Slack has not processed yet."""
OAUTH_MISCONFIGURED = frozenset({"bad_client_secret", "bad_redirect_uri", "invalid_client_id"})
"""Errors of `oauth.v2.access` that only the operator can fix."""
OAUTH_DECLINED = "access_denied"
"""The person declined the installation."""


class InvalidResponse(SlackClientError):
    """The answer to a call is not Slack's: an HTML page instead of JSON, for example."""


def client_timeout(seconds: float) -> aiohttp.ClientTimeout:
    """Return the timeout of a call: `seconds` in all, half of it to connect.

    A connection timeout is thus distinguishable from a late answer: without a connection nothing
    was posted.
    """
    return aiohttp.ClientTimeout(total=seconds, connect=seconds / 2)


async def call_slack(call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    """Await a call to Slack and return the answer.

    Raises:
        InvalidResponse: the answer has status 200 and is not a JSON object, which the SDK does not
            handle (slack_sdk 3.47, `AsyncSlackResponse.validate`).
        SlackClientError: Slack refused the call.
    """
    try:
        return await call
    except AttributeError as error:
        raise InvalidResponse("the answer is no JSON object") from error


@dataclass(frozen=True, slots=True)
class ApiError:
    """The readable part of a refused call.

    Attributes:
        status: the HTTP status.
        error: Slack's error name; empty if there is none.
        retry_after: the `Retry-After` header, unparsed.
        details: `response_metadata` as text.
    """

    status: int
    error: str = ""
    retry_after: str = ""
    details: str = ""

    @property
    def is_rate_limit(self) -> bool:
        """Whether Slack asks for fewer calls."""
        return self.status == 429 or self.error in RATE_LIMITED


def api_error_of(failure: SlackApiError) -> ApiError:
    """Return the readable part of an SDK error; never raises."""
    response: Any = failure.response
    if not isinstance(response, AsyncSlackResponse):
        return ApiError(status=int(getattr(response, "status", 0)))
    data: Mapping[str, Any] = response.data if isinstance(response.data, dict) else {}
    return ApiError(
        status=response.status_code,
        error=str(data.get("error") or ""),
        retry_after=str(response.headers.get("Retry-After", "")),
        details=str(data.get("response_metadata") or ""),
    )
