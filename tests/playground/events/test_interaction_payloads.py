"""Payloads for a workspace, a workspace in an enterprise, and an org-wide installation."""

from typing import Any

import pytest
from slack_bolt.request.internals import (
    extract_enterprise_id,
    extract_is_enterprise_install,
    extract_team_id,
)

from bot.playground import Playground
from bot.playground.events import interaction_payloads
from bot.playground.slack_model import Channel, SlackUser


@pytest.mark.parametrize(
    ("enterprise_id", "org_wide"), [(None, False), ("E0ORG", False), ("E0ORG", True)]
)
def test_payloads_name_workspace_and_enterprise_as_installed(
    enterprise_id: str | None, org_wide: bool
) -> None:
    """The SDK finds the enterprise in every payload; an org-wide installation has no team."""
    playground = Playground()
    workspace = playground.add_workspace("T0SOUTH", "Southwind", enterprise_id, org_wide=org_wide)
    sue = playground.add_user(SlackUser("U0SUE", "sue", "Sue Park", "T0SOUTH"), workspace)
    channel = playground.add_channel(Channel("C0S", "south", "public", {"U0SUE"}), workspace)
    message = sue.say("south", "Hello")
    user = sue.user
    made: list[dict[str, Any]] = [
        interaction_payloads.slash_command_payload(workspace, user, channel, "/ragvsft", ""),
        interaction_payloads.global_shortcut_payload(workspace, user, "x"),
        interaction_payloads.message_shortcut_payload(workspace, user, message, "x"),
        interaction_payloads.event_payload(workspace, {"type": "app_home_opened"}),
    ]
    for payload in made:
        assert extract_enterprise_id(payload) == enterprise_id
        assert extract_is_enterprise_install(payload) is org_wide
    if org_wide:
        assert made[1]["team"] is None
    else:
        assert [extract_team_id(payload) for payload in made] == ["T0SOUTH"] * 4
