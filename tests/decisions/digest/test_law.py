"""Whatever is changed, and whenever one looks: no digest too many, and nothing left untold."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.decisions.digest.settings import DigestSettings, Rhythm, Weekday
from tests.decisions.digest.turns import (
    posted,
    send_due,
    switch_on,
    turns,
    windows,
)
from tests.decisions.world import World

CHANGES = st.sampled_from(
    [
        {"rhythm": Rhythm(Weekday.TUESDAY, time(3), "Asia/Tokyo")},
        {"rhythm": Rhythm(Weekday.SUNDAY, time(23), "Pacific/Honolulu")},
        {"rhythm": Rhythm(Weekday.THURSDAY, time(12, 30), "Europe/Berlin")},
        {"even_if_quiet": True},
        {"even_if_quiet": False},
        {"on": False},
        {"on": True},
    ]
)
STEPS = st.lists(st.tuples(st.integers(1, 400), st.none() | CHANGES), min_size=6, max_size=18)


@given(steps=STEPS)
@settings(max_examples=15)
async def test_whatever_is_changed_nothing_is_lost_or_doubled(
    world: World, steps: list[tuple[int, Mapping[str, Any] | None]]
) -> None:
    """After any time and any change: one digest a week, and each begins where the last ended."""
    await world.log.write(_empty)
    saved: DigestSettings = await switch_on(world, even_if_quiet=True)
    began = world.clock.now()
    for hours, change in steps:
        world.clock.advance(timedelta(hours=hours))
        await send_due(world)
        if change is not None:
            saved = await world.desk.digesting.change(replace(saved, **change))
            await posted(world)
    weeks = [date.fromisoformat(day).isocalendar()[:2] for day, _ in await turns(world)]
    assert weeks == sorted(set(weeks))
    told = await windows(world)
    for (_, until), (since, later) in pairwise(told):
        assert since == max(until, later - timedelta(weeks=12))
    if told:
        since, until = told[0]
        assert since == max(min(began, until - timedelta(weeks=1)), until - timedelta(weeks=12))


def _empty(db: Any) -> None:
    for name in ("digests", "digest_settings", "deliveries"):
        db.execute(f"delete from {name}")
