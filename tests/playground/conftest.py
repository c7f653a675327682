"""A served workspace, and a stub of the app."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.playground import Playground, serving
from bot.playground.playground import serving_app

Answer = Callable[[dict[str, Any]], Awaitable[Response]]


class AppStub:
    """Receives requests from Slack; responds with `answer`, an empty 200 by default."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.answer: Response | Answer = Response()

    async def events(self, request: Request) -> Response:
        body = await request.body()
        self.requests.append((dict(request.headers), body))
        if isinstance(self.answer, Response):
            return self.answer
        return await self.answer({"headers": dict(request.headers), "body": body})


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    made = Playground()
    async with serving(made):
        yield made


@pytest.fixture
async def app_stub(playground: Playground) -> AsyncIterator[AppStub]:
    app = AppStub()
    asgi = Starlette(routes=[Route("/slack/events", app.events, methods=["POST"])])
    async with serving_app(asgi) as url:
        playground.connect_http(f"{url}/slack/events")
        yield app


@pytest.fixture
def client(playground: Playground) -> AsyncWebClient:
    return AsyncWebClient(playground.bot_token, base_url=playground.api_url, retry_handlers=[])
