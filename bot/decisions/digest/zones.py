"""Time zones by their IANA names."""

import difflib
from zoneinfo import available_timezones


def is_zone(name: str) -> bool:
    """Return whether there is a time zone of this name."""
    return name in available_timezones()


def nearest_zone(name: str) -> str | None:
    """Return the zone that a mistyped name most likely stands for, if any is near."""
    wanted = "_".join(name.strip().casefold().split())
    known = {each.casefold(): each for each in sorted(available_timezones())}
    if wanted in known:
        return known[wanted]
    cities = {each.rpartition("/")[2]: full for each, full in known.items()}
    for names in (known, cities):
        found = difflib.get_close_matches(wanted, list(names), n=1, cutoff=0.75)
        if found:
            return names[found[0]]
    return None
