"""What is known of people: their names and time zones, and whom one can ask for them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.decisions.model import Person


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """What the directory says of a person: a name, and the IANA name of their time zone.

    The name is empty, and the zone None, where it does not say. `outside` says that they belong to
    another workspace, and is not kept.
    """

    name: str = ""
    zone: str | None = None
    outside: bool = False


@dataclass(frozen=True, slots=True)
class CachedProfile:
    """What is kept of a person, and when the directory was last asked about them."""

    person: Person
    known: DirectoryEntry
    asked_at: datetime


class DirectoryUnavailable(Exception):
    """The directory does not answer now; `wait` is how long to leave it alone."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"the directory is to be left alone for {wait}")
        self.wait = wait


class Directory(Protocol):
    """Where people are looked up by their ids."""

    async def look_up(self, person: Person) -> DirectoryEntry | None:
        """Return what is known of a person; None where there is nobody of that id.

        It answers, or gives up, within a second or so.

        Raises:
            DirectoryBusy: it does not answer now.
        """
        ...


class NoDirectory:
    """A directory in which nobody stands."""

    async def look_up(self, person: Person) -> DirectoryEntry | None:
        """Return None."""
        del person
        return None


class PeopleStore(Protocol):
    """People in the log. Each method is one transaction."""

    async def profiles(self, workspace: str, users: Collection[str]) -> dict[str, CachedProfile]:
        """Return what is kept of people, by user id; those never asked about are left out."""
        ...

    async def keep_profile(self, profile: CachedProfile) -> None:
        """Keep a profile, in the place of an earlier one."""
        ...

    async def not_asked_since(
        self, before: datetime, leave_out: Collection[str], limit: int
    ) -> list[Person]:
        """Return people who appear in decisions and were not asked about since `before`.

        Args:
            before: a time.
            leave_out: workspaces whose people are not wanted now.
            limit: how many at most; those never asked about come first.
        """
        ...


def zone_named(name: str) -> ZoneInfo | None:
    """Return the time zone of an IANA name; None if this machine knows none of that name."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # which one depends on what is wrong with the name
        return None
