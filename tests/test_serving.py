"""The HTTP server in a running event loop."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot import serving
from bot.serving import HttpServer, PortTaken

LOOPBACK = "127.0.0.1"
# Seconds after which uvicorn by default closes an idle connection.
UVICORN_KEEP_ALIVE = 5


class Slow:
    """An endpoint that answers once the test sets `go_on`."""

    def __init__(self) -> None:
        self.asked, self.go_on = asyncio.Event(), asyncio.Event()

    async def answer(self, _request: Request) -> Response:
        self.asked.set()
        await self.go_on.wait()
        return PlainTextResponse("late, but whole")


async def hello(_request: Request) -> Response:
    return PlainTextResponse("hello")


@pytest.fixture
async def server() -> AsyncIterator[HttpServer]:
    server = HttpServer(Starlette(routes=[Route("/", hello)]), LOOPBACK, 0)
    await server.start()
    yield server
    await server.stop()


async def test_port_zero_takes_a_free_one(server: HttpServer) -> None:
    """With port 0 the server reports the port it got, and answers there."""
    assert server.port > 0
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://{LOOPBACK}:{server.port}/")
    assert answer.text == "hello"


async def test_no_server_header(server: HttpServer) -> None:
    """Responses do not name the server's software."""
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://{LOOPBACK}:{server.port}/")
    assert "server" not in answer.headers


async def test_an_idle_connection_stays_open(server: HttpServer) -> None:
    """The server doesn't close an idle connection just when a client may want to use it again."""
    reader, writer = await asyncio.open_connection(LOOPBACK, server.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n")
    async with asyncio.timeout(60):
        await reader.readuntil(b"hello")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(UVICORN_KEEP_ALIVE + 1):
            await reader.read()
    writer.close()


class Client:
    """Opens connections, and closes them after the test."""

    def __init__(self) -> None:
        self.writers: list[asyncio.StreamWriter] = []

    async def open(self, server: HttpServer, sent: bytes) -> asyncio.StreamReader:
        """Open a connection and send these bytes."""
        reader, writer = await asyncio.open_connection(LOOPBACK, server.port)
        writer.write(sent)
        self.writers.append(writer)
        return reader


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    client = Client()
    yield client
    for writer in client.writers:
        writer.transport.abort()


HALF = b"GET / HTTP/1.1\r\nHost: test\r\n"


async def closed(reader: asyncio.StreamReader) -> bool:
    """Wait until the server closes a connection; return whether it did so without an answer."""
    async with asyncio.timeout(60):
        try:
            return await reader.read() == b""
        except ConnectionError:
            return True


@pytest.mark.parametrize("before", [b"", HALF + b"\r\n"], ids=["first", "second request"])
async def test_slow_headers_are_cut_off(
    server: HttpServer, client: Client, monkeypatch: pytest.MonkeyPatch, before: bytes
) -> None:
    """A connection whose headers do not come to an end in time is closed."""
    monkeypatch.setattr(serving, "HEADER_SECONDS", 0.2)
    reader = await client.open(server, before)
    if before:
        await reader.readuntil(b"hello")
    client.writers[-1].write(HALF)
    assert await closed(reader)


async def test_a_connection_without_a_request_is_cut_off(
    server: HttpServer, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection on which nothing is sent is closed."""
    monkeypatch.setattr(serving, "HEADER_SECONDS", 0.2)
    assert await closed(await client.open(server, b""))


async def test_endless_headers_are_cut_off(server: HttpServer, client: Client) -> None:
    """A connection whose headers are too large is closed before they end."""
    assert await closed(await client.open(server, HALF + b"x: " + b"x" * serving.MAX_HEADERS))


async def test_a_new_connection_replaces_the_one_that_waits_longest(
    server: HttpServer, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the limit a half-open connection makes room, the oldest first, and a request is served."""
    monkeypatch.setattr(serving, "MAX_CONNECTIONS", 2)
    oldest = await client.open(server, HALF)
    newer = await client.open(server, HALF)
    answered = await client.open(server, HALF + b"\r\n")
    async with asyncio.timeout(60):
        await answered.readuntil(b"hello")
    assert await closed(oldest)
    client.writers[-2].write(b"\r\n")
    async with asyncio.timeout(60):
        await newer.readuntil(b"hello")


async def test_requests_are_not_interrupted_by_new_connections(
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """When all connections are busy, a new one is closed and the requests are answered."""
    monkeypatch.setattr(serving, "MAX_CONNECTIONS", 1)
    slow = Slow()
    server = HttpServer(Starlette(routes=[Route("/", slow.answer)]), LOOPBACK, 0)
    await server.start()
    asking = await client.open(server, HALF + b"\r\n")
    async with asyncio.timeout(60):
        await slow.asked.wait()
        assert await closed(await client.open(server, HALF))
        slow.go_on.set()
        await asking.readuntil(b"late, but whole")
    await server.stop()


async def test_a_port_that_is_taken_is_named(server: HttpServer) -> None:
    """A second server on the same port fails with an error that names the port."""
    second = HttpServer(Starlette(), LOOPBACK, server.port)
    with pytest.raises(PortTaken) as raised:
        await second.start()
    assert f"{LOOPBACK}:{server.port} (Address already in use): " in str(raised.value)
    assert "choose another port" in str(raised.value)


async def test_an_address_of_another_machine_is_named() -> None:
    """Listening on an address of another machine fails with the same error."""
    with pytest.raises(PortTaken, match=r"192\.0\.2\.1:0 \([^()]+\): .*, or correct HOST$"):
        await HttpServer(Starlette(), "192.0.2.1", 0).start()


async def test_stopping_finishes_open_requests() -> None:
    """An open request is answered in full before `stop` returns."""
    slow = Slow()
    server = HttpServer(Starlette(routes=[Route("/", slow.answer)]), LOOPBACK, 0)
    await server.start()
    async with httpx.AsyncClient() as client:
        asking = asyncio.create_task(client.get(f"http://{LOOPBACK}:{server.port}/"))
        async with asyncio.timeout(60):
            await slow.asked.wait()
            stopping = asyncio.create_task(server.stop())
            slow.go_on.set()
            assert (await asking).text == "late, but whole"
            await stopping


async def test_after_stopping_the_port_is_free() -> None:
    """A stopped server frees its port."""
    server = HttpServer(Starlette(), LOOPBACK, 0)
    await server.start()
    port = server.port
    await server.stop()
    socket.create_server((LOOPBACK, port)).close()


async def test_signal_handlers_are_unchanged(server: HttpServer) -> None:
    """The server leaves the process's signal handlers unchanged."""
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    async with httpx.AsyncClient() as client:
        await client.get(f"http://{LOOPBACK}:{server.port}/")
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
