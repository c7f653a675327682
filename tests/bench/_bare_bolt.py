"""Bolt apps that only ack, as the baseline of tests.bench.ack, which runs them.

Each acks with the body of ragvsft's ack, from the environment (REPLIES, by payload type). The app
at /slack/write also commits a row to disk before it acks.
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

Write = Callable[[], Awaitable[None]]


async def _authorize() -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id=None, bot_token="xoxb-bare")


async def _write_nothing() -> None:
    return


def _disk_writer(path: str) -> Write:
    """Return a function that commits a row durably (synchronous=full), on a thread of its own."""
    thread = ThreadPoolExecutor(max_workers=1)

    def connect() -> sqlite3.Connection:
        db = sqlite3.connect(path, isolation_level=None)
        for statement in ("pragma journal_mode=wal", "pragma synchronous=full"):
            db.execute(statement)
        db.execute("create table writes (at text)")
        return db

    connection = thread.submit(connect).result()

    def insert() -> None:
        connection.execute("insert into writes values (datetime())")

    async def write() -> None:
        await asyncio.get_running_loop().run_in_executor(thread, insert)

    return write


def _handler(replies: dict[str, dict[str, Any]], write: Write) -> AsyncSlackRequestHandler:
    app = AsyncApp(
        authorize=_authorize,
        signing_secret=os.environ["SECRET"],
        process_before_response=True,
    )

    async def answer(ack: AsyncAck, body: dict[str, Any]) -> None:
        await write()
        await ack(**replies[body.get("type", "command")])

    app.command("/ragvsft")(answer)
    app.view("questions")(answer)
    app.action("back")(answer)
    return AsyncSlackRequestHandler(app)


async def main() -> None:
    """Serve until terminated."""
    replies = json.loads(os.environ["REPLIES"])
    apps = {"events": _write_nothing, "write": _disk_writer(os.environ["WRITE_DATABASE"])}
    routes = [
        Route(f"/slack/{name}", _handler(replies, write).handle, methods=["POST"])
        for name, write in apps.items()
    ]
    server = HttpServer(Starlette(routes=routes), "127.0.0.1", 0)
    await server.start()
    print(f"listening on :{server.port}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    import uvloop

    uvloop.run(main())
