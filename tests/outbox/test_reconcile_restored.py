"""After a restore, posts sent since the backup are reconciled with Slack."""

from datetime import timedelta

from bot.outbox.model import announcement_key
from bot.outbox.restore import recover_deliveries
from bot.storage.connection import Location
from bot.storage.maintenance.backup import reconcile_restored
from tests.outbox.histories import message, page
from tests.services.harness import ADA
from tests.slack.tiny_slack import WorkerHarness, running_worker


async def test_a_restored_log_looks_before_it_posts(location: Location) -> None:
    """Posts unsent in the backup are looked up; found ones and their replies are stored as sent."""
    async with running_worker(location) as env:
        env.worker.stop()
        await env.harness.post_decision()
        await _as_restored(env)
    async with running_worker(location) as again:
        again.slack.history = [
            page(message("T1/1/announcement", "5.0")),
            page(message("T1/1/recommendation", "6.0")),
        ]
        again.harness.clock.advance(timedelta(days=2))
        for _ in range(3):
            await again.advance(seconds=1)
        assert again.slack.kept == []
        posts = dict.fromkeys(("announcement", "recommendation", "redraw"), "sent")
        assert await again.states() == posts


async def test_a_restored_log_posts_what_is_missing(location: Location) -> None:
    """Posts unsent in the backup and not found in Slack are posted in order."""
    async with running_worker(location) as env:
        env.worker.stop()
        await env.harness.post_decision()
        await _as_restored(env)
    async with running_worker(location) as again:
        again.slack.history = [page(), page()]
        again.harness.clock.advance(timedelta(days=2))
        for _ in range(4):
            await again.advance(seconds=1)
        assert [each.get("thread_ts") for each in again.slack.kept] == [None, "1.0"]


async def test_a_restored_log_asks_where_it_cannot_look(location: Location) -> None:
    """If Slack cannot be searched, the driver is asked about the announcement; replies wait."""
    async with running_worker(location) as env:
        env.worker.stop()
        decision = await env.harness.post_decision()
        await _as_restored(env)
    async with running_worker(location) as again:
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
    """Prepare the database as `ragvsft restore` does, and on PostgreSQL `restore --reconcile`."""
    now = env.harness.clock.now()
    await env.harness.database.write(lambda db: reconcile_restored(db, now, recover_deliveries))
