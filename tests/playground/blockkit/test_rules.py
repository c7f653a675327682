"""Rules of Block Kit other than limits: surfaces, ids, options."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.playground.blockkit import problems_of_message, problems_of_view
from bot.playground.blockkit.block_rules import BLOCKS, ELEMENTS
from tests.playground import block_samples as s

_MENU = s.select()
_RADIO = {"type": "radio_buttons", "action_id": "r", "options": s.options(2)}


def _without(payload: s.Json, name: str) -> s.Json:
    return {key: value for key, value in payload.items() if key != name}


def _container(*children: s.Json, **more: Any) -> s.Json:
    return {"type": "container", "title": s.plain(), "child_blocks": list(children), **more}


BAD_VIEWS: dict[str, tuple[Any, str]] = {
    "not an object": ("modal", "wrong_type"),
    "unknown type": ({"type": "window"}, "unsupported_type"),
    "no title": (_without(s.modal(), "title"), "missing"),
    "no blocks": (_without(s.modal(), "blocks"), "missing"),
    "an input without submit": (_without(s.modal(), "submit"), "missing"),
    "mrkdwn title": (s.modal(title=s.mrkdwn()), "unsupported_type"),
    "unknown field": (s.modal(colour="red"), "unknown_field"),
    "submit_disabled, which is for configuration modals": (
        s.modal(submit_disabled=True),
        "unknown_field",
    ),
    "title in a home": (s.home(title=s.plain()), "unknown_field"),
    "file_input in a home": (
        s.home(s.input_block({"type": "file_input", "action_id": "f"})),
        "wrong_surface",
    ),
    "alert in a home": (s.home({"type": "alert", "text": s.plain()}), "wrong_surface"),
    "markdown in a modal": (s.modal({"type": "markdown", "text": "x"}), "wrong_surface"),
    "table in a home": (
        s.home({"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}),
        "wrong_surface",
    ),
    "twice the same block_id": (s.modal(s.input_block(), s.input_block()), "duplicate"),
    "two with the focus": (
        s.modal(
            s.input_block(s.text_input(focus_on_load=True), "a"),
            s.input_block(s.text_input(focus_on_load=True), "b"),
        ),
        "duplicate",
    ),
    "min above max": (
        s.modal(s.input_block(s.text_input(min_length=5, max_length=2))),
        "conflict",
    ),
    "initial value above max": (
        s.modal(s.input_block(s.text_input(initial_value="xxx", max_length=2))),
        "too_long",
    ),
    "a button as input": (s.modal(s.input_block(s.button())), "unsupported_type"),
    "a bad date": (
        s.modal(s.input_block({"type": "datepicker", "initial_date": "2026-13-01"})),
        "bad_format",
    ),
    "a bad time": (
        s.modal(s.input_block({"type": "timepicker", "initial_time": "25:00"})),
        "bad_format",
    ),
    "a person by name": (
        s.modal(s.input_block({"type": "users_select", "initial_user": "ada"})),
        "bad_format",
    ),
    "a number input without decimals rule": (
        s.modal(s.input_block({"type": "number_input"})),
        "missing",
    ),
}

BAD_BLOCKS: dict[str, tuple[s.Json, str]] = {
    "unknown block": ({"type": "banner"}, "unsupported_type"),
    "no type": ({"text": s.plain()}, "missing"),
    "unknown field": (s.section(colour="red"), "unknown_field"),
    "an empty section": ({"type": "section"}, "missing"),
    "an alert in a message": ({"type": "alert", "text": s.plain()}, "wrong_surface"),
    "mrkdwn in a header": ({"type": "header", "text": s.mrkdwn()}, "unsupported_type"),
    "mrkdwn on a button": (s.actions(s.button(text=s.mrkdwn())), "unsupported_type"),
    "emoji on mrkdwn": (s.section(text={**s.mrkdwn(), "emoji": True}), "unknown_field"),
    "unknown style": (s.actions(s.button(style="green")), "not_allowed"),
    "a bad link": (s.actions(s.button(url="example.com")), "bad_format"),
    "a link with a space": (s.actions(s.button(url="https://x.test/a b")), "bad_format"),
    "twice the same action_id": (s.actions(s.button("a"), s.button("a")), "duplicate"),
    "a text input in actions": (s.actions(s.text_input()), "unsupported_type"),
    "a text input beside a section": (s.section(accessory=s.text_input()), "unsupported_type"),
    "options and groups": (
        s.actions({**_MENU, "option_groups": [{"label": s.plain(), "options": s.options(1)}]}),
        "conflict",
    ),
    "neither options nor groups": (s.actions(_without(_MENU, "options")), "missing"),
    "mrkdwn option in a select": (
        s.actions({**_MENU, "options": [{"text": s.mrkdwn(), "value": "a"}]}),
        "unsupported_type",
    ),
    "url option in a select": (
        s.actions({**_MENU, "options": [s.option(url="https://x.test")]}),
        "unknown_field",
    ),
    "initial option not offered": (
        s.actions({**_MENU, "initial_option": s.option("zz")}),
        "not_an_option",
    ),
    "initial option with other words": (
        s.actions({**_MENU, "initial_option": s.option("v0", "Other")}),
        "not_an_option",
    ),
    "initial options not offered": (
        s.section(
            accessory={
                **_RADIO,
                "type": "checkboxes",
                "initial_options": [s.option("zz")],
            }
        ),
        "not_an_option",
    ),
    "an image without words": (_without(s.image(), "alt_text"), "missing"),
    "a file by its name": (
        {"type": "image", "alt_text": "x", "slack_file": {"id": "trend.png"}},
        "bad_format",
    ),
    "a number in a table": (
        {"type": "table", "rows": [[{"type": "raw_number", "value": 1, "text": "1"}]]},
        "unsupported_type",
    ),
    "an empty cell": (
        {"type": "table", "rows": [[{"type": "raw_text", "text": ""}]]},
        "too_short",
    ),
    "an image from two places": (s.image(slack_file={"id": "F1"}), "conflict"),
    "an image from nowhere": (_without(s.image(), "image_url"), "missing"),
    "an empty option value": (
        s.actions({**_MENU, "options": [s.option("")]}),
        "too_short",
    ),
    "an input in a container": (_container(s.input_block()), "unsupported_type"),
    "rich text in a container": (_container(s.rich_text()), "unsupported_type"),
    "a container in a container": (_container(_container(s.section())), "unsupported_type"),
    "a folded container that does not fold": (
        _container(s.section(), default_collapsed=True),
        "conflict",
    ),
    "twice the same block_id in a container": (
        _container(s.section(block_id="a"), s.section(block_id="a")),
        "duplicate",
    ),
    "the block_id of a container in it": (
        _container(s.section(block_id="a"), block_id="a"),
        "duplicate",
    ),
    "a text where a list belongs": ({"type": "actions", "elements": "x"}, "wrong_type"),
    "a number as text": (s.section(text={"type": "mrkdwn", "text": 5}), "wrong_type"),
}


@pytest.mark.parametrize("name", BAD_VIEWS)
def test_invalid_views_have_the_right_problem(name: str) -> None:
    """Each rule for views is checked, with its own problem code."""
    view, code = BAD_VIEWS[name]
    assert code in {problem.code for problem in problems_of_view(view)}


@pytest.mark.parametrize("name", BAD_BLOCKS)
def test_invalid_blocks_have_the_right_problem(name: str) -> None:
    """Each rule for blocks is checked, with its own problem code."""
    block, code = BAD_BLOCKS[name]
    assert code in {problem.code for problem in problems_of_message({"blocks": [block]})}


def test_a_message_has_at_most_one_table() -> None:
    """A second table in a message is a problem."""
    table = {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}
    assert problems_of_message({"blocks": [table]}) == []
    assert problems_of_message({"blocks": [_container(table)]}) == []
    assert problems_of_message({"blocks": [table, table]})
    assert problems_of_message({"blocks": [table, _container(table)]})


def test_table_cells_have_a_total_limit() -> None:
    """The limit of 10,000 characters applies to all cells of a message together."""
    row = [{"type": "raw_text", "text": "x" * 1000}] * 10
    assert problems_of_message({"blocks": [{"type": "table", "rows": [row]}]}) == []
    more = [{"type": "raw_text", "text": "x"}]
    assert problems_of_message({"blocks": [{"type": "table", "rows": [row, more]}]})


def test_markdown_blocks_have_a_total_limit() -> None:
    """The limit of 12,000 characters applies to all markdown blocks of a message together."""
    half = {"type": "markdown", "text": "x" * 6000}
    assert problems_of_message({"blocks": [half, half]}) == []
    assert problems_of_message({"blocks": [half, half, {"type": "markdown", "text": "x"}]})


@pytest.mark.parametrize(
    "block",
    [
        s.section(accessory=_RADIO),
        s.section(accessory=s.image()),
        s.actions(s.select(initial_option=s.options(2)[1])),
        s.actions(s.button(style="primary", value="1", url="https://x.test/")),
        s.section(accessory={**_RADIO, "options": [{"text": s.mrkdwn("*Bold*"), "value": "b"}]}),
        s.rich_text(),
        {"type": "context", "elements": [s.mrkdwn(), s.image()]},
        {"type": "image", "alt_text": "Chart", "slack_file": {"id": "F0A1B2C3D"}},
        {"type": "divider", "block_id": "line"},
        {"type": "header", "text": {**s.plain(), "emoji": True}},
    ],
)
def test_valid_blocks_have_no_problems(block: s.Json) -> None:
    """Valid blocks have no problems."""
    assert problems_of_message({"blocks": [block]}) == []


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "blocks", "elements", "element", "options", "rows"]),
            inner | st.sampled_from([*BLOCKS, *ELEMENTS, "mrkdwn", "plain_text"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=50)
@given(_VALUES)
def test_any_json_is_validated_without_errors(value: Any) -> None:
    """For any JSON value as blocks or view, validation returns a list of problems."""
    for blocks in (value, [value]):
        assert isinstance(problems_of_message({"blocks": blocks}), list)
    for kind in ("modal", "home"):
        assert isinstance(problems_of_view({"type": kind, "blocks": [value]}), list)
    assert problems_of_view(value)
