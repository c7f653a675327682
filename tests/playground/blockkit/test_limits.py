"""Every length and count that Slack limits."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from bot.playground.blockkit import BlockProblem, problems_of_message, problems_of_view
from tests.playground import block_samples as s


class Limit(NamedTuple):
    """A limit: `make(n)` gives a view or blocks with n of what is limited."""

    name: str
    make: Callable[[int], Any]
    most: int
    least: int | None = 1


def _blocks(*blocks: s.Json) -> list[s.Json]:
    return list(blocks)


def _x(count: int) -> str:
    return "x" * count


def _url(length: int) -> str:
    return "https://x.test/".ljust(length, "x")


def _context(text: str) -> list[s.Json]:
    return [{"type": "context", "elements": [s.plain(text)]}]


def _confirm(**more: Any) -> list[s.Json]:
    full = {"text": s.plain(), **more}
    return _blocks(s.actions(s.button(confirm=full)))


def _input(**more: Any) -> s.Json:
    return s.modal(s.input_block(s.text_input(**more)))


def _chosen(kind: str, count: int) -> s.Json:
    element = {"type": kind, "action_id": "a", "options": s.options(count)}
    return s.modal(s.input_block(element))


def _option(**more: Any) -> list[s.Json]:
    return _blocks(s.actions(s.select(options=[{**s.option(), **more}])))


def _table(rows: int, cells: int, columns: int = 0) -> list[s.Json]:
    cell = {"type": "raw_text", "text": "x"}
    block: s.Json = {"type": "table", "rows": [[cell] * cells] * rows}
    return [block | ({"column_settings": [{}] * columns} if columns else {})]


def _many(count: int) -> list[s.Json]:
    return [{"type": "divider"} for _ in range(count)]


def _groups(count: int, each: int = 1, label: str = "Group") -> list[s.Json]:
    group = {"label": s.plain(label), "options": s.options(each)}
    menu = {"type": "static_select", "action_id": "a", "option_groups": [group] * count}
    return _blocks(s.actions(menu))


def _container(count: int = 1, title: str = "Title") -> list[s.Json]:
    return [{"type": "container", "title": s.plain(title), "child_blocks": _many(count)}]


def _buttons(count: int) -> list[s.Json]:
    return [s.actions(*(s.button(f"b{number}") for number in range(count)))]


def _overflow(count: int) -> list[s.Json]:
    menu = {"type": "overflow", "action_id": "o", "options": s.options(count)}
    return [s.section(accessory=menu)]


def _icons(count: int) -> list[s.Json]:
    icons = [
        {"type": "icon_button", "icon": "trash", "text": s.plain(), "action_id": f"i{number}"}
        for number in range(count)
    ]
    return [{"type": "context_actions", "elements": icons}]


def _file_input(most: int) -> s.Json:
    return s.modal(s.input_block({"type": "file_input", "max_files": most}))


LIMITS = [
    Limit("modal title", lambda n: s.modal(title=s.plain(_x(n))), 24),
    Limit("modal submit", lambda n: s.modal(submit=s.plain(_x(n))), 24),
    Limit("modal close", lambda n: s.modal(close=s.plain(_x(n))), 24),
    Limit("callback_id", lambda n: s.modal(callback_id=_x(n)), 255, None),
    Limit("private_metadata", lambda n: s.modal(private_metadata=_x(n)), 3000, None),
    Limit("home private_metadata", lambda n: s.home(private_metadata=_x(n)), 3000, None),
    Limit("blocks of a modal", lambda n: {**s.modal(), "blocks": _many(n)}, 100, None),
    Limit("blocks of a home", lambda n: {**s.home(), "blocks": _many(n)}, 100, None),
    Limit("blocks of a message", _many, 50, None),
    Limit("block_id", lambda n: _blocks(s.section(block_id=_x(n))), 255),
    Limit("action_id", lambda n: _blocks(s.actions(s.button(_x(n)))), 255),
    Limit("section text", lambda n: _blocks(s.section(text=s.mrkdwn(_x(n)))), 3000),
    Limit("section fields", lambda n: _blocks(s.section(fields=[s.plain()] * n)), 10),
    Limit("section field", lambda n: _blocks(s.section(fields=[s.mrkdwn(_x(n))])), 2000),
    Limit("header", lambda n: _blocks({"type": "header", "text": s.plain(_x(n))}), 150),
    Limit("context", lambda n: _blocks({"type": "context", "elements": [s.plain()] * n}), 10),
    Limit("context text", lambda n: _context(_x(n)), 3000),
    Limit("actions", _buttons, 25),
    Limit("context_actions", _icons, 5),
    Limit("input label", lambda n: s.modal(s.input_block(label=s.plain(_x(n)))), 2000),
    Limit("input hint", lambda n: s.modal(s.input_block(hint=s.plain(_x(n)))), 2000),
    Limit("placeholder", lambda n: _input(placeholder=s.plain(_x(n))), 150),
    Limit("max_length", lambda n: _input(max_length=n), 3000),
    Limit("min_length", lambda n: _input(min_length=n), 3000, 0),
    Limit("initial_value", lambda n: _input(initial_value=_x(n)), 3000, None),
    Limit("button text", lambda n: _blocks(s.actions(s.button(text=s.plain(_x(n))))), 75),
    Limit("button value", lambda n: _blocks(s.actions(s.button(value=_x(n)))), 2000),
    Limit("button url", lambda n: _blocks(s.actions(s.button(url=_url(n)))), 3000, None),
    Limit("button label", lambda n: _blocks(s.actions(s.button(accessibility_label=_x(n)))), 75),
    Limit("select options", lambda n: _blocks(s.actions(s.select(options=s.options(n)))), 100),
    Limit("multi select options", lambda n: _chosen("multi_static_select", n), 100),
    Limit("radio options", lambda n: _chosen("radio_buttons", n), 10),
    Limit("checkboxes options", lambda n: _chosen("checkboxes", n), 10),
    Limit("overflow options", _overflow, 5),
    Limit("option groups", _groups, 100),
    Limit("options of a group", lambda n: _groups(1, each=n), 100),
    Limit("group label", lambda n: _groups(1, label=_x(n)), 75),
    Limit("option text", lambda n: _option(text=s.plain(_x(n))), 75),
    Limit("option value", lambda n: _option(value=_x(n)), 150),
    Limit("option description", lambda n: _option(description=s.plain(_x(n))), 75),
    Limit("confirm title", lambda n: _confirm(title=s.plain(_x(n))), 100),
    Limit("confirm text", lambda n: _confirm(text=s.plain(_x(n))), 300),
    Limit("confirm yes", lambda n: _confirm(confirm=s.plain(_x(n))), 30),
    Limit("confirm no", lambda n: _confirm(deny=s.plain(_x(n))), 30),
    Limit("image alt_text", lambda n: _blocks(s.image(alt_text=_x(n))), 2000),
    Limit("image title", lambda n: _blocks(s.image(title=s.plain(_x(n)))), 2000),
    Limit("image url", lambda n: _blocks(s.image(image_url=_url(n))), 3000, None),
    Limit("markdown", lambda n: _blocks({"type": "markdown", "text": _x(n)}), 12_000),
    Limit("table rows", lambda n: _table(n, 1), 100),
    Limit("table cells", lambda n: _table(1, n), 20),
    Limit("table columns", lambda n: _table(1, 20, n), 20, None),
    Limit("container blocks", _container, 10),
    Limit("container title", lambda n: _container(title=_x(n)), 150),
    Limit("file_input files", _file_input, 10),
]  # fmt: skip


def problems(payload: Any) -> list[BlockProblem]:
    if isinstance(payload, list):
        return problems_of_message({"blocks": payload})
    return problems_of_view(payload)


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_limits_are_exact(limit: Limit) -> None:
    """A payload at a limit is valid, one beyond it has a problem."""
    assert problems(limit.make(limit.most)) == []
    assert problems(limit.make(limit.most + 1))
    if limit.least is not None:
        assert problems(limit.make(limit.least)) == []
        assert problems(limit.make(limit.least - 1))


def test_problems_have_slacks_message_and_pointer() -> None:
    """A text that is too long is reported with Slack's message and a JSON pointer to the text."""
    found = problems_of_message({"blocks": [s.section(text=s.mrkdwn("x" * 3001))]})
    assert list(map(str, found)) == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]
