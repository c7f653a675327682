"""Failed posts are classified: retry, permanent failure, or outcome unknown."""

import contextlib
import socket
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.outbox.failures import (
    LONGEST_RATE_LIMIT,
    NO_ANSWER,
    Failure,
    FailureClass,
    classify,
    is_server_error,
)
from bot.slackkit.api_errors import client_timeout
from bot.storage.installations import NotInstalled, TokenUnreadable


def refused(
    status: int = 200, error: str | None = None, headers: dict[str, str] | None = None
) -> SlackApiError:
    """Return the SDK's error for a response of Slack."""
    data: dict[str, Any] = {"ok": False} | ({"error": error} if error else {})
    response = AsyncSlackResponse(
        client=AsyncWebClient(),
        http_verb="POST",
        api_url="http://127.0.0.1:9/api/chat.postMessage",
        req_args={},
        data=data,
        headers=headers or {},
        status_code=status,
    )
    return SlackApiError("refused", response)


@pytest.mark.parametrize("error", ["ratelimited", "rate_limited"])
@pytest.mark.parametrize("status", [200, 429])
def test_too_many_requests_come_back_when_slack_says(error: str, status: int) -> None:
    """Both error codes, with either status, are retried after the seconds in Retry-After."""
    failure = classify(refused(status, error, {"Retry-After": "17"}))
    assert failure == Failure(FailureClass.TEMPORARY, "ratelimited", timedelta(seconds=17))


@pytest.mark.parametrize("header", ["", "soon", "-5", "1.5"])
def test_a_retry_after_that_cannot_be_read(header: str) -> None:
    """An invalid Retry-After counts as 30 seconds."""
    failure = classify(refused(429, "ratelimited", {"Retry-After": header}))
    assert failure.retry_after == timedelta(seconds=30)
    assert classify(refused(429)).retry_after == timedelta(seconds=30)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (200, "message_limit_exceeded"),
        (200, "org_login_required"),
        (200, "service_unavailable"),
        (503, None),
        (503, "something_else"),
    ],
)
def test_internal_errors_are_retried(status: int, error: str | None) -> None:
    """An internal error of Slack is retried, with our own back-off."""
    failure = classify(refused(status, error))
    assert (failure.kind, failure.retry_after) == (FailureClass.TEMPORARY, None)
    assert failure.reason == (error or f"status_{status}")


@pytest.mark.parametrize(
    ("status", "error", "reason"),
    [
        (200, "internal_error", "internal_error"),
        (500, "internal_error", "internal_error"),
        (200, "fatal_error", "fatal_error"),
        (500, None, "status_500"),
        (502, "whatever", "status_502"),
    ],
)
def test_internal_errors_leave_the_outcome_unknown(
    status: int, error: str | None, reason: str
) -> None:
    """After an internal error of Slack it is unknown whether the message was posted."""
    assert classify(refused(status, error)) == Failure(FailureClass.SERVER_ERROR, reason)
    assert is_server_error(reason)
    assert not is_server_error("status_504")


@pytest.mark.parametrize(
    "error",
    [
        *("invalid_blocks", "msg_blocks_too_long", "thread_not_found", "user_not_found"),
        *("restricted_action_thread_locked", "restricted_action_non_threadable_channel"),
    ],
)
def test_a_refusal_stays_a_refusal(error: str) -> None:
    """An error code about the message is a permanent failure."""
    assert classify(refused(error=error)) == Failure(FailureClass.REJECTED, error)


@pytest.mark.parametrize(
    "error",
    [
        *("channel_not_found", "not_in_channel", "is_archived", "restricted_action"),
        *("restricted_action_read_only_channel", "restricted_action_thread_only_channel"),
        *("ekm_access_denied", "missing_scope", "no_permission"),
    ],
)
def test_a_channel_is_refused_whatever_the_message(error: str) -> None:
    """An error code about the channel blocks the channel, not only this message."""
    assert classify(refused(error=error)) == Failure(FailureClass.CHANNEL_BLOCKED, error)


@pytest.mark.parametrize(
    "error", ["token_revoked", "account_inactive", "invalid_auth", "team_not_found"]
)
def test_a_refused_token_is_the_operators_to_mend(error: str) -> None:
    """While Slack rejects the token, the workspace is blocked and no delivery is given up."""
    assert classify(refused(error=error)) == Failure(FailureClass.WORKSPACE_BLOCKED, error)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (NotInstalled(), "not_installed"),
        (TokenUnreadable("the keys do not open it"), "token_unreadable"),
    ],
)
def test_without_a_token_the_workspace_waits(error: Exception, reason: str) -> None:
    """A workspace without an installation, or whose token cannot be decrypted, is blocked too."""
    assert classify(error) == Failure(FailureClass.WORKSPACE_BLOCKED, reason)


def test_a_gateway_that_gave_up_waiting_may_have_posted() -> None:
    """After a gateway timeout the outcome is unknown: Slack may still process the request."""
    assert classify(refused(504)) == Failure(FailureClass.UNKNOWN, "status_504")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 407, 413])
def test_what_a_proxy_turned_away_is_tried_again(status: int) -> None:
    """A rejection without an error code is from a proxy: nothing was posted, so it is retried."""
    assert classify(refused(status)) == Failure(FailureClass.TEMPORARY, f"status_{status}")


@pytest.mark.parametrize("status", [200, 302, 408])
def test_what_was_answered_with_nothing_of_slack_s_may_have_been_posted(status: int) -> None:
    """A response from a proxy that may have forwarded the request leaves the outcome unknown."""
    assert classify(refused(status)) == Failure(FailureClass.UNKNOWN, f"status_{status}")


def test_nothing_waits_for_longer_than_an_hour() -> None:
    """A wait is at most an hour, whatever Retry-After says."""
    failure = classify(refused(429, "ratelimited", {"Retry-After": "9" * 30}))
    assert failure.retry_after == LONGEST_RATE_LIMIT


def test_what_never_connected_was_not_posted() -> None:
    """A failed connection has sent nothing, so a retry cannot post twice."""
    key: Any = SimpleNamespace(host="slack.test", port=443, ssl=True, is_ssl=True)
    for error in (
        aiohttp.ClientConnectorError(key, OSError("unreachable")),
        aiohttp.ClientHttpProxyError(SimpleNamespace(real_url="http://proxy.test"), (), status=407),
    ):
        assert classify(error) == Failure(FailureClass.TEMPORARY, "unreachable")


@pytest.fixture
def deaf() -> Iterator[int]:
    """A port that neither accepts nor refuses connections."""
    with contextlib.ExitStack() as stack:
        listening, *callers = [stack.enter_context(socket.socket()) for _ in range(4)]
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for caller in callers:
            caller.setblocking(False)
            caller.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]


async def test_a_connection_that_takes_too_long_was_none(deaf: int) -> None:
    """A connection timeout has sent nothing: the delivery is retried."""
    usual = client_timeout(7)
    assert usual.total == 7
    assert usual.connect is not None
    assert usual.connect < usual.total
    soon = aiohttp.ClientTimeout(total=60, connect=0.1)
    async with aiohttp.ClientSession(timeout=soon) as session:
        url = f"http://127.0.0.1:{deaf}/api/"
        client = AsyncWebClient(base_url=url, session=session, retry_handlers=[])
        with pytest.raises(TimeoutError) as caught:
            await client.chat_postMessage(channel="C1", text="Hello.")
    assert classify(caught.value) == Failure(FailureClass.TEMPORARY, "unreachable")


@pytest.mark.parametrize(
    "error",
    [
        aiohttp.ServerDisconnectedError(),
        aiohttp.ClientOSError("reset"),
        aiohttp.ClientPayloadError("cut off"),
        OSError("broken pipe"),
    ],
)
def test_what_broke_off_may_have_been_posted(error: Exception) -> None:
    """If the connection breaks after the request was sent, the outcome is unknown."""
    assert classify(error) == Failure(FailureClass.UNKNOWN, type(error).__name__)


@pytest.mark.parametrize("error", [TimeoutError(), aiohttp.ServerTimeoutError()])
def test_a_timeout_is_no_answer(error: Exception) -> None:
    """After a timeout the outcome is unknown, and the reason differs from a broken connection."""
    assert classify(error) == Failure(FailureClass.UNKNOWN, NO_ANSWER)


@pytest.mark.parametrize(
    "error",
    [
        *("accesslimited", "access_denied", "two_factor_setup_required", "is_bot"),
        *("enterprise_is_restricted", "method_deprecated", "deprecated_endpoint"),
        *("no_such_subteam", "ip_not_allowed", "unknown_method", "a_word_of_tomorrow"),
    ],
)
def test_an_error_that_is_not_listed_holds_the_workspace(error: str) -> None:
    """Only errors that are listed as the message's own reject it."""
    assert classify(refused(error=error)) == Failure(FailureClass.UNEXPLAINED, error)
