"""Two bots on one PostgreSQL database are restarted one after the other; no press is lost."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from typing import Any, Self

import pytest

from tests.scenarios.harness import Harness
from tests.scenarios.messages import delivery_key

NAMES = ("ada", "ben", "chloe", "dev")


class RunningBot:
    """A bot that a test starts and stops at any time."""

    def __init__(self, harness: Harness) -> None:
        self._harness = harness
        self._stack = AsyncExitStack()
        self._may_commit = asyncio.Event()
        self._may_commit.set()
        self.holding = 0

    async def start(self) -> Self:
        """Start it, and route requests over HTTP to it."""
        self._bot = await self._stack.enter_async_context(self._harness.run_bot())
        post = self._bot.services.post

        async def held(*details: Any) -> Any:
            self.holding += 1
            self._harness.playground.slack.mark_changed()
            await self._may_commit.wait()
            return await post(*details)

        self._bot.services.post = held  # type: ignore[method-assign]  # to stop it meanwhile
        return self

    def hold(self) -> None:
        """Let submissions wait before their transaction."""
        self.holding = 0
        self._may_commit.clear()

    def go_on(self) -> None:
        """Let the submissions that wait go on."""
        self._may_commit.set()

    def take_requests(self) -> None:
        """Route requests over HTTP to it, as a load balancer does."""
        self._harness.playground.outbox = self._bot.outbox
        if self._harness.transport == "http":
            url = f"http://127.0.0.1:{self._bot.port}/slack/events"
            self._harness.playground.connect_http(url)

    async def stop(self) -> None:
        """Stop it, as SIGTERM does."""
        await self._stack.aclose()


@pytest.mark.parametrize("transport", ["http on postgres", "socket on postgres"], indirect=True)
async def test_a_rolling_restart_loses_no_press(harness: Harness) -> None:
    """Submissions in progress while a bot stops are acked, and become one decision each."""
    people = [harness.playground.user(name) for name in NAMES]
    bots = [await RunningBot(harness).start() for _ in range(2)]
    for number in range(2):
        leaving, staying = bots
        leaving.take_requests()
        views = []
        for person in people:
            await harness.open_questionnaire(person)
            title = f"{person.user.name} {number}"
            views.append(await harness.fill_questionnaire(person, title=title))
        for each in bots:
            each.hold()
        submitting = asyncio.gather(
            *(each.submit(view) for each, view in zip(people, views, strict=True))
        )
        await harness.playground.until(
            lambda bots=bots: sum(each.holding for each in bots) == len(people)
        )
        staying.take_requests()
        stopping = asyncio.create_task(leaving.stop())
        assert (await harness.run_command(people[0], "help")).ephemeral_to == people[0].id
        assert not submitting.done()
        for each in bots:
            each.go_on()
        assert [(each.status, each.error) for each in await submitting] == [(200, None)] * 4
        await stopping
        bots = [staying, await RunningBot(harness).start()]
    titles = sorted(row["title"] for row in harness.rows("decisions"))
    assert titles == sorted(f"{name} {number}" for name in NAMES for number in range(2))
    for person in people:
        await harness.wait_for_post(person)
    for each in bots:
        await each.stop()
    workspace = harness.playground.workspace.id
    posted = Counter(map(delivery_key, harness.playground.messages("product")))
    assert [posted[f"{workspace}/{number}/announcement"] for number in range(1, 9)] == [1] * 8
