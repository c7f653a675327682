"""The workspace in payloads."""

from typing import Any

from slack_bolt.request.internals import (
    extract_enterprise_id,
    extract_is_enterprise_install,
    extract_team_id,
)

from bot.playground import Playground
from bot.playground.events import interaction_payloads
from bot.playground.slack_model import Channel, SlackUser


def test_payloads_name_the_workspace() -> None:
    """The SDK finds the workspace in every payload, and no enterprise."""
    playground = Playground()
    workspace = playground.add_workspace("T0SOUTH", "Southwind")
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
        assert extract_team_id(payload) == "T0SOUTH"
        assert extract_enterprise_id(payload) is None
        assert not extract_is_enterprise_install(payload)
