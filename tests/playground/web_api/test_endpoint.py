"""What all methods have in common: tokens, scopes, rate limits, faults."""

import asyncio
from types import SimpleNamespace

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Playground
from bot.playground.web_api import endpoint
from tests.playground.rejections import error_of


def client_with(playground: Playground, token: str | None) -> AsyncWebClient:
    return AsyncWebClient(token, base_url=playground.api_url, retry_handlers=[])


async def test_tokens_are_checked(playground: Playground, client: AsyncWebClient) -> None:
    """A missing, a wrong and a revoked token each have their own error."""
    assert (await client.auth_test())["user_id"] == playground.bot_user_id
    assert await error_of(client_with(playground, None).auth_test()) == "not_authed"
    assert await error_of(client_with(playground, "xoxb-no").auth_test()) == "invalid_auth"
    playground.workspace.installation.is_revoked = True
    assert await error_of(client.auth_test()) == "token_revoked"


async def test_scopes_are_checked_and_named(playground: Playground, client: AsyncWebClient) -> None:
    """The response to a missing scope names the needed and the granted scopes."""
    answer = await client.auth_test()
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")
    with pytest.raises(SlackApiError) as caught:
        await client.conversations_info(channel="C0PRODUCT")
    response = caught.value.response
    assert (response["error"], response["needed"]) == ("missing_scope", "channels:read")
    assert "users:read" in response["provided"]
    playground.workspace.installation.scopes.add("channels:read")
    answer = await client.conversations_info(channel="C0PRODUCT")
    assert answer["channel"]["name"] == "product"


async def test_history_without_its_scope_is_no_violation(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Without channels:history the call is rejected, but this is no violation."""
    ask = client.conversations_history(channel="C0SUPPORTAI")
    assert await error_of(ask) == "missing_scope"
    assert [r.error for r in playground.rejections] == ["missing_scope"]
    assert playground.violations == []


async def test_history_returns_metadata(playground: Playground, client: AsyncWebClient) -> None:
    """With the history scope, metadata is returned on request."""
    playground.workspace.installation.scopes.add("channels:history")
    metadata = {"event_type": "delivery", "event_payload": {"key": "d1"}}
    sent = await client.chat_postMessage(channel="C0SUPPORTAI", text="x", metadata=metadata)
    below = await client.chat_postMessage(
        channel="C0SUPPORTAI", text="y", thread_ts=sent["ts"], metadata=metadata
    )
    plain = await client.conversations_history(channel="C0SUPPORTAI", limit=1)
    assert "metadata" not in plain["messages"][0]
    found = await client.conversations_history(
        channel="C0SUPPORTAI", include_all_metadata=True, oldest=sent["ts"], inclusive=True
    )
    assert [m["metadata"] for m in found["messages"]] == [metadata]
    replies = await client.conversations_replies(
        channel="C0SUPPORTAI", ts=sent["ts"], include_all_metadata=True
    )
    assert [m["ts"] for m in replies["messages"]] == [sent["ts"], below["ts"]]


async def test_unknown_methods_and_missing_arguments_are_violations(
    playground: Playground, client: AsyncWebClient
) -> None:
    """An unknown method and a missing argument are violations."""
    assert await error_of(client.api_call("chat.shout")) == "unknown_method"
    assert await error_of(client.api_call("chat.postMessage")) == "invalid_arguments"
    assert [v.error for v in playground.violations] == ["unknown_method", "invalid_arguments"]


async def test_methods_are_rate_limited_by_tier(
    playground: Playground, client: AsyncWebClient
) -> None:
    """The hundred-and-first users.info within a minute gets 429, unless the limits are off."""
    for _ in range(100):
        assert (
            playground.rate_limits.count_call("T0NORTH", "users.info", 4, playground.clock.now())
            is None
        )
    with pytest.raises(SlackApiError) as caught:
        await client.users_info(user="U0ADA")
    assert caught.value.response.status_code == 429
    playground.rate_limits.enabled = False
    await client.users_info(user="U0ADA")


async def test_faults_affect_requests_by_count(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Faults affect their methods, as often as their count says, and are no violations."""
    playground.faults.add("rate_limited", method="chat.*", seconds=7, count=1)
    playground.faults.add("server_error", method="auth.test", count=1)
    playground.faults.add("refused", method="files.*", count=1, error="missing_scope")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C0PRODUCT", text="x")
    assert caught.value.response.headers["Retry-After"] == "7"
    await client.chat_postMessage(channel="C0PRODUCT", text="x")
    assert await error_of(client.auth_test()) == "internal_error"
    await client.auth_test()
    upload = client.files_getUploadURLExternal(filename="a.png", length=1)
    assert await error_of(upload) == "missing_scope"
    await client.files_getUploadURLExternal(filename="a.png", length=1)
    assert playground.violations == []


async def test_drop_before_posts_nothing(playground: Playground, client: AsyncWebClient) -> None:
    """The app sees a lost connection, the channel has no message."""
    before = len(playground.messages("product"))
    playground.faults.add("drop_before", method="chat.postMessage", count=1)
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel="C0PRODUCT", text="x")
    assert len(playground.messages("product")) == before


async def test_drop_after_posts_once(playground: Playground, client: AsyncWebClient) -> None:
    """The app sees a lost connection, the channel has the message once."""
    before = len(playground.messages("product"))
    playground.faults.add("drop_after", method="chat.postMessage", count=1)
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel="C0PRODUCT", text="x")
    assert len(playground.messages("product")) == before + 1


async def test_error_after_posts_once(playground: Playground, client: AsyncWebClient) -> None:
    """The app gets a server error, the channel has the message once."""
    before = len(playground.messages("product"))
    playground.faults.add("error_after", method="chat.postMessage", count=1)
    with pytest.raises(SlackApiError, match="internal_error"):
        await client.chat_postMessage(channel="C0PRODUCT", text="x")
    assert len(playground.messages("product")) == before + 1


async def test_accept_late_posts_later(
    playground: Playground, client: AsyncWebClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection is lost at once, and the message appears later."""
    before = len(playground.messages("product"))
    asked, later = list[float](), asyncio.Event()

    async def sleep(seconds: float) -> None:
        asked.append(seconds)
        await later.wait()

    monkeypatch.setattr(endpoint, "asyncio", SimpleNamespace(sleep=sleep))
    playground.faults.add("accept_late", method="chat.postMessage", seconds=7, count=1)
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel="C0PRODUCT", text="x")
    assert len(playground.messages("product")) == before
    later.set()
    await playground.until(lambda: len(playground.messages("product")) == before + 1)
    assert asked == [7]


async def test_latency_delays_the_response(playground: Playground, client: AsyncWebClient) -> None:
    """A late response arrives after its delay."""
    playground.faults.add("latency", seconds=0.2, count=1)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await client.auth_test()
    await client.auth_test()


async def test_arguments_may_be_form_json_or_query(playground: Playground) -> None:
    """All three encodings are accepted, and may contain the token."""
    url = f"{playground.api_url}users.info"
    token = playground.bot_token
    async with aiohttp.ClientSession() as session:
        for request in (
            {"data": {"token": token, "user": "U0ADA"}},
            {"json": {"user": "U0ADA"}, "headers": {"Authorization": f"Bearer {token}"}},
            {"params": {"token": token, "user": "U0ADA", "team_id": "T0NORTH"}},
        ):
            async with session.post(url, **request) as response:
                assert (await response.json())["user"]["name"] == "ada"
    assert all("token" not in call.args for call in playground.calls)
