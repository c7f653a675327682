"""Review requests are sent at nine in the decider's time zone, once to each decider."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.decisions.model import Decision, Person, Workflow
from bot.decisions.ports import CachedProfile, DirectoryEntry
from bot.decisions.review_schedule import EARLIEST, TimeZones, latest_review_day, review_requests
from bot.digest.settings import DigestSettings, Schedule
from bot.outbox.model import DeliveryKind
from bot.storage.database import Database
from bot.storage.people import save_profile
from tests.services.factories import AT, make_decision
from tests.services.harness import ADA, BEN, PUBLIC, ServiceHarness

_DAY = timedelta(days=1)
_REVIEW = date(2026, 4, 5)
_MOMENTS = st.integers(-15 * 60, 13 * 60).map(
    lambda minutes: datetime(2026, 4, 5, 9, tzinfo=UTC) + timedelta(minutes=minutes)
)
"""Times from before nine in the first zone to after nine in the last one."""
_ZONES = st.sampled_from(["Pacific/Kiritimati", "Asia/Tokyo", "Europe/London", "Pacific/Niue"]).map(
    ZoneInfo
)


@given(st.integers(0, 2**31), st.timezones())
def test_a_day_is_due_from_nine_in_the_morning(second: int, zone: ZoneInfo) -> None:
    """In any zone, today is due from nine local time on, else yesterday."""
    now = datetime.fromtimestamp(second, UTC)
    local = now.astimezone(zone)
    expected = local.date() if local.time() >= time(9) else local.date() - _DAY
    assert latest_review_day(now, zone) == expected


@given(st.integers(0, 2**31), st.timezones())
def test_no_day_is_due_before_it_is_looked_for(second: int, zone: ZoneInfo) -> None:
    """No zone has a day due before the zone where the day begins first."""
    now = datetime.fromtimestamp(second, UTC)
    assert latest_review_day(now, zone) <= latest_review_day(now, EARLIEST)


@given(_MOMENTS, st.lists(_ZONES | st.none(), min_size=1, max_size=4), _ZONES)
def test_each_decider_goes_by_their_own_clock(
    now: datetime, zones: list[ZoneInfo | None], channel: ZoneInfo
) -> None:
    """Deciders are asked from nine in their own zone; without one, the channel's zone counts."""
    people = [f"U{number}" for number in range(len(zones))]
    made = replace(make_decision(1, people=("U99", *people)), review_on=_REVIEW)
    own = {Person("T1", user): zone for user, zone in zip(people, zones, strict=True) if zone}
    found = review_requests(made, now, TimeZones(own, {("T1", "C1"): channel}))
    due = [
        user
        for user, zone in zip(people, zones, strict=True)
        if now.astimezone(zone or channel).replace(tzinfo=None)
        >= datetime.combine(_REVIEW, time(9))
    ]
    assert list(found.users) == due
    assert found.complete == (due == people)


async def _accepted(harness: ServiceHarness) -> Decision:
    workflow = Workflow(title="Answers", deciders=(ADA.user, BEN.user))
    posted = await harness.services.post(ADA, await harness.create_draft(workflow=workflow), PUBLIC)
    return await harness.services.decisions.accept(ADA, posted.decision.number)


async def _asked(harness: ServiceHarness) -> list[object]:
    rows = await harness.rows("deliveries")
    return [row["channel"] for row in rows if row["kind"] == DeliveryKind.REVIEW_QUESTION]


async def _at(harness: ServiceHarness, hour: int, day: int = 5) -> int:
    harness.clock.advance(datetime(2026, 4, day, hour, tzinfo=UTC) - harness.clock.now())
    return await harness.services.reviews.request_due()


async def _lives_in(harness: ServiceHarness, person: Person, zone: str) -> None:
    await harness.write(
        save_profile, CachedProfile(person, DirectoryEntry(zone=zone), AT + timedelta(days=89))
    )


async def test_two_deciders_on_two_sides_of_the_earth(harness: ServiceHarness) -> None:
    """Each decider is asked at nine local time; further checks ask nobody twice."""
    await _accepted(harness)
    await _lives_in(harness, ADA, "Pacific/Kiritimati")
    await _lives_in(harness, BEN, "America/New_York")
    assert await _at(harness, 18, day=4) == 0
    assert [await _at(harness, 19, day=4) for _ in range(2)] == [1, 0]
    assert await _asked(harness) == [ADA.user]
    assert await harness.services.reviews.waiting_for(BEN) is not None
    assert (await harness.services.reviews.waiting_for(ADA)).to_review != ()
    assert (await harness.services.reviews.waiting_for(BEN)).to_review == ()
    assert await _at(harness, 12) == 0
    assert [await _at(harness, 13) for _ in range(2)] == [1, 0]
    assert await _asked(harness) == [ADA.user, BEN.user]
    assert (await harness.rows("decisions"))[0]["review_asked"] == "2026-04-05"


async def test_who_has_no_zone_goes_by_the_digest_of_the_channel(harness: ServiceHarness) -> None:
    """Without a known zone, the zone of the channel's digest counts, otherwise UTC."""
    await _accepted(harness)
    schedule = Schedule(zone="Asia/Tokyo")
    await harness.services.digests.change(
        DigestSettings("T1", PUBLIC, ADA.user, AT, schedule=schedule)
    )
    await _accepted_elsewhere(harness)
    assert await _at(harness, 0) == 2
    assert await _at(harness, 8) == 0
    assert await _at(harness, 9) == 2


async def _accepted_elsewhere(harness: ServiceHarness) -> None:
    workflow = Workflow(title="Answers", deciders=(ADA.user, BEN.user))
    draft = await harness.create_draft(workflow=workflow)
    posted = await harness.services.post(ADA, draft, replace(PUBLIC, channel="C2"))
    await harness.services.decisions.accept(ADA, posted.decision.number)


async def test_a_changing_zone_asks_once(harness: ServiceHarness) -> None:
    """Each decider is asked once, whatever zones and clocks do in two processes."""
    await _accepted(harness)
    other = ServiceHarness(await Database(harness.database.location).open())
    zones = ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/London", "Asia/Tokyo")
    for hours, zone in enumerate(zones * 10):
        await _lives_in(harness, ADA, zone)
        for each in (harness, other):
            back = timedelta(hours=(-1) ** hours * 7)
            each.clock.advance(
                datetime(2026, 4, 4, 12, tzinfo=UTC)
                + timedelta(hours=hours)
                + back
                - each.clock.now()
            )
        await asyncio.gather(*(each.services.reviews.request_due() for each in (harness, other)))
    await other.database.close()
    assert sorted(map(str, await _asked(harness))) == [ADA.user, BEN.user]
