"""A database whose newest entry lies far ahead of the clock is refused when the bot starts."""

from datetime import timedelta

import pytest

from bot.storage.database import DatabaseUnusable
from bot.storage.inspection import check_clock, newest_entry
from tests.services.world import ADA, World


async def test_an_empty_database_fits_any_clock(world: World) -> None:
    """Without entries there is nothing to compare the clock with."""
    assert await world.read(newest_entry) is None
    await world.read(check_clock, world.clock.now() - timedelta(days=9999))


async def test_a_clock_a_day_behind_is_tolerated(world: World) -> None:
    """Entries may be up to a day ahead: a corrected clock, or a zone that was set wrong."""
    await world.decided()
    now = world.clock.now()
    assert await world.read(newest_entry) == now
    await world.read(check_clock, now - timedelta(days=1))


async def test_a_clock_far_behind_is_refused(world: World) -> None:
    """Beyond a day the error names both times, and what to do."""
    await world.decided()
    with pytest.raises(DatabaseUnusable) as raised:
        await world.read(check_clock, world.clock.now() - timedelta(days=1, seconds=1))
    assert str(raised.value).startswith(
        "the newest entry of the database is of 2026-01-05 09:00 UTC, but this machine's clock "
        "says 2026-01-04 08:59 UTC: correct the clock and start again"
    )


async def test_a_delivery_counts_as_an_entry(world: World) -> None:
    """A delivery claimed by a clock that was ahead is noticed as well."""
    await world.decided()
    world.clock.advance(timedelta(days=400))
    await world.services.notify(ADA, "Later.")
    assert await world.outbox.claim(world.clock.now()) is not None
    await world.write(lambda db: db.execute("update deliveries set claimed_at = due_at"))
    assert await world.read(newest_entry) == world.clock.now()
