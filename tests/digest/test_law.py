"""Whatever is changed, and whenever one looks: no digest too many, and nothing left untold."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.digest.settings import DigestSettings, Schedule, Weekday
from bot.outbox.model import EXPIRED, DigestPost
from tests.digest.turns import digest_post, switch_on, turns
from tests.services.world import World

TWELVE_WEEKS = timedelta(weeks=12)
HOURS = st.integers(1, 9) | st.integers(1, 400) | st.integers(1000, 3000)
CHANGES = st.sampled_from(
    [
        {"rhythm": Schedule(Weekday.TUESDAY, time(3), "Asia/Tokyo")},
        {"rhythm": Schedule(Weekday.SUNDAY, time(23), "Pacific/Honolulu")},
        {"rhythm": Schedule(Weekday.THURSDAY, time(12, 30), "Europe/Berlin")},
        {"rhythm": Schedule(Weekday.SUNDAY, time(23))},
        {"rhythm": Schedule(Weekday.MONDAY, time(1))},
        {"even_if_quiet": True},
        {"even_if_quiet": False},
        {"on": False},
        {"on": True},
    ]
)
FATES = st.sampled_from(
    [
        *(("pending", "sent"), ("pending", "sent"), ("pending", "held"), ("pending", "failed")),
        *(("pending", "sending"), ("pending", "unknown"), ("sending", "unknown")),
        *(("sending", "sent"), ("sending", "pending"), ("unknown", "pending")),
        ("unknown", "dismissed"),
    ]
)
"""From which state to which one deliveries may go: by Slack, by a crash, or by their owner."""


@dataclass(frozen=True)
class Step:
    """Some hours pass; the bot looks what is due, if it is up; what is on its way goes on."""

    hours: int
    up: bool
    fate: tuple[str, str]
    change: Mapping[str, Any] | None


STEPS = st.lists(
    st.builds(Step, HOURS, st.sampled_from([True, True, False]), FATES, st.none() | CHANGES),
    min_size=8,
    max_size=30,
)


def _weekly(*fates: tuple[str, str]) -> list[Step]:
    return [Step(168, True, fate, None) for fate in fates]


@given(steps=STEPS)
@example(steps=_weekly(("pending", "unknown"), ("pending", "sent"), ("unknown", "pending")))
@example(steps=_weekly(("pending", "failed"), ("pending", "sent")))
@example(
    steps=[
        Step(150, True, ("pending", "sent"), {"rhythm": Schedule(Weekday.SUNDAY, time(23))}),
        Step(15, True, ("pending", "held"), {"rhythm": Schedule(Weekday.MONDAY, time(1))}),
        Step(2, True, ("pending", "sent"), None),
    ]
)
@settings(max_examples=15)
async def test_whatever_happens_nothing_is_lost_or_doubled(world: World, steps: list[Step]) -> None:
    """One digest a week; each that came begins where the one before it ended, or says what not."""
    await world.log.write(_empty)
    saved: DigestSettings = await switch_on(world, even_if_quiet=True)
    began = world.clock.now()
    for step in steps:
        world.clock.advance(timedelta(hours=step.hours))
        if step.up:
            await world.services.digests.send_due()
        await world.log.write(lambda db, fate=step.fate: db.execute(_GO_ON, fate[::-1]))
        if step.change is not None:
            saved = await world.services.digests.change(replace(saved, **step.change))
    weeks = [date.fromisoformat(day).isocalendar()[:2] for day, _ in await turns(world)]
    assert weeks == sorted(set(weeks))
    told = [digest_post(row) for row in await world.rows("deliveries") if _has_come(row)]
    for before, after in pairwise(told):
        assert _from(after) == before.until
    for each in told:
        assert _until(each) - each.since <= TWELVE_WEEKS
    if told:
        assert _from(told[0]) == min(began, _until(told[0]) - timedelta(weeks=1))


_GO_ON = "update deliveries set state = ? where state = ? and kind = 'digest'"


def _has_come(row: Mapping[str, Any]) -> bool:
    """Whether a digest is in its channel, as its owner may have said."""
    arrived = row["state"] in {"sent", "dismissed"}
    return row["kind"] == "digest" and arrived and row["error"] != EXPIRED


def _from(post: DigestPost) -> datetime:
    """From when on a digest tells what happened, or says that it is told nowhere."""
    return post.untold_from or post.since


def _until(post: DigestPost) -> datetime:
    return post.until


def _empty(db: Any) -> None:
    for name in ("digests", "digest_settings", "deliveries"):
        db.execute(f"delete from {name}")
