"""Slack's limits on composition objects (texts, options, confirm dialogs, files) and rich text.

Figures: JSDoc and types of @slack/types 3.2.0 and
docs.slack.dev/reference/block-kit/composition-objects.
"""

from collections.abc import Iterator, Mapping

from bot.playground.blockkit.json_checks import (
    BlockProblem,
    Check,
    any_of,
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

TEXT_MAX = 3000
OPTION_TEXT_MAX = 75
OPTION_VALUE_MAX = 150
OPTIONS_MAX = 100


def plain_text(most: int) -> Check:
    """Return a check for a plain_text object of 1 to `most` characters."""
    return typed_object(_texts(most), "plain_text")


def mrkdwn_text(most: int) -> Check:
    """Return a check for a mrkdwn object of 1 to `most` characters."""
    return typed_object(_texts(most), "mrkdwn")


def text_object(most: int = TEXT_MAX) -> Check:
    """Return a check for a plain_text or mrkdwn object of 1 to `most` characters."""
    return typed_object(_texts(most))


def _texts(most: int) -> dict[str, Check]:
    kind = {"type": one_of("plain_text", "mrkdwn"), "text": string(most)}
    return {
        "plain_text": json_object(kind, {"emoji": boolean}),
        "mrkdwn": json_object(kind, {"verbatim": boolean}),
    }


PLAIN_OPTION = json_object(
    {"text": plain_text(OPTION_TEXT_MAX), "value": string(OPTION_VALUE_MAX)},
    {"description": plain_text(OPTION_TEXT_MAX)},
)
RICH_OPTION = json_object(
    {"text": text_object(OPTION_TEXT_MAX), "value": string(OPTION_VALUE_MAX)},
    {"description": text_object(OPTION_TEXT_MAX)},
)
OVERFLOW_OPTION = json_object(
    {"text": plain_text(OPTION_TEXT_MAX)},
    {
        "value": string(OPTION_VALUE_MAX),
        "description": plain_text(OPTION_TEXT_MAX),
        "url": url(3000),
    },
    any_of("value", "url"),
)
OPTION_GROUP = json_object(
    {"label": plain_text(75), "options": array(PLAIN_OPTION, 1, OPTIONS_MAX)}, {}
)
CONFIRM = json_object(
    {"text": text_object(300)},
    {
        "title": plain_text(100),
        "confirm": plain_text(30),
        "deny": plain_text(30),
        "style": one_of("primary", "danger"),
    },
)
DISPATCH_CONFIG = json_object(
    {},
    {
        "trigger_actions_on": array(
            one_of("on_enter_pressed", "on_character_entered"), least=1, most=2
        )
    },
)
CONVERSATION_FILTER = json_object(
    {},
    {
        "include": array(one_of("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)
SLACK_FILE = json_object(
    {},
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
    single = value.get("initial_option")
    if isinstance(single, dict) and _comparable(single) not in offered:
        yield BlockProblem(f"{pointer}/initial_option", "not_an_option", _NOT_OFFERED)
    several = value.get("initial_options")
    for index, option in enumerate(several if isinstance(several, list) else []):
        if isinstance(option, dict) and _comparable(option) not in offered:
            yield BlockProblem(f"{pointer}/initial_options/{index}", "not_an_option", _NOT_OFFERED)


_NOT_OFFERED = "initial option must match one of the options exactly"


def _comparable(option: Json) -> tuple[object, ...]:
    def text_of(name: str) -> tuple[object, object]:
        value = option.get(name)
        if not isinstance(value, dict):
            return (None, None)
        return (value.get("type"), value.get("text"))

    return (option.get("value"), option.get("url"), text_of("text"), text_of("description"))


_INLINE_STYLE = json_object(
    {}, dict.fromkeys(("bold", "code", "italic", "strike", "underline"), boolean)
)
ID = string(255)


def _inline(kind: str, required: Mapping[str, Check], **optional: Check) -> Check:
    return json_object({"type": one_of(kind), **required}, {"style": _INLINE_STYLE, **optional})


_INLINES: dict[str, Check] = {
    "text": _inline("text", {"text": string(12_000)}),
    "link": _inline("link", {"url": string(3000)}, text=string(12_000), unsafe=boolean),
    "user": _inline("user", {"user_id": ID}),
    "channel": _inline("channel", {"channel_id": ID}),
    "usergroup": _inline("usergroup", {"usergroup_id": ID}),
    "team": _inline("team", {"team_id": ID}),
    "emoji": _inline("emoji", {"name": ID}, unicode=ID, url=string(3000)),
    "color": _inline("color", {"value": ID}),
    "broadcast": _inline("broadcast", {"range": one_of("here", "channel", "everyone")}),
    "date": _inline(
        "date",
        {"timestamp": integer(0, 99_999_999_999), "format": string(255)},
        url=string(3000),
        fallback=string(255),
    ),
}
_INLINE = typed_object(_INLINES)
_BORDER = {"border": one_of(0, 1)}
_RICH_TEXT_MAX = 1000

_RICH_TEXT_PARTS: dict[str, Check] = {
    "rich_text_section": json_object(
        {"type": one_of("rich_text_section"), "elements": array(_INLINE, 0, _RICH_TEXT_MAX)}, {}
    ),
    "rich_text_quote": json_object(
        {"type": one_of("rich_text_quote"), "elements": array(_INLINE, 0, _RICH_TEXT_MAX)}, _BORDER
    ),
    "rich_text_preformatted": json_object(
        {
            "type": one_of("rich_text_preformatted"),
            "elements": array(typed_object(_INLINES, "text", "link"), 0, _RICH_TEXT_MAX),
        },
        {**_BORDER, "language": string(50)},
    ),
}
_RICH_TEXT_PARTS["rich_text_list"] = json_object(
    {
        "type": one_of("rich_text_list"),
        "style": one_of("bullet", "ordered"),
        "elements": array(typed_object(_RICH_TEXT_PARTS, "rich_text_section"), 1, _RICH_TEXT_MAX),
    },
    {**_BORDER, "indent": integer(0, 8), "offset": integer(0, 10_000)},
)

RICH_TEXT = json_object(
    {
        "type": one_of("rich_text"),
        "elements": array(typed_object(_RICH_TEXT_PARTS), 1, _RICH_TEXT_MAX),
    },
    {"block_id": ID},
)
