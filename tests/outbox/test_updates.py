"""Redrawing messages: few calls, the last state in the end, whatever Slack does meanwhile."""

import asyncio
from dataclasses import replace

import pytest

from bot.decisions.events import Change, Event, EventKind
from bot.decisions.model import Decision
from bot.services.transactions import change_decision
from tests.services.world import ADA
from tests.slack.tiny_slack import WITHIN, Delivering


async def posted(house: Delivering) -> int:
    """Have a decision posted with its recommendation; return its number."""
    decision = await house.world.decided()
    for _ in range(2):
        await house.advance(seconds=1)
    return decision.number


async def handed_over(house: Delivering, number: int, times: int) -> str:
    """Hand a decision over again and again, told in its channel alone; return whom at last."""

    def change(decision: Decision) -> Change:
        detail = {"from": " ".join(decision.deciders), "to": user}
        event = Event(EventKind.HANDED_OVER, ADA.user, house.world.clock.now(), detail)
        return Change(replace(decision, deciders=(user,)), event)

    for time in range(times):
        user = f"U{time + 100}"
        await house.world.write(change_decision, "T1", number, change)
    house.woken.set()
    return f"U{times + 99}"


async def test_fifty_changes_while_slack_is_slow_are_a_few_updates(house: Delivering) -> None:
    """What changes while an update is under way is shown by one more, with the last state."""
    number = await posted(house)
    house.slack.gate.clear()
    house.slack.asked.clear()
    await handed_over(house, number, 1)
    house.woken.set()
    async with asyncio.timeout(WITHIN):
        await house.slack.asked.wait()
    last = await handed_over(house, number, 50)
    house.slack.gate.set()
    for _ in range(3):
        await house.advance(seconds=1)
    assert 1 < len(house.slack.updates) <= 3
    assert last in str(house.slack.updates[-1]["blocks"])


@pytest.mark.parametrize("trouble", ["429 30", "503", "drop_before", "drop_after", "504"])
async def test_an_update_is_tried_until_it_shows(house: Delivering, trouble: str) -> None:
    """Whatever happens to an update, it is tried again, and shows the last state in the end."""
    number = await posted(house)
    house.slack.script = [trouble] * 2
    last = await handed_over(house, number, 3)
    for _ in range(12):
        await house.advance(seconds=30)
    assert last in str(house.slack.updates[-1]["blocks"])
    rows = await house.world.rows("deliveries")
    assert {row["state"] for row in rows if row["kind"] == "redraw"} == {"sent"}


async def test_a_slowed_update_holds_up_no_post(house: Delivering) -> None:
    """A 429 of chat.update is not one of chat.postMessage: people are told meanwhile."""
    number = await posted(house)
    house.slack.script = ["429 300"]
    await house.world.services.decisions.accept(ADA, number)
    await house.rest()
    await house.world.services.notify(ADA, "Meanwhile.")
    for _ in range(4):
        await house.advance(seconds=1)
    texts = {each["text"] for each in house.slack.kept}
    assert {"Meanwhile.", "<@U1> accepted the recommendation: *RAG*."} <= texts
    assert house.slack.updates == []
