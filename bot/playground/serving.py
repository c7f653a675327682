"""Serving the workspace on a loopback port, within the running loop."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import ASGIApp

from bot.playground.playground import Playground
from bot.serving import HttpServer

GRACE = 1
"""Seconds for open streams when the workspace closes: its pages never end theirs themselves."""


@asynccontextmanager
async def serving_app(app: ASGIApp, port: int = 0) -> AsyncIterator[str]:
    """Serve an ASGI app on 127.0.0.1; gives its base URL. Port 0 takes a free one.

    Raises:
        PortTaken: somebody else listens there.
    """
    server = HttpServer(app, "127.0.0.1", port, GRACE)
    await server.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        await server.stop()


@asynccontextmanager
async def serving(playground: Playground, port: int = 0) -> AsyncIterator[str]:
    """Serve the workspace and tell it where it is; gives its base URL.

    Raises:
        PortTaken: somebody else listens there.
    """
    async with serving_app(playground.asgi, port) as base_url:
        playground.at(base_url)
        try:
            yield base_url
        finally:
            await playground.aclose()
