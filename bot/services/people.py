"""Use cases about people: their names, time zones and roles, and what they may read."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from bot.decisions.access import ReadScope
from bot.decisions.model import Person, Place
from bot.decisions.ports import (
    CachedProfile,
    Clock,
    Directory,
    DirectoryEntry,
    DirectoryUnavailable,
    NoDirectory,
    zone_named,
)
from bot.storage.database import Database
from bot.storage.people import (
    find_names,
    find_profiles,
    outdated_people,
    save_enterprise,
    save_profile,
)

FRESH_FOR = timedelta(days=7)
"""How long a cached profile is used before it is looked up again."""
ROLE_FRESH_FOR = timedelta(hours=1)
"""How long the role of a person who uses the bot counts: guest, admin, company."""
REFRESHED_AT_ONCE = 10
"""Profiles looked up in one refresh; Slack allows a hundred and more a minute.

Source: https://docs.slack.dev/reference/methods/users.info (tier 4)
"""


@dataclass(frozen=True, slots=True)
class _LookedUp:
    profile: CachedProfile | None
    busy: bool = False


class PeopleService:
    """Names and zones from the database; from the directory if they are missing or outdated.

    After a failed look-up the directory is not called for as long as it asks; until then cached
    profiles are used, however old.
    """

    def __init__(self, database: Database, clock: Clock, directory: Directory) -> None:
        """Create the service with an empty record of failed look-ups."""
        self._database = database
        self._clock = clock
        self._directory = directory
        self._unavailable_until: dict[str, datetime] = {}
        self._enterprises: dict[str, str] = {}

    async def profile(
        self, person: Person, fresh_for: timedelta = FRESH_FOR
    ) -> CachedProfile | None:
        """Return a person's profile. May call the directory, which can take a second.

        Args:
            person: the person.
            fresh_for: how old a cached profile may be.

        Returns:
            None if there is no profile, or the directory does not answer.
        """
        kept = await self.cached_profile(person)
        now = self._clock.now()
        if kept is not None and now - kept.asked_at < fresh_for:
            return kept
        if person.workspace in self._unavailable(now):
            return kept
        return (await self._look_up(person, kept, now)).profile

    async def refresh_profile(self, person: Person) -> None:
        """Look a person's role up again if the cached one is old."""
        await self.profile(person, ROLE_FRESH_FOR)

    def is_outdated(self, profile: CachedProfile | None) -> bool:
        """Return whether the role in a profile is to be looked up again."""
        return profile is None or self._clock.now() - profile.asked_at >= ROLE_FRESH_FOR

    async def scope(self, person: Person, place: Place | None) -> ReadScope:
        """Return what a person may read from a place. May call the directory, like `profile`."""
        profile = await self.profile(person)
        return self._scope(person, place, profile)

    async def cached_scope(self, person: Person, place: Place | None) -> ReadScope:
        """Return what a person may read from a place, without calling the directory."""
        return self._scope(person, place, await self.cached_profile(person))

    async def note_enterprise(self, workspace: str, enterprise: str) -> None:
        """Record to which organisation a workspace belongs."""
        if self._enterprises.get(workspace) != enterprise:
            await self._database.write(lambda db: save_enterprise(db, workspace, enterprise))
            self._enterprises[workspace] = enterprise

    async def zone_of(self, person: Person) -> str | None:
        """Return the IANA name of a person's time zone, from `profile`."""
        profile = await self.profile(person)
        return profile.known.zone if profile else None

    async def zones_of(self, people: Iterable[Person]) -> dict[Person, ZoneInfo]:
        """Return the time zones of people, from `profile`; unknown ones are left out."""
        wanted = tuple(dict.fromkeys(people))
        kept, now = await self._cached_all(wanted), self._clock.now()
        for person in wanted:
            if person not in kept or now - kept[person].asked_at >= FRESH_FOR:
                profile = await self.profile(person)
                kept |= {person: profile} if profile else {}
        return _zones(kept)

    async def cached_zones(self, people: Iterable[Person]) -> dict[Person, ZoneInfo]:
        """Return the cached time zones of people, without calling the directory."""
        return _zones(await self._cached_all(tuple(people)))

    async def names(self, workspace: str, users: Collection[str]) -> dict[str, str]:
        """Return cached names by user id, without calling the directory."""
        return await self._database.read(lambda db: find_names(db, workspace, users))

    async def outsiders(self, workspace: str, users: Collection[str]) -> tuple[str, ...]:
        """Return the users who belong to another workspace, from `profile`.

        Users that the directory does not answer for are left out.
        """
        profiles = [await self.profile(Person(workspace, user)) for user in users]
        return tuple(each.person.user for each in profiles if each and each.known.outside)

    async def cached_outsiders(self, workspace: str, users: Collection[str]) -> tuple[str, ...]:
        """Return the users known to belong to another workspace, without calling the directory."""
        kept = await self._database.read(lambda db: find_profiles(db, workspace, users))
        return tuple(user for user in users if user in kept and kept[user].known.outside)

    async def refresh(self) -> int:
        """Look up a few people of decisions whose profiles are older than `FRESH_FOR`.

        Returns:
            How many profiles were refreshed.
        """
        now = self._clock.now()
        unavailable = self._unavailable(now)
        refreshed = 0
        outdated = await self._database.read(
            lambda db: outdated_people(db, now - FRESH_FOR, unavailable, REFRESHED_AT_ONCE)
        )
        for person in outdated:
            if person.workspace in unavailable:
                continue
            kept = await self.cached_profile(person)
            found = await self._look_up(person, kept, now)
            if found.busy:
                unavailable = {*unavailable, person.workspace}
            else:
                refreshed += 1
        return refreshed

    async def cached_profile(self, person: Person) -> CachedProfile | None:
        """Return a person's cached profile, however old; None if they were never looked up."""
        found = await self._database.read(
            lambda db: find_profiles(db, person.workspace, [person.user])
        )
        return found.get(person.user)

    async def _cached_all(self, people: Collection[Person]) -> dict[Person, CachedProfile]:
        found: dict[Person, CachedProfile] = {}
        for workspace in {each.workspace for each in people}:
            users = [each.user for each in people if each.workspace == workspace]
            kept = await self._database.read(
                partial(find_profiles, workspace=workspace, users=users)
            )
            found |= {profile.person: profile for profile in kept.values()}
        return found

    def _scope(
        self, person: Person, place: Place | None, profile: CachedProfile | None
    ) -> ReadScope:
        """Return a person's scope; one of whom nothing is known reads no more than a guest.

        Without a directory there are no guests.
        """
        unknown = profile is None and not isinstance(self._directory, NoDirectory)
        return ReadScope.of(person, place, guest=profile.known.guest if profile else unknown)

    def _unavailable(self, now: datetime) -> set[str]:
        return {workspace for workspace, until in self._unavailable_until.items() if now < until}

    async def _look_up(
        self, person: Person, kept: CachedProfile | None, now: datetime
    ) -> _LookedUp:
        try:
            known = await self._directory.look_up(person)
        except DirectoryUnavailable as busy:
            self._unavailable_until[person.workspace] = now + busy.wait
            return _LookedUp(kept, busy=True)
        before = kept.known if kept else DirectoryEntry()
        profile = CachedProfile(person, known or before, now)
        await self._database.write(lambda db: save_profile(db, profile))
        return _LookedUp(await self.cached_profile(person))


def _zones(profiles: Mapping[Person, CachedProfile]) -> dict[Person, ZoneInfo]:
    named = {person: zone_named(each.known.zone or "") for person, each in profiles.items()}
    return {person: zone for person, zone in named.items() if zone is not None}
