"""A digest that is switched off, or has nothing to say, is not sent, and nothing is left untold."""

from datetime import timedelta

from bot.outbox.table import to_delivery
from tests.digest.turns import go_to, kept, kept_rows, switch_on, turns
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
    (post,) = (await kept(world)).values()
    assert [str(day) for day in post.missed] == []


async def test_one_that_was_due_before_goes_out_though_switched_off(world: World) -> None:
    """A digest that waits for Slack is still posted when its settings are switched off."""
    await world.decided()
    await switch_on(world)
    await go_to(world, "2026-01-12 09:00")
    await world.services.digests.send_due()
    await world.services.digests.switch_off(ADA, PRODUCT)
    (row,) = await kept_rows(world)
    assert row["state"] == "pending"
    assert (await world.services.digests.content(to_delivery(row))).waiting.count == 1


async def test_nothing_to_say_is_not_said(world: World) -> None:
    """A quiet week has its turn and posts nothing; it is posted where that is wanted."""
    await switch_on(world)
    await go_to(world, "2026-01-12 09:00")
    assert await world.services.digests.send_due() == 0
    assert await turns(world) == [("2026-01-12", False)]
    await world.decided()
    assert await world.services.digests.send_due() == 0
    await switch_on(world, even_if_quiet=True, place=SECRET)
    await go_to(world, "2026-01-19 09:00")
    assert await world.services.digests.send_due() == 2


async def test_a_quiet_week_loses_nothing(world: World) -> None:
    """After quiet and missed weeks the next digest looks back on all, and names what was missed."""
    await switch_on(world)
    await go_to(world, "2026-01-19 09:00")
    await world.services.digests.send_due()
    assert await turns(world) == [("2026-01-19", False)]
    world.clock.advance(timedelta(minutes=1))
    await world.decided()
    await go_to(world, "2026-01-26 09:00")
    await world.services.digests.send_due()
    post = (await kept(world))["2026-W05"]
    assert [str(day) for day in post.missed] == ["2026-01-12"]
    assert post.since.isoformat() == "2026-01-05T09:00:00+00:00"
