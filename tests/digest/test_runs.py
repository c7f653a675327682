"""Each channel's digest runs once a week, and nothing that happened is left out."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.decisions.errors import NothingToResend
from bot.digest.settings import Schedule, Weekday
from bot.outbox.alert_views import alert_message
from bot.outbox.model import DeliveryState, UnconfirmedAlert, alert_for
from tests.digest.runs import (
    deliveries,
    go_to,
    outcomes,
    posts,
    send_due,
    switch_on,
    windows,
)
from tests.services.shelf import SECRET
from tests.services.world import ADA, PRODUCT, World

HOUR = timedelta(hours=1)
FRIDAY = Schedule(Weekday.FRIDAY)
_ONLY_DIGESTS_WAIT = "update deliveries set state = 'sent' where kind <> 'digest'"


async def test_a_digest_comes_when_it_is_due_and_once(world: World) -> None:
    """Nothing comes a minute early; then one, however often one looks; and one a week later."""
    await world.decided()
    await switch_on(world)
    for moment, expected in (("12 08:59", 0), ("12 09:00", 1), ("12 09:01", 0), ("19 09:00", 1)):
        await go_to(world, f"2026-01-{moment}")
        assert await world.services.digests.send_due() == expected, moment
    assert list(await posts(world)) == ["2026-W03", "2026-W04"]
    assert [each.channel for each in await deliveries(world)] == [PRODUCT.channel] * 2


async def test_what_was_due_before_the_settings_does_not_come(world: World) -> None:
    """Settings saved on Monday at noon for Mondays at nine begin a week later."""
    await world.decided()
    await go_to(world, "2026-01-05 12:00")
    saved = await switch_on(world)
    assert await world.services.digests.send_due() == 0
    due = await world.services.digests.next_due(saved)
    assert due is not None
    assert due.day == date(2026, 1, 12)


@pytest.mark.parametrize(
    ("before", "after", "changed_on", "days"),
    [
        # This week's has come on Monday: the next on Friday of the week after.
        (Schedule(), FRIDAY, "2026-01-14 12:00", ["2026-01-12", "2026-01-23"]),
        # Friday's has not come, and Monday is over: the next Monday.
        (FRIDAY, Schedule(), "2026-01-14 12:00", ["2026-01-09", "2026-01-19", "2026-01-26"]),
        # Earlier in the same day, when it has come.
        (
            Schedule(),
            Schedule(at=time(15)),
            "2026-01-12 12:00",
            ["2026-01-12", "2026-01-19", "2026-01-26"],
        ),
        # A zone in which it is Sunday still.
        (Schedule(), Schedule(Weekday.SUNDAY), "2026-01-12 12:00", ["2026-01-12", "2026-01-25"]),
    ],
)
async def test_a_change_makes_no_second_one_in_a_week(
    world: World, before: Schedule, after: Schedule, changed_on: str, days: list[str]
) -> None:
    """On whatever day it comes, there is one in a week, and what happened is in one of them."""
    await world.decided()
    saved = await switch_on(world, schedule=before)
    end = datetime(2026, 1, 27, tzinfo=UTC)
    change_at = datetime.fromisoformat(f"{changed_on}+00:00")
    while world.clock.now() < end:
        await send_due(world)
        if world.clock.now() == change_at:
            saved = await world.services.digests.change(replace(saved, schedule=after))
            following = await world.services.digests.next_due(saved)
        world.clock.advance(3 * HOUR)
    assert [day for day, _ in await outcomes(world)] == days
    assert following is not None
    assert following.day.isoformat() == next(day for day in days if day > changed_on[:10])
    told = await windows(world)
    assert [since for since, _ in told[1:]] == [until for _, until in told[:-1]]


async def test_a_change_at_the_last_moment_loses_nothing(world: World) -> None:
    """Settings saved in the minute in which a digest is due don't make it disappear."""
    await world.decided()
    saved = await switch_on(world)
    await go_to(world, "2026-01-12 09:00")
    world.clock.advance(timedelta(seconds=30))
    await world.services.digests.change(replace(saved, schedule=FRIDAY))
    assert list(await posts(world)) == ["2026-W03"]
    assert await world.services.digests.send_due() == 0


@pytest.mark.parametrize(
    ("hours", "days", "missed"),
    [
        (23, ["2026-01-12", "2026-01-19"], ()),
        (24, ["2026-01-19"], (date(2026, 1, 12),)),
        (25, ["2026-01-19"], (date(2026, 1, 12),)),
    ],
)
async def test_a_late_digest_comes_within_a_day(
    world: World, hours: int, days: list[str], missed: tuple[date, ...]
) -> None:
    """Less than a day late it comes, once; later it is left out, and the next one says so."""
    await world.decided()
    await switch_on(world)
    await go_to(world, "2026-01-12 09:00", hours=hours)
    for _ in range(3):
        await send_due(world)
    await go_to(world, "2026-01-19 09:00")
    await send_due(world)
    assert [day for day, _ in await outcomes(world)] == days
    assert list((await posts(world)).values())[-1].missed == missed


async def test_weeks_that_were_missed_are_named_and_told(world: World) -> None:
    """After weeks without the bot the next digest names the days, and looks back on all of them."""
    await world.decided()
    await switch_on(world)
    await go_to(world, "2026-01-12 09:00")
    await send_due(world)
    await go_to(world, "2026-02-03 12:00")
    assert await send_due(world) == 0
    await go_to(world, "2026-02-09 09:00")
    assert await send_due(world) == 1
    post = (await posts(world))["2026-W07"]
    assert post.missed == (date(2026, 1, 19), date(2026, 1, 26), date(2026, 2, 2))
    assert post.since == datetime(2026, 1, 12, 9, tzinfo=UTC)
    digest = await world.services.digests.content((await deliveries(world))[-1])
    assert digest.missed == post.missed


async def test_what_could_not_be_posted_for_a_day_was_missed(world: World) -> None:
    """A digest that Slack did not take for a day is given up, and the next one makes up for it."""
    await world.decided()
    await switch_on(world)
    for moment in ("12", "19", "26"):
        await go_to(world, f"2026-01-{moment} 09:00")
        assert await world.services.digests.send_due() == 1
    states = [each.state for each in await deliveries(world)]
    assert states == [*[DeliveryState.DISMISSED] * 2, DeliveryState.PENDING]
    post = (await posts(world))["2026-W05"]
    assert post.since == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert post.missed == (date(2026, 1, 12), date(2026, 1, 19))


async def test_a_digest_is_given_up_a_day_after_it_was_due(world: World) -> None:
    """It is Slack's until then, however late it had its turn; asked for again, for a day more."""
    await world.decided()
    await switch_on(world)
    await go_to(world, "2026-01-12 09:00", hours=20)
    await world.services.digests.send_due()
    await world.services.digests.post(ADA, PRODUCT, "pressed")
    await go_to(world, "2026-01-13 08:59")
    first = await world.outbox.claim(world.clock.now())
    assert first is not None
    await world.outbox.mark_unknown(first, "no answer")
    await go_to(world, "2026-01-13 09:00")
    again = await world.outbox.claim(world.clock.now())
    assert again is not None
    assert again.key.endswith("now/pressed")
    await world.outbox.retry(again, world.clock.now(), "internal_error")
    await go_to(world, "2026-01-14 05:00")
    assert await world.outbox.claim(world.clock.now()) is None
    await world.services.delivery_issues.settle(ADA, first.key, resend=True)
    resent = await world.outbox.claim(world.clock.now())
    assert resent is not None
    assert resent.key == first.key


async def test_what_nobody_knows_of_is_told_again(world: World) -> None:
    """A digest that broke off, and of which its owner has said nothing, is told by the next one."""
    await world.decided()
    await switch_on(world)
    await go_to(world, "2026-01-12 09:00")
    await world.services.digests.send_due()
    await world.log.write(lambda db: db.execute(_ONLY_DIGESTS_WAIT))
    first = await world.outbox.claim(world.clock.now())
    assert first is not None
    await go_to(world, "2026-01-19 09:00")
    assert await world.services.digests.send_due() == 0, "it may still be on its way"
    about = alert_for(UnconfirmedAlert, first, ADA.user, world.clock.now(), "timeout")
    await world.outbox.mark_unknown(first, "timeout", [about])
    assert await world.services.digests.send_due() == 1
    post = (await posts(world))["2026-W04"]
    assert (post.since, post.missed) == (datetime(2026, 1, 5, 9, tzinfo=UTC), ())
    trouble = await world.services.delivery_issues.reported_by(about)
    assert "so the next one tells its time again" in alert_message(about.payload, trouble).text
    with pytest.raises(NothingToResend):
        await world.services.delivery_issues.settle(ADA, first.key, resend=True)


async def test_a_first_digest_that_was_missed_is_told_by_the_next(world: World) -> None:
    """Where none has come yet, the first looks back to when it was switched on."""
    await world.decided()
    await switch_on(world)
    await go_to(world, "2026-01-26 09:00")
    await world.services.digests.send_due()
    post = (await posts(world))["2026-W05"]
    assert post.since == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert post.missed == (date(2026, 1, 12), date(2026, 1, 19))


async def test_nobody_is_told_the_news_of_a_year(world: World) -> None:
    """A digest looks back twelve weeks at most, names as many days, and says what it leaves out."""
    await world.decided()
    await switch_on(world)
    await go_to(world, "2027-01-04 09:00")
    await world.services.digests.send_due()
    (post,) = (await posts(world)).values()
    assert post.since == datetime(2026, 10, 12, 9, tzinfo=UTC)
    assert post.gap_from == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert len(post.missed) == 12


async def test_a_zone_that_is_no_more_stops_only_its_own_digest(world: World) -> None:
    """How late digests are is told all the same, and the zone can be changed for another."""
    await world.decided()
    saved = await switch_on(world)
    await switch_on(world, place=SECRET)
    gone = "update digest_settings set zone = 'Europe/Nowhere' where channel = 'C1'"
    await world.log.write(lambda db: db.execute(gone))
    await go_to(world, "2026-01-12 10:00")
    assert await world.services.digests.lag(world.clock.now()) == HOUR
    assert (await world.services.digests.change(saved)).schedule == Schedule()
