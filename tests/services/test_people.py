"""Cached profiles of people: look-ups, expiry, and an unavailable directory."""

from datetime import timedelta

import pytest

from bot.decisions.model import Person
from bot.decisions.ports import DirectoryEntry, DirectoryUnavailable, zone_named
from bot.services.people import FRESH_FOR, REFRESHED_AT_ONCE, PeopleService
from tests.services.factories import make_decision, store_decisions
from tests.services.harness import ADA, BEN, STRANGER, ServiceHarness


class PhoneBook:
    """A fake directory with scripted answers."""

    def __init__(self) -> None:
        self.known: dict[Person, DirectoryEntry] = {}
        self.busy: dict[str, timedelta] = {}
        self.asked: list[Person] = []

    async def look_up(self, person: Person) -> DirectoryEntry | None:
        self.asked.append(person)
        if (wait := self.busy.get(person.workspace)) is not None:
            raise DirectoryUnavailable(wait)
        return self.known.get(person)


@pytest.fixture
def book() -> PhoneBook:
    book = PhoneBook()
    book.known = {
        ADA: DirectoryEntry("Ada Lind", "Europe/Stockholm"),
        BEN: DirectoryEntry("Ben Okafor"),
    }
    return book


@pytest.fixture
def people(harness: ServiceHarness, book: PhoneBook) -> PeopleService:
    return PeopleService(harness.database, harness.clock, book)


async def test_a_person_is_looked_up_once_a_week(
    harness: ServiceHarness, people: PeopleService, book: PhoneBook
) -> None:
    """A profile is cached for a week, then looked up again."""
    for _ in range(2):
        profile = await people.profile(ADA)
        assert profile is not None
        assert profile.known == DirectoryEntry("Ada Lind", "Europe/Stockholm")
    assert book.asked == [ADA]
    book.known[ADA] = DirectoryEntry("Ada Berg", "Asia/Tokyo")
    harness.clock.advance(FRESH_FOR - timedelta(seconds=1))
    assert await people.zone_of(ADA) == "Europe/Stockholm"
    harness.clock.advance(timedelta(seconds=1))
    assert await people.zone_of(ADA) == "Asia/Tokyo"
    assert await people.names("T1", ["U1", "U2"]) == {"U1": "Ada Berg"}


async def test_a_silent_directory_leaves_what_is_known(
    harness: ServiceHarness, people: PeopleService, book: PhoneBook
) -> None:
    """If the directory is unavailable, the cached name is used until its wait is over."""
    await people.profile(ADA)
    harness.clock.advance(2 * FRESH_FOR)
    book.busy = {"T1": timedelta(seconds=30)}
    for _ in range(3):
        assert await people.zone_of(ADA) == "Europe/Stockholm"
        assert await people.zone_of(BEN) is None
    assert len(book.asked) == 2
    book.busy = {}
    harness.clock.advance(timedelta(seconds=30))
    assert await people.profile(BEN) is not None


async def test_who_is_gone_keeps_the_name(
    harness: ServiceHarness, people: PeopleService, book: PhoneBook
) -> None:
    """A user missing from the directory keeps the cached name; an unknown user has none."""
    await people.profile(ADA)
    book.known = {}
    harness.clock.advance(2 * FRESH_FOR)
    profile = await people.profile(ADA)
    assert profile is not None
    assert profile.known.name == "Ada Lind"
    assert await people.zone_of(BEN) is None
    assert await people.names("T1", ["U1", "U2"]) == {"U1": "Ada Lind"}


async def test_workspaces_are_apart(people: PeopleService) -> None:
    """The same id in another workspace is another person."""
    await people.profile(ADA)
    assert await people.names(STRANGER.workspace, [ADA.user]) == {}
    assert await people.zone_of(STRANGER) is None


async def test_people_of_decisions_are_learned(
    harness: ServiceHarness, people: PeopleService, book: PhoneBook
) -> None:
    """Drivers, deciders and people asked for a perspective are looked up weekly, in batches."""
    crowd = [f"U{number}" for number in range(1, 16)]
    await store_decisions(harness, make_decision(1, people=crowd))
    counts = [await people.refresh() for _ in range(3)]
    assert counts == [REFRESHED_AT_ONCE, 15 - REFRESHED_AT_ONCE, 0]
    assert sorted(each.user for each in book.asked) == sorted(crowd)
    await harness.services.perspectives.ask(ADA, 1, ["U99"])
    assert await people.refresh() == 1
    assert book.asked[-1] == Person("T1", "U99")
    harness.clock.advance(FRESH_FOR + timedelta(seconds=1))
    assert await people.refresh() == REFRESHED_AT_ONCE


async def test_a_busy_workspace_does_not_hold_up_the_others(
    harness: ServiceHarness, people: PeopleService, book: PhoneBook
) -> None:
    """If the directory of one workspace must wait, the people of others are still looked up."""
    crowd = [f"U{number}" for number in range(1, 16)]
    book.busy = {"T1": timedelta(minutes=5)}
    await store_decisions(harness, make_decision(1, people=crowd), make_decision(1, workspace="T2"))
    await people.refresh()
    await people.refresh()
    assert [each.workspace for each in book.asked] == ["T1", "T2"]
    book.busy = {}
    harness.clock.advance(timedelta(minutes=5))
    assert await people.refresh() == REFRESHED_AT_ONCE


@pytest.mark.parametrize(
    "name", ["", "Nowhere/None", "../../etc/passwd", "Europe", "Europe/London\0", "x" * 5000]
)
def test_what_is_no_zone_is_none(name: str) -> None:
    """An invalid zone name gives no zone, whatever is wrong with it."""
    assert zone_named(name) is None
