"""A clock that was a year ahead for a while, and was put right: nothing waits for that year."""

from datetime import timedelta

import pytest

from bot.outbox.model import Delivery, DeliveryKind, TextNotice
from bot.outbox.ports import LONGEST_PAUSE
from bot.outbox.store import IN_FLIGHT, PACE
from tests.services.world import ADA, BEN, World

YEAR = timedelta(days=365)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def wrong(world: World) -> None:
    """The clock is wrong at first."""
    world.clock.advance(YEAR)


async def taken(world: World) -> Delivery:
    """Take the next delivery that is due now, which there is."""
    delivery = await world.outbox.claim(world.clock.now())
    assert delivery is not None
    return delivery


async def test_a_channel_used_since_takes_the_next_message(world: World) -> None:
    """What was posted by the wrong clock holds nothing up; after that the pace is kept again."""
    await world.services.notify(ADA, "By the wrong clock.")
    await world.outbox.sent(await taken(world), "D1", "1.0")
    world.clock.advance(-YEAR)
    for text in ("Put right.", "And another."):
        await world.services.notify(ADA, text)
    await world.outbox.sent(await taken(world), "D1", "2.0")
    assert await world.outbox.claim(world.clock.now()) is None
    assert await world.outbox.next_due() == world.clock.now() + PACE
    world.clock.advance(PACE)
    assert (await taken(world)).payload == TextNotice("And another.")


async def test_what_was_due_by_the_wrong_clock_is_due(world: World) -> None:
    """What was kept by it, and what it had put off, leave at once."""
    await world.services.notify(ADA, "Put off.")
    await world.outbox.retry(await taken(world), world.clock.now() + MINUTE, "status_503")
    await world.services.notify(BEN, "Kept.")
    world.clock.advance(-YEAR)
    assert {(await taken(world)).channel for _ in range(2)} == {ADA.user, BEN.user}


async def test_a_time_that_a_right_clock_put_off_is_waited_for(world: World) -> None:
    """However long Slack wants to be left alone, within reason: that is no wrong clock."""
    await world.services.notify(ADA, "Slowly.")
    until = world.clock.now() + LONGEST_PAUSE
    await world.outbox.slow_down(await taken(world), until, "ratelimited")
    assert await world.outbox.claim(until - MINUTE) is None
    assert await world.outbox.claim(until) is not None


async def test_what_was_under_way_is_looked_up_in_all_of_the_past(world: World) -> None:
    """A post that broke off under the wrong clock is asked about, once it can't be under way."""
    await world.decided()
    await taken(world)
    world.clock.advance(-YEAR)
    assert await world.outbox.claim(world.clock.now()) is None
    now = world.clock.now()
    assert await world.outbox.doubtful(now, now) == []
    now += MINUTE
    (found,) = await world.outbox.doubtful(now - MINUTE, now)
    assert found.delivery.kind is DeliveryKind.ANNOUNCEMENT
    assert found.taken_at.timestamp() == 0


async def test_a_pause_and_a_stop_of_the_workspace_end(world: World) -> None:
    """A pause of the wrong clock is over; a workspace that took nothing is tried, once a minute."""
    for person in (ADA, BEN):
        await world.services.notify(person, "Hello.")
        until = world.clock.now() + MINUTE
        await world.outbox.slow_down(await taken(world), until, "ratelimited")
    world.clock.advance(2 * MINUTE)
    now = world.clock.now()
    await world.outbox.wait_for_workspace(await taken(world), now, now + MINUTE, "token_revoked")
    world.clock.advance(-YEAR)
    await taken(world)
    (stopped,) = await world.outbox.stopped()
    assert stopped.since == world.clock.now()
    assert await world.outbox.claim(world.clock.now()) is None
    assert await world.outbox.claim(world.clock.now() + MINUTE) is not None


async def test_the_clock_of_another_process_may_be_a_little_ahead(world: World) -> None:
    """What a process took whose clock is seconds ahead is under way all the same."""
    for text in ("First.", "Second."):
        await world.services.notify(ADA, text)
    world.clock.advance(IN_FLIGHT / 2)
    await taken(world)
    world.clock.advance(-IN_FLIGHT / 2)
    assert await world.outbox.claim(world.clock.now()) is None
