"""An HTTP server within a loop that runs already."""

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

from bot.serving import HttpServer, PortTaken

LOOPBACK = "127.0.0.1"


class Slow:
    """Answers once it may."""

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
    """A server asked for any port says which it got, and answers there."""
    assert server.port > 0
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://{LOOPBACK}:{server.port}/")
    assert answer.text == "hello"


async def test_it_does_not_say_what_it_is_made_of(server: HttpServer) -> None:
    """Answers carry no header that names the server's software."""
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://{LOOPBACK}:{server.port}/")
    assert "server" not in answer.headers


async def test_a_port_that_is_taken_is_named(server: HttpServer) -> None:
    """A second server on the same port fails with a sentence that names it."""
    second = HttpServer(Starlette(), LOOPBACK, server.port)
    with pytest.raises(PortTaken) as raised:
        await second.start()
    assert f"{LOOPBACK}:{server.port} (Address already in use): " in str(raised.value)
    assert "choose another port" in str(raised.value)


async def test_an_address_that_is_not_here_is_named() -> None:
    """Listening on an address of another machine fails with the same sentence."""
    with pytest.raises(PortTaken, match=r"192\.0\.2\.1:0 \([^()]+\): .*, or correct HOST$"):
        await HttpServer(Starlette(), "192.0.2.1", 0).start()


async def test_stopping_finishes_what_is_under_way() -> None:
    """A request that was taken is answered in full before the server has stopped."""
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
    """What has stopped listens no more, and another can take its port."""
    server = HttpServer(Starlette(), LOOPBACK, 0)
    await server.start()
    port = server.port
    await server.stop()
    socket.create_server((LOOPBACK, port)).close()


async def test_signals_are_left_alone(server: HttpServer) -> None:
    """Whoever runs the loop keeps its own way of handling signals."""
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    async with httpx.AsyncClient() as client:
        await client.get(f"http://{LOOPBACK}:{server.port}/")
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
