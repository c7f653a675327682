"""The `state` of inputs as Slack sends it, and what Slack's client lets a user fill in.

Functions that take values raise `ClientError` for a value that the input does not offer.

Source: docs.slack.dev/reference/interaction-payloads/view-interactions-payload. Empty inputs have
null in the state, empty inputs for several values an empty list.
"""

import re
from copy import deepcopy
from datetime import date, datetime, time
from typing import Any

from bot.playground.blockkit import all_options, interactive_elements
from bot.playground.request_log import ClientError
from bot.playground.slack_model import Channel, Json, View
from bot.playground.workspace import Workspace

STATE_KEYS: dict[str, tuple[str, str]] = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "file_input": ("files", "initial_files"),
    "static_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
}
"""For each input element: the key of its value in the state, the key of its initial value."""

LIST_KEYS = frozenset({"files"} | {k for k, _ in STATE_KEYS.values() if k.endswith("s")})

REQUIRED = "Please complete this required field."
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL = re.compile(r"https?://\S+")


def element_state(element: Json, value: Any = None) -> Json:
    """Return the state of an element with this value (None: empty)."""
    key, _ = STATE_KEYS[element["type"]]
    empty: Any = [] if key in LIST_KEYS else None
    return {"type": element["type"], key: empty if value in (None, "") else deepcopy(value)}


def input_elements(blocks: list[Json]) -> list[tuple[Json, Json]]:
    """Return the pairs of block and element that have a state, in display order."""
    return [
        (block, element)
        for block in blocks
        for element, _ in interactive_elements(block)
        if element["type"] in STATE_KEYS
    ]


def view_state(blocks: list[Json], previous: Json | None = None) -> Json:
    """Return the `state.values` of blocks.

    An input keeps its value from `previous` if block_id, action_id and type are the same, as in
    Slack; others get their initial value.
    """
    values: Json = {}
    for block, element in input_elements(blocks):
        block_id, action_id = block["block_id"], element["action_id"]
        kept = (previous or {}).get(block_id, {}).get(action_id)
        if kept is None or kept.get("type") != element["type"]:
            _, initial_key = STATE_KEYS[element["type"]]
            kept = element_state(element, element.get(initial_key))
        values.setdefault(block_id, {})[action_id] = kept
    return values


def apply_states(workspace: Workspace, blocks: list[Json], values: Json, states: Json) -> None:
    """Write states `{block_id: {action_id: state}}` into the values of a view (in place)."""
    elements = {(b["block_id"], e["action_id"]): e for b, e in input_elements(blocks)}
    for block_id, by_action in states.items():
        for action_id, state in by_action.items():
            element = elements.get((block_id, action_id))
            if element is None:
                raise ClientError("no_such_field", f"there is no field {block_id} / {action_id}")
            key, _ = STATE_KEYS[element["type"]]
            value = _check_offered(workspace, element, state.get(key))
            values.setdefault(block_id, {})[action_id] = element_state(element, value)


def fill(workspace: Workspace, view: View, answers: Json) -> None:
    """Fill plain Python values `{block_id: value}` into a view.

    A menu takes the value or the text of an option, user and channel selects a name or an id,
    inputs for several values a list, date inputs a date or its ISO form; None empties an input.
    """
    by_block = {block["block_id"]: element for block, element in input_elements(view.blocks)}
    for block_id, answer in answers.items():
        element = by_block.get(block_id)
        if element is None:
            known = ", ".join(by_block) or "none"
            raise ClientError("no_such_field", f"no field {block_id!r} in the view; it has {known}")
        value = answer
        if STATE_KEYS[element["type"]][0] in LIST_KEYS:
            value = [_to_state_value(workspace, element, item) for item in answer or ()]
        elif answer is not None:
            value = _to_state_value(workspace, element, answer)
        state = element_state(element, _check_offered(workspace, element, value))
        view.values.setdefault(block_id, {})[element["action_id"]] = state


def validation_errors(view: View) -> dict[str, str]:
    """Return the client-side validation errors of a modal by block_id."""
    errors: dict[str, str] = {}
    for block, element in input_elements(view.blocks):
        if block["type"] != "input":
            continue
        key, _ = STATE_KEYS[element["type"]]
        value = view.values[block["block_id"]][element["action_id"]].get(key)
        is_empty = value in (None, "", [])
        if is_empty and not block.get("optional", False):
            errors[block["block_id"]] = REQUIRED
        elif not is_empty and (error := _value_error(element, value)):
            errors[block["block_id"]] = error
    return errors


def _value_error(element: Json, value: Any) -> str | None:
    kind = element["type"]
    if kind == "plain_text_input":
        least, most = element.get("min_length", 0), element.get("max_length", 3000)
        if not least <= len(value) <= most:
            return f"Please use {least} to {most} characters."
    if kind == "email_text_input" and not _EMAIL.fullmatch(value):
        return "Please enter a valid email address."
    if kind == "url_text_input" and not _URL.fullmatch(value):
        return "Please enter a valid URL."
    if kind == "number_input":
        return _number_error(element, value)
    most_selected = element.get("max_selected_items")
    if most_selected is not None and len(value) > most_selected:
        return f"Please choose at most {most_selected}."
    return None


def _number_error(element: Json, value: str) -> str | None:
    try:
        number = float(value)
    except ValueError:
        return "Please enter a number."
    if not element["is_decimal_allowed"] and not number.is_integer():
        return "Please enter a whole number."
    least, most = element.get("min_value"), element.get("max_value")
    if (least is not None and number < float(least)) or (most is not None and number > float(most)):
        return "Please enter a number within the limits."
    return None


def _to_state_value(workspace: Workspace, element: Json, answer: Any) -> Any:
    kind = element["type"]
    if isinstance(answer, dict) or kind.endswith("_input"):
        return answer
    if kind.endswith("users_select"):
        return workspace.user(answer).id
    if kind.endswith(("channels_select", "conversations_select")):
        return workspace.channel(answer).id
    if isinstance(answer, datetime):
        return int(answer.timestamp())
    if isinstance(answer, date):
        return answer.isoformat()
    if isinstance(answer, time):
        return answer.isoformat("minutes")
    if kind.endswith(("static_select", "checkboxes")) or kind == "radio_buttons":
        return find_option(element, str(answer))
    return answer


def find_option(element: Json, value_or_text: str) -> Json:
    """Return the option of a menu with this value or text."""
    options = all_options(element)
    for option in options:
        if value_or_text in {option.get("value"), option["text"]["text"]}:
            return option
    offered = ", ".join(str(option.get("value")) for option in options)
    raise ClientError("not_an_option", f"{value_or_text!r} is not offered; there are {offered}")


def _check_offered(workspace: Workspace, element: Json, value: Any) -> Any:
    if value in (None, "", []):
        return value
    items = value if isinstance(value, list) else [value]
    kind, channels = element["type"], workspace.channels.values()
    if kind in {"static_select", "multi_static_select", "checkboxes", "radio_buttons"}:
        items = [item.get("value") for item in items]
        offered = {option.get("value") for option in all_options(element)}
    elif kind.endswith("users_select"):
        offered = set(workspace.users)
    elif kind.endswith("channels_select"):
        offered = {c.id for c in channels if c.kind == "public" and not c.is_archived}
    elif kind.endswith("conversations_select"):
        offered = {c.id for c in channels if _matches(c, element.get("filter") or {})}
    else:
        return value
    for item in items:
        if item not in offered:
            raise ClientError("not_an_option", f"{item!r} is not offered")
    return value


def _matches(channel: Channel, conversation_filter: Json) -> bool:
    if channel.is_archived:
        return False
    if conversation_filter.get("exclude_external_shared_channels") and channel.kind == "shared":
        return False
    include = conversation_filter.get("include")
    kind = "public" if channel.kind == "shared" else channel.kind
    return include is None or kind in include
