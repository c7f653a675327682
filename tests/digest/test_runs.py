"""Weekly runs: due, late, missed, switched off, empty, or covered by *Post now*."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.decisions.errors import NothingToResend
from bot.digest.settings import Schedule, Weekday
from bot.outbox.alert_views import alert_message
from bot.outbox.model import DeliveryState, UnconfirmedAlert, alert_for
from tests.digest.runs import (
    deliveries,
    outcomes,
    post_now,
    posts,
    send_due,
    set_time,
    switch_on,
    windows,
)
from tests.services.harness import ADA, PRIVATE, PUBLIC, ServiceHarness

HOUR = timedelta(hours=1)
FRIDAY = Schedule(Weekday.FRIDAY)
_ONLY_DIGESTS_WAIT = "update deliveries set state = 'sent' where kind <> 'digest'"


<<<<<<< HEAD
async def test_a_digest_is_posted_once_when_due(world: World) -> None:
    """A digest is posted when due, not a minute before, once per week."""
    await world.decided()
    await switch_on(world)
    for moment, expected in (("12 08:59", 0), ("12 09:00", 1), ("12 09:01", 0), ("19 09:00", 1)):
        await set_time(world, f"2026-01-{moment}")
        assert await world.services.digests.send_due() == expected, moment
    assert list(await posts(world)) == ["2026-W03", "2026-W04"]
    assert [each.channel for each in await deliveries(world)] == [PRODUCT.channel] * 2


async def test_new_settings_post_nothing_for_the_past(world: World) -> None:
    """A digest that was due before its settings were saved is not posted."""
    await world.decided()
    await set_time(world, "2026-01-05 12:00")
    saved = await switch_on(world)
    assert await world.services.digests.send_due() == 0
    due = await world.services.digests.next_due(saved)
=======
async def test_a_digest_comes_when_it_is_due_and_once(harness: ServiceHarness) -> None:
    """Nothing comes a minute early; then one, however often one looks; and one a week later."""
    await harness.post_decision()
    await switch_on(harness)
    for moment, expected in (("12 08:59", 0), ("12 09:00", 1), ("12 09:01", 0), ("19 09:00", 1)):
        await go_to(harness, f"2026-01-{moment}")
        assert await harness.services.digests.send_due() == expected, moment
    assert list(await posts(harness)) == ["2026-W03", "2026-W04"]
    assert [each.channel for each in await deliveries(harness)] == [PUBLIC.channel] * 2


async def test_what_was_due_before_the_settings_does_not_come(harness: ServiceHarness) -> None:
    """Settings saved on Monday at noon for Mondays at nine begin a week later."""
    await harness.post_decision()
    await go_to(harness, "2026-01-05 12:00")
    saved = await switch_on(harness)
    assert await harness.services.digests.send_due() == 0
    due = await harness.services.digests.next_due(saved)
>>>>>>> ac91c2e (Name the helpers of service tests in standard test words)
    assert due is not None
    assert due.day == date(2026, 1, 12)


@pytest.mark.parametrize(
    ("before", "after", "changed_on", "days"),
    [
        # Monday's digest is posted: the next is on Friday of the following week.
        (Schedule(), FRIDAY, "2026-01-14 12:00", ["2026-01-12", "2026-01-23"]),
        # Friday's digest is pending and Monday is over: the next is on the following Monday.
        (FRIDAY, Schedule(), "2026-01-14 12:00", ["2026-01-09", "2026-01-19", "2026-01-26"]),
        # An earlier time on a day whose digest is posted.
        (
            Schedule(),
            Schedule(at=time(15)),
            "2026-01-12 12:00",
            ["2026-01-12", "2026-01-19", "2026-01-26"],
        ),
        # A time zone in which it is still Sunday.
        (Schedule(), Schedule(Weekday.SUNDAY), "2026-01-12 12:00", ["2026-01-12", "2026-01-25"]),
    ],
)
<<<<<<< HEAD
async def test_a_change_adds_no_second_digest_in_a_week(
    world: World, before: Schedule, after: Schedule, changed_on: str, days: list[str]
) -> None:
    """After a change of schedule there is one digest per week, without gaps between them."""
    await world.decided()
    saved = await switch_on(world, schedule=before)
=======
async def test_a_change_makes_no_second_one_in_a_week(
    harness: ServiceHarness, before: Schedule, after: Schedule, changed_on: str, days: list[str]
) -> None:
    """On whatever day it comes, there is one in a week, and what happened is in one of them."""
    await harness.post_decision()
    saved = await switch_on(harness, schedule=before)
>>>>>>> ac91c2e (Name the helpers of service tests in standard test words)
    end = datetime(2026, 1, 27, tzinfo=UTC)
    change_at = datetime.fromisoformat(f"{changed_on}+00:00")
    while harness.clock.now() < end:
        await send_due(harness)
        if harness.clock.now() == change_at:
            saved = await harness.services.digests.change(replace(saved, schedule=after))
            following = await harness.services.digests.next_due(saved)
        harness.clock.advance(3 * HOUR)
    assert [day for day, _ in await outcomes(harness)] == days
    assert following is not None
    assert following.day.isoformat() == next(day for day in days if day > changed_on[:10])
<<<<<<< HEAD
    covered = await windows(world)
    assert [since for since, _ in covered[1:]] == [until for _, until in covered[:-1]]


async def test_a_change_at_the_last_moment_loses_nothing(world: World) -> None:
    """Settings saved in the minute in which a digest is due do not drop it."""
    await world.decided()
    saved = await switch_on(world)
    await set_time(world, "2026-01-12 09:00")
    world.clock.advance(timedelta(seconds=30))
    await world.services.digests.change(replace(saved, schedule=FRIDAY))
    assert list(await posts(world)) == ["2026-W03"]
    assert await world.services.digests.send_due() == 0
=======
    told = await windows(harness)
    assert [since for since, _ in told[1:]] == [until for _, until in told[:-1]]


async def test_a_change_at_the_last_moment_loses_nothing(harness: ServiceHarness) -> None:
    """Settings saved in the minute in which a digest is due don't make it disappear."""
    await harness.post_decision()
    saved = await switch_on(harness)
    await go_to(harness, "2026-01-12 09:00")
    harness.clock.advance(timedelta(seconds=30))
    await harness.services.digests.change(replace(saved, schedule=FRIDAY))
    assert list(await posts(harness)) == ["2026-W03"]
    assert await harness.services.digests.send_due() == 0
>>>>>>> ac91c2e (Name the helpers of service tests in standard test words)


@pytest.mark.parametrize(
    ("hours", "days", "missed"),
    [
        (23, ["2026-01-12", "2026-01-19"], ()),
        (24, ["2026-01-19"], (date(2026, 1, 12),)),
        (25, ["2026-01-19"], (date(2026, 1, 12),)),
    ],
)
<<<<<<< HEAD
async def test_a_late_digest_is_posted_within_a_day(
    world: World, hours: int, days: list[str], missed: tuple[date, ...]
) -> None:
    """A digest less than a day late is posted once; later it is skipped and named as missed."""
    await world.decided()
    await switch_on(world)
    await set_time(world, "2026-01-12 09:00", hours=hours)
    for _ in range(3):
        await send_due(world)
    await set_time(world, "2026-01-19 09:00")
    await send_due(world)
    assert [day for day, _ in await outcomes(world)] == days
    assert list((await posts(world)).values())[-1].missed == missed


async def test_missed_weeks_are_named_and_covered(world: World) -> None:
    """After a longer downtime, the next digest covers the missed ones and names their days."""
    await world.decided()
    await switch_on(world)
    await set_time(world, "2026-01-12 09:00")
    await send_due(world)
    await set_time(world, "2026-02-03 12:00")
    assert await send_due(world) == 0
    await set_time(world, "2026-02-09 09:00")
    assert await send_due(world) == 1
    post = (await posts(world))["2026-W07"]
=======
async def test_a_late_digest_comes_within_a_day(
    harness: ServiceHarness, hours: int, days: list[str], missed: tuple[date, ...]
) -> None:
    """Less than a day late it comes, once; later it is left out, and the next one says so."""
    await harness.post_decision()
    await switch_on(harness)
    await go_to(harness, "2026-01-12 09:00", hours=hours)
    for _ in range(3):
        await send_due(harness)
    await go_to(harness, "2026-01-19 09:00")
    await send_due(harness)
    assert [day for day, _ in await outcomes(harness)] == days
    assert list((await posts(harness)).values())[-1].missed == missed


async def test_weeks_that_were_missed_are_named_and_told(harness: ServiceHarness) -> None:
    """After weeks without the bot the next digest names the days, and looks back on all of them."""
    await harness.post_decision()
    await switch_on(harness)
    await go_to(harness, "2026-01-12 09:00")
    await send_due(harness)
    await go_to(harness, "2026-02-03 12:00")
    assert await send_due(harness) == 0
    await go_to(harness, "2026-02-09 09:00")
    assert await send_due(harness) == 1
    post = (await posts(harness))["2026-W07"]
>>>>>>> ac91c2e (Name the helpers of service tests in standard test words)
    assert post.missed == (date(2026, 1, 19), date(2026, 1, 26), date(2026, 2, 2))
    assert post.since == datetime(2026, 1, 12, 9, tzinfo=UTC)
    digest = await harness.services.digests.content((await deliveries(harness))[-1])
    assert digest.missed == post.missed


<<<<<<< HEAD
async def test_an_expired_digest_is_missed(world: World) -> None:
    """A digest undelivered for a day is dropped; the next one covers it and names it as missed."""
    await world.decided()
    await switch_on(world)
    for moment in ("12", "19", "26"):
        await set_time(world, f"2026-01-{moment} 09:00")
        assert await world.services.digests.send_due() == 1
    states = [each.state for each in await deliveries(world)]
=======
async def test_what_could_not_be_posted_for_a_day_was_missed(harness: ServiceHarness) -> None:
    """A digest that Slack did not take for a day is given up, and the next one makes up for it."""
    await harness.post_decision()
    await switch_on(harness)
    for moment in ("12", "19", "26"):
        await go_to(harness, f"2026-01-{moment} 09:00")
        assert await harness.services.digests.send_due() == 1
    states = [each.state for each in await deliveries(harness)]
>>>>>>> ac91c2e (Name the helpers of service tests in standard test words)
    assert states == [*[DeliveryState.DISMISSED] * 2, DeliveryState.PENDING]
    post = (await posts(harness))["2026-W05"]
    assert post.since == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert post.missed == (date(2026, 1, 12), date(2026, 1, 19))


<<<<<<< HEAD
async def test_a_digest_expires_after_a_day(world: World) -> None:
    """A delivery expires a day after its due time; a resend by its owner starts another day."""
    await world.decided()
    await switch_on(world)
    await set_time(world, "2026-01-12 09:00", hours=20)
    await world.services.digests.send_due()
    await world.services.digests.post(ADA, PRODUCT, "pressed")
    await set_time(world, "2026-01-13 08:59")
    first = await world.outbox.claim(world.clock.now())
    assert first is not None
    await world.outbox.mark_unknown(first, "no answer")
    await set_time(world, "2026-01-13 09:00")
    again = await world.outbox.claim(world.clock.now())
    assert again is not None
    assert again.key.endswith("now/pressed")
    await world.outbox.retry(again, world.clock.now(), "internal_error")
    await set_time(world, "2026-01-14 05:00")
    assert await world.outbox.claim(world.clock.now()) is None
    await world.services.delivery_issues.settle(ADA, first.key, resend=True)
    resent = await world.outbox.claim(world.clock.now())
=======
async def test_a_digest_is_given_up_a_day_after_it_was_due(harness: ServiceHarness) -> None:
    """It is Slack's until then, however late it had its turn; asked for again, for a day more."""
    await harness.post_decision()
    await switch_on(harness)
    await go_to(harness, "2026-01-12 09:00", hours=20)
    await harness.services.digests.send_due()
    await harness.services.digests.post(ADA, PUBLIC, "pressed")
    await go_to(harness, "2026-01-13 08:59")
    first = await harness.outbox.claim(harness.clock.now())
    assert first is not None
    await harness.outbox.mark_unknown(first, "no answer")
    await go_to(harness, "2026-01-13 09:00")
    again = await harness.outbox.claim(harness.clock.now())
    assert again is not None
    assert again.key.endswith("now/pressed")
    await harness.outbox.retry(again, harness.clock.now(), "internal_error")
    await go_to(harness, "2026-01-14 05:00")
    assert await harness.outbox.claim(harness.clock.now()) is None
    await harness.services.delivery_issues.settle(ADA, first.key, resend=True)
    resent = await harness.outbox.claim(harness.clock.now())
>>>>>>> ac91c2e (Name the helpers of service tests in standard test words)
    assert resent is not None
    assert resent.key == first.key


<<<<<<< HEAD
async def test_an_unconfirmed_digest_is_covered_again(world: World) -> None:
    """If a delivery stays unconfirmed, the next digest covers its period again."""
    await world.decided()
    await switch_on(world)
    await set_time(world, "2026-01-12 09:00")
    await world.services.digests.send_due()
    await world.log.write(lambda db: db.execute(_ONLY_DIGESTS_WAIT))
    first = await world.outbox.claim(world.clock.now())
    assert first is not None
    await set_time(world, "2026-01-19 09:00")
    assert await world.services.digests.send_due() == 0, "it may still be on its way"
    about = alert_for(UnconfirmedAlert, first, ADA.user, world.clock.now(), "timeout")
    await world.outbox.mark_unknown(first, "timeout", [about])
    assert await world.services.digests.send_due() == 1
    post = (await posts(world))["2026-W04"]
=======
async def test_what_nobody_knows_of_is_told_again(harness: ServiceHarness) -> None:
    """A digest that broke off, and of which its owner has said nothing, is told by the next one."""
    await harness.post_decision()
    await switch_on(harness)
    await go_to(harness, "2026-01-12 09:00")
    await harness.services.digests.send_due()
    await harness.database.write(lambda db: db.execute(_ONLY_DIGESTS_WAIT))
    first = await harness.outbox.claim(harness.clock.now())
    assert first is not None
    await go_to(harness, "2026-01-19 09:00")
    assert await harness.services.digests.send_due() == 0, "it may still be on its way"
    about = alert_for(UnconfirmedAlert, first, ADA.user, harness.clock.now(), "timeout")
    await harness.outbox.mark_unknown(first, "timeout", [about])
    assert await harness.services.digests.send_due() == 1
    post = (await posts(harness))["2026-W04"]
>>>>>>> ac91c2e (Name the helpers of service tests in standard test words)
    assert (post.since, post.missed) == (datetime(2026, 1, 5, 9, tzinfo=UTC), ())
    trouble = await harness.services.delivery_issues.reported_by(about)
    assert "so the next one tells its time again" in alert_message(about.payload, trouble).text
    with pytest.raises(NothingToResend):
        await harness.services.delivery_issues.settle(ADA, first.key, resend=True)


<<<<<<< HEAD
async def test_a_missed_first_digest_is_covered(world: World) -> None:
    """If no digest was sent yet, the first one covers the time since it was switched on."""
    await world.decided()
    await switch_on(world)
    await set_time(world, "2026-01-26 09:00")
    await world.services.digests.send_due()
    post = (await posts(world))["2026-W05"]
=======
async def test_a_first_digest_that_was_missed_is_told_by_the_next(harness: ServiceHarness) -> None:
    """Where none has come yet, the first looks back to when it was switched on."""
    await harness.post_decision()
    await switch_on(harness)
    await go_to(harness, "2026-01-26 09:00")
    await harness.services.digests.send_due()
    post = (await posts(harness))["2026-W05"]
>>>>>>> ac91c2e (Name the helpers of service tests in standard test words)
    assert post.since == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert post.missed == (date(2026, 1, 12), date(2026, 1, 19))


<<<<<<< HEAD
async def test_a_digest_covers_twelve_weeks_at_most(world: World) -> None:
    """A digest covers twelve weeks and names twelve missed days at most; it has the gap before."""
    await world.decided()
    await switch_on(world)
    await set_time(world, "2027-01-04 09:00")
    await world.services.digests.send_due()
    (post,) = (await posts(world)).values()
=======
async def test_nobody_is_told_the_news_of_a_year(harness: ServiceHarness) -> None:
    """A digest looks back twelve weeks at most, names as many days, and says what it leaves out."""
    await harness.post_decision()
    await switch_on(harness)
    await go_to(harness, "2027-01-04 09:00")
    await harness.services.digests.send_due()
    (post,) = (await posts(harness)).values()
>>>>>>> ac91c2e (Name the helpers of service tests in standard test words)
    assert post.since == datetime(2026, 10, 12, 9, tzinfo=UTC)
    assert post.gap_from == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert len(post.missed) == 12


<<<<<<< HEAD
async def test_an_invalid_zone_can_be_replaced(world: World) -> None:
    """With an invalid stored zone, the lag is still measured and the zone can be changed."""
    await world.decided()
    saved = await switch_on(world)
    await switch_on(world, place=SECRET)
    gone = "update digest_settings set zone = 'Europe/Nowhere' where channel = 'C1'"
    await world.log.write(lambda db: db.execute(gone))
    await set_time(world, "2026-01-12 10:00")
    assert await world.services.digests.lag(world.clock.now()) == HOUR
    assert (await world.services.digests.change(saved)).schedule == Schedule()


async def test_switched_off_nothing_is_posted(world: World) -> None:
    """Nothing is posted while it is off; after switching on, that time is not missed."""
    await world.decided()
    saved = await switch_on(world)
    digests = world.services.digests
    assert [await digests.switch_off(ADA, PRODUCT) for _ in range(2)] == [True, False]
    await set_time(world, "2026-01-12 09:00")
    assert await digests.send_due() == 0
    off = await digests.settings("T1", PRODUCT.channel)
    assert off is not None
    assert (off.on, await digests.next_due(off)) == (False, None)
    await set_time(world, "2026-01-21 09:00")
    await digests.change(saved)
    await set_time(world, "2026-01-26 09:00")
    assert await digests.send_due() == 1
    (post,) = (await posts(world)).values()
    assert post.missed == ()


async def test_a_pending_digest_is_delivered_when_switched_off(world: World) -> None:
    """A pending digest is still delivered after its settings are switched off."""
    await world.decided()
    await switch_on(world)
    await set_time(world, "2026-01-12 09:00")
    await world.services.digests.send_due()
    await world.services.digests.switch_off(ADA, PRODUCT)
    (delivery,) = await deliveries(world)
    assert delivery.state is DeliveryState.PENDING
    assert (await world.services.digests.content(delivery)).waiting.count == 1


async def test_an_empty_digest_is_not_posted(world: World) -> None:
    """An empty weekly run posts nothing, unless the settings say to post empty digests."""
    await switch_on(world)
    await set_time(world, "2026-01-12 09:00")
    assert await world.services.digests.send_due() == 0
    assert await outcomes(world) == [("2026-01-12", "empty")]
    await world.decided()
    assert await world.services.digests.send_due() == 0
    await switch_on(world, post_when_empty=True, place=SECRET)
    await set_time(world, "2026-01-19 09:00")
    assert await world.services.digests.send_due() == 2


async def test_a_quiet_week_loses_nothing(world: World) -> None:
    """After empty and missed weeks, the next digest covers them all and names the missed ones."""
    await switch_on(world)
    await set_time(world, "2026-01-19 09:00")
    await world.services.digests.send_due()
    assert await outcomes(world) == [("2026-01-19", "empty")]
    world.clock.advance(timedelta(minutes=1))
    await world.decided()
    await set_time(world, "2026-01-26 09:00")
    await world.services.digests.send_due()
    post = (await posts(world))["2026-W05"]
    assert post.missed == (date(2026, 1, 12),)
    assert post.since == datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize("posted_at", ["06 10:00", "11 23:00", "12 08:00"])
async def test_after_post_now_only_news_is_posted(world: World, posted_at: str) -> None:
    """After *Post now*, the next weekly digest without news is skipped, once."""
    await world.decided()
    await switch_on(world)
    await set_time(world, f"2026-01-{posted_at}")
    await post_now(world)
    await set_time(world, "2026-01-12 09:00")
    assert await send_due(world) == 0
    assert await outcomes(world) == [("2026-01-12", "empty")]
    await set_time(world, "2026-01-19 09:00")
    assert await send_due(world) == 1, "by then what waits is reported again"
    since = (await posts(world))["2026-W04"].since
    assert since == datetime.fromisoformat(f"2026-01-{posted_at}+00:00")


async def test_after_post_now_the_window_begins_at_its_end(world: World) -> None:
    """After *Post now*, the next weekly digest and the preview begin at its end."""
    await world.decided()
    await switch_on(world)
    await set_time(world, "2026-01-09 12:00")
    await post_now(world)
    world.clock.advance(timedelta(hours=1))
    await world.decided()
    await set_time(world, "2026-01-12 09:00")
    preview = await world.services.digests.preview(ADA, PRODUCT)
    assert await send_due(world) == 1
    post = (await posts(world))["2026-W03"]
    assert post.since == preview.since == datetime(2026, 1, 9, 12, tzinfo=UTC)
    digest = await world.services.digests.content((await deliveries(world))[-1])
    assert (digest.new.count, digest.waiting.count) == (1, 2)


async def test_post_when_empty_overrides_silence(world: World) -> None:
    """With `post_when_empty` a weekly digest is posted, even after *Post now*."""
    await world.decided()
    await switch_on(world, post_when_empty=True)
    await set_time(world, "2026-01-12 08:00")
    await post_now(world)
    await set_time(world, "2026-01-12 09:00")
    assert await send_due(world) == 1


async def test_a_failed_post_now_moves_nothing(world: World) -> None:
    """A pending *Post now* delays the weekly digest, which covers its period if it fails."""
    await world.decided()
    await switch_on(world)
    await set_time(world, "2026-01-12 08:00")
    assert await world.services.digests.post(ADA, PRODUCT, "pressed")
    await set_time(world, "2026-01-12 09:00")
    assert await world.services.digests.send_due() == 0, "it may still be posted"
    failed = "update deliveries set state = 'failed' where kind = 'digest'"
    await world.log.write(lambda db: db.execute(failed))
    assert await world.services.digests.send_due() == 1
    post = (await posts(world))["2026-W03"]
    assert (post.since, post.missed) == (datetime(2026, 1, 5, 9, tzinfo=UTC), ())


async def test_post_now_covers_a_pending_weekly_digest(world: World) -> None:
    """If the weekly digest fails, the one posted with *Post now* covers it; none is missed."""
    await world.decided()
    await switch_on(world)
    await set_time(world, "2026-01-12 09:00")
    assert await world.services.digests.send_due() == 1
    await set_time(world, "2026-01-12 10:00")
    assert await world.services.digests.post(ADA, PRODUCT, "pressed")
    weekly, manual = (await posts(world)).values()
    assert weekly.since == manual.since
    for name, state in (("2026-W03", "failed"), ("now/pressed", "sent")):
        change = f"update deliveries set state = '{state}' where key like '%/{name}'"
        await world.log.write(lambda db, change=change: db.execute(change))
    await set_time(world, "2026-01-19 09:00")
    await world.decided()
    assert await send_due(world) == 1
    post = (await posts(world))["2026-W04"]
    assert (post.since, post.missed) == (manual.until, ())


async def test_silence_after_post_now_ends_with_a_missed_digest(world: World) -> None:
    """*Post now* silences one weekly digest; if that is missed, the next has everything."""
    await world.decided()
    await switch_on(world)
    await set_time(world, "2026-01-07 12:00")
    await post_now(world)
    await set_time(world, "2026-01-19 09:00")
    assert await send_due(world) == 1
    assert (await posts(world))["2026-W04"].missed == (date(2026, 1, 12),)
=======
async def test_a_zone_that_is_no_more_stops_only_its_own_digest(harness: ServiceHarness) -> None:
    """How late digests are is told all the same, and the zone can be changed for another."""
    await harness.post_decision()
    saved = await switch_on(harness)
    await switch_on(harness, place=PRIVATE)
    gone = "update digest_settings set zone = 'Europe/Nowhere' where channel = 'C1'"
    await harness.database.write(lambda db: db.execute(gone))
    await go_to(harness, "2026-01-12 10:00")
    assert await harness.services.digests.lag(harness.clock.now()) == HOUR
    assert (await harness.services.digests.change(saved)).schedule == Schedule()
>>>>>>> ac91c2e (Name the helpers of service tests in standard test words)
