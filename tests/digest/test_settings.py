"""What people do with digests: look ahead, post now, save settings, be told of them."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot.decisions.errors import NotAChannel, UnknownZone
from bot.decisions.model import Place, Visibility
from bot.digest.settings import DigestScope, Schedule, Weekday
from bot.outbox.table import to_delivery
from tests.digest.turns import go_to, kept, kept_rows, send_due, switch_on
from tests.services.shelf import SECRET
from tests.services.world import ADA, BEN, PRODUCT, STRANGER, World

HOUR = timedelta(hours=1)
DIRECT = Place(ADA.user, Visibility.DIRECT)


async def test_posting_now_is_done_once_for_each_press(world: World) -> None:
    """The same press posts one digest; the week's own one comes all the same."""
    await world.decided()
    await switch_on(world)
    posted = [await world.services.digests.post(BEN, PRODUCT, each) for each in ("a", "a", "b")]
    assert posted == [True, False, True]
    found = await kept(world)
    assert list(found) == ["now/a", "now/b"]
    assert {each.owner for each in found.values()} == {BEN.user}
    await go_to(world, "2026-01-12 09:00")
    assert await world.services.digests.send_due() == 1


@pytest.mark.parametrize(
    ("posted_at", "arrives", "more_happens", "comes"),
    [
        ("12 08:00", True, False, 0),
        ("12 08:00", True, True, 1),
        ("12 08:00", False, False, 1),
        ("11 23:00", True, False, 1),
    ],
)
async def test_what_was_posted_by_hand_on_its_day_is_not_told_again(
    world: World, posted_at: str, arrives: bool, more_happens: bool, comes: int
) -> None:
    """The week's own digest is left out where it has no news; the next one tells of all."""
    await world.decided()
    await switch_on(world)
    await go_to(world, f"2026-01-{posted_at}")
    await world.services.digests.post(BEN, PRODUCT, "pressed")
    if arrives:
        await all_arrived(world)
    await go_to(world, "2026-01-12 08:30")
    if more_happens:
        await world.decided()
    await go_to(world, "2026-01-12 09:00")
    assert await send_due(world) == comes
    await go_to(world, "2026-01-19 09:00")
    assert await send_due(world) == 1
    since = (await kept(world))["2026-W04"].since.isoformat()
    assert since == ("2026-01-12" if comes else "2026-01-05") + "T09:00:00+00:00"


async def all_arrived(world: World) -> None:
    """Have Slack take whatever is to be posted."""
    for second in range(9):
        world.clock.advance(timedelta(seconds=1))
        taken = await world.outbox.claim(world.clock.now())
        if taken is not None:
            await world.outbox.sent(taken, taken.channel, f"{second}.0")


async def test_what_was_posted_by_a_clock_ahead_silences_no_digest(world: World) -> None:
    """A digest posted by hand while the clock was months ahead stands for none once it is right."""
    await world.decided()
    await switch_on(world)
    await go_to(world, "2026-06-03 08:00")
    await world.services.digests.post(BEN, PRODUCT, "pressed")
    await all_arrived(world)
    came = []
    for day in ("06 10:00", "12 09:00", "19 09:00", "26 09:00"):
        await go_to(world, f"2026-01-{day}")
        came.append(await send_due(world))
    assert came == [0, 1, 1, 1]


async def test_what_was_posted_by_hand_stands_for_no_other_settings(world: World) -> None:
    """A digest posted before the settings were changed does not stand for the one they ask for."""
    await world.decided()
    await switch_on(world)
    await go_to(world, "2026-01-12 08:00")
    await world.services.digests.post(BEN, PRODUCT, "pressed")
    await all_arrived(world)
    await go_to(world, "2026-01-12 08:30")
    await switch_on(world, scope=DigestScope.WORKSPACE)
    await go_to(world, "2026-01-12 09:00")
    assert await send_due(world) == 1


async def test_a_preview_needs_no_settings(world: World) -> None:
    """Before anything is saved, a preview and a post show the last seven days by the defaults."""
    await world.decided()
    digest = await world.services.digests.preview(BEN, PRODUCT)
    assert digest.until - digest.since == timedelta(days=7)
    assert digest.waiting.count == 1
    assert await world.services.digests.post(BEN, PRODUCT, "a")
    (row,) = await kept_rows(world)
    assert await world.services.digests.content(to_delivery(row)) == digest
    assert await world.services.digests.settings("T1", PRODUCT.channel) is None


async def test_direct_messages_have_no_digest(world: World) -> None:
    """A digest belongs to a channel."""
    digesting = world.services.digests
    saved = await switch_on(world)
    for refused in (
        digesting.suggested(ADA, DIRECT, None),
        digesting.change(replace(saved, place=DIRECT)),
        digesting.preview(ADA, DIRECT),
        digesting.post(ADA, DIRECT, "a"),
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
async def test_a_zone_that_there_is_not_is_refused(
    world: World, zone: str, near: str | None
) -> None:
    """What was meant is suggested where it can be guessed; what was saved before stays."""
    saved = await switch_on(world)
    with pytest.raises(UnknownZone) as refused:
        await world.services.digests.change(replace(saved, rhythm=Schedule(zone=zone)))
    assert refused.value.near == near
    assert await world.services.digests.settings("T1", PRODUCT.channel) == saved


async def test_a_zone_is_known_whatever_its_capitals(world: World) -> None:
    """A zone typed without its capitals is kept as the database spells it."""
    for typed, zone in (("europe/berlin", "Europe/Berlin"), ("utc", "UTC")):
        saved = await switch_on(world, rhythm=Schedule(zone=typed))
        assert saved.rhythm.zone == zone


async def test_settings_come_back_as_they_were_saved(world: World) -> None:
    """What is saved is what is found; each workspace has its own."""
    digesting = world.services.digests
    begin = await digesting.suggested(ADA, PRODUCT, "Asia/Tokyo")
    assert begin.rhythm == Schedule(Weekday.MONDAY, time(9), "Asia/Tokyo")
    assert (await digesting.suggested(ADA, PRODUCT, "Nowhere")).rhythm == Schedule()
    saved = await switch_on(
        world,
        rhythm=Schedule(Weekday.SUNDAY, time(23, 59), "Pacific/Apia"),
        parts=begin.parts[2:4],
        even_if_quiet=True,
        scope=DigestScope.WORKSPACE,
    )
    assert await digesting.settings("T1", PRODUCT.channel) == saved
    assert await digesting.suggested(BEN, PRODUCT, "Asia/Tokyo") == saved
    assert await digesting.settings("T2", PRODUCT.channel) is None
    assert await digesting.switch_off(STRANGER, PRODUCT) is False


async def test_a_digest_that_cannot_be_made_stops_no_other(world: World) -> None:
    """What is wrong with one channel's is told, and the others have their turn."""
    await world.decided()
    for place in (PRODUCT, SECRET):
        await switch_on(world, even_if_quiet=True, place=place)
    await world.log.write(
        lambda db: db.execute("update digest_settings set zone = 'No/Zone' where channel = 'C1'")
    )
    await go_to(world, "2026-01-12 09:00")
    with pytest.raises(ExceptionGroup, match="could not be made"):
        await world.services.digests.send_due()
    assert [row["channel"] for row in await kept_rows(world)] == [SECRET.channel]


async def test_being_behind_is_told_from_the_log(world: World) -> None:
    """The oldest digest that is due counts, until Slack has it."""
    await world.decided()
    await switch_on(world)
    digesting = world.services.digests
    assert await digesting.behind(world.clock.now()) == timedelta()
    await go_to(world, "2026-01-12 11:00")
    assert await digesting.behind(world.clock.now()) == timedelta(hours=2)
    await digesting.send_due()
    world.clock.advance(HOUR)
    assert await digesting.behind(world.clock.now()) == HOUR
    await world.log.write(lambda db: db.execute("update deliveries set state = 'sent'"))
    assert await digesting.behind(world.clock.now()) == timedelta()


async def test_people_know_the_digests_of_their_channels(world: World) -> None:
    """Of public channels with a decision of theirs, or that they set up; of private ones these."""
    elsewhere = Place("C2", Visibility.PUBLIC)
    await world.decided(BEN, PRODUCT)
    await world.decided(BEN, SECRET)
    for place in (PRODUCT, SECRET, elsewhere):
        await switch_on(world, place=place)
    known = {
        person: {each.place.channel for each in await world.services.digests.known_to(person)}
        for person in (ADA, BEN, STRANGER)
    }
    assert known == {ADA: {"C1", "C2", "G1"}, BEN: {"C1"}, STRANGER: set()}
    await world.services.digests.switch_off(ADA, PRODUCT)
    assert await world.services.digests.known_to(BEN) == []
    mine = await world.services.digests.known_to(ADA)
    assert [each.on for each in mine] == [True, True, False], "those that are off are not lost"
