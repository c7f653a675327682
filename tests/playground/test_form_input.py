"""Client-side validation of inputs."""

from typing import Any

import pytest

from bot.playground.form_input import validation_errors, view_state
from bot.playground.slack_model import View
from tests.playground import block_samples as s


def view_with(element: s.Json, value: Any, **block: Any) -> View:
    payload = s.modal(s.input_block({**element, "action_id": "a"}, **block))
    view = View("V1", "U1", "modal", payload, "h", "V1")
    view.values = view_state(view.blocks)
    key = next(key for key in view.values["why"]["a"] if key != "type")
    view.values["why"]["a"][key] = value
    return view


_NUMBER = {"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "9"}


@pytest.mark.parametrize(
    ("element", "good", "bad"),
    [
        ({"type": "plain_text_input", "max_length": 3}, "xxx", "xxxx"),
        ({"type": "plain_text_input", "min_length": 3}, "xxx", "xx"),
        ({"type": "email_text_input"}, "a@b.test", "a@b"),
        ({"type": "url_text_input"}, "https://x.test", "x.test"),
        (_NUMBER, "9", "10"),
        (_NUMBER, "1", "0"),
        (_NUMBER, "2", "2.5"),
        (_NUMBER, "2", "two"),
        ({"type": "multi_users_select"}, ["U0ADA"], []),
        ({"type": "multi_users_select", "max_selected_items": 1}, ["U0ADA"], ["U0ADA", "U0BEN"]),
        ({"type": "datepicker"}, "2026-01-01", None),
    ],
)
def test_inputs_are_validated(element: s.Json, good: Any, bad: Any) -> None:
    """Limits and formats of inputs are checked before a submission is sent."""
    assert validation_errors(view_with(element, good)) == {}
    assert list(validation_errors(view_with(element, bad))) == ["why"]


def test_an_optional_input_may_be_empty() -> None:
    """Only inputs that are not optional are required."""
    assert validation_errors(view_with(s.text_input(), None, optional=True)) == {}
    assert validation_errors(view_with(s.text_input(), None))
