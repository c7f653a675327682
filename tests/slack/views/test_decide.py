"""The modal to hand a decision over."""

from dataclasses import replace
from typing import Any

import pytest

from bot.slack.views.decide import hand_over_modal
from tests.slack.blocks import faults_of_view
from tests.slack.examples import a_decision


def _field(view: dict[str, Any]) -> dict[str, Any]:
    (field,) = (block["element"] for block in view["blocks"] if block["type"] == "input")
    return dict(field)


@pytest.mark.parametrize(
    ("deciders", "actor", "filled_in"),
    [
        (("U1",), "U1", None),
        (("U2",), "U1", None),
        (("U1", "U2", "U3"), "U1", ["U2", "U3"]),
        (("U2", "U3"), "U1", ["U2", "U3"]),
    ],
)
def test_the_actor_is_not_preselected(
    deciders: tuple[str, ...], actor: str, filled_in: list[str] | None
) -> None:
    """All deciders but the actor are preselected; the current ones are named below."""
    view = hand_over_modal(replace(a_decision(), deciders=deciders), actor)
    assert _field(view).get("initial_users") == filled_in
    assert all(f"<@{user}>" in str(view["blocks"][-1]) for user in deciders)
    assert faults_of_view(view) == []
