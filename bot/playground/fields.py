"""What people have filled into a view: the `state` of each element, exactly as Slack sends it.

Source: docs.slack.dev/reference/interaction-payloads/view-interactions-payload. Untouched
elements are there with null, several-choice ones with an empty list.
"""

from copy import deepcopy
from typing import Any

from bot.playground.blockkit.surfaces import elements_of
from bot.playground.model import Json

STATE_KEYS: dict[str, tuple[str, str]] = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "file_input": ("files", "initial_files"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
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
"""For each element that holds something: the key of its state, the key of its initial value."""

SEVERAL = frozenset({"files"} | {k for k, _ in STATE_KEYS.values() if k.endswith("s")})


def state_of(element: Json, chosen: Any = None) -> Json:
    """The state of an element that holds `chosen` (None: nothing)."""
    key, _ = STATE_KEYS[element["type"]]
    empty: Any = [] if key in SEVERAL else None
    return {"type": element["type"], key: empty if chosen in (None, "") else deepcopy(chosen)}


def initial_state(element: Json) -> Json:
    """The state of an element that nobody has touched."""
    return state_of(element, element.get(STATE_KEYS[element["type"]][1]))


def held(state: Json) -> Any:
    """What a state holds: a text, an option, a list, or None."""
    key, _ = STATE_KEYS[state["type"]]
    return state.get(key)


def holders(blocks: list[Json]) -> list[tuple[Json, Json]]:
    """The pairs of block and element that hold something, in the order they are shown."""
    return [
        (block, element)
        for block in blocks
        for element, _ in elements_of(block)
        if element["type"] in STATE_KEYS
    ]


def values_of(blocks: list[Json], kept: Json | None = None) -> Json:
    """The `state.values` of a view.

    What was filled in before is kept where block_id, action_id and type are the same, as Slack
    does on an update; everything else has its initial value.
    """
    values: Json = {}
    for block, element in holders(blocks):
        block_id, action_id = block["block_id"], element["action_id"]
        before = (kept or {}).get(block_id, {}).get(action_id)
        is_same = before is not None and before.get("type") == element["type"]
        values.setdefault(block_id, {})[action_id] = before if is_same else initial_state(element)
    return values
