"""A browser on a served local Slack, with a fake app behind it."""

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
from tests.browser.block_samples import PICTURE
from tests.browser.launch import MISSING, TIMEOUT, chromium_path, launch

HERE = Path(__file__).parent
Json = dict[str, Any]
shared_loop = pytest_asyncio.fixture(loop_scope="session")


def read_payload(body: str) -> Json:
    """Return the event, interaction or command of a request body."""
    if body.startswith("{"):
        event: Json = json.loads(body)
        return event
    form = {key: values[0] for key, values in parse_qs(body).items()}
    return json.loads(form["payload"]) if "payload" in form else form


class FakeApp:
    """A fake app: opens the test's modals, and records the payloads it receives."""

    def __init__(self, client: AsyncWebClient) -> None:
        self.client = client
        self.payloads: list[Json] = []
        self._arrived = asyncio.Condition()
        self.may_respond = asyncio.Event()
        self.may_respond.set()
        self.on_command: Callable[[Json], Json] | None = None
        self.on_submission: Callable[[Json], Response] = lambda _payload: Response()
        self.on_action: Callable[[Json], Json | None] = lambda _payload: None

    async def events(self, request: Request) -> Response:
        """Receive a request."""
        payload = read_payload((await request.body()).decode())
        async with self._arrived:
            self.payloads.append(payload)
            self._arrived.notify_all()
        response = await self._respond(payload)
        await self.may_respond.wait()
        return response

    async def _respond(self, payload: Json) -> Response:
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

    async def until(self, predicate: Callable[[], Any], within: float = TIMEOUT) -> None:
        """Wait until a predicate of the received payloads is true."""
        async with asyncio.timeout(within), self._arrived:
            await self._arrived.wait_for(predicate)

    def of_type(self, kind: str) -> list[Json]:
        """Return the payloads of a type."""
        return [payload for payload in self.payloads if payload.get("type") == kind]


class SwitchableApp:
    """Serves one app after the other at the same URL, so that static files stay cached."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward a request."""

        async def cached_send(message: Message) -> None:
            is_file = scope["type"] == "http" and scope["path"].startswith("/static/")
            if message["type"] == "http.response.start" and is_file:
                headers = [each for each in message["headers"] if each[0] != b"cache-control"]
                message["headers"] = [*headers, (b"cache-control", b"max-age=3600")]
            await send(message)

        await self.app(scope, receive, cached_send)


def respond(**body: Any) -> Response:
    """Return a response to a view_submission."""
    return JSONResponse(body)


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def address() -> AsyncIterator[tuple[SwitchableApp, str]]:
    """The URL of all workspaces of these tests, so that chromium caches the page's files."""
    switch = SwitchableApp()
    async with serving_app(switch) as url:
        yield switch, url


@shared_loop
async def playground(address: tuple[SwitchableApp, str]) -> AsyncIterator[Playground]:
    """A new workspace for each test."""
    switch, url = address
    playground = Playground()
    playground.set_base_url(url)
    switch.app = playground.asgi
    yield playground
    await playground.aclose()


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
    """The browser's only tab: a new one takes longer than most tests."""
    if chromium_path() is None:
        pytest.skip(MISSING)
    async with async_playwright() as driver:
        browser = await launch(driver)
        yield await browser.new_page()
        await browser.close()


def is_error(message: ConsoleMessage) -> bool:
    """Return whether a console message is an error, other than a request that a test aborted."""
    return message.type == "error" and "net::ERR_FAILED" not in message.text


async def serve_image(route: Route) -> None:
    """Serve the image of the block samples, which is on no server."""
    await route.fulfill(content_type="image/svg+xml", body=PICTURE)


@shared_loop
async def page(tab: Page, playground: Playground) -> AsyncIterator[Page]:
    """A page without state of earlier tests; any error in its console fails the test.

    It depends on the workspace, so that it leaves the page before the workspace closes.
    """
    await tab.set_viewport_size({"width": 1280, "height": 800})
    await tab.emulate_media(color_scheme="light", reduced_motion="reduce")
    tab.set_default_timeout(TIMEOUT * 1000)
    await tab.route("https://pictures.example/**", serve_image)
    errors: list[str] = []

    def on_error(error: Error) -> None:
        errors.append(str(error))

    def on_console(message: ConsoleMessage) -> None:
        errors.extend([message.text] if is_error(message) else [])

    tab.on("pageerror", on_error)
    tab.on("console", on_console)
    yield tab
    await tab.unroute_all()
    if tab.url.startswith("http"):
        await tab.evaluate("sessionStorage.clear(); localStorage.clear()")
    await tab.goto("about:blank")
    tab.remove_listener("pageerror", on_error)
    tab.remove_listener("console", on_console)
    assert errors == []


@pytest.fixture
def visit(page: Page, playground: Playground) -> Callable[..., Any]:
    """Open the page as a user, in a channel given by name."""

    async def opened(person: str = "ada", channel: str = "product") -> Page:
        user = playground.workspace.user(person)
        target = playground.channel(channel) if channel != "app" else None
        place = target.id if target else f"D0{user.id.removeprefix('U0')}"
        await page.goto(f"{playground.slack.base_url}/?as={user.id}#{place}")
        await page.get_by_role("main").wait_for()
        return page

    return opened
