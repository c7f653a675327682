"""Weekly runs: due, late, missed, switched off, empty, or covered by *Post now*."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.decisions.errors import NothingToResend
from bot.decisions.view_form import GivenView
from bot.digest.settings import Schedule, Weekday
from bot.doctor.samples import COMMAND
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
from tests.services.harness import ADA, BEN, PRIVATE, PUBLIC, ServiceHarness

HOUR = timedelta(hours=1)
FRIDAY = Schedule(Weekday.FRIDAY)
_ONLY_DIGESTS_WAIT = "update deliveries set state = 'sent' where kind <> 'digest'"


async def test_a_digest_is_posted_once_when_due(harness: ServiceHarness) -> None:
    """A digest is posted when due, not a minute before, once per week."""
    await harness.post_decision()
    await switch_on(harness)
    for moment, expected in (("12 08:59", 0), ("12 09:00", 1), ("12 09:01", 0), ("19 09:00", 1)):
        await set_time(harness, f"2026-01-{moment}")
        assert await harness.services.digests.send_due() == expected, moment
    assert list(await posts(harness)) == ["2026-W03", "2026-W04"]
    assert [each.channel for each in await deliveries(harness)] == [PUBLIC.channel] * 2


async def test_new_settings_post_nothing_for_the_past(harness: ServiceHarness) -> None:
    """A digest that was due before its settings were saved is not posted."""
    await harness.post_decision()
    await set_time(harness, "2026-01-05 12:00")
    saved = await switch_on(harness)
    assert await harness.services.digests.send_due() == 0
    due = await harness.services.digests.next_due(saved)
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
async def test_a_change_adds_no_second_digest_in_a_week(
    harness: ServiceHarness, before: Schedule, after: Schedule, changed_on: str, days: list[str]
) -> None:
    """After a change of schedule there is one digest per week, without gaps between them."""
    await harness.post_decision()
    saved = await switch_on(harness, schedule=before)
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
    covered = await windows(harness)
    assert [since for since, _ in covered[1:]] == [until for _, until in covered[:-1]]


async def test_a_change_at_the_last_moment_loses_nothing(harness: ServiceHarness) -> None:
    """Settings saved in the minute in which a digest is due do not drop it."""
    await harness.post_decision()
    saved = await switch_on(harness)
    await set_time(harness, "2026-01-12 09:00")
    harness.clock.advance(timedelta(seconds=30))
    await harness.services.digests.change(replace(saved, schedule=FRIDAY))
    assert list(await posts(harness)) == ["2026-W03"]
    assert await harness.services.digests.send_due() == 0


@pytest.mark.parametrize(
    ("hours", "days", "missed"),
    [
        (23, ["2026-01-12", "2026-01-19"], ()),
        (24, ["2026-01-19"], (date(2026, 1, 12),)),
        (25, ["2026-01-19"], (date(2026, 1, 12),)),
    ],
)
async def test_a_late_digest_is_posted_within_a_day(
    harness: ServiceHarness, hours: int, days: list[str], missed: tuple[date, ...]
) -> None:
    """A digest less than a day late is posted once; later it is skipped and named as missed."""
    await harness.post_decision()
    await switch_on(harness)
    await set_time(harness, "2026-01-12 09:00", hours=hours)
    for _ in range(3):
        await send_due(harness)
    await set_time(harness, "2026-01-19 09:00")
    await send_due(harness)
    assert [day for day, _ in await outcomes(harness)] == days
    assert list((await posts(harness)).values())[-1].missed == missed


async def test_missed_weeks_are_named_and_covered(harness: ServiceHarness) -> None:
    """After a longer downtime, the next digest covers the missed ones and names their days."""
    await harness.post_decision()
    await switch_on(harness)
    await set_time(harness, "2026-01-12 09:00")
    await send_due(harness)
    await set_time(harness, "2026-02-03 12:00")
    assert await send_due(harness) == 0
    await harness.post_decision()
    await set_time(harness, "2026-02-09 09:00")
    assert await send_due(harness) == 1
    post = (await posts(harness))["2026-W07"]
    assert post.missed == (date(2026, 1, 19), date(2026, 1, 26), date(2026, 2, 2))
    assert post.since == datetime(2026, 1, 12, 9, tzinfo=UTC)
    digest = await harness.services.digests.content((await deliveries(harness))[-1])
    assert digest.missed == post.missed


async def test_an_expired_digest_is_missed(harness: ServiceHarness) -> None:
    """A digest undelivered for a day is dropped; the next one covers it and names it as missed."""
    await harness.post_decision()
    await switch_on(harness)
    for moment in ("12", "19", "26"):
        await set_time(harness, f"2026-01-{moment} 09:00")
        assert await harness.services.digests.send_due() == 1
    states = [each.state for each in await deliveries(harness)]
    assert states == [*[DeliveryState.DISMISSED] * 2, DeliveryState.PENDING]
    post = (await posts(harness))["2026-W05"]
    assert post.since == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert post.missed == (date(2026, 1, 12), date(2026, 1, 19))


async def test_a_digest_expires_after_a_day(harness: ServiceHarness) -> None:
    """A delivery expires a day after its due time; a resend by its owner starts another day."""
    await harness.post_decision()
    await switch_on(harness)
    await set_time(harness, "2026-01-12 09:00", hours=20)
    await harness.services.digests.send_due()
    await harness.services.digests.post(ADA, PUBLIC, "pressed")
    await set_time(harness, "2026-01-13 08:59")
    first = await harness.outbox.claim(harness.clock.now())
    assert first is not None
    await harness.outbox.mark_unknown(first, "no answer")
    await set_time(harness, "2026-01-13 09:00")
    again = await harness.outbox.claim(harness.clock.now())
    assert again is not None
    assert again.key.endswith("now/pressed")
    await harness.outbox.retry(again, harness.clock.now(), "internal_error")
    await set_time(harness, "2026-01-14 05:00")
    assert await harness.outbox.claim(harness.clock.now()) is None
    await harness.services.delivery_issues.settle(ADA, first.key, resend=True)
    resent = await harness.outbox.claim(harness.clock.now())
    assert resent is not None
    assert resent.key == first.key


async def test_an_unconfirmed_digest_is_covered_again(harness: ServiceHarness) -> None:
    """If a delivery stays unconfirmed, the next digest covers its period again."""
    await harness.post_decision()
    await switch_on(harness)
    await set_time(harness, "2026-01-12 09:00")
    await harness.services.digests.send_due()
    await harness.database.write(lambda db: db.execute(_ONLY_DIGESTS_WAIT))
    first = await harness.outbox.claim(harness.clock.now())
    assert first is not None
    await set_time(harness, "2026-01-19 09:00")
    assert await harness.services.digests.send_due() == 0, "it may still be on its way"
    about = alert_for(UnconfirmedAlert, first, ADA.user, harness.clock.now(), "timeout")
    await harness.outbox.mark_unknown(first, "timeout", [about])
    assert await harness.services.digests.send_due() == 1
    post = (await posts(harness))["2026-W04"]
    assert (post.since, post.missed) == (datetime(2026, 1, 5, 9, tzinfo=UTC), ())
    trouble = await harness.services.delivery_issues.reported_by(about)
    assert (
        "so the next one covers the same days again"
        in alert_message(about.payload, trouble, COMMAND).text
    )
    with pytest.raises(NothingToResend):
        await harness.services.delivery_issues.settle(ADA, first.key, resend=True)


async def test_a_missed_first_digest_is_covered(harness: ServiceHarness) -> None:
    """If no digest was sent yet, the first one covers the time since it was switched on."""
    await harness.post_decision()
    await switch_on(harness)
    await set_time(harness, "2026-01-26 09:00")
    await harness.services.digests.send_due()
    post = (await posts(harness))["2026-W05"]
    assert post.since == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert post.missed == (date(2026, 1, 12), date(2026, 1, 19))


async def test_a_digest_covers_twelve_weeks_at_most(harness: ServiceHarness) -> None:
    """A digest covers twelve weeks and names twelve missed days at most; it has the gap before."""
    await harness.post_decision()
    await switch_on(harness)
    await set_time(harness, "2027-01-04 09:00")
    await harness.services.digests.send_due()
    (post,) = (await posts(harness)).values()
    assert post.since == datetime(2026, 10, 12, 9, tzinfo=UTC)
    assert post.gap_from == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert len(post.missed) == 12


async def test_an_invalid_zone_can_be_replaced(harness: ServiceHarness) -> None:
    """With an invalid stored zone, the lag is still measured and the zone can be changed."""
    await harness.post_decision()
    saved = await switch_on(harness)
    await switch_on(harness, place=PRIVATE)
    gone = "update digest_settings set zone = 'Europe/Nowhere' where channel = 'C1'"
    await harness.database.write(lambda db: db.execute(gone))
    await set_time(harness, "2026-01-12 10:00")
    assert await harness.services.digests.lag(harness.clock.now()) == HOUR
    assert (await harness.services.digests.change(saved)).schedule == Schedule()


async def test_switched_off_nothing_is_posted(harness: ServiceHarness) -> None:
    """Nothing is posted while it is off; after switching on, that time is not missed."""
    await harness.post_decision()
    saved = await switch_on(harness)
    digests = harness.services.digests
    assert [await digests.switch_off(ADA, PUBLIC) for _ in range(2)] == [True, False]
    await set_time(harness, "2026-01-12 09:00")
    assert await digests.send_due() == 0
    off = await digests.settings("T1", PUBLIC.channel)
    assert off is not None
    assert (off.on, await digests.next_due(off)) == (False, None)
    await set_time(harness, "2026-01-21 09:00")
    await digests.change(saved)
    await set_time(harness, "2026-01-26 09:00")
    assert await digests.send_due() == 1
    (post,) = (await posts(harness)).values()
    assert post.missed == ()


async def test_a_pending_digest_is_delivered_when_switched_off(harness: ServiceHarness) -> None:
    """A pending digest is still delivered after its settings are switched off."""
    await harness.post_decision()
    await switch_on(harness)
    await set_time(harness, "2026-01-12 09:00")
    await harness.services.digests.send_due()
    await harness.services.digests.switch_off(ADA, PUBLIC)
    (delivery,) = await deliveries(harness)
    assert delivery.state is DeliveryState.PENDING
    assert (await harness.services.digests.content(delivery)).waiting.count == 1


async def test_an_empty_digest_is_not_posted(harness: ServiceHarness) -> None:
    """An empty weekly run posts nothing, unless the settings say to post empty digests."""
    await switch_on(harness)
    await set_time(harness, "2026-01-12 09:00")
    assert await harness.services.digests.send_due() == 0
    assert await outcomes(harness) == [("2026-01-12", "empty")]
    await harness.post_decision()
    assert await harness.services.digests.send_due() == 0
    await switch_on(harness, post_when_empty=True, place=PRIVATE)
    await set_time(harness, "2026-01-19 09:00")
    assert await harness.services.digests.send_due() == 2


async def test_a_quiet_week_loses_nothing(harness: ServiceHarness) -> None:
    """After empty and missed weeks, the next digest covers them all and names the missed ones."""
    await switch_on(harness)
    await set_time(harness, "2026-01-19 09:00")
    await harness.services.digests.send_due()
    assert await outcomes(harness) == [("2026-01-19", "empty")]
    harness.clock.advance(timedelta(minutes=1))
    await harness.post_decision()
    await set_time(harness, "2026-01-26 09:00")
    await harness.services.digests.send_due()
    post = (await posts(harness))["2026-W05"]
    assert post.missed == (date(2026, 1, 12),)
    assert post.since == datetime(2026, 1, 5, 9, tzinfo=UTC)


async def test_what_waits_comes_back_each_week(harness: ServiceHarness) -> None:
    """A decision that still waits is in each weekly digest; once it is closed, none comes."""
    waiting = await harness.post_decision()
    await switch_on(harness)
    for day in ("12", "19"):
        await set_time(harness, f"2026-01-{day} 09:00")
        assert await send_due(harness) == 1, day
    harness.clock.advance(HOUR)
    await harness.services.decisions.withdraw(ADA, waiting.number, "Not needed.")
    for day, expected in (("2026-01-26", 1), ("2026-02-02", 0)):
        await set_time(harness, f"{day} 09:00")
        assert await send_due(harness) == expected, day


async def test_after_post_now_a_view_that_differs_is_news(harness: ServiceHarness) -> None:
    """A view that differs since a digest posted by hand is worth a weekly one."""
    waiting = await harness.post_decision()
    await switch_on(harness)
    await set_time(harness, "2026-01-06 09:00")
    await post_now(harness)
    harness.clock.advance(HOUR)
    await harness.services.perspectives.give(BEN, waiting.number, GivenView(choice="tuning"))
    await set_time(harness, "2026-01-12 09:00")
    assert await send_due(harness) == 1


async def test_a_review_comes_with_the_week_in_which_it_is_due(harness: ServiceHarness) -> None:
    """A review is in each weekly digest from the week in which it comes due."""
    await set_time(harness, "2026-01-05 12:00")
    made = await harness.post_decision()
    await harness.services.decisions.accept(ADA, made.number)
    await switch_on(harness)
    sent = {}
    for week in range(1, 16):
        await set_time(harness, f"{date(2026, 1, 5) + timedelta(weeks=week)} 09:00")
        sent[week] = await send_due(harness)
    assert [week for week, posted in sent.items() if posted] == [1, 13, 14, 15]
    assert made.review_on == date(2026, 4, 5)


@pytest.mark.parametrize("posted_at", ["06 10:00", "11 23:00", "12 08:00"])
async def test_after_post_now_only_news_is_posted(harness: ServiceHarness, posted_at: str) -> None:
    """After *Post now*, the next weekly digest without news is skipped, once."""
    await harness.post_decision()
    await switch_on(harness)
    await set_time(harness, f"2026-01-{posted_at}")
    await post_now(harness)
    await set_time(harness, "2026-01-12 09:00")
    assert await send_due(harness) == 0
    assert await outcomes(harness) == [("2026-01-12", "empty")]
    await set_time(harness, "2026-01-19 09:00")
    assert await send_due(harness) == 1, "by then what waits is reported again"
    since = (await posts(harness))["2026-W04"].since
    assert since == datetime.fromisoformat(f"2026-01-{posted_at}+00:00")


async def test_after_post_now_the_window_begins_at_its_end(harness: ServiceHarness) -> None:
    """After *Post now*, the next weekly digest and the preview begin at its end."""
    await harness.post_decision()
    await switch_on(harness)
    await set_time(harness, "2026-01-09 12:00")
    await post_now(harness)
    harness.clock.advance(timedelta(hours=1))
    await harness.post_decision()
    await set_time(harness, "2026-01-12 09:00")
    preview = await harness.services.digests.preview(ADA, PUBLIC)
    assert await send_due(harness) == 1
    post = (await posts(harness))["2026-W03"]
    assert post.since == preview.since == datetime(2026, 1, 9, 12, tzinfo=UTC)
    digest = await harness.services.digests.content((await deliveries(harness))[-1])
    assert (digest.new.count, digest.waiting.count) == (0, 2)


async def test_post_when_empty_overrides_silence(harness: ServiceHarness) -> None:
    """With `post_when_empty` a weekly digest is posted, even after *Post now*."""
    await harness.post_decision()
    await switch_on(harness, post_when_empty=True)
    await set_time(harness, "2026-01-12 08:00")
    await post_now(harness)
    await set_time(harness, "2026-01-12 09:00")
    assert await send_due(harness) == 1


async def test_a_failed_post_now_moves_nothing(harness: ServiceHarness) -> None:
    """A pending *Post now* delays the weekly digest, which covers its period if it fails."""
    await harness.post_decision()
    await switch_on(harness)
    await set_time(harness, "2026-01-12 08:00")
    assert await harness.services.digests.post(ADA, PUBLIC, "pressed")
    await set_time(harness, "2026-01-12 09:00")
    assert await harness.services.digests.send_due() == 0, "it may still be posted"
    failed = "update deliveries set state = 'failed' where kind = 'digest'"
    await harness.database.write(lambda db: db.execute(failed))
    assert await harness.services.digests.send_due() == 1
    post = (await posts(harness))["2026-W03"]
    assert (post.since, post.missed) == (datetime(2026, 1, 5, 9, tzinfo=UTC), ())


async def test_post_now_covers_a_pending_weekly_digest(harness: ServiceHarness) -> None:
    """If the weekly digest fails, the one posted with *Post now* covers it; none is missed."""
    await harness.post_decision()
    await switch_on(harness)
    await set_time(harness, "2026-01-12 09:00")
    assert await harness.services.digests.send_due() == 1
    await set_time(harness, "2026-01-12 10:00")
    assert await harness.services.digests.post(ADA, PUBLIC, "pressed")
    weekly, manual = (await posts(harness)).values()
    assert weekly.since == manual.since
    for name, state in (("2026-W03", "failed"), ("now/pressed", "sent")):
        change = f"update deliveries set state = '{state}' where key like '%/{name}'"
        await harness.database.write(lambda db, change=change: db.execute(change))
    await set_time(harness, "2026-01-19 09:00")
    await harness.post_decision()
    assert await send_due(harness) == 1
    post = (await posts(harness))["2026-W04"]
    assert (post.since, post.missed) == (manual.until, ())
