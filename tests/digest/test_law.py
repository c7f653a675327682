"""Whatever is changed, posted by hand or fails: no digest too many, and nothing left out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.digest.settings import DigestSettings, Schedule, Weekday
from bot.outbox.model import EXPIRED, DigestPost
from bot.outbox.table import to_delivery
from tests.digest.runs import outcomes, switch_on
from tests.services.world import ADA, PRODUCT, World

TWELVE_WEEKS = timedelta(weeks=12)
HOURS = st.integers(1, 9) | st.integers(1, 400) | st.integers(1000, 3000)
CHANGES = st.sampled_from(
    [
        {"schedule": Schedule(Weekday.TUESDAY, time(3), "Asia/Tokyo")},
        {"schedule": Schedule(Weekday.SUNDAY, time(23), "Pacific/Honolulu")},
        {"schedule": Schedule(Weekday.THURSDAY, time(12, 30), "Europe/Berlin")},
        {"schedule": Schedule(Weekday.SUNDAY, time(23))},
        {"schedule": Schedule(Weekday.MONDAY, time(1))},
        {"post_when_empty": True},
        {"post_when_empty": False},
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
    """Some hours pass; the bot runs, if it is up; deliveries go on; people do something."""

    hours: int
    up: bool
    fate: tuple[str, str]
    change: Mapping[str, Any] | None
    by_hand: bool = False


STEPS = st.lists(
    st.builds(
        Step,
        HOURS,
        st.sampled_from([True, True, False]),
        FATES,
        st.none() | CHANGES,
        st.sampled_from([True, False, False]),
    ),
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
        Step(150, True, ("pending", "sent"), {"schedule": Schedule(Weekday.SUNDAY, time(23))}),
        Step(15, True, ("pending", "held"), {"schedule": Schedule(Weekday.MONDAY, time(1))}),
        Step(2, True, ("pending", "sent"), None),
    ]
)
@example(
    steps=[
        Step(168, True, ("pending", "sending"), None, by_hand=True),
        Step(1, True, ("sending", "unknown"), None, by_hand=True),
        Step(168, True, ("pending", "sent"), None),
    ]
)
@settings(max_examples=15)
async def test_whatever_happens_nothing_is_lost_or_doubled(world: World, steps: list[Step]) -> None:
    """One weekly digest a week; it begins where the last one that arrived ends, also by hand.

    One by hand may repeat what is still to arrive; but neither ever begins later than that.
    """
    await world.log.write(_empty)
    saved: DigestSettings = await switch_on(world, post_when_empty=True)
    began = world.clock.now()
    for at, step in enumerate(steps):
        world.clock.advance(timedelta(hours=step.hours))
        if step.up:
            await world.services.digests.send_due()
        if step.by_hand:
            world.clock.advance(timedelta(minutes=1))
            await world.services.digests.post(ADA, PRODUCT, str(at))
        await world.log.write(lambda db, fate=step.fate: db.execute(_GO_ON, fate[::-1]))
        if step.change is not None:
            saved = await world.services.digests.change(replace(saved, **step.change))
    weeks = [date.fromisoformat(day).isocalendar()[:2] for day, _ in await outcomes(world)]
    assert weeks == sorted(set(weeks))
    arrived = [to_delivery(row) for row in await world.rows("deliveries") if _has_arrived(row)]
    covered = None
    for delivery in sorted(arrived, key=lambda each: each.due_at):
        post = delivery.payload
        assert isinstance(post, DigestPost)
        begins = post.gap_from or post.since
        expected = covered or min(began, post.until - timedelta(weeks=1))
        assert begins == expected or ("/now/" in delivery.key and begins < expected)
        assert post.until - post.since <= TWELVE_WEEKS
        covered = post.until


_GO_ON = "update deliveries set state = ? where state = ? and kind = 'digest'"


def _has_arrived(row: Mapping[str, Any]) -> bool:
    """Whether a digest is in its channel, as its owner may have confirmed."""
    arrived = row["state"] in {"sent", "dismissed"} and row["error"] != EXPIRED
    return row["kind"] == "digest" and arrived


def _empty(db: Any) -> None:
    for name in ("digest_runs", "digest_settings", "deliveries"):
        db.execute(f"delete from {name}")
