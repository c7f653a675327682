"""What Slack's client lets a person fill in, and what it says before anything is sent."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from bot.playground.blockkit.objects import all_options
from bot.playground.fields import SEVERAL, STATE_KEYS, held, holders, state_of
from bot.playground.model import Channel, Json, View
from bot.playground.refused import NotPossible
from bot.playground.team import Team

REQUIRED = "Please complete this required field."
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL = re.compile(r"https?://\S+")


def accept(team: Team, blocks: list[Json], values: Json, states: Json) -> None:
    """Take states `{block_id: {action_id: state}}` over into the values of a view.

    Raises:
        NotPossible: there is no such field, or it does not offer what is chosen.
    """
    elements = {(b["block_id"], e["action_id"]): e for b, e in holders(blocks)}
    for block_id, by_action in states.items():
        for action_id, state in by_action.items():
            element = elements.get((block_id, action_id))
            if element is None:
                raise NotPossible("no_such_field", f"there is no field {block_id} / {action_id}")
            key, _ = STATE_KEYS[element["type"]]
            chosen = _offered(team, element, state.get(key))
            values.setdefault(block_id, {})[action_id] = state_of(element, chosen)


def accept_plain(team: Team, view: View, answers: Json) -> None:
    """Take plain Python values `{block_id: value}` over into a view.

    A menu takes the value or the words of an option, people and channels a name or an id,
    several-choice fields a list, date fields a date or its ISO form; None empties a field.

    Raises:
        NotPossible: there is no such field, or it does not offer what is chosen.
    """
    by_block = {block["block_id"]: element for block, element in holders(view.blocks)}
    for block_id, plain in answers.items():
        element = by_block.get(block_id)
        if element is None:
            known = ", ".join(by_block) or "none"
            raise NotPossible("no_such_field", f"no field {block_id!r} in the view; it has {known}")
        chosen = None if plain is None else _from_plain(team, element, plain)
        state = state_of(element, _offered(team, element, chosen))
        view.values.setdefault(block_id, {})[element["action_id"]] = state


def complaints(view: View) -> dict[str, str]:
    """What the client says at the fields of a modal instead of submitting it."""
    found: dict[str, str] = {}
    for block, element in holders(view.blocks):
        if block["type"] != "input":
            continue
        chosen = held(view.values[block["block_id"]][element["action_id"]])
        is_empty = chosen in (None, "", [])
        if is_empty and not block.get("optional", False):
            found[block["block_id"]] = REQUIRED
        elif not is_empty and (said := _complaint(element, chosen)):
            found[block["block_id"]] = said
    return found


def _complaint(element: Json, chosen: Any) -> str | None:
    kind = element["type"]
    if kind == "plain_text_input":
        least, most = element.get("min_length", 0), element.get("max_length", 3000)
        if not least <= len(chosen) <= most:
            return f"Please use {least} to {most} characters."
    if kind == "email_text_input" and not _EMAIL.fullmatch(chosen):
        return "Please enter a valid email address."
    if kind == "url_text_input" and not _URL.fullmatch(chosen):
        return "Please enter a valid URL."
    if kind == "number_input":
        return _number_complaint(element, chosen)
    most_chosen = element.get("max_selected_items")
    if most_chosen is not None and len(chosen) > most_chosen:
        return f"Please choose at most {most_chosen}."
    return None


def _number_complaint(element: Json, chosen: str) -> str | None:
    try:
        number = float(chosen)
    except ValueError:
        return "Please enter a number."
    if not element["is_decimal_allowed"] and not number.is_integer():
        return "Please enter a whole number."
    least, most = element.get("min_value"), element.get("max_value")
    if (least is not None and number < float(least)) or (most is not None and number > float(most)):
        return "Please enter a number within the limits."
    return None


def _from_plain(team: Team, element: Json, plain: Any) -> Any:
    key, _ = STATE_KEYS[element["type"]]
    if key in SEVERAL:
        return [_one(team, element, entry) for entry in plain]
    return _one(team, element, plain)


def _one(team: Team, element: Json, plain: Any) -> Any:
    kind = element["type"]
    if isinstance(plain, dict) or kind.endswith("_input"):
        return plain
    if kind.endswith("users_select"):
        return team.person(plain).id
    if kind.endswith(("channels_select", "conversations_select")):
        return team.channel(plain).id
    if isinstance(plain, datetime):
        return int(plain.timestamp())
    if isinstance(plain, date | time):
        return plain.isoformat()[:10] if isinstance(plain, date) else plain.isoformat("minutes")
    if kind.endswith(("static_select", "checkboxes")) or kind == "radio_buttons":
        return option_of(element, str(plain))
    return plain


def option_of(element: Json, wanted: str) -> Json:
    """The option of a menu with this value or these words.

    Raises:
        NotPossible: the menu has none.
    """
    options = all_options(element)
    for option in options:
        if wanted in {option.get("value"), option["text"]["text"]}:
            return option
    offered = ", ".join(str(option.get("value")) for option in options)
    raise NotPossible("not_an_option", f"{wanted!r} is not offered; there are {offered}")


def _offered(team: Team, element: Json, chosen: Any) -> Any:
    if chosen in (None, "", []):
        return chosen
    entries = chosen if isinstance(chosen, list) else [chosen]
    kind = element["type"]
    if kind in {"static_select", "multi_static_select", "checkboxes", "radio_buttons"}:
        _check_options(element, entries)
    elif kind.endswith("users_select"):
        _check_known(entries, team.people)
    elif kind.endswith("channels_select"):
        public = [c.id for c in team.channels.values() if c.kind == "public" and not c.is_archived]
        _check_known(entries, public)
    elif kind.endswith("conversations_select"):
        chosen_from = [c.id for c in team.channels.values() if _passes(c, element.get("filter"))]
        _check_known(entries, chosen_from)
    return chosen


def _check_options(element: Json, entries: list[Any]) -> None:
    offered = [option.get("value") for option in all_options(element)]
    for entry in entries:
        if entry.get("value") not in offered:
            raise NotPossible("not_an_option", f"{entry.get('value')!r} is not offered")


def _check_known(entries: list[Any], known: Iterable[str]) -> None:
    listed = set(known)
    for entry in entries:
        if entry not in listed:
            raise NotPossible("not_an_option", f"{entry!r} is not in the list")


def _passes(channel: Channel, wanted: Json | None) -> bool:
    if channel.is_archived:
        return False
    include = (wanted or {}).get("include")
    if (wanted or {}).get("exclude_external_shared_channels") and channel.kind == "shared":
        return False
    kind = "public" if channel.kind == "shared" else channel.kind
    return include is None or kind in include
