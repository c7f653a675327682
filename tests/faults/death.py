"""Where a bot dies by its own hand: it counts how often it has come past a point, and kills itself.

The bot's code is left as it is: what is watched are the connection to the database, the client
session and the HTTP server that it is given.
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
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.serving import HttpServer

OwnPoint = Literal[
    "before a commit", "after a commit", "before a post", "after a post", "before an ack",
    "after an ack",
]  # fmt: skip
OWN_POINTS: tuple[OwnPoint, ...] = get_args(OwnPoint)
_POSTS = ("chat.postMessage", "chat.update")
_FLUSH = 0.001
"""Seconds in which an answer that was written leaves the process."""


@dataclass
class Death:
    """A death that is to come: the nth time that a point is passed."""

    point: OwnPoint
    nth: int

    def passes(self, point: OwnPoint) -> bool:
        """Whether passing this point is the end."""
        if point == self.point:
            self.nth -= 1
        return point == self.point and self.nth == 0

    def meet(self, point: OwnPoint) -> None:
        """Pass a point, and die if it is the end."""
        if self.passes(point):
            kill_self()


def kill_self() -> None:
    """End this process at once; nothing is finished, nothing is closed."""
    os.kill(os.getpid(), signal.SIGKILL)


def arm(death: Death) -> None:
    """Have this process die as told. Only for a process that was made for it."""
    _watch_commits(death)
    _watch_posts(death)
    _watch_acks(death)


def _watch_commits(death: Death) -> None:
    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
            is_commit = sql.strip().upper() == "COMMIT"
            if is_commit:
                death.meet("before a commit")
            cursor = super().execute(sql, *parameters)
            if is_commit:
                death.meet("after a commit")
            return cursor

    sqlite3.connect = partial(sqlite3.connect, factory=Connection)  # type: ignore[assignment] - for this process's life


def _watch_posts(death: Death) -> None:
    request = aiohttp.ClientSession._request

    async def watched(self: aiohttp.ClientSession, method: str, url: Any, **more: Any) -> Any:
        is_post = str(url).endswith(_POSTS)
        if is_post:
            death.meet("before a post")
        response = await request(self, method, url, **more)
        if is_post:
            death.meet("after a post")
        return response

    aiohttp.ClientSession._request = watched  # type: ignore[method-assign] - for this process's life


def _watch_acks(death: Death) -> None:
    serve = HttpServer.__init__

    def watched(self: HttpServer, application: ASGIApp, *rest: Any, **more: Any) -> None:
        serve(self, _Acks(application, death), *rest, **more)

    HttpServer.__init__ = watched  # type: ignore[method-assign] - for this process's life


class _Acks:
    def __init__(self, application: ASGIApp, death: Death) -> None:
        self._application, self._death = application, death

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def watched(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                self._death.meet("before an ack")
            await send(message)
            if message["type"] == "http.response.body" and self._death.passes("after an ack"):
                asyncio.get_running_loop().call_later(_FLUSH, kill_self)

        is_slacks = scope.get("path") == "/slack/events"
        await self._application(scope, receive, watched if is_slacks else send)
