"""A bot on a restored database, and the health of a running bot."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.storage.maintenance.backup import back_up
from tests.scenarios.harness import Harness
from tests.scenarios.messages import text_of
from tests.storage.restores import restore


@pytest.mark.parametrize("transport", ["http"])
async def test_a_restored_database_posts_nothing_twice(harness: Harness, tmp_path: Path) -> None:
    """What was pending in the backup and posted since is asked about, and not posted again."""
    ada, faults = harness.playground.user("ada"), harness.playground.faults
    async with harness.run_bot():
        faults.add("refused", method="chat.postMessage", error="service_unavailable")
        await harness.open_questionnaire(ada)
        assert (await ada.submit(await harness.fill_questionnaire(ada))).ok
        await harness.wait_for_row("deliveries", lambda row: row["state"] == "pending")
        saved = tmp_path / "saved.db"
        copy = await asyncio.to_thread(back_up, harness.database, saved)
        assert copy.found.decisions == 1
        faults.clear()
        harness.playground.clock.advance(timedelta(minutes=6))
        await harness.wait_for_post(ada)
    restored = restore(saved, harness.database, harness.playground.clock.now())
    assert restored.waiting == 2
    harness.playground.clock.advance(timedelta(seconds=75))
    async with harness.run_bot():
        await harness.wait_for_message(ada, "posting decision #1", ada.im.id)
        await ada.click(ada.sees(ada.im.id)[-1], "dismiss")
        await harness.wait_for_row("deliveries", lambda row: row["state"] == "dismissed")
        harness.playground.clock.advance(timedelta(seconds=75))
        await harness.wait_for_row(
            "deliveries",
            lambda row: (row["kind"], row["state"]) == ("recommendation", "unknown"),
        )
    by_app = [each for each in harness.playground.messages("product") if each.by_app]
    assert len(by_app) == 2


@pytest.mark.parametrize("transport", ["http"])
async def test_old_buttons_act_on_no_new_decision(harness: Harness, tmp_path: Path) -> None:
    """Buttons of a decision lost by a restore are refused, and its number is not reused."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    async with harness.run_bot():
        await harness.post_decision(ada)
    saved = tmp_path / "saved.db"
    await asyncio.to_thread(back_up, harness.database, saved)
    async with harness.run_bot():
        gone, _ = await harness.post_decision(ben)
    assert restore(saved, harness.database, harness.playground.clock.now()).gap == 0
    async with harness.run_bot():
        await harness.post_decision(ada)
        for button in ("accept", "override", "add_view"):
            seen = len(harness.playground.messages("product"))
            assert (await ben.click(gone, button, block_id="@T0NORTH|decision:2")).ok
            await harness.playground.until(
                lambda seen=seen: any(
                    "There is no decision #2 here." in text_of(each) and each.ephemeral_to == ben.id
                    for each in harness.playground.messages("product")[seen:]
                )
            )
            assert ben.modal is None
    rows = harness.rows("decisions")
    assert [(row["number"], row["status"]) for row in rows] == [(1, "open"), (3, "open")]


async def test_health_and_metrics_of_the_running_bot(harness: Harness) -> None:
    """/readyz reports the bot as ready; /metrics counts acks, playbooks and posts."""
    ada = harness.playground.user("ada")
    async with harness.run_bot() as bot:
        await harness.open_questionnaire(ada)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{bot.port}") as client:
            ready = await client.get("/readyz")
            metrics = (await client.get("/metrics")).text
            await harness.post_decision(harness.playground.user("ben"))
            await harness.wait_for_row("deliveries", _is_sent_recommendation)
            later = (await client.get("/metrics")).text
    assert ready.json() == {"ready": True, "problems": [], "warnings": []}
    acked = f'ragvsft_ack_seconds_count{{outcome="ok",transport="{harness.transport}"}} 1.0'
    assert acked in metrics
    assert 'ragvsft_playbook_info{hash="' in metrics
    assert "ragvsft_database_up 1.0" in metrics
    assert 'ragvsft_delivery_attempts_total{outcome="sent"} 0.0' in metrics
    assert 'ragvsft_delivery_attempts_total{outcome="sent"} 2.0' in later


def _is_sent_recommendation(row: dict[str, Any]) -> bool:
    return (row["kind"], row["state"]) == ("recommendation", "sent")
