"""The digest service for people: preview, post now, save and list settings."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot.decisions.errors import NotAChannel, UnknownZone
from bot.decisions.model import Place, Visibility
from bot.digest.settings import DigestScope, Schedule, Weekday
from tests.digest.runs import deliveries, mark_sent, posts, set_time, switch_on
from tests.services.harness import ADA, BEN, PRIVATE, PUBLIC, STRANGER, ServiceHarness

HOUR = timedelta(hours=1)
DIRECT = Place(ADA.user, Visibility.DIRECT)


async def test_one_press_posts_once(harness: ServiceHarness) -> None:
    """One press posts one digest; two presses before delivery post the same period twice."""
    await harness.post_decision()
    await switch_on(harness)
    posted = [await harness.services.digests.post(BEN, PUBLIC, each) for each in ("a", "a", "b")]
    assert posted == [True, False, True]
    found = await posts(harness)
    assert list(found) == ["now/a", "now/b"]
    assert {each.owner for each in found.values()} == {BEN.user}
    await mark_sent(harness)
    harness.clock.advance(HOUR)
    await harness.services.digests.post(BEN, PUBLIC, "c")
    assert (await posts(harness))["now/c"].since == found["now/b"].until


async def test_a_preview_needs_no_settings(harness: ServiceHarness) -> None:
    """Without settings, preview and *Post now* cover seven days with the defaults."""
    await harness.post_decision()
    digest = await harness.services.digests.preview(BEN, PUBLIC)
    assert digest.until - digest.since == timedelta(days=7)
    assert digest.waiting.count == 1
    assert await harness.services.digests.post(BEN, PUBLIC, "a")
    (delivery,) = await deliveries(harness)
    assert await harness.services.digests.content(delivery) == digest
    assert await harness.services.digests.settings("T1", PUBLIC.channel) is None


async def test_direct_messages_have_no_digest(harness: ServiceHarness) -> None:
    """A direct message cannot have a digest."""
    digests = harness.services.digests
    saved = await switch_on(harness)
    for refused in (
        digests.default_settings(ADA, DIRECT, None),
        digests.change(replace(saved, place=DIRECT)),
        digests.preview(ADA, DIRECT),
        digests.post(ADA, DIRECT, "a"),
    ):
        with pytest.raises(NotAChannel):
            await refused


@pytest.mark.parametrize(
    ("zone", "near"),
    [
        ("Europe/Berlln", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        ("UTC+2", "Etc/GMT-2"),
        ("gmt -03:00", "Etc/GMT+3"),
        ("UTC+5:30", None),
        ("UTC+99", None),
        ("new york", "America/New_York"),
        ("", None),
        ("../../etc/passwd", None),
        ("Europe", None),
        ("x" * 3000, None),
        ("Europe/Berlin\0", "Europe/Berlin"),
    ],
)
async def test_an_unknown_zone_is_rejected(
    harness: ServiceHarness, zone: str, near: str | None
) -> None:
    """The error suggests a similar zone if there is one; the stored settings stay."""
    saved = await switch_on(harness)
    with pytest.raises(UnknownZone) as refused:
        await harness.services.digests.change(replace(saved, schedule=Schedule(zone=zone)))
    assert refused.value.near == near
    assert await harness.services.digests.settings("T1", PUBLIC.channel) == saved


async def test_a_zone_may_be_typed_in_any_case(harness: ServiceHarness) -> None:
    """A zone's letter case is corrected to that of the time zone database."""
    for typed, zone in (("europe/berlin", "Europe/Berlin"), ("utc", "UTC")):
        saved = await switch_on(harness, schedule=Schedule(zone=typed))
        assert saved.schedule.zone == zone


async def test_settings_are_stored_as_saved(harness: ServiceHarness) -> None:
    """Stored settings equal those that were saved; each workspace has its own."""
    digests = harness.services.digests
    begin = await digests.default_settings(ADA, PUBLIC, "Asia/Tokyo")
    assert begin.schedule == Schedule(Weekday.MONDAY, time(9), "Asia/Tokyo")
    assert (await digests.default_settings(ADA, PUBLIC, "Nowhere")).schedule == Schedule()
    saved = await switch_on(
        harness,
        schedule=Schedule(Weekday.SUNDAY, time(23, 59), "Pacific/Apia"),
        sections=begin.sections[2:4],
        post_when_empty=True,
        scope=DigestScope.WORKSPACE,
    )
    assert await digests.settings("T1", PUBLIC.channel) == saved
    assert await digests.default_settings(BEN, PUBLIC, "Asia/Tokyo") == saved
    assert await digests.settings("T2", PUBLIC.channel) is None
    assert await digests.switch_off(STRANGER, PUBLIC) is False


async def test_a_failing_digest_does_not_stop_the_others(harness: ServiceHarness) -> None:
    """One failing digest is reported, and the others are still posted."""
    await harness.post_decision()
    for place in (PUBLIC, PRIVATE):
        await switch_on(harness, post_when_empty=True, place=place)
    await harness.database.write(
        lambda db: db.execute("update digest_settings set zone = 'No/Zone' where channel = 'C1'")
    )
    await set_time(harness, "2026-01-12 09:00")
    with pytest.raises(ExceptionGroup, match="digests failed"):
        await harness.services.digests.send_due()
    assert [each.channel for each in await deliveries(harness)] == [PRIVATE.channel]


async def test_the_lag_is_that_of_the_oldest_digest(harness: ServiceHarness) -> None:
    """The lag counts from the due time, then from when it was queued, even after a retry."""
    await harness.post_decision()
    await switch_on(harness)
    digests = harness.services.digests
    assert await digests.lag(harness.clock.now()) == timedelta()
    await set_time(harness, "2026-01-12 11:00")
    assert await digests.lag(harness.clock.now()) == timedelta(hours=2)
    await digests.send_due()
    retried = "update deliveries set due_at = '2026-01-12T13:00:00+00:00' where kind = 'digest'"
    await harness.database.write(lambda db: db.execute(retried))
    harness.clock.advance(HOUR)
    assert await digests.lag(harness.clock.now()) == HOUR
    await harness.database.write(lambda db: db.execute("update deliveries set state = 'sent'"))
    assert await digests.lag(harness.clock.now()) == timedelta()


async def test_people_see_the_digests_of_their_channels(harness: ServiceHarness) -> None:
    """People see digests of public channels with their decisions, and those that they set up."""
    elsewhere = Place("C2", Visibility.PUBLIC)
    await harness.post_decision(BEN, PUBLIC)
    await harness.post_decision(BEN, PRIVATE)
    for place in (PUBLIC, PRIVATE, elsewhere):
        await switch_on(harness, place=place)
    known = {
        person: {each.place.channel for each in await harness.services.digests.settings_for(person)}
        for person in (ADA, BEN, STRANGER)
    }
    assert known == {ADA: {"C1", "C2", "G1"}, BEN: {"C1"}, STRANGER: set()}
    await harness.services.digests.switch_off(ADA, PUBLIC)
    assert await harness.services.digests.settings_for(BEN) == []
    mine = await harness.services.digests.settings_for(ADA)
    assert [each.on for each in mine] == [True, True, False], "those that are off are not lost"
