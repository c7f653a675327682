"""Time zones by their IANA names."""

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Final
from zoneinfo import available_timezones

_OFFSET = re.compile(r"(?:utc|gmt)?([+\-−])0?(\d{1,2})(?::?00)?")
_FIXED = "Etc/GMT"
"""How zones begin that are hours apart from UTC all year; those ahead of it have a minus there."""

OFFERED: Final[Mapping[str, Sequence[str]]] = {
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
"""The zones of a menu, by region; a menu of all 600 is one in which nothing is found."""


def is_zone(name: str) -> bool:
    """Return whether there is a time zone of this name."""
    return name in available_timezones()


def zone_spelled(name: str) -> str:
    """Return a zone's name as the database spells it, whatever its capitals; else as it is."""
    return _known().get(_folded(name), name)


def nearest_zone(name: str) -> str | None:
    """Return the zone that a mistyped name most likely stands for, if any is near.

    For an offset such as UTC+2 it is the zone that is as far from UTC all year; see `is_fixed`.
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
    """Return whether a zone is hours apart from UTC all year."""
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
