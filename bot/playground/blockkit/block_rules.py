"""Slack's limits on blocks, one entry each, and the surfaces that allow them.

Figures: JSDoc of @slack/types 3.2.0 and docs.slack.dev/reference/block-kit/blocks. It is an
assumption, not documented, that markdown, table and context_actions are for messages only. Kinds
that are not listed are refused.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from bot.playground.blockkit.element_rules import (
    ELEMENTS,
    IMAGE,
    IN_ACTIONS,
    IN_CONTEXT_ACTIONS,
    IN_INPUT,
    IN_SECTION,
)
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
    not_both,
    one_of,
    string,
    typed_object,
    url,
)
from bot.playground.blockkit.object_rules import ID, RICH_TEXT, SLACK_FILE, plain_text, text_object

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
    yield from typed_object(
        BLOCKS,
        *("actions", "context", "divider", "header", "image", "input"),
        *("rich_text", "section", "table"),
    )(value, pointer)


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
    ),
}

ONE_BLOCK = typed_object(BLOCKS)
INTERACTIVE = frozenset(ELEMENTS) - {"image"}
