"""Socket Mode: the app opens connections, each envelope goes out over one of them.

Source: docs.slack.dev/apis/events-api/using-socket-mode. The server has its own port, which the
first requested URL opens.
"""

import asyncio
import itertools
import json
import socket
import uuid
from collections.abc import Callable, Coroutine

from aiohttp import WSMsgType, web

from bot.playground.slack_model import Json, parse_json_object

CONNECTIONS_MAX = 10


class SocketModeServer:
    """The WebSocket server for Socket Mode."""

    def __init__(
        self,
        app_id: str,
        spawn: Callable[[Coroutine[object, object, object]], None],
        mark_changed: Callable[[], None],
    ) -> None:
        self._app_id = app_id
        self._spawn = spawn
        self._mark_changed = mark_changed
        self._listening: socket.socket | None = None
        self._runner: web.AppRunner | None = None
        self._tickets: set[str] = set()
        self._next_connection = itertools.count()
        self._waiting: dict[str, asyncio.Future[Json | None]] = {}
        self.connections: list[web.WebSocketResponse] = []

    def new_url(self) -> str:
        """Return a URL that is valid for one connection."""
        if self._listening is None:
            self._listening = socket.create_server(("127.0.0.1", 0))
            self._spawn(self._serve(self._listening))
        ticket = uuid.uuid4().hex
        self._tickets.add(ticket)
        port = self._listening.getsockname()[1]
        return f"ws://127.0.0.1:{port}/socket?ticket={ticket}&app_id={self._app_id}"

    async def request(
        self, kind: str, payload: Json, attempt: int, retry_reason: str
    ) -> Json | None:
        """Send an envelope over one of the connections and wait for its ack.

        Returns:
            The payload of the ack, or None.

        Raises:
            ConnectionError: the connection closed before the ack.
        """
        envelope_id = str(uuid.uuid4())
        envelope: Json = {
            "envelope_id": envelope_id,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": retry_reason}
        ack: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = ack
        connection = self.connections[next(self._next_connection) % len(self.connections)]
        try:
            await connection.send_str(json.dumps(envelope))
            return await ack
        finally:
            self._waiting.pop(envelope_id, None)

    async def close(self) -> None:
        """Close the connections and the port."""
        for connection in tuple(self.connections):
            await connection.close()
        if self._runner is not None:
            await self._runner.cleanup()
        if self._listening is not None:
            self._listening.close()

    async def _serve(self, listening: socket.socket) -> None:
        app = web.Application()
        app.router.add_get("/socket", self._connect)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.SockSite(self._runner, listening).start()

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=401)
        self._tickets.discard(ticket)
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        if len(self.connections) >= CONNECTIONS_MAX:
            await connection.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await connection.close()
            return connection
        hello = {
            "type": "hello",
            "num_connections": len(self.connections) + 1,
            "connection_info": {"app_id": self._app_id},
            "debug_info": {"host": "playground", "approximate_connection_time": 3600},
        }
        await connection.send_json(hello)
        self.connections.append(connection)
        self._mark_changed()
        try:
            async for frame in connection:
                if frame.type is WSMsgType.TEXT:
                    self._handle_ack(str(frame.data))
        finally:
            self.connections.remove(connection)
            self._mark_changed()
        return connection

    def _handle_ack(self, text: str) -> None:
        received = parse_json_object(text) or {}
        ack = self._waiting.get(str(received.get("envelope_id")))
        if ack is not None and not ack.done():
            ack.set_result(received.get("payload"))
