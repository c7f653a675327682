"""Time zones: those offered in a menu, and what somebody meant who typed another.

Names are those of the IANA database, by `zoneinfo`.
"""

import difflib
import zoneinfo
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

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

_NO_PLACE = frozenset({"Factory", "localtime"})
_ALIKE = 0.7
_MOST_NAMED = 3


def zone_named(typed: str) -> str | None:
    """Return the zone of this name, or of this city if there is but one such; None if none is.

    However its letters and blanks are written.
    """
    wanted = _folded(typed)
    cities = _of_city(wanted)
    return _by_folded().get(wanted) or (cities[0] if len(cities) == 1 else None)


def zones_like(typed: str) -> tuple[str, ...]:
    """Return zones whose name or city is spelt like what was typed, the most alike first."""
    wanted, names = _folded(typed), _by_folded()
    if cities := _of_city(wanted):
        return cities[:_MOST_NAMED]
    by_city = {_city(folded): name for folded, name in names.items()}
    near = [names[each] for each in _alike(wanted, names)]
    near += [by_city[each] for each in _alike(_city(wanted), by_city)]
    return tuple(dict.fromkeys(near))[:_MOST_NAMED]


def city_of(zone: str) -> str:
    """Return the city that a zone is named for, as it is read: Buenos Aires."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


@cache
def _by_folded() -> Mapping[str, str]:
    names = sorted(zoneinfo.available_timezones() - _NO_PLACE, reverse=True)
    return {_folded(name): name for name in names}


def _of_city(wanted: str) -> tuple[str, ...]:
    return tuple(name for folded, name in _by_folded().items() if _city(folded) == wanted)


def _alike(wanted: str, names: Mapping[str, str]) -> list[str]:
    return difflib.get_close_matches(wanted, names, _MOST_NAMED, _ALIKE)


def _folded(name: str) -> str:
    return "_".join(name.casefold().split())


def _city(folded: str) -> str:
    return folded.rsplit("/", 1)[-1]
