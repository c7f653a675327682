"""A Bolt app that only acks, to measure against; run by tests.bench.ack."""

import asyncio
import os

from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from starlette.applications import Starlette
from starlette.routing import Route

from bot.serving import HttpServer


async def _authorize() -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id=None, bot_token="xoxb-bare")


async def _ack(ack: AsyncAck) -> None:
    await ack()


async def main() -> None:
    """Serve until terminated."""
    app = AsyncApp(
        authorize=_authorize,
        signing_secret=os.environ["SECRET"],
        process_before_response=True,
    )
    app.command("/ragvsft")(_ack)
    app.view("questions")(_ack)
    handler = AsyncSlackRequestHandler(app)
    web = Starlette(routes=[Route("/slack/events", handler.handle, methods=["POST"])])
    server = HttpServer(web, "127.0.0.1", 0)
    await server.start()
    print(f"listening on :{server.port}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    import uvloop

    uvloop.run(main())
