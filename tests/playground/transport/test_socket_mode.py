"""Socket Mode with the SDK's own client."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Playground
from tests.playground import block_samples as s


class SocketApp:
    """Acknowledges every envelope, with `payload` if a test sets it."""

    def __init__(self, playground: Playground) -> None:
        web = AsyncWebClient(base_url=playground.api_url)
        self.client = SocketModeClient(playground.app_token, web_client=web, ping_interval=0.2)
        self.client.socket_mode_request_listeners.append(self._take)
        self.requests: list[SocketModeRequest] = []
        self.payload: dict[str, Any] | None = None

    async def _take(self, client: Any, request: SocketModeRequest) -> None:
        self.requests.append(request)
        answer = SocketModeResponse(request.envelope_id, self.payload)
        await client.send_socket_mode_response(answer)


@pytest.fixture
async def app(playground: Playground) -> AsyncIterator[SocketApp]:
    made = SocketApp(playground)
    await made.client.connect()
    await playground.until(lambda: playground.transport.mode == "socket")
    yield made
    await made.client.close()


async def test_a_command_over_the_socket(playground: Playground, app: SocketApp) -> None:
    """The envelope has the command's fields, and the ack's payload is shown."""
    app.payload = {"text": "Here is help"}
    ada = playground.user("ada")
    sent = await ada.command("product", "/ragvsft", "help")
    assert sent.ok
    (request,) = app.requests
    assert (request.type, request.payload["text"]) == ("slash_commands", "help")
    assert request.accepts_response_payload
    assert ada.sees("product")[-1].text == "Here is help"


async def test_a_modal_is_updated_over_the_socket(playground: Playground, app: SocketApp) -> None:
    """A response_action in the ack's payload is applied."""
    ada = playground.user("ada")
    client = AsyncWebClient(playground.bot_token, base_url=playground.api_url)
    trigger = playground.workspace.new_trigger(ada.user)
    await client.views_open(trigger_id=trigger, view=s.modal())
    app.payload = {"response_action": "update", "view": s.modal(title=s.plain("Step 2"))}
    assert ada.modal is not None
    await ada.submit(ada.modal, {"why": "x"})
    assert ada.modal.title == "Step 2"


async def test_an_open_socket_replaces_http(
    playground: Playground, app_stub: Any, app: SocketApp
) -> None:
    """With Socket Mode on, the request URL gets nothing."""
    await playground.user("ada").command("product", "/ragvsft")
    assert app_stub.requests == []
    assert len(app.requests) == 1


async def test_each_payload_goes_to_one_of_the_connections(
    playground: Playground, app: SocketApp
) -> None:
    """Two connections share the payloads; none is sent twice."""
    other = SocketApp(playground)
    await other.client.connect()
    await playground.until(lambda: len(playground.transport.sockets.connections) == 2)
    ada = playground.user("ada")
    for _ in range(4):
        await ada.command("product", "/ragvsft")
    assert (len(app.requests), len(other.requests)) == (2, 2)
    await other.client.close()


async def test_a_socket_needs_the_app_token_and_a_new_url(playground: Playground) -> None:
    """Another token gets no URL, and a URL is valid for one connection."""
    client = AsyncWebClient(base_url=playground.api_url)
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        await client.apps_connections_open(app_token=playground.bot_token)
    with pytest.raises(SlackApiError, match="invalid_auth"):
        await client.apps_connections_open(app_token="xapp-other")
    url = (await client.apps_connections_open(app_token=playground.app_token))["url"]
    assert await _status(url) == 101
    assert await _status(url) == 401


async def test_there_are_at_most_ten_connections(playground: Playground) -> None:
    """The eleventh connection gets a disconnect message and is closed."""
    client = AsyncWebClient(base_url=playground.api_url)
    async with aiohttp.ClientSession() as session, AsyncExitStack() as stack:
        said = []
        for _ in range(11):
            url = (await client.apps_connections_open(app_token=playground.app_token))["url"]
            connection = await stack.enter_async_context(session.ws_connect(url))
            said.append(await connection.receive_json())
        assert [frame["type"] for frame in said] == ["hello"] * 10 + ["disconnect"]
        assert said[-1]["reason"] == "too_many_websockets"


async def test_a_closed_workspace_has_no_socket(playground: Playground) -> None:
    """A closed workspace responds with service_unavailable, which is no violation."""
    await playground.aclose()
    client = AsyncWebClient(base_url=playground.api_url)
    with pytest.raises(SlackApiError, match="service_unavailable"):
        await client.apps_connections_open(app_token=playground.app_token)
    assert playground.violations == []


async def _status(url: str) -> int:
    async with aiohttp.ClientSession() as session:
        try:
            async with asyncio.timeout(30), session.ws_connect(url) as connection:
                return 101 if (await connection.receive_json())["type"] == "hello" else 0
        except aiohttp.WSServerHandshakeError as refused:
            return refused.status
