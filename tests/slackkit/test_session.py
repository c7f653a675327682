"""Calls to a workspace that does not answer leave room for those to others."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.web.async_client import AsyncWebClient

from bot.slackkit.session import PER_TOKEN, slack_session

WITHIN = 30.0


class HangingSlack:
    """Answers every token except `xoxb-hangs`, whose calls wait until `may_answer` is set."""

    def __init__(self) -> None:
        self.may_answer = asyncio.Event()
        self.arrived = Counter[str]()
        self.full = asyncio.Event()
        self.full_at = PER_TOKEN
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.arrived[token] += 1
        if token == "xoxb-hangs":
            if self.arrived[token] >= self.full_at:
                self.full.set()
            await self.may_answer.wait()
        return web.json_response({"ok": True})


@pytest.fixture
async def slack() -> AsyncIterator[HangingSlack]:
    """A served Slack that leaves the calls of one workspace unanswered."""
    hanging = HangingSlack()
    app = web.Application()
    app.router.add_post("/api/{method}", hanging.handle)
    async with TestServer(app) as server:
        hanging.url = str(server.make_url("/api/"))
        yield hanging
        hanging.may_answer.set()


def client(slack: HangingSlack, session: aiohttp.ClientSession, token: str) -> AsyncWebClient:
    return AsyncWebClient(token, base_url=slack.url, session=session, retry_handlers=[])


async def test_150_people_of_a_hanging_workspace_hold_up_no_other(slack: HangingSlack) -> None:
    """Calls beyond a workspace's share wait for its others, and not in the way of other calls."""
    async with slack_session(WITHIN) as session, asyncio.timeout(WITHIN):
        hanging = client(slack, session, "xoxb-hangs")
        calls = [asyncio.create_task(hanging.views_open(view={})) for _ in range(150)]
        await slack.full.wait()
        answer = await client(slack, session, "xoxb-well").views_open(view={})
        assert answer["ok"]
        assert slack.arrived["xoxb-hangs"] == PER_TOKEN
        slack.may_answer.set()
        assert len(await asyncio.gather(*calls)) == 150


async def test_a_call_that_waits_too_long_was_not_sent(slack: HangingSlack) -> None:
    """A call that gets no turn fails like one without a connection: it may be repeated."""
    async with slack_session(0.4, per_token=1) as session:
        hanging = client(slack, session, "xoxb-hangs")
        slack.full_at = 1
        first = asyncio.create_task(hanging.api_test())
        await slack.full.wait()
        with pytest.raises(aiohttp.ConnectionTimeoutError):
            await hanging.api_test()
        with pytest.raises(TimeoutError):
            await first
        assert slack.arrived["xoxb-hangs"] == 1
        slack.may_answer.set()
        assert (await hanging.api_test())["ok"]
