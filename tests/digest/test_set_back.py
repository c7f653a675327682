"""A clock that was ahead for a while, and was put right: the digests of the meantime come."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from tests.digest.turns import go_to, kept, send_due, switch_on, windows
from tests.services.world import World


async def test_weeks_before_one_that_was_told_too_early_come(world: World) -> None:
    """What a wrong clock let have its turn is not told twice, and keeps no other week silent."""
    await switch_on(world, even_if_quiet=True)
    for moment, expected in (
        *(("02-02 09:00", 1), ("01-06 10:00", 0), ("01-12 09:00", 1), ("01-19 09:00", 1)),
        *(("01-26 09:00", 1), ("02-02 09:00", 0), ("02-09 09:00", 1)),
    ):
        await go_to(world, f"2026-{moment}")
        assert await send_due(world) == expected, moment
        assert await world.services.digests.behind(world.clock.now()) == timedelta()
    _, *told = await windows(world)
    assert told[0][0] == datetime(2026, 1, 6, 10, tzinfo=UTC)
    assert all(before[1] == after[0] for before, after in pairwise(told))
    too_early, *others = (await kept(world)).values()
    assert [str(day) for day in too_early.missed] == ["2026-01-12", "2026-01-19", "2026-01-26"]
    assert {each.missed for each in others} == {()}


async def test_settings_of_a_wrong_clock_count_from_when_it_was_put_right(world: World) -> None:
    """A digest that was switched on by a clock a year ahead comes a week after it was put right."""
    await go_to(world, "2027-01-04 12:00")
    await switch_on(world, even_if_quiet=True)
    for moment, expected in (("05 09:30", 0), ("12 08:59", 0), ("12 09:00", 1)):
        await go_to(world, f"2026-01-{moment}")
        assert await send_due(world) == expected, moment
