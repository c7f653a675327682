"""What a channel wants of its digest."""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from bot.decisions.model import Place


class Weekday(StrEnum):
    """A day of the week, by name: numbers are counted from Monday here, from Sunday there."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def iso(self) -> int:
        """Its number in ISO 8601: 1 is Monday."""
        return tuple(Weekday).index(self) + 1


class DigestSection(StrEnum):
    """A part of a digest, in the order in which they make people act."""

    WAITING = "waiting"
    DISAGREEMENTS = "disagreements"
    REVIEWS = "reviews"
    NEW = "new"
    DECIDED = "decided"
    CALIBRATION = "calibration"
    RULES = "rules"
    TREND = "trend"


class DigestScope(StrEnum):
    """What a digest tells of."""

    CHANNEL = "channel"
    """The decisions of the channel it is posted in."""
    WORKSPACE = "workspace"
    """All that everybody there may read; of other private channels, counts only."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a digest comes: a day of the week, a time of day, and the IANA zone they are meant in.

    `at` has no zone and whole minutes.
    """

    weekday: Weekday = Weekday.MONDAY
    at: time = time(9)
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class DigestSettings:
    """What a channel wants of its digest, and who said so, and when.

    `place` is a public or private channel. `parts` are in the order of `DigestSection`.
    With `even_if_quiet` a digest is posted even when it has nothing to report.
    """

    workspace: str
    place: Place
    set_by: str
    set_at: datetime
    on: bool = True
    rhythm: Schedule = Schedule()
    parts: tuple[DigestSection, ...] = tuple(DigestSection)
    even_if_quiet: bool = False
    scope: DigestScope = DigestScope.CHANNEL
