"""The state of the deliveries for `/readyz` and `/metrics`."""

from datetime import timedelta

from bot.decisions.events import Event, Withdrawn
from bot.decisions.model import Visibility
from bot.outbox import health
from bot.outbox.health import DeliveryHealth, delivery_health
from bot.outbox.model import Delivery, DigestPost, TeamPost, TextNotice, ThreadNote
from tests.engines import sqlite_only
from tests.services.harness import ManualClock, ServiceHarness

NOTHING = dict.fromkeys(("pending", "sending", "held", "unknown", "failed"), 0)
BEGIN = ManualClock().now()


async def test_unsettled_deliveries_are_counted_by_state(harness: ServiceHarness) -> None:
    """Sent deliveries are not counted; pending ones have an age, unconfirmed ones have none."""
    assert await harness.database.read(delivery_health) == DeliveryHealth(NOTHING, None, [])
    for number in range(4):
        at = BEGIN + timedelta(hours=number)
        notice = TextNotice("Hello.")
        await harness.enqueue(Delivery(f"T1/{number}", "T1", notice, f"U{number}", at))
    harness.clock.advance(timedelta(hours=5))
    sent, unconfirmed = [await harness.outbox.claim(harness.clock.now()) for _ in range(2)]
    assert sent is not None
    assert unconfirmed is not None
    await harness.outbox.mark_sent(sent, "D1", "1.1")
    await harness.outbox.mark_unknown(unconfirmed, "timeout")
    third = await harness.outbox.claim(harness.clock.now())
    assert third is not None
    await harness.outbox.retry(third, harness.clock.now() + timedelta(hours=1), "ratelimited")
    found = await harness.database.read(delivery_health)
    assert found.counts == NOTHING | {"unknown": 1, "pending": 2}
    assert found.oldest == BEGIN + timedelta(hours=2)


async def test_deliveries_behind_an_unconfirmed_one_have_no_age(harness: ServiceHarness) -> None:
    """Replies and updates that follow an unconfirmed announcement have no age."""
    decided = await harness.post_decision()
    announcement = await harness.outbox.claim(harness.clock.now())
    assert announcement is not None
    assert (await harness.database.read(delivery_health)).oldest == BEGIN
    note = Event(Withdrawn(""), "U1", BEGIN)
    behind = [Delivery("T1/a", "T1", TeamPost(), "C1", BEGIN, parent=announcement.key)]
    behind.append(Delivery("T1/b", "T1", ThreadNote(note), "C1", BEGIN, parent="T1/a"))
    for each in behind:
        await harness.enqueue(each)
    await harness.outbox.mark_unknown(announcement, "timeout")
    found = await harness.database.read(delivery_health)
    assert (found.counts["pending"], found.counts["unknown"], found.oldest) == (3, 1, None)
    assert decided.number == 1


async def test_deliveries_of_a_blocked_workspace_have_no_age(harness: ServiceHarness) -> None:
    """Messages and digests for a workspace that uninstalled the bot have no age."""
    later = BEGIN + timedelta(days=30)
    await harness.post_decision()
    post = DigestPost(BEGIN, BEGIN, "U1", Visibility.PUBLIC)
    digest = Delivery("T1/digest", "T1", post, "C2", BEGIN)
    await harness.enqueue(digest)
    assert await harness.services.digests.lag(later) == timedelta(days=30)
    claimed = await harness.outbox.claim(harness.clock.now())
    assert claimed is not None
    await harness.outbox.wait_for_workspace(claimed, BEGIN, "account_inactive", BEGIN)
    found = await harness.database.read(delivery_health)
    assert (found.counts["pending"], found.oldest) == (3, None)
    assert await harness.services.digests.lag(later) == timedelta()


@sqlite_only
async def test_sent_deliveries_do_not_slow_the_queries(harness: ServiceHarness) -> None:
    """Both queries use the index on the state, and read no sent delivery."""
    queries = (health._COUNTS.replace(":states", "'pending', 'failed'"), health._OLDEST)
    plans = await harness.database.read(
        lambda db: [
            row[3] for query in queries for row in db.sqlite.execute(f"explain query plan {query}")
        ]
    )
    steps = [plan for plan in plans if plan.startswith(("SCAN", "SEARCH"))]
    assert len(steps) == 5
    assert all(plan.startswith("SEARCH") for plan in steps)
    assert len([plan for plan in steps if "(state=?" in plan]) == 2
