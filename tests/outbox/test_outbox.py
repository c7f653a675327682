"""The worker's claims: each delivery once, in order, within Slack's rate limits."""

import asyncio
from datetime import timedelta

import pytest

from bot.decisions.model import Person
from bot.outbox.model import Delivery, DeliveryKind, DeliveryState, TextNotice
from bot.outbox.store import IN_FLIGHT, PACE
from bot.storage.database import Database
from tests.services.harness import ADA, BEN, PRIVATE, STRANGER, ServiceHarness

A_MOMENT = timedelta(microseconds=1)


async def claim(harness: ServiceHarness) -> Delivery | None:
    """Claim the next delivery that is due now."""
    return await harness.outbox.claim(harness.clock.now())


async def taken(harness: ServiceHarness) -> Delivery:
    """Claim the next delivery that is due now; it must exist."""
    delivery = await claim(harness)
    assert delivery is not None
    return delivery


async def states(harness: ServiceHarness) -> list[object]:
    """Return the state of each delivery, oldest first."""
    return [row["state"] for row in await harness.rows("deliveries")]


async def test_each_delivery_is_taken_once(harness: ServiceHarness) -> None:
    """Of fifty concurrent workers, only one claims each delivery."""
    people = [Person(f"T{number}", f"U{number}") for number in range(10)]
    for person in people:
        await harness.services.notify(person, "Hello.")
    found = [each for each in await asyncio.gather(*(claim(harness) for _ in range(50))) if each]
    assert sorted(each.channel for each in found) == sorted(person.user for person in people)
    assert {each.state for each in found} == {DeliveryState.SENDING}
    assert {each.attempts for each in found} == {1}


async def test_two_processes_share_the_deliveries(harness: ServiceHarness) -> None:
    """Two connections to the same database never claim the same delivery."""
    other = ServiceHarness(await Database(harness.database.location).open())
    for number in range(10):
        await harness.services.notify(Person(f"T{number}", f"U{number}"), "Hello.")
    found = await asyncio.gather(*(claim(each) for _ in range(10) for each in (harness, other)))
    await other.database.close()
    keys = [each.key for each in found if each]
    assert len(keys) == len(set(keys)) == 10


async def test_what_is_due_first_goes_first(harness: ServiceHarness) -> None:
    """Deliveries are claimed in the order of their due times, and none early."""
    await harness.services.notify(ADA, "First.")
    harness.clock.advance(timedelta(seconds=-1))
    await harness.services.notify(BEN, "Due a second earlier.")
    assert (await taken(harness)).channel == BEN.user
    assert await claim(harness) is None
    harness.clock.advance(timedelta(seconds=1))
    assert (await taken(harness)).channel == ADA.user


async def test_one_post_a_second_and_channel(harness: ServiceHarness) -> None:
    """A channel gets at most one message a second; other channels do not wait."""
    await harness.services.notify(ADA, "First.")
    await harness.services.notify(ADA, "Second.")
    await harness.outbox.mark_sent(await taken(harness), "D1", "1.0")
    harness.clock.advance(PACE - A_MOMENT)
    assert await claim(harness) is None
    await harness.services.notify(BEN, "To another person.")
    await harness.services.notify(STRANGER, "To the same id in another workspace.")
    assert {(await taken(harness)).channel for _ in range(2)} == {BEN.user, STRANGER.user}
    harness.clock.advance(A_MOMENT)
    assert (await taken(harness)).payload == TextNotice("Second.")


async def test_a_channel_has_one_post_in_flight(harness: ServiceHarness) -> None:
    """A channel has one message in flight; a message with an expired claim blocks no other."""
    await harness.services.notify(ADA, "First.")
    await harness.services.notify(ADA, "Second.")
    await taken(harness)
    harness.clock.advance(IN_FLIGHT - timedelta(seconds=1))
    assert await claim(harness) is None
    harness.clock.advance(timedelta(seconds=1))
    assert await claim(harness) is not None


async def test_a_reply_waits_for_its_parent(harness: ServiceHarness) -> None:
    """The recommendation is sent after its announcement, and waits while that is not settled."""
    await harness.post_decision()
    announcement = await taken(harness)
    assert announcement.kind is DeliveryKind.ANNOUNCEMENT
    harness.clock.advance(timedelta(hours=1))
    assert await claim(harness) is None
    await harness.outbox.mark_unknown(announcement, "TimeoutError")
    harness.clock.advance(timedelta(hours=1))
    assert await claim(harness) is None
    assert await harness.outbox.next_due() is None
    await harness.outbox.mark_sent(announcement, "C1", "1.0")
    recommendation = await taken(harness)
    assert (recommendation.kind, recommendation.parent) == (
        DeliveryKind.RECOMMENDATION,
        announcement.key,
    )


async def test_where_and_when_it_was_sent_is_noted_at_once(harness: ServiceHarness) -> None:
    """State and timestamp of a sent message are stored in one transaction."""
    await harness.post_decision()
    await harness.outbox.mark_sent(await taken(harness), "C1", "17.0")
    row, _ = await harness.rows("deliveries")
    assert (row["state"], row["sent_channel"], row["ts"]) == ("sent", "C1", "17.0")


async def test_a_retry_waits_its_time(harness: ServiceHarness) -> None:
    """A retried delivery is claimed when it is due, and counts its attempts."""
    await harness.services.notify(ADA, "Hello.")
    later = harness.clock.now() + timedelta(seconds=30)
    await harness.outbox.retry(await taken(harness), later, "ratelimited")
    assert await harness.outbox.next_due() == later
    harness.clock.advance(timedelta(seconds=30) - A_MOMENT)
    assert await claim(harness) is None
    harness.clock.advance(A_MOMENT)
    assert (await taken(harness)).attempts == 2


async def test_giving_up_takes_the_replies_along(harness: ServiceHarness) -> None:
    """A delivery that fails for good fails its replies, and stores an alert."""
    await harness.post_decision()
    announcement = await taken(harness)
    notice = Delivery("notice", "T1", TextNotice("Failed."), "U1", harness.clock.now())
    await harness.outbox.mark_failed(announcement, "is_archived", [notice])
    assert await states(harness) == ["failed", "failed", "pending"]
    assert (await taken(harness)).key == "notice"
    assert await claim(harness) is None


async def test_a_notice_is_kept_once(harness: ServiceHarness) -> None:
    """Two failures of the same attempt store one alert."""
    await harness.post_decision()
    announcement = await taken(harness)
    notice = Delivery("notice", "T1", TextNotice("Failed."), "U1", harness.clock.now())
    for _ in range(2):
        await harness.outbox.mark_failed(announcement, "is_archived", [notice])
    assert await states(harness) == ["failed", "failed", "pending"]


async def test_what_a_crash_interrupted_is_found_once_it_cannot_be_under_way(
    harness: ServiceHarness,
) -> None:
    """A post in flight at a crash is not resent; after the claim expires it is reconciled."""
    await harness.post_decision()
    first = await taken(harness)
    again = ServiceHarness(harness.database)
    claimed_at = harness.clock.now()
    assert await again.outbox.unconfirmed(claimed_at, claimed_at) == []
    harness.clock.advance(timedelta(minutes=1))
    now = harness.clock.now()
    (found,) = await again.outbox.unconfirmed(now, now)
    assert (found.delivery.key, found.claimed_at) == (first.key, claimed_at)
    assert await claim(harness) is None
    await again.outbox.mark_unknown(found.delivery, "interrupted")
    assert await again.outbox.unconfirmed(now, now) == []


async def test_when_to_wake(harness: ServiceHarness) -> None:
    """`next_due` is when a delivery is due and its channel is free; None if there is none."""
    assert await harness.outbox.next_due() is None
    await harness.services.notify(ADA, "First.")
    assert await harness.outbox.next_due() == harness.clock.now()
    await harness.services.notify(ADA, "Second.")
    await harness.outbox.mark_sent(await taken(harness), "D1", "1.0")
    assert await harness.outbox.next_due() == harness.clock.now() + PACE


@pytest.mark.parametrize("sent", [0, 1])
async def test_counts(harness: ServiceHarness, sent: int) -> None:
    """Deliveries are counted by state."""
    await harness.services.notify(ADA, "First.")
    await harness.post_decision(BEN, PRIVATE)
    for _ in range(sent):
        await harness.outbox.mark_sent(await taken(harness), "D1", "1.0")
    expected = {"pending": 3 - sent, "sent": sent}
    assert await harness.outbox.counts() == {state: n for state, n in expected.items() if n}
