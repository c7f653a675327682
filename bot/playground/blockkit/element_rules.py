"""Slack's limits on block elements, one entry each.

Figures: JSDoc and types of @slack/types 3.2.0, docs.slack.dev/reference/block-kit/block-elements.
"""

from collections.abc import Iterator, Mapping

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
)
from bot.playground.slack_model import Json

USER_ID = matching(r"[UW][A-Z0-9]+", "user id", 255)
CHANNEL_ID = matching(r"[CGD][A-Z0-9]+", "channel id", 255)
DATE = matching(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])", "date (YYYY-MM-DD)", 10)
TIME = matching(r"(?:[01]\d|2[0-3]):[0-5]\d", "time (HH:mm)", 5)
NUMBER = matching(r"-?\d+(?:\.\d+)?", "number", 50)

_placeholder = {"placeholder": plain_text(150)}
_focus = {"focus_on_load": boolean}
_confirm = {"confirm": CONFIRM}
_dispatch = {"dispatch_action_config": DISPATCH_CONFIG}
_menu = {**_placeholder, **_focus, **_confirm}
_several = {"max_selected_items": integer(1, 100)}
_static = {"options": array(PLAIN_OPTION), "option_groups": array(OPTION_GROUP)}
_external = {"min_query_length": integer(0, 100)}
_conversations = {
    "default_to_current_conversation": boolean,
    "filter": CONVERSATION_FILTER,
}
_respondable = {"response_url_enabled": boolean}
_style = {"style": one_of("primary", "danger"), "accessibility_label": string(75)}


def _element(
    kind: str, required: Mapping[str, Check], optional: Mapping[str, Check], *rules: FieldRule
) -> Check:
    return json_object({"type": one_of(kind), **required}, {"action_id": ID, **optional}, *rules)


def _min_not_above_max(low: str, high: str) -> FieldRule:
    def rule(value: Json, pointer: str) -> Iterator[BlockProblem]:
        least, most = value.get(low), value.get(high)
        if isinstance(least, int) and isinstance(most, int) and least > most:
            yield BlockProblem(
                f"{pointer}/{low}", "conflict", f"{low} must not be more than {high}"
            )

    return rule


def _initial_value_fits(value: Json, pointer: str) -> Iterator[BlockProblem]:
    initial, most = value.get("initial_value"), value.get("max_length")
    if isinstance(initial, str) and isinstance(most, int) and len(initial) > most:
        yield BlockProblem(
            f"{pointer}/initial_value", "too_long", f"must be less than {most + 1} characters"
        )


_feedback = json_object(
    {"text": plain_text(75), "value": string(2000)}, {"accessibility_label": string(75)}
)

ELEMENTS: dict[str, Check] = {
    "button": _element(
        "button",
        {"text": plain_text(75)},
        {"value": string(2000), "url": url(3000), **_style, **_confirm},
    ),
    "workflow_button": _element(
        "workflow_button",
        {"text": plain_text(75), "workflow": anything},
        {**_style, **_confirm},
    ),
    "overflow": _element("overflow", {"options": array(OVERFLOW_OPTION, 1, 5)}, _confirm),
    "static_select": _element(
        "static_select",
        {},
        {**_menu, **_static, "initial_option": PLAIN_OPTION},
        options_or_groups,
        initial_among_options,
    ),
    "multi_static_select": _element(
        "multi_static_select",
        {},
        {**_menu, **_several, **_static, "initial_options": array(PLAIN_OPTION)},
        options_or_groups,
        initial_among_options,
    ),
    "external_select": _element(
        "external_select", {}, {**_menu, **_external, "initial_option": PLAIN_OPTION}
    ),
    "multi_external_select": _element(
        "multi_external_select",
        {},
        {**_menu, **_several, **_external, "initial_options": array(PLAIN_OPTION)},
    ),
    "users_select": _element("users_select", {}, {**_menu, "initial_user": USER_ID}),
    "multi_users_select": _element(
        "multi_users_select", {}, {**_menu, **_several, "initial_users": array(USER_ID)}
    ),
    "channels_select": _element(
        "channels_select", {}, {**_menu, **_respondable, "initial_channel": CHANNEL_ID}
    ),
    "multi_channels_select": _element(
        "multi_channels_select", {}, {**_menu, **_several, "initial_channels": array(CHANNEL_ID)}
    ),
    "conversations_select": _element(
        "conversations_select",
        {},
        {**_menu, **_respondable, **_conversations, "initial_conversation": CHANNEL_ID},
    ),
    "multi_conversations_select": _element(
        "multi_conversations_select",
        {},
        {**_menu, **_several, **_conversations, "initial_conversations": array(CHANNEL_ID)},
    ),
    "radio_buttons": _element(
        "radio_buttons",
        {"options": array(RICH_OPTION, 1, 10)},
        {**_focus, **_confirm, "initial_option": RICH_OPTION},
        initial_among_options,
    ),
    "checkboxes": _element(
        "checkboxes",
        {"options": array(RICH_OPTION, 1, 10)},
        {**_focus, **_confirm, "initial_options": array(RICH_OPTION, 1, 10)},
        initial_among_options,
    ),
    "datepicker": _element("datepicker", {}, {**_menu, "initial_date": DATE}),
    "timepicker": _element(
        "timepicker", {}, {**_menu, "initial_time": TIME, "timezone": string(100)}
    ),
    "datetimepicker": _element(
        "datetimepicker",
        {},
        {**_focus, **_confirm, "initial_date_time": integer(1_000_000_000, 9_999_999_999)},
    ),
    "plain_text_input": _element(
        "plain_text_input",
        {},
        {
            **_placeholder,
            **_focus,
            **_dispatch,
            "initial_value": string(3000, least=0),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        },
        _min_not_above_max("min_length", "max_length"),
        _initial_value_fits,
    ),
    "email_text_input": _element(
        "email_text_input", {}, {**_placeholder, **_focus, **_dispatch, "initial_value": ID}
    ),
    "url_text_input": _element(
        "url_text_input", {}, {**_placeholder, **_focus, **_dispatch, "initial_value": url()}
    ),
    "number_input": _element(
        "number_input",
        {"is_decimal_allowed": boolean},
        {
            **_placeholder,
            **_focus,
            **_dispatch,
            "initial_value": NUMBER,
            "min_value": NUMBER,
            "max_value": NUMBER,
        },
    ),
    "rich_text_input": _element(
        "rich_text_input",
        {},
        {
            **_placeholder,
            **_focus,
            **_dispatch,
            "initial_value": RICH_TEXT,
            "min_lines": integer(1, 100),
            "max_lines": integer(1, 100),
        },
    ),
    "file_input": _element(
        "file_input", {}, {"filetypes": array(string(20)), "max_files": integer(1, 10)}
    ),
    "feedback_buttons": _element(
        "feedback_buttons", {"positive_button": _feedback, "negative_button": _feedback}, {}
    ),
    "icon_button": _element(
        "icon_button",
        {"icon": one_of("trash"), "text": plain_text(75)},
        {
            "accessibility_label": string(75),
            "value": string(2000),
            "visible_to_user_ids": array(USER_ID),
            **_confirm,
        },
    ),
    "image": json_object(
        {"type": one_of("image"), "alt_text": string(2000)},
        {"image_url": url(3000), "slack_file": SLACK_FILE},
        any_of("image_url", "slack_file"),
        not_both("image_url", "slack_file"),
    ),
}

_SELECTS = tuple(
    f"{prefix}{kind}_select"
    for prefix in ("", "multi_")
    for kind in ("static", "external", "users", "channels", "conversations")
)
_CHOOSERS = (*_SELECTS, "checkboxes", "radio_buttons", "datepicker", "timepicker")

IN_SECTION = typed_object(ELEMENTS, *_CHOOSERS, "button", "workflow_button", "image", "overflow")
IN_ACTIONS = typed_object(
    ELEMENTS,
    *_CHOOSERS,
    "button",
    "workflow_button",
    "overflow",
    "datetimepicker",
    "rich_text_input",
)
IN_INPUT = typed_object(
    ELEMENTS,
    *_CHOOSERS,
    "datetimepicker",
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "rich_text_input",
    "file_input",
)
IN_CONTEXT_ACTIONS = typed_object(ELEMENTS, "feedback_buttons", "icon_button")
IMAGE = typed_object(ELEMENTS, "image")
BUTTON = typed_object(ELEMENTS, "button")
