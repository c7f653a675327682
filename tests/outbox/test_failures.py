"""What a failed post amounts to: later, never, or nobody knows."""

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

from bot.outbox.failures import LONGEST_RATE_LIMIT, Failure, FailureClass, classify, is_server_error
from bot.slackkit.api_errors import client_timeout
from bot.storage.installations import NotInstalled, TokenUnreadable


def refused(
    status: int = 200, error: str | None = None, headers: dict[str, str] | None = None
) -> SlackApiError:
    """Return the SDK's error for an answer of Slack's."""
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
    """Both names of the error, with either status, wait as long as Retry-After asks."""
    failure = classify(refused(status, error, {"Retry-After": "17"}))
    assert failure == Failure(FailureClass.TEMPORARY, "ratelimited", timedelta(seconds=17))


@pytest.mark.parametrize("header", ["", "soon", "-5", "1.5"])
def test_a_retry_after_that_cannot_be_read(header: str) -> None:
    """A wait that cannot be read is half a minute."""
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
def test_slack_s_own_trouble_passes(status: int, error: str | None) -> None:
    """What is Slack's own trouble is tried again; the wait is up to us."""
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
def test_an_error_of_slack_s_own_is_told_apart(status: int, error: str | None, reason: str) -> None:
    """What Slack broke down over may have been posted: it is not taken for what surely was not."""
    assert classify(refused(status, error)) == Failure(FailureClass.SERVER_ERROR, reason)
    assert is_server_error(reason)
    assert not is_server_error("status_504")


@pytest.mark.parametrize(
    "error",
    [
        *("invalid_blocks", "msg_blocks_too_long", "thread_not_found", "a_word_of_tomorrow"),
        *("restricted_action_thread_locked", "restricted_action_non_threadable_channel"),
    ],
)
def test_a_refusal_stays_a_refusal(error: str) -> None:
    """A message that Slack refuses by name is not tried again."""
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
    """What concerns the channel stops the channel, not the one message."""
    assert classify(refused(error=error)) == Failure(FailureClass.CHANNEL_BLOCKED, error)


@pytest.mark.parametrize(
    "error", ["token_revoked", "account_inactive", "invalid_auth", "team_not_found"]
)
def test_a_refused_token_is_the_operators_to_mend(error: str) -> None:
    """While Slack refuses our token nothing is given up: the workspace waits until it is mended."""
    assert classify(refused(error=error)) == Failure(FailureClass.WORKSPACE_BLOCKED, error)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (NotInstalled(), "not_installed"),
        (TokenUnreadable("the keys do not open it"), "token_unreadable"),
    ],
)
def test_without_a_token_the_workspace_waits(error: Exception, reason: str) -> None:
    """A workspace that the bot was removed from, or whose key is gone, waits as well."""
    assert classify(error) == Failure(FailureClass.WORKSPACE_BLOCKED, reason)


def test_a_gateway_that_gave_up_waiting_may_have_posted() -> None:
    """Behind a gateway whose patience ended, the work may go on."""
    assert classify(refused(504)) == Failure(FailureClass.UNKNOWN, "status_504")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 407, 413])
def test_what_a_proxy_turned_away_is_tried_again(status: int) -> None:
    """A refusal in which Slack names no error is not Slack's: the message never got there."""
    assert classify(refused(status)) == Failure(FailureClass.TEMPORARY, f"status_{status}")


@pytest.mark.parametrize("status", [200, 302, 408])
def test_what_was_answered_with_nothing_of_slack_s_may_have_been_posted(status: int) -> None:
    """Where the request may have been passed on, an answer that is not Slack's settles nothing."""
    assert classify(refused(status)) == Failure(FailureClass.UNKNOWN, f"status_{status}")


def test_nothing_waits_for_longer_than_an_hour() -> None:
    """Whatever Slack asks for, there is a longest wait."""
    failure = classify(refused(429, "ratelimited", {"Retry-After": "9" * 30}))
    assert failure.retry_after == LONGEST_RATE_LIMIT


def test_what_never_connected_was_not_posted() -> None:
    """Without a connection nothing was sent, so trying again posts nothing twice."""
    key: Any = SimpleNamespace(host="slack.test", port=443, ssl=True, is_ssl=True)
    for error in (
        aiohttp.ClientConnectorError(key, OSError("unreachable")),
        aiohttp.ClientHttpProxyError(SimpleNamespace(real_url="http://proxy.test"), (), status=407),
    ):
        assert classify(error) == Failure(FailureClass.TEMPORARY, "unreachable")


@pytest.fixture
def deaf() -> Iterator[int]:
    """A port at which nobody takes connections, nor refuses them."""
    with contextlib.ExitStack() as stack:
        listening, *callers = [stack.enter_context(socket.socket()) for _ in range(4)]
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for caller in callers:
            caller.setblocking(False)
            caller.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]


async def test_a_connection_that_takes_too_long_was_none(deaf: int) -> None:
    """Where nobody answers at the door, the message was not handed in: nobody has to be asked."""
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
        TimeoutError(),
        OSError("broken pipe"),
    ],
)
def test_what_broke_off_may_have_been_posted(error: Exception) -> None:
    """Once a request was on its way, nobody knows whether it arrived."""
    assert classify(error) == Failure(FailureClass.UNKNOWN, type(error).__name__)
