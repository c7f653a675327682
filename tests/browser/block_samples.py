"""Samples of every block, element and input that Slack accepts, by surface."""

from base64 import b64decode
from typing import Any

Json = dict[str, Any]

PICTURE_URL = "https://pictures.example/field.svg"
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="240" height="120">'
    '<rect width="240" height="120" fill="#58c4b0"/></svg>'
)

DOT = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""An image of one pixel, as PNG."""


def plain(text: str) -> Json:
    """A plain_text object."""
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    """A mrkdwn object."""
    return {"type": "mrkdwn", "text": text}


def option(value: str, text: str, description: str | None = None) -> Json:
    """An option of a select menu."""
    made = {"value": value, "text": plain(text)}
    return made | ({"description": plain(description)} if description else {})


FRUIT = [option("apple", "Apple"), option("pear", "Pear", "Ripe in autumn"), option("fig", "Fig")]

GROUPS = [
    {"label": plain("Cheap"), "options": [option("prompting", "Prompting")]},
    {"label": plain("Dear"), "options": [option("both", "RAG + fine-tuning")]},
]

CONFIRM = {
    "title": plain("Withdraw this decision?"),
    "text": plain("It stays in the log, marked as withdrawn."),
    "confirm": plain("Withdraw"),
    "deny": plain("Keep it"),
    "style": "danger",
}

FORMATTED = (
    "*Bold*, _italic_, ~strike~, `code`, <https://example.org|a link>, :white_check_mark: done\n"
    "> A quote of two\n> lines\n"
    "```for each in answers:\n    weigh(each)```\n"
    "2 &lt; 3 &amp; 4 &gt; 3 <!date^1767600000^{date_short_pretty} at {time}|5 January 2026>"
)

BUTTONS: list[Json] = [
    {
        "type": "button",
        "action_id": "accept",
        "text": plain("Accept"),
        "style": "primary",
        "value": "7",
    },
    {
        "type": "button",
        "action_id": "withdraw",
        "text": plain("Withdraw"),
        "style": "danger",
        "value": "7",
        "confirm": CONFIRM,
    },
    {"type": "button", "action_id": "plain", "text": plain("Add my view"), "value": "7"},
    {
        "type": "overflow",
        "action_id": "menu",
        "options": [option("edit", "Edit answers"), option("export", "Export record")],
    },
]

SELECTS: list[Json] = [
    {
        "type": "static_select",
        "action_id": "fruit",
        "placeholder": plain("Pick a fruit"),
        "options": FRUIT,
    },
    {"type": "users_select", "action_id": "person", "placeholder": plain("Pick a person")},
    {"type": "channels_select", "action_id": "channel", "placeholder": plain("Pick a channel")},
    {
        "type": "conversations_select",
        "action_id": "where",
        "placeholder": plain("Pick a conversation"),
    },
    {"type": "datepicker", "action_id": "date", "initial_date": "2026-01-05"},
    {"type": "timepicker", "action_id": "time", "initial_time": "09:00"},
]

RICH_TEXT: Json = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "Rich "},
                {"type": "text", "text": "text", "style": {"bold": True, "italic": True}},
                {"type": "text", "text": " with "},
                {"type": "link", "url": "https://example.org", "text": "a link"},
                {"type": "text", "text": " and "},
                {"type": "emoji", "name": "rocket"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "indent": 0,
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "first"}]},
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "second"}]},
            ],
        },
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "quoted"}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "x = 1"}]},
    ],
}

MARKDOWN = (
    "## Why RAG\n\nFacts change **weekly**, and *every* answer needs a `source`.\n\n"
    "1. Index the handbook\n2. Measure recall\n   - on 20 questions\n\n"
    "> Start from the problem.\n\n| Option | Points |\n|---|---:|\n| RAG | 9 |\n| Both | 4 |\n"
)

TABLE: Json = {
    "type": "table",
    "block_id": "table",
    "column_settings": [{"is_wrapped": True}, {"align": "right"}],
    "rows": [
        [{"type": "raw_text", "text": "Option"}, {"type": "raw_text", "text": "Points"}],
        [{"type": "raw_text", "text": "RAG"}, {"type": "raw_text", "text": "9"}],
        [{"type": "raw_text", "text": "Fine-tuning"}, {"type": "raw_text", "text": "-3"}],
    ],
}

CONTAINER: Json = {
    "type": "container",
    "block_id": "box",
    "title": plain("What would change this"),
    "subtitle": plain("Two answers"),
    "is_collapsible": True,
    "child_blocks": [
        {"type": "section", "block_id": "boxed", "text": mrkdwn("If facts were *static*.")}
    ],
}

FEEDBACK: Json = {
    "type": "context_actions",
    "block_id": "feedback",
    "elements": [
        {
            "type": "feedback_buttons",
            "action_id": "helpful",
            "positive_button": {"text": plain("Helpful"), "value": "yes"},
            "negative_button": {"text": plain("Not helpful"), "value": "no"},
        },
        {
            "type": "icon_button",
            "action_id": "forget",
            "icon": "trash",
            "text": plain("Forget"),
            "value": "forget",
        },
    ],
}


def image_block() -> Json:
    """An image block."""
    return {
        "type": "image",
        "block_id": "image",
        "image_url": PICTURE_URL,
        "alt_text": "A green field",
        "title": plain("A picture"),
    }


def common_blocks() -> list[Json]:
    """Blocks allowed on every surface."""
    return [
        {"type": "header", "block_id": "head", "text": plain("Every block there is :compass:")},
        {"type": "section", "block_id": "text", "text": mrkdwn(FORMATTED)},
        {
            "type": "section",
            "block_id": "fields",
            "fields": [mrkdwn("*Status*\nOpen"), mrkdwn("*Decider*\nAda"), plain("Plain")],
        },
        {
            "type": "section",
            "block_id": "with-picture",
            "text": mrkdwn("A picture beside the text"),
            "accessory": {"type": "image", "image_url": PICTURE_URL, "alt_text": "Green"},
        },
        {
            "type": "section",
            "block_id": "with-radio",
            "text": mrkdwn("One of these"),
            "accessory": {"type": "radio_buttons", "action_id": "radio", "options": FRUIT},
        },
        {
            "type": "section",
            "block_id": "with-checks",
            "text": mrkdwn("Some of these"),
            "accessory": {"type": "checkboxes", "action_id": "checks", "options": FRUIT},
        },
        {
            "type": "section",
            "block_id": "with-many",
            "text": mrkdwn("Several of these"),
            "accessory": {
                "type": "multi_static_select",
                "action_id": "many",
                "placeholder": plain("Pick several"),
                "options": FRUIT,
            },
        },
        {"type": "divider", "block_id": "line"},
        {
            "type": "context",
            "block_id": "context",
            "elements": [
                {"type": "image", "image_url": PICTURE_URL, "alt_text": "Green"},
                mrkdwn("Decision *#7*"),
                plain("opened today"),
            ],
        },
        {"type": "actions", "block_id": "buttons", "elements": BUTTONS},
        {"type": "actions", "block_id": "selects", "elements": SELECTS},
        image_block(),
        RICH_TEXT | {"block_id": "rich"},
    ]


def message_blocks() -> list[Json]:
    """Blocks for a message."""
    markdown = {"type": "markdown", "block_id": "markdown", "text": MARKDOWN}
    return [*common_blocks(), markdown, TABLE, CONTAINER, FEEDBACK]


def home() -> Json:
    """A Home tab."""
    return {"type": "home", "callback_id": "home", "blocks": common_blocks()}


def field(block_id: str, label: str, element: Json, **more: Any) -> Json:
    """An input block."""
    element = {"action_id": "value", **element}
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": element,
        **more,
    }


def input_blocks() -> list[Json]:
    """Every kind of input."""
    hint = plain("A few words are enough.")
    some = {"options": FRUIT}
    return [
        field("title", "Title", {"type": "plain_text_input", "max_length": 40}, hint=hint),
        field("problem", "Problem", {"type": "plain_text_input", "multiline": True}, optional=True),
        field("single", "Fruit", {"type": "static_select", **some}, optional=True),
        field("group", "Option", {"type": "static_select", "option_groups": GROUPS}, optional=True),
        field("multi", "Fruits", {"type": "multi_static_select", **some}, optional=True),
        field("user", "Decider", {"type": "users_select"}, optional=True),
        field("users", "Contributors", {"type": "multi_users_select"}, optional=True),
        field("conversation", "Where", {"type": "conversations_select"}, optional=True),
        field("channel", "Channel", {"type": "channels_select"}, optional=True),
        field("radio", "Basket", {"type": "radio_buttons", **some}, optional=True),
        field("checks", "Sides", {"type": "checkboxes", **some}, optional=True),
        field("date", "Review on", {"type": "datepicker"}, optional=True),
        field("time", "At", {"type": "timepicker"}, optional=True),
        field("moment", "Exactly", {"type": "datetimepicker"}, optional=True),
        field(
            "number",
            "Budget",
            {"type": "number_input", "is_decimal_allowed": False, "min_value": "1"},
            optional=True,
        ),
        field("email", "Email", {"type": "email_text_input"}, optional=True),
        field("url", "Link", {"type": "url_text_input"}, optional=True),
        field("notes", "Notes", {"type": "rich_text_input"}, optional=True),
        field("files", "Papers", {"type": "file_input"}, optional=True),
    ]


def alerts() -> list[Json]:
    """Alerts of every level, for modals."""
    levels = ["default", "info", "warning", "error", "success"]
    return [
        {
            "type": "alert",
            "block_id": f"alert-{level}",
            "level": level,
            "text": mrkdwn(f"An alert of level *{level}*"),
        }
        for level in levels
    ]


def modal(**more: Any) -> Json:
    """A modal with every alert, input and common block."""
    return {
        "type": "modal",
        "callback_id": "samples",
        "title": plain("Every field there is"),
        "submit": plain("Next"),
        "close": plain("Cancel"),
        "blocks": [*alerts(), *input_blocks(), *common_blocks()],
        **more,
    }
