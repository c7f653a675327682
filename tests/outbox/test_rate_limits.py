"""Deliveries keep their order in a thread, under rate limits and between two processes."""

from datetime import timedelta

from bot.decisions.model import Person
from bot.outbox.failures import LONGEST_RATE_LIMIT
from bot.outbox.model import Delivery, DeliveryKind
from bot.outbox.store import IN_FLIGHT, PACE
from bot.storage.database import Database
from tests.services.harness import ADA, BEN, STRANGER, ServiceHarness


async def claim(harness: ServiceHarness) -> Delivery | None:
    """Claim the next delivery that is due now."""
    return await harness.outbox.claim(harness.clock.now())


async def taken(harness: ServiceHarness) -> Delivery:
    """Claim the next delivery that is due now; it must exist."""
    delivery = await claim(harness)
    assert delivery is not None
    return delivery


async def accepted(harness: ServiceHarness) -> None:
    """Post a decision with its recommendation, hand it over twice, delete Ben's message."""
    decision = await harness.post_decision()
    for number in range(2):
        await harness.outbox.mark_sent(await taken(harness), "C1", f"{number}.0")
        harness.clock.advance(PACE)
    for deciders in (("U2",), ("U1",)):
        await harness.services.decisions.hand_over(ADA, decision.number, deciders)
    (told,) = [row for row in await harness.rows("deliveries") if row["kind"] == "decider_message"]
    await harness.database.write(lambda db: db.delete("deliveries", id=told["id"]))


async def test_a_thread_stays_in_order(harness: ServiceHarness) -> None:
    """A reply waits until the previous one in its thread is settled; a redraw does not."""
    await accepted(harness)
    kinds = []
    for _ in range(3):
        while (found := await claim(harness)) is not None:
            kinds.append(found.kind)
            if found.kind is DeliveryKind.REDRAW:
                await harness.outbox.mark_sent(found, "C1", "0.0")
        harness.clock.advance(timedelta(minutes=5))
    assert kinds.count(DeliveryKind.THREAD_NOTE) == 1
    now = harness.clock.now()
    (first,) = await harness.outbox.unconfirmed(now, now)
    await harness.outbox.mark_sent(first.delivery, "C1", "9.0")
    assert (await taken(harness)).kind is DeliveryKind.THREAD_NOTE


async def test_a_stalled_process_overwrites_no_state(harness: ServiceHarness) -> None:
    """A stalled process does not overwrite the state that another one has stored."""
    await harness.post_decision()
    mine = await taken(harness)
    await harness.outbox.retry(mine, harness.clock.now(), "not_there")
    harness.clock.advance(PACE)
    theirs = await taken(harness)
    await harness.outbox.retry(mine, harness.clock.now(), "not_there")
    await harness.outbox.mark_failed(mine, "is_archived")
    first, _ = await harness.rows("deliveries")
    assert first["state"] == "sending"
    await harness.outbox.mark_sent(theirs, "C1", "1.0")
    await harness.outbox.mark_sent(mine, "C1", "2.0")
    row, _ = await harness.rows("deliveries")
    assert (row["state"], row["ts"]) == ("sent", "1.0")


async def slowed(harness: ServiceHarness, delivery: Delivery, seconds: int) -> None:
    """Store that Slack rate-limits a delivery."""
    until = harness.clock.now() + timedelta(seconds=seconds)
    await harness.outbox.slow_down(delivery, until, "ratelimited")


async def test_a_limit_of_posts_is_the_channels(harness: ServiceHarness) -> None:
    """A rate-limited post delays its channel, but no other channel or workspace."""
    for person in (ADA, BEN, STRANGER):
        await harness.services.notify(person, "First.")
    await slowed(harness, await taken(harness), 30)
    assert {
        (each.workspace, each.channel) for each in (await taken(harness), await taken(harness))
    } == {
        ("T1", "U2"),
        ("T2", "U1"),
    }
    assert await claim(harness) is None


async def test_a_second_channel_slowed_down_shows_a_limit_of_the_workspace(
    harness: ServiceHarness,
) -> None:
    """If a second channel is rate-limited, all posts of the workspace wait."""
    people = [Person("T1", f"U{number}") for number in range(4)]
    for person in (*people, STRANGER):
        await harness.services.notify(person, "First.")
    for _ in range(2):
        await slowed(harness, await taken(harness), 30)
    assert (await taken(harness)).workspace == "T2"
    assert await claim(harness) is None
    harness.clock.advance(timedelta(seconds=30))
    assert (await taken(harness)).workspace == "T1"


async def test_a_limit_of_updates_is_the_workspaces(harness: ServiceHarness) -> None:
    """A rate-limited update delays the workspace's updates, but no posts."""
    await accepted(harness)
    await harness.services.notify(BEN, "Hello.")
    harness.clock.advance(PACE)
    update = await taken(harness)
    assert update.kind is DeliveryKind.REDRAW
    await slowed(harness, update, 60)
    found = [await claim(harness) for _ in range(3)]
    assert DeliveryKind.REDRAW not in {each.kind for each in found if each}
    assert any(each and each.channel == "U2" for each in found)
    assert await harness.outbox.next_due() is not None


async def test_a_limit_outlives_a_restart(harness: ServiceHarness) -> None:
    """A rate limit is stored in the database."""
    await accepted(harness)
    update = await taken(harness)
    await slowed(harness, update, 600)
    again = ServiceHarness(await Database(harness.database.location).open())
    again.clock.advance(timedelta(minutes=5))
    kinds = set()
    while (found := await claim(again)) is not None:
        kinds.add(found.kind)
        await again.outbox.mark_sent(found, "C1", "8.0")
        again.clock.advance(PACE)
    await again.database.close()
    assert kinds == {DeliveryKind.THREAD_NOTE}


async def test_since_when_a_delivery_is_kept(harness: ServiceHarness) -> None:
    """A delivery keeps its creation time, however often it is postponed."""
    await harness.services.notify(ADA, "Hello.")
    created_at = harness.clock.now()
    await harness.outbox.retry(await taken(harness), created_at + timedelta(hours=1), "unreachable")
    (row,) = await harness.rows("deliveries")
    assert row["created_at"] == created_at.isoformat()


async def test_fifty_changes_need_a_few_updates(harness: ServiceHarness) -> None:
    """All changes during an update are shown by one more update."""
    decision = await harness.post_decision()
    for number in range(2):
        await harness.outbox.mark_sent(await taken(harness), "C1", f"{number}.0")
        harness.clock.advance(PACE)
    for number in range(50):
        await harness.services.decisions.hand_over(ADA, decision.number, (f"U{number + 2}",))
    rows = await harness.rows("deliveries")
    assert sum(row["kind"] == "redraw" for row in rows) == 1


async def test_a_new_claim_voids_an_older_look_up(
    harness: ServiceHarness,
) -> None:
    """The result of a reconciliation is ignored if the delivery was claimed again meanwhile."""
    await harness.post_decision()
    held = await harness.outbox.claim(harness.clock.now())
    assert held is not None
    harness.clock.advance(timedelta(seconds=65))
    now = harness.clock.now()
    (looked_up,) = await harness.outbox.unconfirmed(now - timedelta(seconds=60), now)
    renewed = await harness.outbox.renew_claim(held, now)
    assert renewed is not None
    await harness.outbox.retry(looked_up.delivery, now, "not_there")
    assert (await harness.rows("deliveries"))[0]["state"] == "sending"
    assert await harness.outbox.renew_claim(held, now) is None


async def test_a_rate_limit_is_waited_out(harness: ServiceHarness) -> None:
    """A delivery is not claimed before its Retry-After has passed."""
    await harness.services.notify(ADA, "Slowly.")
    until = harness.clock.now() + LONGEST_RATE_LIMIT
    await harness.outbox.slow_down(await taken(harness), until, "ratelimited")
    assert await harness.outbox.claim(until - timedelta(minutes=1)) is None
    assert await harness.outbox.claim(until) is not None


async def test_the_clock_of_another_process_may_be_ahead(harness: ServiceHarness) -> None:
    """A claim by a process whose clock is seconds ahead is valid."""
    for text in ("First.", "Second."):
        await harness.services.notify(ADA, text)
    harness.clock.advance(IN_FLIGHT / 2)
    await taken(harness)
    harness.clock.advance(-IN_FLIGHT / 2)
    assert await harness.outbox.claim(harness.clock.now()) is None
