"""A browser before a served workspace, and a small app behind it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import pytest_asyncio
from playwright.async_api import ConsoleMessage, Error, Page, Route, async_playwright
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route as AppRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.playground import Playground
from bot.playground.playground import serving_app
from tests.browser.chromium import MISSING, WITHIN, launch, path_of_chromium
from tests.browser.gallery import PICTURE

HERE = Path(__file__).parent
Json = dict[str, Any]
shared_loop = pytest_asyncio.fixture(loop_scope="session")


def read_payload(body: str) -> Json:
    """The event, interaction or command in the body of a delivery."""
    if body.startswith("{"):
        event: Json = json.loads(body)
        return event
    form = {key: values[0] for key, values in parse_qs(body).items()}
    return json.loads(form["payload"]) if "payload" in form else form


class FakeApp:
    """Stands for the bot: opens what the test gives it and keeps what it was sent."""

    def __init__(self, client: AsyncWebClient) -> None:
        self.client = client
        self.payloads: list[Json] = []
        self._arrived = asyncio.Condition()
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.on_command: Callable[[Json], Json] | None = None
        self.on_submission: Callable[[Json], Response] = lambda _payload: Response()
        self.on_action: Callable[[Json], Json | None] = lambda _payload: None

    async def events(self, request: Request) -> Response:
        """Take a delivery."""
        payload = read_payload((await request.body()).decode())
        async with self._arrived:
            self.payloads.append(payload)
            self._arrived.notify_all()
        answer = await self._answer(payload)
        await self.may_answer.wait()
        return answer

    async def _answer(self, payload: Json) -> Response:
        kind = payload.get("type", "command")
        if kind == "command" and self.on_command is not None:
            await self.client.views_open(
                trigger_id=payload["trigger_id"], view=self.on_command(payload)
            )
        elif kind == "block_actions":
            await self._act(payload)
        elif kind == "view_submission":
            return self.on_submission(payload)
        return Response()

    async def _act(self, payload: Json) -> None:
        call = self.on_action(payload)
        if call is not None:
            method = call.pop("method")
            await self.client.api_call(method, json=call)

    async def until(self, predicate: Callable[[], Any], within: float = WITHIN) -> None:
        """Wait until something holds of what was delivered."""
        async with asyncio.timeout(within), self._arrived:
            await self._arrived.wait_for(predicate)

    def of_type(self, kind: str) -> list[Json]:
        """The payloads of this type so far."""
        return [payload for payload in self.payloads if payload.get("type") == kind]


class OneAddress:
    """Serves one app after the other; the files of the page need not be asked for again."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""

        async def kept(message: Message) -> None:
            is_file = scope["type"] == "http" and scope["path"].startswith("/static/")
            if message["type"] == "http.response.start" and is_file:
                headers = [each for each in message["headers"] if each[0] != b"cache-control"]
                message["headers"] = [*headers, (b"cache-control", b"max-age=3600")]
            await send(message)

        await self.app(scope, receive, kept)


def respond(**body: Any) -> Response:
    """The answer to a view_submission."""
    return JSONResponse(body)


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def address() -> AsyncIterator[tuple[OneAddress, str]]:
    """Where every workspace here is served, so that chromium keeps the page's files."""
    one = OneAddress()
    async with serving_app(one) as url:
        yield one, url


@shared_loop
async def playground(address: tuple[OneAddress, str]) -> AsyncIterator[Playground]:
    """A workspace of its own for each test."""
    one, url = address
    made = Playground()
    made.set_base_url(url)
    one.app = made.asgi
    yield made
    await made.aclose()


@pytest.fixture
def client(playground: Playground) -> AsyncWebClient:
    return AsyncWebClient(playground.bot_token, base_url=playground.api_url, retry_handlers=[])


@shared_loop
async def app(playground: Playground, client: AsyncWebClient) -> AsyncIterator[FakeApp]:
    fake = FakeApp(client)
    asgi = Starlette(routes=[AppRoute("/slack/events", fake.events, methods=["POST"])])
    async with serving_app(asgi) as url:
        playground.connect_http(f"{url}/slack/events")
        yield fake


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests here in one loop, so that they share one browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def tab() -> AsyncIterator[Page]:
    """A browser's only tab: a new one costs more than most tests do."""
    if path_of_chromium() is None:
        pytest.skip(MISSING)
    async with async_playwright() as driver:
        browser = await launch(driver)
        yield await browser.new_page()
        await browser.close()


def is_error(said: ConsoleMessage) -> bool:
    """An error in the console; requests that a test cut off on purpose are none."""
    return said.type == "error" and "net::ERR_FAILED" not in said.text


async def picture(route: Route) -> None:
    """Answer for the pictures in the gallery, which stand on no server."""
    await route.fulfill(content_type="image/svg+xml", body=PICTURE)


@shared_loop
async def page(tab: Page, playground: Playground) -> AsyncIterator[Page]:
    """A page that fails the test when anything is logged as an error; nothing of it stays.

    It asks for the workspace so as to be left before it closes.
    """
    await tab.set_viewport_size({"width": 1280, "height": 800})
    tab.set_default_timeout(WITHIN * 1000)
    await tab.route("https://pictures.example/**", picture)
    complaints: list[str] = []

    def on_error(error: Error) -> None:
        complaints.append(str(error))

    def on_console(said: ConsoleMessage) -> None:
        complaints.extend([said.text] if is_error(said) else [])

    tab.on("pageerror", on_error)
    tab.on("console", on_console)
    yield tab
    await tab.unroute_all()
    if tab.url.startswith("http"):
        await tab.evaluate("sessionStorage.clear()")
    await tab.goto("about:blank")
    tab.remove_listener("pageerror", on_error)
    tab.remove_listener("console", on_console)
    assert complaints == []


@pytest.fixture
def visit(page: Page, playground: Playground) -> Callable[..., Any]:
    """Open the page as a person, in a channel given by name."""

    async def opened(person: str = "ada", channel: str = "product") -> Page:
        someone = playground.workspace.user(person)
        where = playground.channel(channel) if channel != "app" else None
        place = where.id if where else f"D0{someone.id.removeprefix('U0')}"
        await page.goto(f"{playground.slack.base_url}/?as={someone.id}#{place}")
        await page.get_by_role("main").wait_for()
        return page

    return opened
