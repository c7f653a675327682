"""An answer that Slack does not take where it was asked for is not silently lost."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.delivery import DeliveryKind
from bot.slack.errands import Errands
from bot.slack.finder import Finder
from bot.slack.listeners.commands import Commands
from bot.slack.listeners.finding import FindingListeners
from tests.decisions.shelf import decision, shelve
from tests.decisions.world import World

NOWHERE = "http://127.0.0.1:9/response"


async def _acked(**answer: object) -> None:
    assert answer == {}


async def _never(error: BaseException, body: object) -> None:
    raise AssertionError from error


@pytest.mark.parametrize(
    ("text", "about"), [("rules", "The rules"), ("show 1", "#1"), ("", "under way")]
)
async def test_who_asked_is_told_once(world: World, text: str, about: str) -> None:
    """Where the private answer cannot be shown, one direct message says what it was about."""
    await shelve(world, decision(1))
    await world.drafted()
    errands = Errands(_never)
    found = FindingListeners(world.desk, Finder(world.desk, "/ragvsft"), errands, "/ragvsft")
    commands = Commands(world.desk, errands, found, digest=None, command="/ragvsft")  # type: ignore[arg-type]  # not asked here
    body = {
        "command": "/ragvsft",
        "text": text,
        "team_id": "T1",
        "user_id": "U1",
        "channel_id": "C1",
        "channel_name": "product",
        "response_url": NOWHERE,
    }
    await commands.answer(_acked, body, AsyncWebClient())  # type: ignore[arg-type]  # acks the same
    await errands.drain(seconds=9)
    rows = await world.rows("deliveries")
    assert [(row["kind"], row["channel"]) for row in rows] == [(DeliveryKind.NOTICE, "U1")]
    assert "please ask again to see it" in str(rows[0]["detail"])
    assert about in str(rows[0]["detail"])
