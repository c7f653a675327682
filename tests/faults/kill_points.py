"""Kill points: a bot process kills itself the nth time that it reaches a named point.

The bot's code stays as it is. The hooks are in the libraries that it calls: the connection to the
database, the HTTP client session and the HTTP server.
"""

import asyncio
import os
import signal
import sqlite3
from collections.abc import MutableMapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, get_args

import aiohttp
import psycopg
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.serving import HttpServer
from tests.engines import kill_server

PointName = Literal[
    "before a commit", "after a commit", "before a post", "after a post", "before an ack",
    "after an ack",
]  # fmt: skip
KILL_POINTS: tuple[PointName, ...] = get_args(PointName)
_POSTS = ("chat.postMessage", "chat.update")
_FLUSH_SECONDS = 0.001
"""Seconds after which a written response has left the process."""


@dataclass
class KillPoint:
    """The nth time that a named point is reached.

    Attributes:
        point: the named point.
        nth: which time.
        server: the process id of the PostgreSQL server to kill; None to kill this process.
    """

    point: PointName
    nth: int
    server: int | None = None

    def count(self, point: PointName) -> bool:
        """Count a reached point; return whether it is the nth."""
        if point == self.point:
            self.nth -= 1
        return point == self.point and self.nth == 0

    def reach(self, point: PointName) -> None:
        """Count a reached point, and kill this process if it is the nth."""
        if self.count(point):
            self.strike()

    def strike(self) -> None:
        """Kill the server, or this process."""
        if self.server is None:
            kill_self()
        else:
            kill_server(self.server)


def kill_self() -> None:
    """Send SIGKILL to this process: nothing is finished or closed."""
    os.kill(os.getpid(), signal.SIGKILL)


def install(kill_point: KillPoint) -> None:
    """Hook the kill point into this process, which must be one of its own."""
    _hook_commits(kill_point)
    _hook_posts(kill_point)
    _hook_acks(kill_point)


def _hook_commits(kill_point: KillPoint) -> None:
    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
            is_commit = sql.strip().upper() == "COMMIT"
            if is_commit:
                kill_point.reach("before a commit")
            cursor = super().execute(sql, *parameters)
            if is_commit:
                kill_point.reach("after a commit")
            return cursor

    commit = psycopg.Connection.commit

    def hooked(self: psycopg.Connection[Any]) -> None:
        kill_point.reach("before a commit")
        commit(self)
        kill_point.reach("after a commit")

    psycopg.Connection.commit = hooked  # type: ignore[method-assign] - for this process only
    sqlite3.connect = partial(sqlite3.connect, factory=Connection)  # type: ignore[assignment] - for this process only


def _hook_posts(kill_point: KillPoint) -> None:
    request = aiohttp.ClientSession._request

    async def hooked(self: aiohttp.ClientSession, method: str, url: Any, **more: Any) -> Any:
        is_post = str(url).endswith(_POSTS)
        if is_post:
            kill_point.reach("before a post")
        response = await request(self, method, url, **more)
        if is_post:
            kill_point.reach("after a post")
        return response

    aiohttp.ClientSession._request = hooked  # type: ignore[method-assign] - for this process only


def _hook_acks(kill_point: KillPoint) -> None:
    serve = HttpServer.__init__

    def hooked(self: HttpServer, application: ASGIApp, *rest: Any, **more: Any) -> None:
        serve(self, _Acks(application, kill_point), *rest, **more)

    HttpServer.__init__ = hooked  # type: ignore[method-assign] - for this process only


class _Acks:
    def __init__(self, application: ASGIApp, kill_point: KillPoint) -> None:
        self._application, self._kill_point = application, kill_point

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def hooked(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                self._kill_point.reach("before an ack")
            await send(message)
            if message["type"] == "http.response.body" and self._kill_point.count("after an ack"):
                asyncio.get_running_loop().call_later(_FLUSH_SECONDS, self._kill_point.strike)

        is_slacks = scope.get("path") == "/slack/events"
        await self._application(scope, receive, hooked if is_slacks else send)
