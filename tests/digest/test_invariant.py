"""Invariant of weekly digests: one per week, no gaps, whatever changes or fails."""

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
from tests.services.harness import ADA, PUBLIC, ServiceHarness

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
TRANSITIONS = st.sampled_from(
    [
        *(("pending", "sent"), ("pending", "sent"), ("pending", "held"), ("pending", "failed")),
        *(("pending", "sending"), ("pending", "unknown"), ("sending", "unknown")),
        *(("sending", "sent"), ("sending", "pending"), ("unknown", "pending")),
        ("unknown", "dismissed"),
    ]
)
"""Transitions of a delivery (from, to): by Slack, a crash or its owner."""


@dataclass(frozen=True)
class Step:
    """Hours pass, the bot runs if `up`, deliveries change state, and people act."""

    hours: int
    up: bool
    transition: tuple[str, str]
    change: Mapping[str, Any] | None
    post_now: bool = False


STEPS = st.lists(
    st.builds(
        Step,
        HOURS,
        st.sampled_from([True, True, False]),
        TRANSITIONS,
        st.none() | CHANGES,
        st.sampled_from([True, False, False]),
    ),
    min_size=8,
    max_size=30,
)


def _weekly(*transitions: tuple[str, str]) -> list[Step]:
    return [Step(168, True, each, None) for each in transitions]


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
        Step(168, True, ("pending", "sending"), None, post_now=True),
        Step(1, True, ("sending", "unknown"), None, post_now=True),
        Step(168, True, ("pending", "sent"), None),
    ]
)
@settings(max_examples=15)
async def test_weekly_digests_have_no_gaps_or_duplicates(
    harness: ServiceHarness, steps: list[Step]
) -> None:
    """There is one weekly digest per week, which begins where the last one sent ends.

    A digest posted with *Post now* may repeat a period that is still pending. No digest begins
    later than the end of the last one sent.
    """
    await harness.database.write(_empty)
    saved: DigestSettings = await switch_on(harness, post_when_empty=True)
    began = harness.clock.now()
    for at, step in enumerate(steps):
        harness.clock.advance(timedelta(hours=step.hours))
        if step.up:
            await harness.services.digests.send_due()
        if step.post_now:
            harness.clock.advance(timedelta(minutes=1))
            await harness.services.digests.post(ADA, PUBLIC, str(at))
        move = dict(zip(("before", "after"), step.transition, strict=True))
        await harness.database.write(lambda db, move=move: db.execute(_MOVE, move))
        if step.change is not None:
            saved = await harness.services.digests.change(replace(saved, **step.change))
    weeks = [date.fromisoformat(day).isocalendar()[:2] for day, _ in await outcomes(harness)]
    assert weeks == sorted(set(weeks))
    arrived = [to_delivery(row) for row in await harness.rows("deliveries") if _was_sent(row)]
    covered = None
    for delivery in sorted(arrived, key=lambda each: each.due_at):
        post = delivery.payload
        assert isinstance(post, DigestPost)
        begins = post.gap_from or post.since
        expected = covered or min(began, post.until - timedelta(weeks=1))
        assert begins == expected or ("/now/" in delivery.key and begins < expected)
        assert post.until - post.since <= TWELVE_WEEKS
        covered = post.until


_MOVE = "update deliveries set state = :after where state = :before and kind = 'digest'"


def _was_sent(row: Mapping[str, Any]) -> bool:
    """Return whether a digest was sent, or confirmed as sent by its owner."""
    arrived = row["state"] in {"sent", "dismissed"} and row["error"] != EXPIRED
    return row["kind"] == "digest" and arrived


def _empty(db: Any) -> None:
    for name in ("digest_runs", "digest_settings", "deliveries"):
        db.execute(f"delete from {name}")
