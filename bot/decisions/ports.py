"""What decisions need from outside: a clock, and a directory of people."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.decisions.model import Person


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """Return the time now, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """A person's entry in the directory.

    Attributes:
        name: empty if there is none.
        zone: the IANA name of their time zone; None if there is none.
        outside: whether they belong to another company.
        guest: whether they see only the channels that they were invited to.
        admin: whether they are an admin or an owner of the workspace.
        gone: whether their account was deactivated.
        enterprise: the id of their organisation (Enterprise Grid); None if Slack names none.
    """

    name: str = ""
    zone: str | None = None
    outside: bool = False
    guest: bool = False
    admin: bool = False
    gone: bool = False
    enterprise: str | None = None


@dataclass(frozen=True, slots=True)
class CachedProfile:
    """A cached directory entry, and when it was looked up."""

    person: Person
    known: DirectoryEntry
    asked_at: datetime


class DirectoryUnavailable(Exception):
    """The directory does not answer; `wait` is how long to send no requests."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"the directory does not answer; retry after {wait}")
        self.wait = wait


class Directory(Protocol):
    """Looks up people by their ids."""

    async def look_up(self, person: Person) -> DirectoryEntry | None:
        """Return a person's entry; None if the directory has none. Takes a second at most.

        Raises:
            DirectoryUnavailable: it does not answer.
        """
        ...


class NoDirectory:
    """A directory without entries."""

    async def look_up(self, person: Person) -> DirectoryEntry | None:
        """Return None."""
        del person
        return None


def zone_named(name: str) -> ZoneInfo | None:
    """Return the time zone with an IANA name; None if this machine has none of that name."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # which one depends on what is wrong with the name
        return None
