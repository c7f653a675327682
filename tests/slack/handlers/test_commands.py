"""The slash command: dispatch of subcommands, and replies that Slack rejects."""

import json

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.outbox.model import DeliveryKind
from bot.slack.background import BackgroundTasks
from bot.slack.commands import SUBCOMMANDS
from bot.slack.handlers.commands import CommandHandlers
from tests.services.factories import make_decision, store_decisions
from tests.services.harness import ServiceHarness


def test_every_subcommand_has_a_handler(commands: CommandHandlers) -> None:
    """Dispatch has exactly the bare command and the registered subcommands."""
    assert set(commands.handlers) == {"", *(each.name for each in SUBCOMMANDS)}


NOWHERE = "http://127.0.0.1:9/response"


async def _acked(**answer: object) -> None:
    assert answer == {}


@pytest.mark.parametrize(
    ("text", "about"),
    [("rules", "The rules"), ("show 1", "#1"), ("", "Pick up where")],
)
async def test_a_rejected_reply_is_reported_once(
    harness: ServiceHarness,
    background: BackgroundTasks,
    commands: CommandHandlers,
    text: str,
    about: str,
) -> None:
    """If Slack rejects an ephemeral reply, one direct message says what it was about."""
    await store_decisions(harness, make_decision(1))
    await harness.create_draft()
    body = {
        "command": "/ragvsft",
        "text": text,
        "team_id": "T1",
        "user_id": "U1",
        "channel_id": "C1",
        "channel_name": "product",
        "response_url": NOWHERE,
        "trigger_id": "1.2.3",
    }
    await commands.dispatch(_acked, body, AsyncWebClient(base_url=NOWHERE))  # type: ignore[arg-type]  # acks the same
    await background.drain(seconds=9)
    rows = await harness.rows("deliveries")
    assert [(row["kind"], row["channel"]) for row in rows] == [(DeliveryKind.NOTICE, "U1")]
    payload = json.loads(rows[0]["payload"])["text"]
    assert "Slack didn't take my answer where you asked" in payload
    assert about in payload
