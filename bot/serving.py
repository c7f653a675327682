"""An HTTP server in a loop that is already running."""

import asyncio
import contextlib
import socket
from collections.abc import Generator

import uvicorn
from starlette.types import ASGIApp


class PortTaken(OSError):
    """The port cannot be listened on; the message says what to do."""


class _Quiet(uvicorn.Server):
    """A server that leaves signals to whoever runs the loop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave the signals alone."""
        yield


class HttpServer:
    """Serves one application until stopped."""

    def __init__(self, application: ASGIApp, host: str, port: int, grace: int = 5) -> None:
        """Make a server; nothing listens before `start`.

        Args:
            application: what to serve.
            host: the address to listen on.
            port: 0 takes any free one.
            grace: seconds that requests under way are given when it stops.
        """
        self._host, self._port = host, port
        config = uvicorn.Config(
            application,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            timeout_graceful_shutdown=grace,
        )
        self._server = _Quiet(config)
        self._task: asyncio.Task[None] | None = None
        self._socket: socket.socket | None = None

    @property
    def port(self) -> int:
        """The port that is listened on."""
        if self._socket is None:
            return self._port
        return int(self._socket.getsockname()[1])

    async def start(self) -> None:
        """Begin to listen.

        Raises:
            PortTaken: somebody else listens there, or it needs a privilege.
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
        """Take no more requests, finish those under way, and return."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task
        if self._socket is not None:
            self._socket.close()


def _reason(error: OSError) -> str:
    """Return the system's own words, without what Python adds to them."""
    return str(error.strerror or error).partition(" (while attempting")[0]
