"""Rules for whole views and messages, beyond those for single blocks."""

import json
from collections.abc import Iterator
from typing import Any

from bot.playground.blockkit.block_rules import INTERACTIVE, ONE_BLOCK, SURFACES, Surface
from bot.playground.blockkit.json_checks import (
    BlockProblem,
    any_object,
    any_of,
    anything,
    array,
    boolean,
    json_object,
    string,
    typed_object,
)
from bot.playground.blockkit.object_rules import plain_text
from bot.playground.slack_model import Json

BLOCKS_MAX: dict[Surface, int] = {"modal": 100, "home": 100, "message": 50}
MARKDOWN_TOTAL_MAX = 12_000
CELLS_TOTAL_MAX = 10_000
"""Characters in all cells of a message's tables; docs.slack.dev, blocks/table-block."""
MESSAGE_BLOCKS_MAX = 13_200
"""Characters of JSON in the blocks of one message; observed, slackapi/bolt-js#2509."""
VIEW_BYTES_MAX = 250_000
ATTACHMENTS_MAX = 100

_COMMON = {
    "type": anything,
    "blocks!": anything,
    "callback_id": string(255, least=0),
    "private_metadata": string(3000, least=0),
}
_VIEW = typed_object(
    {
        "home": json_object(_COMMON),
        "modal": json_object(
            {
                "title!": plain_text(24),
                "submit": plain_text(24),
                "close": plain_text(24),
                "clear_on_close": boolean,
                "notify_on_close": boolean,
                **_COMMON,
            },
        ),
    }
)


def problems_of_view(view: Any) -> list[BlockProblem]:
    """Return everything that Slack rejects in a modal or Home tab; empty if it is valid."""
    problems = list(_VIEW(view, "/view"))
    kind = view.get("type") if isinstance(view, dict) else None
    if kind not in ("modal", "home"):
        return problems
    blocks = view.get("blocks")
    if blocks is not None:
        problems += _problems_of_blocks(blocks, kind, "/view/blocks")
    has_input = any(isinstance(b, dict) and b.get("type") == "input" for b in _as_list(blocks))
    if kind == "modal" and has_input and not view.get("submit"):
        message = "submit is required when an input block is within blocks"
        problems.append(BlockProblem("/view", "missing", message))
    return problems


def problems_of_message(message: Json) -> list[BlockProblem]:
    """Return everything that Slack rejects in a message's blocks and attachments."""
    problems: list[BlockProblem] = []
    if message.get("blocks") is not None:
        problems += _problems_of_blocks(message["blocks"], "message", "/blocks")
    attachments = message.get("attachments")
    if attachments is not None:
        problems += array(_attachment, 0, ATTACHMENTS_MAX)(attachments, "/attachments")
    return problems


def problems_of_metadata(metadata: Any) -> list[BlockProblem]:
    """Return what is wrong with the metadata of a message: an event_type and an event_payload."""
    check = json_object({"event_type!": string(255), "event_payload!": any_object})
    return list(check(metadata, "/metadata"))


def is_view_too_large(view: Json) -> bool:
    """Whether the JSON of a view exceeds 250 kB."""
    return len(compact_json(view).encode()) > VIEW_BYTES_MAX


def are_blocks_too_long(blocks: Any) -> bool:
    """Whether the JSON of all blocks of a message exceeds Slack's limit."""
    return len(compact_json(blocks)) > MESSAGE_BLOCKS_MAX


def compact_json(value: Any) -> str:
    """Return a value as JSON without spaces and without escapes for non-ASCII characters."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def interactive_elements(block: Json, pointer: str = "") -> list[tuple[Json, str]]:
    """Return the interactive elements of a block and its child blocks, with their pointers."""
    found: list[tuple[Json, str]] = []
    for name in ("accessory", "element"):
        found += _if_interactive(block.get(name), f"{pointer}/{name}")
    for index, entry in enumerate(_as_list(block.get("elements"))):
        found += _if_interactive(entry, f"{pointer}/elements/{index}")
    for index, child in enumerate(_as_list(block.get("child_blocks"))):
        if isinstance(child, dict):
            found += interactive_elements(child, f"{pointer}/child_blocks/{index}")
    return found


def _if_interactive(value: Any, pointer: str) -> list[tuple[Json, str]]:
    kind = value.get("type") if isinstance(value, dict) else None
    return [(value, pointer)] if isinstance(kind, str) and kind in INTERACTIVE else []


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _problems_of_blocks(blocks: Any, surface: Surface, pointer: str) -> Iterator[BlockProblem]:
    yield from array(ONE_BLOCK, 0, BLOCKS_MAX[surface])(blocks, pointer)
    located = [
        (block, f"{pointer}/{index}")
        for index, block in enumerate(_as_list(blocks))
        if isinstance(block, dict)
    ]
    every = [*located, *_children(located)]
    yield from _unique("block_id", every)
    for block, block_pointer in located:
        yield from _allowed_on(surface, block, block_pointer)
        yield from _unique("action_id", interactive_elements(block, block_pointer))
    yield from _one_focus(located)
    yield from _totals([block for block, _ in every], pointer)


def _children(located: list[tuple[Json, str]]) -> Iterator[tuple[Json, str]]:
    """Yield the blocks in containers, with their pointers."""
    for block, pointer in located:
        for index, child in enumerate(_as_list(block.get("child_blocks"))):
            if isinstance(child, dict):
                yield child, f"{pointer}/child_blocks/{index}"


def _unique(name: str, located: list[tuple[Json, str]]) -> Iterator[BlockProblem]:
    seen: set[str] = set()
    for item, pointer in located:
        given = item.get(name)
        if isinstance(given, str):
            if given in seen:
                message = f"`{name}` already exists: {given}"
                yield BlockProblem(f"{pointer}/{name}", "duplicate", message)
            seen.add(given)


def _allowed_on(surface: Surface, block: Json, pointer: str) -> Iterator[BlockProblem]:
    kind = str(block.get("type"))
    if surface != SURFACES.get(kind, surface):
        message = f"unsupported type: {kind} in a {surface}"
        yield BlockProblem(f"{pointer}/type", "wrong_surface", message)
    for element, element_pointer in interactive_elements(block, pointer):
        if surface != "modal" and element.get("type") == "file_input":
            message = f"unsupported type: file_input in a {surface}"
            yield BlockProblem(f"{element_pointer}/type", "wrong_surface", message)


def _one_focus(located: list[tuple[Json, str]]) -> Iterator[BlockProblem]:
    focused = [
        element_pointer
        for block, pointer in located
        for element, element_pointer in interactive_elements(block, pointer)
        if element.get("focus_on_load") is True
    ]
    for pointer in focused[1:]:
        message = "only one element may have the focus"
        yield BlockProblem(f"{pointer}/focus_on_load", "duplicate", message)


def _totals(blocks: list[Json], pointer: str) -> Iterator[BlockProblem]:
    if sum(block.get("type") == "table" for block in blocks) > 1:
        yield BlockProblem(pointer, "too_many", "only one table is allowed in a message")
    if sum(_text_length(block.get("rows")) for block in blocks) > CELLS_TOTAL_MAX:
        message = f"table cells must be less than {CELLS_TOTAL_MAX + 1} characters in all"
        yield BlockProblem(pointer, "too_long", message)
    markdown = [block.get("text") for block in blocks if block.get("type") == "markdown"]
    if sum(len(text) for text in markdown if isinstance(text, str)) > MARKDOWN_TOTAL_MAX:
        message = f"markdown blocks must be less than {MARKDOWN_TOTAL_MAX + 1} characters in all"
        yield BlockProblem(pointer, "too_long", message)


def _text_length(value: Any) -> int:
    """Return the total length of all `text` fields in a value."""
    if isinstance(value, list):
        return sum(map(_text_length, value))
    if not isinstance(value, dict):
        return 0
    text = value.get("text")
    own = len(text) if isinstance(text, str) else 0
    return own + sum(map(_text_length, value.values()))


def _attachment(value: Any, pointer: str) -> Iterator[BlockProblem]:
    if not isinstance(value, dict):
        yield from any_object(value, pointer)
        return
    yield from any_of("blocks", "text", "fallback", "title", "image_url", "fields")(value, pointer)
    if value.get("blocks") is not None:
        yield from _problems_of_blocks(value["blocks"], "message", f"{pointer}/blocks")
