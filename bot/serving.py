"""An HTTP server in a running event loop, with bounds on what strangers can make it hold."""

import asyncio
import contextlib
import socket
from collections.abc import Generator
from typing import Any, Final, cast

import structlog
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

logger = structlog.get_logger(__name__)

MAX_CONNECTIONS: Final = 512
"""Open connections: below the 1,024 descriptors that systems usually allow a process."""
BACKLOG: Final = 128
"""Connections that the loop accepts in one go, before it can close any."""
HEADER_SECONDS: Final = 10.0
"""Seconds that the headers of a request may take, from the connection or their first byte on."""
MAX_HEADERS: Final = 32_768
"""Bytes of headers; Slack sends less than 2,000."""

# Seconds that an idle connection stays open: longer than any client's pool keeps one (aiohttp: 15,
# common proxies: 60). If the server is the first to close it, a request sent in that instant is
# lost, and the client can't tell whether it arrived.
KEEP_ALIVE_SECONDS = 75


class PortTaken(OSError):
    """The server cannot listen on its port; the message says what to do."""


class BoundedProtocol(HttpToolsProtocol):
    """HTTP of one connection, which is closed when its headers are slow or large.

    When there are too many connections, the one that has waited longest for a request is closed.
    Requests that are being answered are never interrupted, and a new connection gets its turn.

    Attributes:
        waiting_since: the loop's time at which the connection began to wait for a request.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._reading_headers = True
        self._header_bytes = 0
        self.waiting_since = self.loop.time()
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Make room if there are too many connections, and expect the headers in time."""
        super().connection_made(cast("asyncio.Transport", transport))
        self._expect_headers()
        if len(self.connections) > MAX_CONNECTIONS:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timer."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count the bytes of unfinished headers."""
        super().data_received(data)
        if self._reading_headers:
            self._header_bytes += len(data)
            if self._header_bytes > MAX_HEADERS:
                self.transport.abort()

    def on_message_begin(self) -> None:
        """Expect the headers of the next request in time."""
        super().on_message_begin()
        self._reading_headers, self._header_bytes = True, 0
        self._expect_headers()

    def on_headers_complete(self) -> None:
        """Start to answer."""
        self._reading_headers = False
        self._stop_timer()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self.waiting_since = self.loop.time()
        super().on_response_complete()

    def _expect_headers(self) -> None:
        self._stop_timer()
        self.waiting_since = self.loop.time()
        self._timer = self.loop.call_later(HEADER_SECONDS, self.close_now)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _make_room(self) -> None:
        """Close the connection that has waited longest for a request: this one if all are busy."""
        waiting = [each for each in self.connections if isinstance(each, BoundedProtocol)]
        idle = (each for each in waiting if not each.cycle or each.cycle.response_complete)
        oldest = min(idle, key=lambda each: each.waiting_since, default=self)
        logger.debug("too many connections, one is closed", limit=MAX_CONNECTIONS)
        oldest.close_now()

    def close_now(self) -> None:
        """Close the connection, and leave the set before `connection_lost` comes."""
        self.connections.discard(self)
        self.transport.abort()


class _Server(uvicorn.Server):
    """A uvicorn server that installs no signal handlers."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Do not handle signals: the caller does."""
        yield


class HttpServer:
    """Serves one ASGI application."""

    def __init__(self, application: ASGIApp, host: str, port: int, grace: int = 5) -> None:
        """Create a server; it listens after `start`.

        Port 0 is any free one; open requests have `grace` seconds to finish at shutdown.
        """
        self._host, self._port = host, port
        config = uvicorn.Config(
            application,
            http=BoundedProtocol,
            backlog=BACKLOG,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=grace,
        )
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None
        self._socket: socket.socket | None = None

    @property
    def port(self) -> int:
        """The port of the listening socket; before `start`, the configured one."""
        if self._socket is None:
            return self._port
        return int(self._socket.getsockname()[1])

    async def start(self) -> None:
        """Start to listen.

        Raises:
            PortTaken: the port is in use, or needs a privilege.
        """
        try:
            self._socket = socket.create_server((self._host, self._port), backlog=BACKLOG)
        except OSError as error:
            raise PortTaken(
                f"cannot listen on {self._host}:{self._port} ({_reason(error)}): "
                "choose another port, or correct HOST"
            ) from error
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]))

    async def stop(self) -> None:
        """Accept no more requests, finish the open ones, and return."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task
        if self._socket is not None:
            self._socket.close()


def _reason(error: OSError) -> str:
    """Return the operating system's message, without Python's addition."""
    return str(error.strerror or error).partition(" (while attempting")[0]
