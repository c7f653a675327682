"""The web application as a process of its own: `python -m tests.web.bounded_server`.

It may open as many files as systems usually allow, prints its port, and ends with its input.
"""

import asyncio
import resource
import sys

from bot.clock import SystemClock
from bot.serving import HttpServer
from bot.web.app import create_web
from tests.web.helpers import SECRET, FakeBackend

DESCRIPTORS = 1024


async def serve() -> None:
    """Serve until the standard input is closed."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
    server = HttpServer(create_web(FakeBackend().endpoints, SystemClock(), SECRET), "127.0.0.1", 0)
    await server.start()
    print(server.port, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await server.stop()


if __name__ == "__main__":
    asyncio.run(serve())
