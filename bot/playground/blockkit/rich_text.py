"""The shape of a rich_text block: sections, lists, quotes, preformatted text.

Source: types of @slack/types 3.2.0.
"""

from collections.abc import Mapping

from bot.playground.blockkit.check import (
    Check,
    array,
    boolean,
    integer,
    one_of,
    record,
    string,
    tagged,
)

_STYLE = record({}, dict.fromkeys(("bold", "code", "italic", "strike", "underline"), boolean))
_ID = string(255)


def _inline(kind: str, required: Mapping[str, Check], **optional: Check) -> Check:
    return record({"type": one_of(kind), **required}, {"style": _STYLE, **optional})


_INLINES: dict[str, Check] = {
    "text": _inline("text", {"text": string(12_000)}),
    "link": _inline("link", {"url": string(3000)}, text=string(12_000), unsafe=boolean),
    "user": _inline("user", {"user_id": _ID}),
    "channel": _inline("channel", {"channel_id": _ID}),
    "usergroup": _inline("usergroup", {"usergroup_id": _ID}),
    "team": _inline("team", {"team_id": _ID}),
    "emoji": _inline("emoji", {"name": _ID}, unicode=_ID, url=string(3000)),
    "color": _inline("color", {"value": _ID}),
    "broadcast": _inline("broadcast", {"range": one_of("here", "channel", "everyone")}),
    "date": _inline(
        "date",
        {"timestamp": integer(0, 99_999_999_999), "format": string(255)},
        url=string(3000),
        fallback=string(255),
    ),
}
_INLINE = tagged(_INLINES)
_BORDER = {"border": one_of(0, 1)}
_MANY = 1000

_PARTS: dict[str, Check] = {
    "rich_text_section": record(
        {"type": one_of("rich_text_section"), "elements": array(_INLINE, 0, _MANY)}, {}
    ),
    "rich_text_quote": record(
        {"type": one_of("rich_text_quote"), "elements": array(_INLINE, 0, _MANY)}, _BORDER
    ),
    "rich_text_preformatted": record(
        {
            "type": one_of("rich_text_preformatted"),
            "elements": array(tagged(_INLINES, "text", "link"), 0, _MANY),
        },
        {**_BORDER, "language": string(50)},
    ),
}
_PARTS["rich_text_list"] = record(
    {
        "type": one_of("rich_text_list"),
        "style": one_of("bullet", "ordered"),
        "elements": array(tagged(_PARTS, "rich_text_section"), 1, _MANY),
    },
    {**_BORDER, "indent": integer(0, 8), "offset": integer(0, 10_000)},
)

RICH_TEXT = record(
    {"type": one_of("rich_text"), "elements": array(tagged(_PARTS), 1, _MANY)},
    {"block_id": _ID},
)
