"""The digest settings of a channel, and the time zones they can name."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Final
from zoneinfo import available_timezones

from bot.decisions.model import Place

_OFFSET = re.compile(r"(?:utc|gmt)?([+\-−])0?(\d{1,2})(?::?00)?")
_FIXED = "Etc/GMT"
"""Prefix of zones with a fixed offset; their sign is reversed: `Etc/GMT-2` is two hours ahead."""

OFFERED_ZONES: Final[Mapping[str, Sequence[str]]] = {
    "Europe": (
        *("Europe/Lisbon", "Europe/London", "Europe/Dublin", "Europe/Madrid", "Europe/Paris"),
        *("Europe/Brussels", "Europe/Amsterdam", "Europe/Berlin", "Europe/Zurich", "Europe/Vienna"),
        *("Europe/Rome", "Europe/Copenhagen", "Europe/Oslo", "Europe/Stockholm", "Europe/Prague"),
        *("Europe/Warsaw", "Europe/Budapest", "Europe/Athens", "Europe/Helsinki", "Europe/Kyiv"),
        *("Europe/Bucharest", "Europe/Istanbul", "Europe/Moscow"),
    ),
    "North America": (
        *("America/St_Johns", "America/Halifax", "America/Toronto", "America/New_York"),
        *("America/Chicago", "America/Winnipeg", "America/Denver", "America/Phoenix"),
        *("America/Los_Angeles", "America/Vancouver", "America/Anchorage", "Pacific/Honolulu"),
    ),
    "Latin America": (
        *("America/Mexico_City", "America/Costa_Rica", "America/Bogota", "America/Lima"),
        *("America/Caracas", "America/Santiago", "America/Sao_Paulo", "America/Montevideo"),
        "America/Argentina/Buenos_Aires",
    ),
    "Africa and Middle East": (
        *("Africa/Accra", "Africa/Casablanca", "Africa/Lagos", "Africa/Johannesburg"),
        *("Africa/Cairo", "Africa/Nairobi", "Asia/Jerusalem", "Asia/Beirut", "Asia/Riyadh"),
        *("Asia/Tehran", "Asia/Dubai"),
    ),
    "Asia": (
        *("Asia/Karachi", "Asia/Tashkent", "Asia/Kolkata", "Asia/Colombo", "Asia/Kathmandu"),
        *("Asia/Dhaka", "Asia/Bangkok", "Asia/Ho_Chi_Minh", "Asia/Jakarta", "Asia/Singapore"),
        *("Asia/Kuala_Lumpur", "Asia/Manila", "Asia/Hong_Kong", "Asia/Shanghai", "Asia/Taipei"),
        *("Asia/Seoul", "Asia/Tokyo"),
    ),
    "Australia and Pacific": (
        *("Australia/Perth", "Australia/Adelaide", "Australia/Darwin", "Australia/Brisbane"),
        *("Australia/Sydney", "Australia/Melbourne", "Pacific/Auckland", "Pacific/Fiji"),
    ),
    "No place": ("UTC",),
}
"""The zones that the menu offers, by region; a menu of all 600 would be unusable."""


class Weekday(StrEnum):
    """A day of the week, by name, as numbering differs between standards."""

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
    """A section of a digest, in the order in which a digest shows them."""

    WAITING = "waiting"
    DISAGREEMENTS = "disagreements"
    REVIEWS = "reviews"
    NEW = "new"
    DECIDED = "decided"
    CALIBRATION = "calibration"
    RULES = "rules"
    TREND = "trend"


class DigestScope(StrEnum):
    """Which decisions a digest covers."""

    CHANNEL = "channel"
    """Decisions of the channel it is posted in."""
    WORKSPACE = "workspace"
    """All decisions that every reader may see; other private channels are only counted."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a digest is due: weekday and time of day (whole minutes) in an IANA time zone."""

    weekday: Weekday = Weekday.MONDAY
    at: time = time(9)
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class DigestSettings:
    """The settings of one channel's digest, and who saved them when.

    `place` is a public or private channel. `sections` are in the order of `DigestSection`. With
    `post_when_empty` a digest is posted even if it has nothing to report.
    """

    workspace: str
    place: Place
    set_by: str
    set_at: datetime
    on: bool = True
    schedule: Schedule = Schedule()
    sections: tuple[DigestSection, ...] = tuple(DigestSection)
    post_when_empty: bool = False
    scope: DigestScope = DigestScope.CHANNEL


def is_zone(name: str) -> bool:
    """Return whether the IANA database has a zone of this name."""
    return name in available_timezones()


def canonical_zone(name: str) -> str:
    """Return a zone's name in the spelling of the IANA database; unknown names as they are."""
    return _known().get(_folded(name), name)


def nearest_zone(name: str) -> str | None:
    """Return the zone that a mistyped name most likely means; None if none is similar.

    For an offset such as UTC+2 it is the zone with that fixed offset; see `is_fixed`.
    """
    wanted, known = _folded(name), _known()
    if wanted in known:
        return known[wanted]
    offset = _OFFSET.fullmatch(wanted.replace("_", ""))
    if offset:
        return _at_offset(ahead=offset[1] == "+", hours=int(offset[2]))
    cities = {each.rpartition("/")[2]: full for each, full in known.items()}
    for names in (known, cities):
        found = difflib.get_close_matches(wanted, list(names), n=1, cutoff=0.75)
        if found:
            return names[found[0]]
    return None


def is_fixed(zone: str) -> bool:
    """Return whether a zone has the same offset all year."""
    return zone.startswith(_FIXED)


def _at_offset(*, ahead: bool, hours: int) -> str | None:
    zone = f"{_FIXED}{'-' if ahead else '+'}{hours}"
    return zone if is_zone(zone) else None


def _known() -> dict[str, str]:
    return {each.casefold(): each for each in sorted(available_timezones())}


def _folded(name: str) -> str:
    return "_".join(name.strip().casefold().split())


def city_of(zone: str) -> str:
    """Return the city that a zone is named for, as it is read: Buenos Aires."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")
