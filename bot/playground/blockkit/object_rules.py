"""Slack's limits on composition objects (texts, options, confirm dialogs, files) and rich text.

Figures: JSDoc and types of @slack/types 3.2.0 and
docs.slack.dev/reference/block-kit/composition-objects.
"""

from collections.abc import Iterator, Mapping

from bot.playground.blockkit.json_checks import (
    BlockProblem,
    Check,
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
from bot.playground.slack_model import Json

ID = string(255)


def plain_text(most: int) -> Check:
    """Return a check for a plain_text object of 1 to `most` characters."""
    return typed_object(_texts(most), "plain_text")


def text_object(most: int = 3000) -> Check:
    """Return a check for a plain_text or mrkdwn object of 1 to `most` characters."""
    return typed_object(_texts(most))


def _texts(most: int) -> dict[str, Check]:
    fields = {"type": anything, "text!": string(most)}
    return {
        "plain_text": json_object({**fields, "emoji": boolean}),
        "mrkdwn": json_object({**fields, "verbatim": boolean}),
    }


def _option(text: Check) -> Check:
    return json_object({"text!": text, "value!": string(150), "description": text})


PLAIN_OPTION = _option(plain_text(75))
RICH_OPTION = _option(text_object(75))
OVERFLOW_OPTION = json_object(
    {
        "text!": plain_text(75),
        "value": string(150),
        "description": plain_text(75),
        "url": url(),
    },
    any_of("value", "url"),
)
OPTION_GROUP = json_object({"label!": plain_text(75), "options!": array(PLAIN_OPTION)})
CONFIRM = json_object(
    {
        "text!": text_object(300),
        "title": plain_text(100),
        "confirm": plain_text(30),
        "deny": plain_text(30),
        "style": one_of("primary", "danger"),
    },
)
DISPATCH_CONFIG = json_object(
    {"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), 1, 2)}
)
CONVERSATION_FILTER = json_object(
    {
        "include": array(one_of("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)
SLACK_FILE = json_object(
    {"id": matching(r"F[A-Z0-9]{8,}", "file id", 255), "url": url()},
    any_of("id", "url"),
    not_both("id", "url"),
)


def options_or_groups(value: Json, pointer: str) -> Iterator[BlockProblem]:
    """Check that a static menu has either options or option_groups."""
    yield from any_of("options", "option_groups")(value, pointer)
    yield from not_both("options", "option_groups")(value, pointer)


def all_options(element: Json) -> list[Json]:
    """Return the options of an element and its groups; skip values that are not objects."""
    groups = element.get("option_groups") or []
    found = list(element.get("options") or [])
    for group in groups:
        found += (group.get("options") or []) if isinstance(group, dict) else []
    return [option for option in found if isinstance(option, dict)]


def initial_among_options(value: Json, pointer: str) -> Iterator[BlockProblem]:
    """Check that each initial option equals one of the options."""
    offered = [_comparable(option) for option in all_options(value)]
    initial = {"initial_option": value.get("initial_option")}
    several = value.get("initial_options")
    if isinstance(several, list):
        initial |= {f"initial_options/{index}": option for index, option in enumerate(several)}
    for place, option in initial.items():
        if isinstance(option, dict) and _comparable(option) not in offered:
            message = "initial option must match one of the options exactly"
            yield BlockProblem(f"{pointer}/{place}", "not_an_option", message)


def _comparable(option: Json) -> tuple[object, ...]:
    def text_of(name: str) -> tuple[object, object]:
        value = option.get(name)
        if not isinstance(value, dict):
            return (None, None)
        return (value.get("type"), value.get("text"))

    return (option.get("value"), option.get("url"), text_of("text"), text_of("description"))


_STYLES = ("bold", "code", "italic", "strike", "underline")


def _inline(fields: Mapping[str, Check]) -> Check:
    style = json_object(dict.fromkeys(_STYLES, boolean))
    return json_object({"type": anything, "style": style, **fields})


_INLINES: dict[str, Check] = {
    "text": _inline({"text!": string(12_000)}),
    "link": _inline({"url!": string(3000), "text": string(12_000), "unsafe": boolean}),
    "user": _inline({"user_id!": ID}),
    "channel": _inline({"channel_id!": ID}),
    "usergroup": _inline({"usergroup_id!": ID}),
    "team": _inline({"team_id!": ID}),
    "emoji": _inline({"name!": ID, "unicode": ID, "url": string(3000)}),
    "color": _inline({"value!": ID}),
    "broadcast": _inline({"range!": one_of("here", "channel", "everyone")}),
    "date": _inline(
        {
            "timestamp!": integer(0, 99_999_999_999),
            "format!": ID,
            "url": string(3000),
            "fallback": ID,
        },
    ),
}


def _part(elements: Check, least: int = 0, **more: Check) -> Check:
    return json_object({"type": anything, "elements!": array(elements, least, 1000), **more})


_INLINE = typed_object(_INLINES)
_LITERAL = typed_object(_INLINES, "text", "link")
_BORDER = one_of(0, 1)
_PARTS: dict[str, Check] = {
    "rich_text_section": _part(_INLINE),
    "rich_text_quote": _part(_INLINE, border=_BORDER),
    "rich_text_preformatted": _part(_LITERAL, border=_BORDER, language=string(50)),
}
_PARTS["rich_text_list"] = json_object(
    {
        "type": anything,
        "style!": one_of("bullet", "ordered"),
        "elements!": array(typed_object(_PARTS, "rich_text_section"), 1, 1000),
        "border": _BORDER,
        "indent": integer(0, 8),
        "offset": integer(0, 10_000),
    },
)
RICH_TEXT = typed_object({"rich_text": _part(typed_object(_PARTS), 1, block_id=ID)})
