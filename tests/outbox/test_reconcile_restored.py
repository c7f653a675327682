"""After a restore, posts sent since the backup are reconciled with Slack."""

from datetime import timedelta
from pathlib import Path

from bot.outbox.model import announcement_key
from tests.outbox.histories import message, page
from tests.services.harness import ADA
from tests.slack.tiny_slack import WorkerHarness, running_worker


async def test_a_restored_log_looks_before_it_posts(tmp_path: Path) -> None:
    """Posts unsent in the backup are looked up; found ones and their replies are stored as sent."""
    path = tmp_path / "ragvsft.db"
    async with running_worker(path) as env:
        env.worker.stop()
        await env.harness.post_decision()
        await _as_restored(env)
    async with running_worker(path) as again:
        again.slack.history = [
            page(message("T1/1/announcement", "5.0")),
            page(message("T1/1/recommendation", "6.0")),
        ]
        again.harness.clock.advance(timedelta(days=2))
        for _ in range(3):
            await again.rest()
        assert again.slack.kept == []
        assert await again.states() == {"announcement": "sent", "recommendation": "sent"}


async def test_a_restored_log_posts_what_is_missing(tmp_path: Path) -> None:
    """Posts unsent in the backup and not found in Slack are posted in order."""
    path = tmp_path / "ragvsft.db"
    async with running_worker(path) as env:
        env.worker.stop()
        await env.harness.post_decision()
        await _as_restored(env)
    async with running_worker(path) as again:
        again.slack.history = [page(), page()]
        again.harness.clock.advance(timedelta(days=2))
        for _ in range(4):
            await again.advance(seconds=1)
        assert [each.get("thread_ts") for each in again.slack.kept] == [None, "1.0"]


async def test_a_restored_log_asks_where_it_cannot_look(tmp_path: Path) -> None:
    """If Slack cannot be searched, the driver is asked about the announcement; replies wait."""
    path = tmp_path / "ragvsft.db"
    async with running_worker(path) as env:
        env.worker.stop()
        decision = await env.harness.post_decision()
        await _as_restored(env)
    async with running_worker(path) as again:
        again.harness.clock.advance(timedelta(days=2))
        await again.rest()
        await again.rest()
        assert [each["channel"] for each in again.slack.kept] == ["U1"]
        states = await again.states()
        assert (states["announcement"], states["recommendation"]) == ("unknown", "sending")
        key = announcement_key(decision)
        await again.harness.services.delivery_issues.settle(ADA, key, resend=False)
        await again.advance(seconds=2)
        assert (await again.states())["recommendation"] == "unknown"
        reply = key.replace("announcement", "recommendation")
        await again.harness.services.delivery_issues.settle(ADA, reply, resend=True)
        await again.advance(seconds=2)
        assert [each["channel"] for each in again.slack.kept].count("C1") == 1
        assert (await again.states())["recommendation"] == "sent"


async def _as_restored(env: WorkerHarness) -> None:
    """Set the posts to the state in which `ragvsft restore` leaves them."""
    await env.harness.database.write(
        lambda db: db.execute("update deliveries set state = 'sending', claimed_at = due_at")
    )
