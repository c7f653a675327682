"""An HTTP server in a running event loop."""

import asyncio
import contextlib
import socket
from collections.abc import Generator

import uvicorn
from starlette.types import ASGIApp

# Seconds that an idle connection stays open: longer than any client's pool keeps one (aiohttp: 15,
# common proxies: 60). If the server is the first to close it, a request sent in that instant is
# lost, and the client can't tell whether it arrived.
KEEP_ALIVE_SECONDS = 75


class PortTaken(OSError):
    """The server cannot listen on its port; the message says what to do."""


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

        Args:
            application: the application to serve.
            host: the address to listen on.
            port: 0 for any free port.
            grace: seconds that open requests have to finish at shutdown.
        """
        self._host, self._port = host, port
        config = uvicorn.Config(
            application,
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
            self._socket = socket.create_server((self._host, self._port), backlog=1024)
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
