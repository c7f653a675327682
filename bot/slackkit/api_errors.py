"""Errors of calls to Slack: exceptions, timeouts, and Slack's error names by what they mean.

The SDK's `SlackApiError` carries any answer: JSON, a gateway's text, nothing, or, where the JSON
is broken, the HTTP library's own response (slack_sdk 3.47, `async_internal_utils.py`).

Error names are listed per method, for example
https://docs.slack.dev/reference/methods/chat.postMessage#errors.
"""

import re
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
MESSAGE_REFUSED = frozenset(
    {"as_user_not_supported", "attachment_payload_limit_exceeded", "block_mismatch",
     "cannot_reply_to_message", "cant_update_message", "edit_window_closed", "file_not_found",
     "invalid_arguments", "invalid_attachments", "invalid_blocks", "invalid_blocks_format",
     "invalid_cursor", "invalid_metadata_filter_keys", "invalid_metadata_format",
     "invalid_metadata_schema", "invalid_ts_latest", "invalid_ts_oldest", "is_inactive",
     "markdown_text_conflict", "message_not_found", "metadata_must_be_sent_from_app",
     "metadata_too_large", "msg_blocks_too_long", "msg_too_long", "no_text",
     "restricted_action_non_threadable_channel", "restricted_action_thread_locked",
     "slack_connect_canvas_sharing_blocked", "slack_connect_clip_sharing_blocked",
     "slack_connect_file_link_sharing_blocked", "slack_connect_lists_sharing_blocked",
     "thread_not_found", "too_many_attachments", "too_many_contact_cards"}
)  # fmt: skip
"""Slack will never accept this message, and may accept others."""
RECIPIENT_REFUSED = frozenset(
    {"cannot_dm_bot", "messages_tab_disabled", "user_disabled", "user_not_found",
     "user_not_in_channel", "user_not_visible", "users_not_found"}
)  # fmt: skip
"""Slack will never accept a direct message of the app to this person."""
SCOPE_MISSING = frozenset({"missing_scope", "not_allowed_token_type"})
"""The token lacks the scope of the method."""
USER_UNKNOWN = frozenset({"user_not_found", "user_not_visible", "users_not_found"})
HOME_DISABLED = "not_enabled"
"""The error of `views.publish` if the app's Home tab is switched off."""
VIEW_OUTDATED = frozenset({"hash_conflict", "not_found"})
"""The view was closed or changed before an update of it."""
BLOCKS_REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format"})
"""Slack does not take the blocks of a message; it was not posted."""
FILE_NOT_READY = frozenset({"file_not_found", "invalid_blocks"})
"""Errors of a message that shows an uploaded file which Slack has not processed yet."""
OAUTH_MISCONFIGURED = frozenset({"bad_client_secret", "bad_redirect_uri", "invalid_client_id"})
"""Errors of `oauth.v2.access` that only the operator can fix."""
_TIMESTAMP = re.compile(r"[0-9]{1,20}\.[0-9]{1,20}")
OAUTH_DECLINED = "access_denied"
"""The person declined the installation."""


class InvalidResponse(SlackClientError):
    """The answer to a call is not Slack's: an HTML page instead of JSON, for example."""


class PostUnconfirmed(SlackClientError):
    """Slack accepted a post, and did not say where it is."""


def is_timestamp(value: object) -> bool:
    """Return whether a value is a message's timestamp, such as `1503435956.000247`.

    https://docs.slack.dev/messaging/retrieving-messages
    """
    return isinstance(value, str) and _TIMESTAMP.fullmatch(value) is not None


def place_of_post(answer: AsyncSlackResponse) -> tuple[str, str]:
    """Return the channel and the timestamp that Slack gave a post.

    Raises:
        PostUnconfirmed: the answer lacks one of them.
    """
    channel, ts = answer.get("channel"), answer.get("ts")
    if not (isinstance(channel, str) and channel and isinstance(ts, str) and is_timestamp(ts)):
        raise PostUnconfirmed("the answer has no channel or no timestamp")
    return channel, ts


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
