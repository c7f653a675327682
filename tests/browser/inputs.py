"""A modal with one of every kind of input and alert."""

from typing import Any

from tests.browser.gallery import FRUIT, GROUPS, Json, common_blocks, mrkdwn, plain


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
    """A modal with everything in it."""
    return {
        "type": "modal",
        "callback_id": "gallery",
        "title": plain("Every field there is"),
        "submit": plain("Next"),
        "close": plain("Cancel"),
        "blocks": [*alerts(), *input_blocks(), *common_blocks()],
        **more,
    }
