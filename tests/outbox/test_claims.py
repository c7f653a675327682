"""Two processes on one database; one of them stalls between claiming a delivery and sending it."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from datetime import timedelta

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.outbox.policy import QUARANTINE
from bot.outbox.store import IN_FLIGHT
from bot.outbox.worker import CLAIM_TTL
from bot.storage.connection import Location
from bot.storage.database import Database
from tests.services.harness import ADA
from tests.slack.tiny_slack import WITHIN, TinySlack, WorkerHarness, serving_tiny_slack


class Halting(WorkerHarness):
    """A worker that stalls before it sends, until it is released."""

    def __init__(self, database: Database, url: str, slack: TinySlack) -> None:
        super().__init__(database, url, slack)
        self._halted, self.may_go_on = asyncio.Semaphore(0), asyncio.Event()
        self.may_go_on.set()

    async def _client_for(self, workspace: str) -> AsyncWebClient:
        self._halted.release()
        await self.may_go_on.wait()
        return await super()._client_for(workspace)

    async def halt_over(self, change: Awaitable[object], deliveries: int = 1) -> None:
        """Make a change, and wait until the worker has rendered so many deliveries and stalls."""
        self._halted = asyncio.Semaphore(0)
        self.may_go_on.clear()
        await change
        self.wake.set()
        async with asyncio.timeout(WITHIN):
            for _ in range(deliveries):
                await self._halted.acquire()

    async def go_on(self, after: timedelta) -> None:
        """Advance the stalled worker's clock, and let it finish its delivery."""
        self.harness.clock.advance(after)
        self.may_go_on.set()
        await self.rest()


@pytest.fixture
async def pair(location: Location) -> AsyncIterator[tuple[Halting, WorkerHarness]]:
    """A stalling process, and another one whose worker does not run yet."""
    async with serving_tiny_slack() as (slack, url):
        databases = [await Database(location).open() for _ in range(2)]
        yield Halting(databases[0], url, slack), WorkerHarness(databases[1], url, slack)
        for database in databases:
            await database.close()


@contextlib.asynccontextmanager
async def at_work(env: WorkerHarness) -> AsyncIterator[None]:
    """Run a worker within a block."""
    running = asyncio.create_task(env.worker.run())
    try:
        yield
    finally:
        if isinstance(env, Halting):
            env.may_go_on.set()
        env.worker.stop()
        await running


async def test_what_another_has_posted_meanwhile_is_not_posted_again(
    pair: tuple[Halting, WorkerHarness],
) -> None:
    """A stalled worker does not send a post that another one has reconciled and sent."""
    one, other = pair
    slack, still = one.slack, QUARANTINE + timedelta(seconds=1)
    slack.history = [{"messages": [], "has_more": False}]
    async with at_work(one):
        await one.halt_over(one.harness.post_decision())
        other.harness.clock.advance(still)
        async with at_work(other):
            await other.rest()
            assert len(slack.kept) == 1
            await one.go_on(after=still)
            for _ in range(3):
                for each in pair:
                    await each.advance(seconds=1)
    keys = Counter(each["metadata"]["event_payload"]["key"] for each in slack.kept)
    assert keys == {"T1/1/announcement": 1, "T1/1/recommendation": 1}


async def test_an_unsettled_post_is_sent_after_a_stall(pair: tuple[Halting, WorkerHarness]) -> None:
    """A stalled worker sends a post that no other settled, as a new attempt that starts then."""
    one, _ = pair
    async with at_work(one):
        await one.halt_over(one.harness.post_decision())
        await one.go_on(after=CLAIM_TTL + timedelta(seconds=1))
        (first, _) = await one.harness.rows("deliveries")
        assert (first["state"], first["attempts"]) == ("sent", 2)
        assert first["claimed_at"] == one.harness.clock.now().isoformat()
        await one.advance(seconds=1)
        assert await one.states() == {"announcement": "sent", "recommendation": "sent"}
    assert len(one.slack.kept) == 2


async def test_a_claim_that_a_shutdown_gives_back_is_sent_at_once(
    pair: tuple[Halting, WorkerHarness],
) -> None:
    """A delivery claimed during a shutdown is not posted; the next process posts it at once."""
    one, other = pair
    async with at_work(one):
        await one.halt_over(one.harness.services.notify(ADA, "Claimed."))
        one.worker.stop()
    assert await one.states() == {"notice": "pending"}
    assert one.slack.kept == []
    async with at_work(other):
        await other.rest()
    assert [each["text"] for each in other.slack.kept] == ["Claimed."]


@pytest.mark.parametrize("halt", [IN_FLIGHT, CLAIM_TTL])
async def test_an_older_state_does_not_stay(
    pair: tuple[Halting, WorkerHarness], halt: timedelta
) -> None:
    """An update rendered before a stall is overwritten with the newest state."""
    one, other = pair
    slack, still = one.slack, halt + timedelta(seconds=1)
    async with at_work(one):
        decision = await one.harness.post_decision()
        await one.rest()
        for _ in range(2):
            await one.advance(seconds=1)
            other.harness.clock.advance(timedelta(seconds=1))
        hand_over = one.harness.services.decisions.hand_over
        announced_and_asked = 2
        await one.halt_over(hand_over(ADA, decision.number, ("U100",)), announced_and_asked)
        other.harness.clock.advance(still)
        await hand_over(ADA, decision.number, ("U101",))
        async with at_work(other):
            for _ in range(3):
                await other.advance(seconds=1)
            assert len(slack.updates) == 1
            await one.go_on(after=still + timedelta(seconds=3))
            for _ in range(3):
                for each in pair:
                    await each.advance(seconds=11)
    announced = [str(each["blocks"]) for each in slack.updates if "decides" in str(each["blocks"])]
    drawn = ["U100" if "U100" in each else "U101" for each in announced]
    assert drawn == ["U101", "U100", "U101"]
