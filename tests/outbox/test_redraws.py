"""Redraws take few calls and end with the latest state, whatever Slack answers."""

import asyncio
from dataclasses import replace

import pytest

from bot.decisions.events import Change, Event, HandedOver
from bot.decisions.model import Decision
from bot.services.transactions import change_decision
from tests.services.harness import ADA
from tests.slack.tiny_slack import WITHIN, WorkerHarness


async def posted(env: WorkerHarness) -> int:
    """Post a decision with its recommendation; return its number."""
    decision = await env.harness.post_decision()
    for _ in range(2):
        await env.advance(seconds=1)
    return decision.number


async def handed_over(env: WorkerHarness, number: int, times: int) -> str:
    """Hand a decision over repeatedly, with posts in its channel only; return the last decider."""

    def change(decision: Decision) -> Change:
        detail = HandedOver(decision.deciders, (user,))
        event = Event(detail, ADA.user, env.harness.clock.now())
        return Change(replace(decision, deciders=(user,)), event)

    for time in range(times):
        user = f"U{time + 100}"
        await env.harness.write(change_decision, "T1", number, change)
    env.wake.set()
    return f"U{times + 99}"


async def test_fifty_changes_while_slack_is_slow_are_a_few_updates(env: WorkerHarness) -> None:
    """Changes during an update are shown by one more update, with the latest state."""
    number = await posted(env)
    env.slack.gate.clear()
    await handed_over(env, number, 1)
    env.wake.set()
    async with asyncio.timeout(WITHIN):
        while not any("ts" in each for each in env.slack.arrived):  # not the decider's message
            env.slack.asked.clear()
            await env.slack.asked.wait()
    last = await handed_over(env, number, 50)
    env.slack.gate.set()
    for _ in range(3):
        await env.advance(seconds=1)
    announced = [each["blocks"] for each in env.slack.updates if each["channel"] == "C1"]
    assert 1 < len(announced) <= 3
    assert last in str(announced[-1])


@pytest.mark.parametrize("trouble", ["429 30", "503", "drop_before", "drop_after", "504"])
async def test_an_update_is_tried_until_it_shows(env: WorkerHarness, trouble: str) -> None:
    """A failed update is retried until it shows the latest state."""
    number = await posted(env)
    env.slack.script = [trouble] * 2
    last = await handed_over(env, number, 3)
    for _ in range(12):
        await env.advance(seconds=30)
    assert last in str(env.slack.updates[-1]["blocks"])
    rows = await env.harness.rows("deliveries")
    assert {row["state"] for row in rows if row["kind"] == "redraw"} == {"sent"}


async def test_a_slowed_update_holds_up_no_post(env: WorkerHarness) -> None:
    """A 429 of chat.update does not delay chat.postMessage."""
    number = await posted(env)
    env.slack.script = ["429 300"]
    await env.harness.services.decisions.accept(ADA, number)
    await env.rest()
    await env.harness.services.notify(ADA, "Meanwhile.")
    for _ in range(4):
        await env.advance(seconds=1)
    texts = {each["text"] for each in env.slack.kept}
    assert {"Meanwhile.", "<@U1> accepted the recommendation: *RAG*."} <= texts
    assert env.slack.updates == []
