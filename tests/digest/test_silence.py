"""A digest that is off, or has nothing to report, is not posted; one by hand moves the window."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.outbox.model import DeliveryState
from tests.digest.runs import (
    deliveries,
    go_to,
    outcomes,
    post_by_hand,
    posts,
    send_due,
    switch_on,
)
from tests.services.harness import ADA, PRIVATE, PUBLIC, ServiceHarness


async def test_switched_off_nothing_comes(harness: ServiceHarness) -> None:
    """None comes while it is off; switched on again, none of that time is late or missed."""
    await harness.post_decision()
    saved = await switch_on(harness)
    digesting = harness.services.digests
    assert [await digesting.switch_off(ADA, PUBLIC) for _ in range(2)] == [True, False]
    await go_to(harness, "2026-01-12 09:00")
    assert await digesting.send_due() == 0
    off = await digesting.settings("T1", PUBLIC.channel)
    assert off is not None
    assert (off.on, await digesting.next_due(off)) == (False, None)
    await go_to(harness, "2026-01-21 09:00")
    await digesting.change(saved)
    await go_to(harness, "2026-01-26 09:00")
    assert await digesting.send_due() == 1
    (post,) = (await posts(harness)).values()
    assert post.missed == ()


async def test_one_that_was_due_before_goes_out_though_switched_off(
    harness: ServiceHarness,
) -> None:
    """A digest that waits for Slack is still posted when its settings are switched off."""
    await harness.post_decision()
    await switch_on(harness)
    await go_to(harness, "2026-01-12 09:00")
    await harness.services.digests.send_due()
    await harness.services.digests.switch_off(ADA, PUBLIC)
    (delivery,) = await deliveries(harness)
    assert delivery.state is DeliveryState.PENDING
    assert (await harness.services.digests.content(delivery)).waiting.count == 1


async def test_nothing_to_say_is_not_said(harness: ServiceHarness) -> None:
    """A quiet week has its turn and posts nothing; it is posted where that is wanted."""
    await switch_on(harness)
    await go_to(harness, "2026-01-12 09:00")
    assert await harness.services.digests.send_due() == 0
    assert await outcomes(harness) == [("2026-01-12", "empty")]
    await harness.post_decision()
    assert await harness.services.digests.send_due() == 0
    await switch_on(harness, post_when_empty=True, place=PRIVATE)
    await go_to(harness, "2026-01-19 09:00")
    assert await harness.services.digests.send_due() == 2


async def test_a_quiet_week_loses_nothing(harness: ServiceHarness) -> None:
    """After quiet and missed weeks the next digest looks back on all, and names what was missed."""
    await switch_on(harness)
    await go_to(harness, "2026-01-19 09:00")
    await harness.services.digests.send_due()
    assert await outcomes(harness) == [("2026-01-19", "empty")]
    harness.clock.advance(timedelta(minutes=1))
    await harness.post_decision()
    await go_to(harness, "2026-01-26 09:00")
    await harness.services.digests.send_due()
    post = (await posts(harness))["2026-W05"]
    assert post.missed == (date(2026, 1, 12),)
    assert post.since == datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize("posted_at", ["06 10:00", "11 23:00", "12 08:00"])
async def test_after_one_by_hand_only_news_is_posted(
    harness: ServiceHarness, posted_at: str
) -> None:
    """What waits was just reported: without news the weekly digest stays silent, once."""
    await harness.post_decision()
    await switch_on(harness)
    await go_to(harness, f"2026-01-{posted_at}")
    await post_by_hand(harness)
    await go_to(harness, "2026-01-12 09:00")
    assert await send_due(harness) == 0
    assert await outcomes(harness) == [("2026-01-12", "empty")]
    await go_to(harness, "2026-01-19 09:00")
    assert await send_due(harness) == 1, "by then what waits is reported again"
    since = (await posts(harness))["2026-W04"].since
    assert since == datetime.fromisoformat(f"2026-01-{posted_at}+00:00")


async def test_after_one_by_hand_news_since_then_is_posted(harness: ServiceHarness) -> None:
    """The weekly digest begins where the one by hand ends, and so does the preview."""
    await harness.post_decision()
    await switch_on(harness)
    await go_to(harness, "2026-01-09 12:00")
    await post_by_hand(harness)
    harness.clock.advance(timedelta(hours=1))
    await harness.post_decision()
    await go_to(harness, "2026-01-12 09:00")
    preview = await harness.services.digests.preview(ADA, PUBLIC)
    assert await send_due(harness) == 1
    post = (await posts(harness))["2026-W03"]
    assert post.since == preview.since == datetime(2026, 1, 9, 12, tzinfo=UTC)
    digest = await harness.services.digests.content((await deliveries(harness))[-1])
    assert (digest.new.count, digest.waiting.count) == (1, 2)


async def test_an_empty_digest_is_posted_where_that_is_wanted(harness: ServiceHarness) -> None:
    """With that setting a digest comes every week, whatever was posted by hand."""
    await harness.post_decision()
    await switch_on(harness, post_when_empty=True)
    await go_to(harness, "2026-01-12 08:00")
    await post_by_hand(harness)
    await go_to(harness, "2026-01-12 09:00")
    assert await send_due(harness) == 1


async def test_one_by_hand_that_does_not_arrive_moves_nothing(harness: ServiceHarness) -> None:
    """The weekly digest waits for one by hand that may arrive, and covers its time if it fails."""
    await harness.post_decision()
    await switch_on(harness)
    await go_to(harness, "2026-01-12 08:00")
    assert await harness.services.digests.post(ADA, PUBLIC, "pressed")
    await go_to(harness, "2026-01-12 09:00")
    assert await harness.services.digests.send_due() == 0, "it may still be posted"
    failed = "update deliveries set state = 'failed' where kind = 'digest'"
    await harness.database.write(lambda db: db.execute(failed))
    assert await harness.services.digests.send_due() == 1
    post = (await posts(harness))["2026-W03"]
    assert (post.since, post.missed) == (datetime(2026, 1, 5, 9, tzinfo=UTC), ())


async def test_one_by_hand_covers_a_digest_that_is_still_to_arrive(harness: ServiceHarness) -> None:
    """If that one fails, nothing is lost, and it is not named as missed."""
    await harness.post_decision()
    await switch_on(harness)
    await go_to(harness, "2026-01-12 09:00")
    assert await harness.services.digests.send_due() == 1
    await go_to(harness, "2026-01-12 10:00")
    assert await harness.services.digests.post(ADA, PUBLIC, "pressed")
    weekly, by_hand = (await posts(harness)).values()
    assert weekly.since == by_hand.since
    for name, state in (("2026-W03", "failed"), ("now/pressed", "sent")):
        change = f"update deliveries set state = '{state}' where key like '%/{name}'"
        await harness.database.write(lambda db, change=change: db.execute(change))
    await go_to(harness, "2026-01-19 09:00")
    await harness.post_decision()
    assert await send_due(harness) == 1
    post = (await posts(harness))["2026-W04"]
    assert (post.since, post.missed) == (by_hand.until, ())


async def test_after_a_missed_digest_what_waits_is_posted_again(harness: ServiceHarness) -> None:
    """One by hand silences the next weekly digest only; if that is missed, the next reports all."""
    await harness.post_decision()
    await switch_on(harness)
    await go_to(harness, "2026-01-07 12:00")
    await post_by_hand(harness)
    await go_to(harness, "2026-01-19 09:00")
    assert await send_due(harness) == 1
    assert (await posts(harness))["2026-W04"].missed == (date(2026, 1, 12),)
