"""The time zones that a menu offers, by their names in the IANA database."""

from collections.abc import Mapping, Sequence
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


def city_of(zone: str) -> str:
    """Return the city that a zone is named for, as it is read: Buenos Aires."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")
