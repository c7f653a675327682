"""Words that several forms of a record have in common."""

from collections.abc import Mapping

STRENGTHS: Mapping[str, str] = {
    "clear": "a clear lead",
    "leaning": "leaning this way",
    "too_close_to_call": "too close to call",
}
"""How far ahead an option is, by the name that a record has for it."""
