"""A bot on a restored log does not post again what went out after the backup was made."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.storage.backup import back_up
from bot.storage.restore import restore_database
from tests.scenarios.house import House, text_of


@pytest.mark.parametrize("transport", ["http"])
async def test_a_restored_log_posts_nothing_twice(house: House, tmp_path: Path) -> None:
    """What waited at the backup and was posted since is asked about; the channel has it once."""
    ada, faults = house.playground.user("ada"), house.playground.faults
    async with house.bot():
        faults.add("refused", method="chat.postMessage", error="service_unavailable")
        await house.start(ada)
        assert (await ada.submit(await house.to_review(ada))).ok
        await house.until_logged("deliveries", lambda row: row["state"] == "pending")
        saved = tmp_path / "saved.db"
        copy = await asyncio.to_thread(back_up, house.database, saved)
        assert copy.found.decisions == 1
        faults.clear()
        house.playground.clock.advance(timedelta(minutes=6))
        await house.posted(ada)
    restored = restore_database(saved, house.database, house.playground.clock.now())
    assert restored.waiting == 2
    house.playground.clock.advance(timedelta(seconds=75))
    async with house.bot():
        await house.message_with(ada, "posting decision #1", ada.im.id)
        await ada.click(ada.sees(ada.im.id)[-1], "dismiss")
        await house.until_logged("deliveries", lambda row: row["state"] == "dismissed")
        house.playground.clock.advance(timedelta(seconds=75))
        await house.until_logged(
            "deliveries",
            lambda row: (row["kind"], row["state"]) == ("recommendation", "unknown"),
        )
    by_app = [each for each in house.playground.messages("product") if each.by_app]
    assert len(by_app) == 2


@pytest.mark.parametrize("transport", ["http"])
async def test_old_buttons_act_on_no_new_decision(house: House, tmp_path: Path) -> None:
    """Buttons of a decision that a restore took away say so; the next has a number of its own."""
    ada, ben = house.playground.user("ada"), house.playground.user("ben")
    async with house.bot():
        await house.decide(ada)
    saved = tmp_path / "saved.db"
    await asyncio.to_thread(back_up, house.database, saved)
    async with house.bot():
        gone, _ = await house.decide(ben)
    assert restore_database(saved, house.database, house.playground.clock.now()).gap == 0
    async with house.bot():
        await house.decide(ada)
        for button in ("accept", "override", "add_view"):
            seen = len(house.playground.messages("product"))
            assert (await ben.click(gone, button, block_id="decision:2")).ok
            await house.playground.until(
                lambda seen=seen: any(
                    "There is no decision #2 here." in text_of(each) and each.ephemeral_to == ben.id
                    for each in house.playground.messages("product")[seen:]
                )
            )
            assert ben.modal is None
    rows = house.rows("decisions")
    assert [(row["number"], row["status"]) for row in rows] == [(1, "open"), (3, "open")]


async def test_the_running_bot_tells_how_it_is(house: House) -> None:
    """Probes find the bot ready; a scrape has its acks, its playbooks, and what it has posted."""
    ada = house.playground.user("ada")
    async with house.bot() as bot:
        await house.start(ada)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{bot.port}") as client:
            ready = await client.get("/readyz")
            metrics = (await client.get("/metrics")).text
            await house.decide(house.playground.user("ben"))
            await house.until_logged("deliveries", _is_sent_recommendation)
            later = (await client.get("/metrics")).text
    assert ready.json() == {"ready": True, "problems": [], "warnings": []}
    acked = f'ragvsft_ack_seconds_count{{outcome="ok",transport="{house.transport}"}} 1.0'
    assert acked in metrics
    assert 'ragvsft_playbook_info{hash="' in metrics
    assert "ragvsft_database_up 1.0" in metrics
    assert 'ragvsft_delivery_attempts_total{outcome="sent"} 0.0' in metrics
    assert 'ragvsft_delivery_attempts_total{outcome="sent"} 2.0' in later


def _is_sent_recommendation(row: dict[str, Any]) -> bool:
    return (row["kind"], row["state"]) == ("recommendation", "sent")
