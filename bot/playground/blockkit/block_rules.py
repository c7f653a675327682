"""Slack's limits on blocks, one entry each, and the surfaces that allow them.

Figures: JSDoc of @slack/types 3.2.0 and docs.slack.dev/reference/block-kit/blocks. It is an
assumption, not documented, that markdown, table, context_actions, plan and task_card are for
messages only.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from bot.playground.blockkit.element_rules import (
    BUTTON,
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
from bot.playground.blockkit.object_rules import (
    ID,
    RICH_TEXT,
    SLACK_FILE,
    mrkdwn_text,
    plain_text,
    text_object,
)
from bot.playground.slack_model import Json

Surface = Literal["modal", "home", "message"]

SURFACES: dict[str, frozenset[Surface]] = {
    "alert": frozenset({"modal"}),
    "card": frozenset({"message", "home"}),
    "carousel": frozenset({"message", "home"}),
    "container": frozenset({"message"}),
    "context_actions": frozenset({"message"}),
    "data_table": frozenset({"message"}),
    "file": frozenset({"message"}),
    "markdown": frozenset({"message"}),
    "plan": frozenset({"message"}),
    "table": frozenset({"message"}),
    "task_card": frozenset({"message"}),
}
"""Surfaces of the blocks that are not allowed on all of them."""


def _block(
    kind: str, required: Mapping[str, Check], optional: Mapping[str, Check], *rules: FieldRule
) -> Check:
    return json_object({"type": one_of(kind), **required}, {"block_id": ID, **optional}, *rules)


def _context_element(value: Any, pointer: str) -> Iterator[BlockProblem]:
    kind = value.get("type") if isinstance(value, dict) else None
    yield from (IMAGE if kind == "image" else text_object())(value, pointer)


def _cell(value: Any, pointer: str) -> Iterator[BlockProblem]:
    yield from typed_object(_CELLS, "raw_text", "rich_text")(value, pointer)


def _data_cell(value: Any, pointer: str) -> Iterator[BlockProblem]:
    yield from typed_object(_CELLS)(value, pointer)


def _equal_rows(value: Json, pointer: str) -> Iterator[BlockProblem]:
    rows = value.get("rows")
    lengths = {len(r) for r in rows if isinstance(r, list)} if isinstance(rows, list) else set()
    if len(lengths) > 1:
        yield BlockProblem(
            f"{pointer}/rows", "conflict", "all rows must have the same number of cells"
        )


def _child_block(value: Any, pointer: str) -> Iterator[BlockProblem]:
    yield from typed_object(
        BLOCKS,
        *("actions", "context", "divider", "file", "header", "image", "input"),
        *("rich_text", "section", "table", "video"),
    )(value, pointer)


def _card(value: Any, pointer: str) -> Iterator[BlockProblem]:
    yield from typed_object(BLOCKS, "card")(value, pointer)


_CELLS: dict[str, Check] = {
    "rich_text": RICH_TEXT,
    "raw_text": json_object({"type": one_of("raw_text"), "text": string(3000)}, {}),
    "raw_number": json_object(
        {"type": one_of("raw_number"), "value": anything, "text": string(3000)},
        {},
    ),
}
_COLUMN = json_object({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean})

_TASK: dict[str, Check] = {
    "task_id": string(255),
    "title": string(255),
    "status": one_of("pending", "in_progress", "complete", "error"),
}

BLOCKS: dict[str, Check] = {
    "section": _block(
        "section",
        {},
        {
            "text": text_object(3000),
            "fields": array(text_object(2000), 1, 10),
            "accessory": IN_SECTION,
            "expand": boolean,
        },
        any_of("text", "fields"),
    ),
    "header": _block("header", {"text": plain_text(150)}, {"level": integer(1, 4)}),
    "divider": _block("divider", {}, {}),
    "context": _block("context", {"elements": array(_context_element, 1, 10)}, {}),
    "context_actions": _block("context_actions", {"elements": array(IN_CONTEXT_ACTIONS, 1, 5)}, {}),
    "actions": _block("actions", {"elements": array(IN_ACTIONS, 1, 25)}, {}),
    "input": _block(
        "input",
        {"label": plain_text(2000), "element": IN_INPUT},
        {"hint": plain_text(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "image": _block(
        "image",
        {"alt_text": string(2000)},
        {"image_url": url(3000), "slack_file": SLACK_FILE, "title": plain_text(2000)},
        any_of("image_url", "slack_file"),
        not_both("image_url", "slack_file"),
    ),
    "rich_text": RICH_TEXT,
    "markdown": _block("markdown", {"text": string(12_000)}, {}),
    "table": _block(
        "table",
        {"rows": array(array(_cell, 1, 20), 1, 100)},
        {"column_settings": array(_COLUMN, 0, 20)},
    ),
    "data_table": _block(
        "data_table",
        {"rows": array(array(_data_cell, 1, 20), 2, 101), "caption": string(3000)},
        {"page_size": integer(1, 100), "row_header_column_index": integer(0, 19)},
        _equal_rows,
    ),
    "alert": _block(
        "alert",
        {"text": text_object(3000)},
        {"level": one_of("default", "info", "warning", "error", "success")},
    ),
    "card": _block(
        "card",
        {},
        {
            "hero_image": IMAGE,
            "icon": IMAGE,
            "title": mrkdwn_text(150),
            "subtitle": mrkdwn_text(150),
            "body": mrkdwn_text(200),
            "actions": array(BUTTON, 1, 5),
        },
        any_of("hero_image", "title", "actions", "body"),
    ),
    "carousel": _block("carousel", {"elements": array(_card, 1, 10)}, {}),
    "container": _block(
        "container",
        {"child_blocks": array(_child_block, 1, 10)},
        {
            "title": plain_text(150),
            "rich_text_title": RICH_TEXT,
            "subtitle": text_object(150),
            "width": one_of("narrow", "standard", "wide", "full"),
            "icon": IMAGE,
            "is_collapsible": boolean,
            "default_collapsed": boolean,
            "has_header_divider": boolean,
        },
        any_of("title", "rich_text_title"),
    ),
    "file": _block("file", {"external_id": ID, "source": one_of("remote")}, {}),
    "video": _block(
        "video",
        {
            "video_url": url(),
            "thumbnail_url": url(),
            "alt_text": string(2000),
            "title": plain_text(199),
        },
        {
            "title_url": url(),
            "author_name": string(49),
            "provider_name": string(255),
            "provider_icon_url": url(),
            "description": plain_text(2000),
        },
    ),
    "task_card": _block(
        "task_card",
        _TASK,
        {
            "details": RICH_TEXT,
            "output": RICH_TEXT,
            "sources": array(anything, 0, 100),
        },
    ),
    "plan": _block("plan", {"title": string(255)}, {"tasks": array(anything, 0, 100)}),
}

ONE_BLOCK = typed_object(BLOCKS)
INTERACTIVE = frozenset(ELEMENTS) - {"image"}
