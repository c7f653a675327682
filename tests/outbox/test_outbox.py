"""Deliveries as the worker takes them: once, in order, at Slack's pace."""

import asyncio
from datetime import timedelta

import pytest

from bot.decisions.model import Person
from bot.outbox.model import Delivery, DeliveryKind, DeliveryState, TextNotice
from bot.outbox.store import IN_FLIGHT, PACE
from bot.storage.database import Database
from tests.services.world import ADA, BEN, NAMELESS, STRANGER, World

A_MOMENT = timedelta(microseconds=1)


async def claim(world: World) -> Delivery | None:
    """Take the next delivery that is due now."""
    return await world.outbox.claim(world.clock.now())


async def taken(world: World) -> Delivery:
    """Take the next delivery that is due now, which there is."""
    delivery = await claim(world)
    assert delivery is not None
    return delivery


async def states(world: World) -> list[object]:
    """Return the state of each delivery, oldest first."""
    return [row["state"] for row in await world.rows("deliveries")]


async def test_each_delivery_is_taken_once(world: World) -> None:
    """Fifty workers at once share the deliveries; nobody gets what another has."""
    people = [Person("T1", f"U{number}") for number in range(10)]
    for person in people:
        await world.services.notify(person, "Hello.")
    found = [each for each in await asyncio.gather(*(claim(world) for _ in range(50))) if each]
    assert sorted(each.channel for each in found) == sorted(person.user for person in people)
    assert {each.state for each in found} == {DeliveryState.SENDING}
    assert {each.attempts for each in found} == {1}


async def test_two_processes_share_the_deliveries(world: World) -> None:
    """Two connections to the same file never take the same delivery."""
    path = world.log._path
    other = World(await Database(path).open())
    for number in range(10):
        await world.services.notify(Person("T1", f"U{number}"), "Hello.")
    found = await asyncio.gather(*(claim(each) for _ in range(10) for each in (world, other)))
    await other.log.close()
    keys = [each.key for each in found if each]
    assert len(keys) == len(set(keys)) == 10


async def test_what_is_due_first_goes_first(world: World) -> None:
    """Deliveries leave in the order in which they are due, and none before its time."""
    await world.services.notify(ADA, "First.")
    world.clock.advance(timedelta(seconds=-1))
    await world.services.notify(BEN, "Due a second earlier.")
    assert (await taken(world)).channel == BEN.user
    assert await claim(world) is None
    world.clock.advance(timedelta(seconds=1))
    assert (await taken(world)).channel == ADA.user


async def test_one_post_a_second_and_channel(world: World) -> None:
    """A channel gets its next message a second after the one before; others need not wait."""
    await world.services.notify(ADA, "First.")
    await world.services.notify(ADA, "Second.")
    await world.outbox.mark_sent(await taken(world), "D1", "1.0")
    world.clock.advance(PACE - A_MOMENT)
    assert await claim(world) is None
    await world.services.notify(BEN, "To somebody else.")
    await world.services.notify(STRANGER, "To the same id in another workspace.")
    assert {(await taken(world)).channel for _ in range(2)} == {BEN.user, STRANGER.user}
    world.clock.advance(A_MOMENT)
    assert (await taken(world)).payload == TextNotice("Second.")


async def test_a_channel_has_one_post_in_flight(world: World) -> None:
    """While a message is on its way the next to its channel waits, but not for one lost."""
    await world.services.notify(ADA, "First.")
    await world.services.notify(ADA, "Second.")
    await taken(world)
    world.clock.advance(IN_FLIGHT - timedelta(seconds=1))
    assert await claim(world) is None
    world.clock.advance(timedelta(seconds=1))
    assert await claim(world) is not None


async def test_a_reply_waits_for_its_parent(world: World) -> None:
    """The recommendation leaves once its announcement is there, not while that is in trouble."""
    await world.decided()
    announcement = await taken(world)
    assert announcement.kind is DeliveryKind.ANNOUNCEMENT
    world.clock.advance(timedelta(hours=1))
    assert await claim(world) is None
    await world.outbox.mark_unknown(announcement, "TimeoutError")
    world.clock.advance(timedelta(hours=1))
    assert await claim(world) is None
    assert await world.outbox.next_due() is None
    await world.outbox.mark_sent(announcement, "C1", "1.0")
    recommendation = await taken(world)
    assert (recommendation.kind, recommendation.parent) == (
        DeliveryKind.RECOMMENDATION,
        announcement.key,
    )


async def test_where_and_when_it_was_sent_is_noted_at_once(world: World) -> None:
    """One write says that a message is there, and under which timestamp, so that none is lost."""
    await world.decided()
    await world.outbox.mark_sent(await taken(world), "C1", "17.0")
    row, _ = await world.rows("deliveries")
    assert (row["state"], row["sent_channel"], row["ts"]) == ("sent", "C1", "17.0")


async def test_a_retry_waits_its_time(world: World) -> None:
    """A delivery put back is taken again when it is due, and counts its attempts."""
    await world.services.notify(ADA, "Hello.")
    later = world.clock.now() + timedelta(seconds=30)
    await world.outbox.retry(await taken(world), later, "ratelimited")
    assert await world.outbox.next_due() == later
    world.clock.advance(timedelta(seconds=30) - A_MOMENT)
    assert await claim(world) is None
    world.clock.advance(A_MOMENT)
    assert (await taken(world)).attempts == 2


async def test_giving_up_takes_the_replies_along(world: World) -> None:
    """A message that never will be posted fails with what waits for it; its notice is kept."""
    await world.decided()
    announcement = await taken(world)
    notice = Delivery("notice", "T1", TextNotice("Failed."), "U1", world.clock.now())
    await world.outbox.mark_failed(announcement, "is_archived", [notice])
    assert await states(world) == ["failed", "failed", "pending"]
    assert (await taken(world)).key == "notice"
    assert await claim(world) is None


async def test_a_notice_is_kept_once(world: World) -> None:
    """Giving up twice for the same attempt keeps one notice."""
    await world.decided()
    announcement = await taken(world)
    notice = Delivery("notice", "T1", TextNotice("Failed."), "U1", world.clock.now())
    for _ in range(2):
        await world.outbox.mark_failed(announcement, "is_archived", [notice])
    assert await states(world) == ["failed", "failed", "pending"]


async def test_what_a_crash_interrupted_is_found_once_it_cannot_be_under_way(
    world: World,
) -> None:
    """A post in flight at a crash is not sent again by itself; after a while it is handed out."""
    await world.decided()
    first = await taken(world)
    again = World(world.log)
    claimed_at = world.clock.now()
    assert await again.outbox.unconfirmed(claimed_at, claimed_at) == []
    world.clock.advance(timedelta(minutes=1))
    now = world.clock.now()
    (found,) = await again.outbox.unconfirmed(now, now)
    assert (found.delivery.key, found.claimed_at) == (first.key, claimed_at)
    assert await claim(world) is None
    await again.outbox.mark_unknown(found.delivery, "interrupted")
    assert await again.outbox.unconfirmed(now, now) == []


async def test_when_to_wake(world: World) -> None:
    """The next time to look is when a delivery is due and its channel free; else never."""
    assert await world.outbox.next_due() is None
    await world.services.notify(ADA, "First.")
    assert await world.outbox.next_due() == world.clock.now()
    await world.services.notify(ADA, "Second.")
    await world.outbox.mark_sent(await taken(world), "D1", "1.0")
    assert await world.outbox.next_due() == world.clock.now() + PACE


@pytest.mark.parametrize("sent", [0, 1])
async def test_counts(world: World, sent: int) -> None:
    """Deliveries are counted by their state."""
    await world.services.notify(ADA, "First.")
    await world.decided(BEN, NAMELESS)
    for _ in range(sent):
        await world.outbox.mark_sent(await taken(world), "D1", "1.0")
    expected = {"pending": 3 - sent, "sent": sent}
    assert await world.outbox.counts() == {state: n for state, n in expected.items() if n}
