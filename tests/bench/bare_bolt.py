"""Bolt apps that only ack, to measure against; run by tests.bench.ack.

Each acks with what ragvsft acked with, from the environment (REPLIES: by kind of request). The one
at /slack/kept does one thing more: it has a row on the disk before it acks.
"""

import asyncio
import json
import os
import sqlite3
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from starlette.applications import Starlette
from starlette.routing import Route

from bot.serving import HttpServer

Keep = Callable[[], Awaitable[None]]


async def _authorize() -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id=None, bot_token="xoxb-bare")


async def _keep_nothing() -> None:
    return


def _disk(path: str) -> Keep:
    """Return what puts a row on the disk, on a thread of its own; it survives a power cut."""
    thread = ThreadPoolExecutor(max_workers=1)

    def connect() -> sqlite3.Connection:
        db = sqlite3.connect(path, isolation_level=None)
        for statement in ("pragma journal_mode=wal", "pragma synchronous=full"):
            db.execute(statement)
        db.execute("create table kept (at text)")
        return db

    connection = thread.submit(connect).result()

    def insert() -> None:
        connection.execute("insert into kept values (datetime())")

    async def keep() -> None:
        await asyncio.get_running_loop().run_in_executor(thread, insert)

    return keep


def _handler(replies: dict[str, dict[str, Any]], keep: Keep) -> AsyncSlackRequestHandler:
    app = AsyncApp(
        authorize=_authorize,
        signing_secret=os.environ["SECRET"],
        process_before_response=True,
    )

    async def answer(ack: AsyncAck, body: dict[str, Any]) -> None:
        await keep()
        await ack(**replies[body.get("type", "command")])

    app.command("/ragvsft")(answer)
    app.view("questions")(answer)
    app.action("back")(answer)
    return AsyncSlackRequestHandler(app)


async def main() -> None:
    """Serve until terminated."""
    replies = json.loads(os.environ["REPLIES"])
    apps = {"events": _keep_nothing, "kept": _disk(os.environ["KEPT"])}
    routes = [
        Route(f"/slack/{name}", _handler(replies, keep).handle, methods=["POST"])
        for name, keep in apps.items()
    ]
    server = HttpServer(Starlette(routes=routes), "127.0.0.1", 0)
    await server.start()
    print(f"listening on :{server.port}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    import uvloop

    uvloop.run(main())
