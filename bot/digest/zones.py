"""Time zones by their IANA names."""

import difflib
import re
from zoneinfo import available_timezones

_OFFSET = re.compile(r"(?:utc|gmt)?([+\-−])0?(\d{1,2})(?::?00)?")
_FIXED = "Etc/GMT"
"""How zones begin that are hours apart from UTC all year; those ahead of it have a minus there."""


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
