"""A database whose newest entry lies far ahead of the clock is refused when the bot starts."""

from datetime import timedelta

import pytest

from bot.storage.connection import DatabaseUnusable
from bot.storage.maintenance.inspection import check_clock, newest_entry
from tests.services.harness import ADA, ServiceHarness


async def test_an_empty_database_fits_any_clock(harness: ServiceHarness) -> None:
    """Without entries there is nothing to compare the clock with."""
    assert await harness.read(newest_entry) is None
    await harness.read(check_clock, harness.clock.now() - timedelta(days=9999))


async def test_a_clock_a_day_behind_is_tolerated(harness: ServiceHarness) -> None:
    """Entries may be up to a day ahead: a corrected clock, or a zone that was set wrong."""
    await harness.post_decision()
    now = harness.clock.now()
    assert await harness.read(newest_entry) == now
    await harness.read(check_clock, now - timedelta(days=1))


async def test_a_clock_far_behind_is_refused(harness: ServiceHarness) -> None:
    """Beyond a day the error names both times, and what to do."""
    await harness.post_decision()
    with pytest.raises(DatabaseUnusable) as raised:
        await harness.read(check_clock, harness.clock.now() - timedelta(days=1, seconds=1))
    assert str(raised.value).startswith(
        "the newest entry of the database is of 2026-01-05 09:00 UTC, but this machine's clock "
        "says 2026-01-04 08:59 UTC: correct the clock and start again"
    )


async def test_a_delivery_counts_as_an_entry(harness: ServiceHarness) -> None:
    """A delivery claimed by a clock that was ahead is noticed as well."""
    await harness.post_decision()
    harness.clock.advance(timedelta(days=400))
    await harness.services.notify(ADA, "Later.")
    assert await harness.outbox.claim(harness.clock.now()) is not None
    await harness.write(lambda db: db.execute("update deliveries set claimed_at = due_at"))
    assert await harness.read(newest_entry) == harness.clock.now()
