"""The use cases about people: what they are called, and what time it is where they are."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from bot.decisions.model import Person
from bot.decisions.ports import (
    CachedProfile,
    Clock,
    Directory,
    DirectoryEntry,
    DirectoryUnavailable,
    zone_named,
)
from bot.storage.database import Database
from bot.storage.people import find_names, find_profiles, outdated_people, save_profile

FRESH_FOR = timedelta(days=7)
"""How long what is kept of a person is taken for true."""
LEARNED_AT_ONCE = 10
"""People asked about in one round; Slack allows a hundred and more a minute.

Source: https://docs.slack.dev/reference/methods/users.info (tier 4)
"""


@dataclass(frozen=True, slots=True)
class _Asked:
    profile: CachedProfile | None
    busy: bool = False


class PeopleService:
    """Names and zones, from the log; from the directory where the log has none, or an old one.

    A directory that does not answer is left alone for as long as it wishes; until then what is
    kept is used, however old.
    """

    def __init__(self, database: Database, clock: Clock, directory: Directory) -> None:
        """Make the use cases on a log, a clock and a directory."""
        self._database = database
        self._clock = clock
        self._directory = directory
        self._alone_until: dict[str, datetime] = {}

    async def profile(self, person: Person) -> CachedProfile | None:
        """Return what is known of a person; it may ask the directory, and take a second.

        Returns:
            None where nothing is known, or the directory does not answer.
        """
        kept = await self._cached(person)
        now = self._clock.now()
        if kept is not None and now - kept.asked_at < FRESH_FOR:
            return kept
        if person.workspace in self._left_alone(now):
            return kept
        return (await self._ask(person, kept, now)).profile

    async def zone_of(self, person: Person) -> str | None:
        """Return the IANA name of a person's time zone; otherwise like `profile`."""
        profile = await self.profile(person)
        return profile.known.zone if profile else None

    async def zones_of(self, people: Iterable[Person]) -> dict[Person, ZoneInfo]:
        """Return the time zones of those people whose zone is known; otherwise like `profile`."""
        wanted = tuple(dict.fromkeys(people))
        kept, now = await self._kept(wanted), self._clock.now()
        for person in wanted:
            if person not in kept or now - kept[person].asked_at >= FRESH_FOR:
                profile = await self.profile(person)
                kept |= {person: profile} if profile else {}
        return _zones(kept)

    async def cached_zones(self, people: Iterable[Person]) -> dict[Person, ZoneInfo]:
        """Return the time zones of people as far as the log knows them; it asks nobody."""
        return _zones(await self._kept(tuple(people)))

    async def names(self, workspace: str, users: Collection[str]) -> dict[str, str]:
        """Return what people are called, by user id, as far as the log knows; it asks nobody."""
        return await self._database.read(lambda db: find_names(db, workspace, users))

    async def outsiders(self, workspace: str, users: Collection[str]) -> tuple[str, ...]:
        """Return those who belong to another workspace, by the directory; it asks about each.

        Where it does not answer, nobody is taken for an outsider.
        """
        found = []
        for user in users:
            now = self._clock.now()
            if workspace in self._left_alone(now):
                break
            kept = await self._cached(Person(workspace, user))
            profile = (await self._ask(Person(workspace, user), kept, now)).profile
            if profile is not None and profile.known.outside:
                found.append(user)
        return tuple(found)

    async def refresh(self) -> int:
        """Ask about a few of the people who appear in decisions; return of how many was told.

        Those who were not asked about for `FRESH_FOR` are asked about again.
        """
        now = self._clock.now()
        alone = self._left_alone(now)
        learned = 0
        outdated = await self._database.read(
            lambda db: outdated_people(db, now - FRESH_FOR, alone, LEARNED_AT_ONCE)
        )
        for person in outdated:
            if person.workspace in alone:
                continue
            kept = await self._cached(person)
            asked = await self._ask(person, kept, now)
            if asked.busy:
                alone = {*alone, person.workspace}
            else:
                learned += 1
        return learned

    async def _cached(self, person: Person) -> CachedProfile | None:
        found = await self._database.read(
            lambda db: find_profiles(db, person.workspace, [person.user])
        )
        return found.get(person.user)

    async def _kept(self, people: Collection[Person]) -> dict[Person, CachedProfile]:
        found: dict[Person, CachedProfile] = {}
        for workspace in {each.workspace for each in people}:
            users = [each.user for each in people if each.workspace == workspace]
            kept = await self._database.read(
                partial(find_profiles, workspace=workspace, users=users)
            )
            found |= {profile.person: profile for profile in kept.values()}
        return found

    def _left_alone(self, now: datetime) -> set[str]:
        return {workspace for workspace, until in self._alone_until.items() if now < until}

    async def _ask(self, person: Person, kept: CachedProfile | None, now: datetime) -> _Asked:
        try:
            known = await self._directory.look_up(person)
        except DirectoryUnavailable as busy:
            self._alone_until[person.workspace] = now + busy.wait
            return _Asked(kept, busy=True)
        before = kept.known if kept else DirectoryEntry()
        profile = CachedProfile(person, known or before, now)
        await self._database.write(lambda db: save_profile(db, profile))
        return _Asked(profile)


def _zones(profiles: Mapping[Person, CachedProfile]) -> dict[Person, ZoneInfo]:
    named = {person: zone_named(each.known.zone or "") for person, each in profiles.items()}
    return {person: zone for person, zone in named.items() if zone is not None}
