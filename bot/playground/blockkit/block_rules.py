"""Slack's limits on block elements and blocks, one entry each, and the surfaces of the blocks.

Figures: JSDoc and types of @slack/types 3.2.0, docs.slack.dev/reference/block-kit/block-elements
and /blocks. It is an assumption, not documented, that markdown, table and context_actions are for
messages only. Kinds that are not listed are refused.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from bot.playground.blockkit.json_checks import (
    BlockProblem,
    Check,
    FieldRule,
    any_of,
    anything,
    array,
    boolean,
    integer,
    json_object,
    matching,
    not_both,
    one_of,
    string,
    typed_object,
    url,
)
from bot.playground.blockkit.object_rules import (
    CONFIRM,
    CONVERSATION_FILTER,
    DISPATCH_CONFIG,
    ID,
    OPTION_GROUP,
    OVERFLOW_OPTION,
    PLAIN_OPTION,
    RICH_OPTION,
    RICH_TEXT,
    SLACK_FILE,
    initial_among_options,
    options_or_groups,
    plain_text,
    text_object,
)
from bot.playground.slack_model import Json

USER_ID = matching(r"[UW][A-Z0-9]+", "user id", 255)
CHANNEL_ID = matching(r"[CGD][A-Z0-9]+", "channel id", 255)
DATE = matching(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])", "date (YYYY-MM-DD)", 10)
TIME = matching(r"(?:[01]\d|2[0-3]):[0-5]\d", "time (HH:mm)", 5)
NUMBER = matching(r"-?\d+(?:\.\d+)?", "number", 50)

_label = {"accessibility_label": string(75)}
_confirm = {"confirm": CONFIRM}
_choice = {"focus_on_load": boolean, **_confirm}
_menu = {"placeholder": plain_text(150), **_choice}
_text = {
    "placeholder": plain_text(150),
    "focus_on_load": boolean,
    "dispatch_action_config": DISPATCH_CONFIG,
}
_static = {"options": array(PLAIN_OPTION), "option_groups": array(OPTION_GROUP)}
_conversations = {"default_to_current_conversation": boolean, "filter": CONVERSATION_FILTER}


def _element(fields: Mapping[str, Check], *rules: FieldRule) -> Check:
    return json_object({"type": anything, "action_id": ID, **fields}, *rules)


def _selects(
    kind: str, noun: str, initial: Check, more: Mapping[str, Check], *rules: FieldRule
) -> dict[str, Check]:
    """Return the select and the multi-select of a kind."""
    one = {**_menu, **more, f"initial_{noun}": initial}
    several = {f"initial_{noun}s": array(initial), "max_selected_items": integer(1, 100)}
    return {
        f"{kind}_select": _element(one, *rules),
        f"multi_{kind}_select": _element({**_menu, **more, **several}, *rules),
    }


def _min_not_above_max(value: Json, pointer: str) -> Iterator[BlockProblem]:
    least, most = value.get("min_length"), value.get("max_length")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        message = "min_length must not be more than max_length"
        yield BlockProblem(f"{pointer}/min_length", "conflict", message)


def _initial_value_fits(value: Json, pointer: str) -> Iterator[BlockProblem]:
    initial, most = value.get("initial_value"), value.get("max_length")
    if isinstance(most, int) and isinstance(initial, str):
        yield from string(most, least=0)(initial, f"{pointer}/initial_value")


_feedback = json_object({"text!": plain_text(75), "value!": string(2000), **_label})

SELECTS: dict[str, Check] = {
    **_selects("static", "option", PLAIN_OPTION, _static, options_or_groups, initial_among_options),
    **_selects("users", "user", USER_ID, {}),
    **_selects("channels", "channel", CHANNEL_ID, {}),
    **_selects("conversations", "conversation", CHANNEL_ID, _conversations),
}
ELEMENTS: dict[str, Check] = {
    **SELECTS,
    "button": _element(
        {
            "text!": plain_text(75),
            "value": string(2000),
            "url": url(),
            "style": one_of("primary", "danger"),
            **_label,
            **_confirm,
        },
    ),
    "overflow": _element({"options!": array(OVERFLOW_OPTION, 1, 5), **_confirm}),
    "radio_buttons": _element(
        {"options!": array(RICH_OPTION, 1, 10), "initial_option": RICH_OPTION, **_choice},
        initial_among_options,
    ),
    "checkboxes": _element(
        {
            "options!": array(RICH_OPTION, 1, 10),
            "initial_options": array(RICH_OPTION, 1, 10),
            **_choice,
        },
        initial_among_options,
    ),
    "datepicker": _element({**_menu, "initial_date": DATE}),
    "timepicker": _element({**_menu, "initial_time": TIME, "timezone": string(100)}),
    "datetimepicker": _element(
        {**_choice, "initial_date_time": integer(1_000_000_000, 9_999_999_999)}
    ),
    "plain_text_input": _element(
        {
            **_text,
            "initial_value": string(3000, least=0),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        },
        _min_not_above_max,
        _initial_value_fits,
    ),
    "email_text_input": _element({**_text, "initial_value": ID}),
    "url_text_input": _element({**_text, "initial_value": url()}),
    "number_input": _element(
        {
            **_text,
            "is_decimal_allowed!": boolean,
            **dict.fromkeys(("initial_value", "min_value", "max_value"), NUMBER),
        },
    ),
    "rich_text_input": _element(
        {
            **_text,
            "initial_value": RICH_TEXT,
            **dict.fromkeys(("min_lines", "max_lines"), integer(1, 100)),
        },
    ),
    "file_input": _element({"filetypes": array(string(20)), "max_files": integer(1, 10)}),
    "feedback_buttons": _element({"positive_button!": _feedback, "negative_button!": _feedback}),
    "icon_button": _element(
        {
            "icon!": one_of("trash"),
            "text!": plain_text(75),
            "value": string(2000),
            "visible_to_user_ids": array(USER_ID),
            **_label,
            **_confirm,
        },
    ),
    "image": json_object(
        {
            "type": anything,
            "alt_text!": string(2000),
            "image_url": url(),
            "slack_file": SLACK_FILE,
        },
        any_of("image_url", "slack_file"),
        not_both("image_url", "slack_file"),
    ),
}

_CHOOSERS = (*SELECTS, "checkboxes", "radio_buttons", "datepicker", "timepicker")
_INPUTS = tuple(kind for kind in ELEMENTS if kind.endswith("_input"))

IN_SECTION = typed_object(ELEMENTS, *_CHOOSERS, "button", "image", "overflow")
IN_ACTIONS = typed_object(
    ELEMENTS, *_CHOOSERS, "button", "overflow", "datetimepicker", "rich_text_input"
)
IN_INPUT = typed_object(ELEMENTS, *_CHOOSERS, *_INPUTS, "datetimepicker")
IN_CONTEXT_ACTIONS = typed_object(ELEMENTS, "feedback_buttons", "icon_button")
IMAGE = typed_object(ELEMENTS, "image")

Surface = Literal["modal", "home", "message"]

SURFACES: dict[str, Surface] = {
    "alert": "modal",
    "container": "message",
    "context_actions": "message",
    "markdown": "message",
    "table": "message",
}
"""The surface of each block that is not allowed on all of them."""


def _block(fields: Mapping[str, Check], *rules: FieldRule) -> Check:
    return json_object({"type": anything, "block_id": ID, **fields}, *rules)


def _context_element(value: Any, pointer: str) -> Iterator[BlockProblem]:
    kind = value.get("type") if isinstance(value, dict) else None
    yield from (IMAGE if kind == "image" else text_object())(value, pointer)


def _child_block(value: Any, pointer: str) -> Iterator[BlockProblem]:
    """Check a block in a container.

    The documentation also lists input, rich_text and file; Slack's validator refuses them
    (reported in docs.rs/slack-morphism 2.31.0, SlackContainerBlock).
    """
    kinds = ("actions", "context", "divider", "header", "image", "section", "table")
    yield from typed_object(BLOCKS, *kinds)(value, pointer)


def _collapsed_is_collapsible(value: Json, pointer: str) -> Iterator[BlockProblem]:
    if value.get("default_collapsed") is True and value.get("is_collapsible") is not True:
        message = "default_collapsed requires is_collapsible to be true"
        yield BlockProblem(f"{pointer}/default_collapsed", "conflict", message)


_CELL = typed_object(
    {
        "raw_text": json_object({"type": anything, "text!": string(3000)}),
        "rich_text": RICH_TEXT,
    }
)
_COLUMN = json_object({"align": one_of("left", "center", "right"), "is_wrapped": boolean})

BLOCKS: dict[str, Check] = {
    "section": _block(
        {
            "text": text_object(3000),
            "fields": array(text_object(2000), 1, 10),
            "accessory": IN_SECTION,
            "expand": boolean,
        },
        any_of("text", "fields"),
    ),
    "header": _block({"text!": plain_text(150), "level": integer(1, 4)}),
    "divider": _block({}),
    "context": _block({"elements!": array(_context_element, 1, 10)}),
    "context_actions": _block({"elements!": array(IN_CONTEXT_ACTIONS, 1, 5)}),
    "actions": _block({"elements!": array(IN_ACTIONS, 1, 25)}),
    "input": _block(
        {
            "label!": plain_text(2000),
            "element!": IN_INPUT,
            "hint": plain_text(2000),
            "optional": boolean,
            "dispatch_action": boolean,
        },
    ),
    "image": _block(
        {
            "alt_text!": string(2000),
            "image_url": url(),
            "slack_file": SLACK_FILE,
            "title": plain_text(2000),
        },
        any_of("image_url", "slack_file"),
        not_both("image_url", "slack_file"),
    ),
    "rich_text": RICH_TEXT,
    "markdown": _block({"text!": string(12_000)}),
    "table": _block(
        {"rows!": array(array(_CELL, 1, 20), 1, 100), "column_settings": array(_COLUMN, 0, 20)}
    ),
    "alert": _block(
        {
            "text!": text_object(3000),
            "level": one_of("default", "info", "warning", "error", "success"),
        },
    ),
    "container": _block(
        {
            "child_blocks!": array(_child_block, 1, 10),
            "title": plain_text(150),
            "rich_text_title": RICH_TEXT,
            "subtitle": text_object(150),
            "width": one_of("narrow", "standard", "wide", "full"),
            "icon": IMAGE,
            **dict.fromkeys(("is_collapsible", "default_collapsed", "has_header_divider"), boolean),
        },
        any_of("title", "rich_text_title"),
        _collapsed_is_collapsible,
    ),
}

ONE_BLOCK = typed_object(BLOCKS)
INTERACTIVE = frozenset(ELEMENTS) - {"image"}
