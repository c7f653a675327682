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
from tests.services.shelf import SECRET
from tests.services.world import ADA, PRODUCT, World


async def test_switched_off_nothing_comes(world: World) -> None:
    """None comes while it is off; switched on again, none of that time is late or missed."""
    await world.decided()
    saved = await switch_on(world)
    digesting = world.services.digests
    assert [await digesting.switch_off(ADA, PRODUCT) for _ in range(2)] == [True, False]
    await go_to(world, "2026-01-12 09:00")
    assert await digesting.send_due() == 0
    off = await digesting.settings("T1", PRODUCT.channel)
    assert off is not None
    assert (off.on, await digesting.next_due(off)) == (False, None)
    await go_to(world, "2026-01-21 09:00")
    await digesting.change(saved)
    await go_to(world, "2026-01-26 09:00")
    assert await digesting.send_due() == 1
    (post,) = (await posts(world)).values()
    assert post.missed == ()


async def test_one_that_was_due_before_goes_out_though_switched_off(world: World) -> None:
    """A digest that waits for Slack is still posted when its settings are switched off."""
    await world.decided()
    await switch_on(world)
    await go_to(world, "2026-01-12 09:00")
    await world.services.digests.send_due()
    await world.services.digests.switch_off(ADA, PRODUCT)
    (delivery,) = await deliveries(world)
    assert delivery.state is DeliveryState.PENDING
    assert (await world.services.digests.content(delivery)).waiting.count == 1


async def test_nothing_to_say_is_not_said(world: World) -> None:
    """A quiet week has its turn and posts nothing; it is posted where that is wanted."""
    await switch_on(world)
    await go_to(world, "2026-01-12 09:00")
    assert await world.services.digests.send_due() == 0
    assert await outcomes(world) == [("2026-01-12", "empty")]
    await world.decided()
    assert await world.services.digests.send_due() == 0
    await switch_on(world, post_when_empty=True, place=SECRET)
    await go_to(world, "2026-01-19 09:00")
    assert await world.services.digests.send_due() == 2


async def test_a_quiet_week_loses_nothing(world: World) -> None:
    """After quiet and missed weeks the next digest looks back on all, and names what was missed."""
    await switch_on(world)
    await go_to(world, "2026-01-19 09:00")
    await world.services.digests.send_due()
    assert await outcomes(world) == [("2026-01-19", "empty")]
    world.clock.advance(timedelta(minutes=1))
    await world.decided()
    await go_to(world, "2026-01-26 09:00")
    await world.services.digests.send_due()
    post = (await posts(world))["2026-W05"]
    assert post.missed == (date(2026, 1, 12),)
    assert post.since == datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize("posted_at", ["06 10:00", "11 23:00", "12 08:00"])
async def test_after_one_by_hand_only_news_is_posted(world: World, posted_at: str) -> None:
    """What waits was just reported: without news the weekly digest stays silent, once."""
    await world.decided()
    await switch_on(world)
    await go_to(world, f"2026-01-{posted_at}")
    await post_by_hand(world)
    await go_to(world, "2026-01-12 09:00")
    assert await send_due(world) == 0
    assert await outcomes(world) == [("2026-01-12", "empty")]
    await go_to(world, "2026-01-19 09:00")
    assert await send_due(world) == 1, "by then what waits is reported again"
    since = (await posts(world))["2026-W04"].since
    assert since == datetime.fromisoformat(f"2026-01-{posted_at}+00:00")


async def test_after_one_by_hand_news_since_then_is_posted(world: World) -> None:
    """The weekly digest begins where the one by hand ends, and so does the preview."""
    await world.decided()
    await switch_on(world)
    await go_to(world, "2026-01-09 12:00")
    await post_by_hand(world)
    world.clock.advance(timedelta(hours=1))
    await world.decided()
    await go_to(world, "2026-01-12 09:00")
    preview = await world.services.digests.preview(ADA, PRODUCT)
    assert await send_due(world) == 1
    post = (await posts(world))["2026-W03"]
    assert post.since == preview.since == datetime(2026, 1, 9, 12, tzinfo=UTC)
    digest = await world.services.digests.content((await deliveries(world))[-1])
    assert (digest.new.count, digest.waiting.count) == (1, 2)


async def test_an_empty_digest_is_posted_where_that_is_wanted(world: World) -> None:
    """With that setting a digest comes every week, whatever was posted by hand."""
    await world.decided()
    await switch_on(world, post_when_empty=True)
    await go_to(world, "2026-01-12 08:00")
    await post_by_hand(world)
    await go_to(world, "2026-01-12 09:00")
    assert await send_due(world) == 1


async def test_one_by_hand_that_does_not_arrive_moves_nothing(world: World) -> None:
    """The weekly digest waits for one by hand that may arrive, and covers its time if it fails."""
    await world.decided()
    await switch_on(world)
    await go_to(world, "2026-01-12 08:00")
    assert await world.services.digests.post(ADA, PRODUCT, "pressed")
    await go_to(world, "2026-01-12 09:00")
    assert await world.services.digests.send_due() == 0, "it may still be posted"
    failed = "update deliveries set state = 'failed' where kind = 'digest'"
    await world.log.write(lambda db: db.execute(failed))
    assert await world.services.digests.send_due() == 1
    post = (await posts(world))["2026-W03"]
    assert (post.since, post.missed) == (datetime(2026, 1, 5, 9, tzinfo=UTC), ())


async def test_one_by_hand_covers_a_digest_that_is_still_to_arrive(world: World) -> None:
    """If that one fails, nothing is lost, and it is not named as missed."""
    await world.decided()
    await switch_on(world)
    await go_to(world, "2026-01-12 09:00")
    assert await world.services.digests.send_due() == 1
    await go_to(world, "2026-01-12 10:00")
    assert await world.services.digests.post(ADA, PRODUCT, "pressed")
    weekly, by_hand = (await posts(world)).values()
    assert weekly.since == by_hand.since
    for name, state in (("2026-W03", "failed"), ("now/pressed", "sent")):
        change = f"update deliveries set state = '{state}' where key like '%/{name}'"
        await world.log.write(lambda db, change=change: db.execute(change))
    await go_to(world, "2026-01-19 09:00")
    await world.decided()
    assert await send_due(world) == 1
    post = (await posts(world))["2026-W04"]
    assert (post.since, post.missed) == (by_hand.until, ())


async def test_after_a_missed_digest_what_waits_is_posted_again(world: World) -> None:
    """One by hand silences the next weekly digest only; if that is missed, the next reports all."""
    await world.decided()
    await switch_on(world)
    await go_to(world, "2026-01-07 12:00")
    await post_by_hand(world)
    await go_to(world, "2026-01-19 09:00")
    assert await send_due(world) == 1
    assert (await posts(world))["2026-W04"].missed == (date(2026, 1, 12),)
