"""Rules that hold for all blocks of one view or message together."""

from collections.abc import Iterator
from typing import Any

from bot.playground.blockkit.blocks import INTERACTIVE, ONE_BLOCK, SURFACES, Surface
from bot.playground.blockkit.check import Problem, array
from bot.playground.model import Json

BLOCKS_MAX: dict[Surface, int] = {"modal": 100, "home": 100, "message": 50}
MARKDOWN_TOTAL_MAX = 12_000
CELLS_TOTAL_MAX = 10_000
"""Characters in all cells of a message's tables; docs.slack.dev, blocks/table-block."""


def problems_of_blocks(blocks: Any, surface: Surface, at: str) -> Iterator[Problem]:
    """Everything wrong with the blocks of one surface, each block by itself and all together."""
    yield from array(ONE_BLOCK, 0, BLOCKS_MAX[surface])(blocks, at)
    if not isinstance(blocks, list):
        return
    placed = [
        (block, f"{at}/{index}") for index, block in enumerate(blocks) if isinstance(block, dict)
    ]
    yield from _unique("block_id", placed)
    for block, where in placed:
        yield from _surface(block, surface, where)
        yield from _unique("action_id", elements_of(block, where))
    yield from _one_focus(placed)
    yield from _totals(placed, at)


def _unique(name: str, placed: list[tuple[Json, str]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for holder, where in placed:
        given = holder.get(name)
        if isinstance(given, str):
            if given in seen:
                yield Problem(f"{where}/{name}", "duplicate", f"`{name}` already exists: {given}")
            seen.add(given)


def _surface(block: Json, surface: Surface, where: str) -> Iterator[Problem]:
    kind = str(block.get("type"))
    if surface not in SURFACES.get(kind, {surface}):
        yield Problem(f"{where}/type", "wrong_surface", f"unsupported type: {kind} in a {surface}")
    if surface != "modal":
        for element, place in elements_of(block, where):
            if element.get("type") == "file_input":
                yield Problem(
                    f"{place}/type", "wrong_surface", f"unsupported type: file_input in a {surface}"
                )


def _one_focus(placed: list[tuple[Json, str]]) -> Iterator[Problem]:
    focused = [
        place
        for block, where in placed
        for element, place in elements_of(block, where)
        if element.get("focus_on_load") is True
    ]
    for place in focused[1:]:
        yield Problem(f"{place}/focus_on_load", "duplicate", "only one element may have the focus")


def _totals(placed: list[tuple[Json, str]], at: str) -> Iterator[Problem]:
    kinds = [block.get("type") for block, _ in placed]
    if kinds.count("table") > 1:
        yield Problem(at, "too_many", "only one table is allowed in a message")
    cells = sum(_characters(block.get("rows")) for block, _ in placed)
    if cells > CELLS_TOTAL_MAX:
        yield Problem(
            at, "too_long", f"table cells must be less than {CELLS_TOTAL_MAX + 1} characters in all"
        )
    written = sum(
        len(block["text"])
        for block, _ in placed
        if block.get("type") == "markdown" and isinstance(block.get("text"), str)
    )
    if written > MARKDOWN_TOTAL_MAX:
        yield Problem(
            at,
            "too_long",
            f"markdown blocks must be less than {MARKDOWN_TOTAL_MAX + 1} characters in all",
        )


def _characters(value: Any) -> int:
    """The characters of the texts within."""
    if isinstance(value, list):
        return sum(map(_characters, value))
    if not isinstance(value, dict):
        return 0
    text = value.get("text")
    own = len(text) if isinstance(text, str) else 0
    return own + sum(map(_characters, value.values()))


def elements_of(block: Json, where: str = "") -> list[tuple[Json, str]]:
    """The interactive elements of a block with their pointers, those of child blocks included."""
    found: list[tuple[Json, str]] = []
    for name in ("accessory", "element"):
        found += _interactive(block.get(name), f"{where}/{name}")
    for name in ("elements", "actions"):
        entries = block.get(name)
        for index, entry in enumerate(entries if isinstance(entries, list) else []):
            place = f"{where}/{name}/{index}"
            found += _interactive(entry, place)
            if isinstance(entry, dict) and entry.get("type") == "card":
                found += elements_of(entry, place)
    children = block.get("child_blocks")
    for index, child in enumerate(children if isinstance(children, list) else []):
        if isinstance(child, dict):
            found += elements_of(child, f"{where}/child_blocks/{index}")
    return found


def _interactive(value: Any, place: str) -> list[tuple[Json, str]]:
    kind = value.get("type") if isinstance(value, dict) else None
    if isinstance(kind, str) and kind in INTERACTIVE:
        return [(value, place)]
    return []
