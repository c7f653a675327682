"""An answer that Slack does not take where it was asked for is not silently lost."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.outbox.model import DeliveryKind
from bot.slack.background import BackgroundTasks
from bot.slack.handlers.commands import CommandHandlers
from bot.slack.handlers.search import SearchHandlers
from bot.slack.search import SearchResponder
from tests.services.shelf import decision, shelve
from tests.services.world import World

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
    background = BackgroundTasks(_never)
    found = SearchHandlers(
        world.services, SearchResponder(world.services, "/ragvsft"), background, "/ragvsft"
    )
    commands = CommandHandlers(world.services, background, found, digest=None, command="/ragvsft")  # type: ignore[arg-type]  # not asked here
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
    await background.drain(seconds=9)
    rows = await world.rows("deliveries")
    assert [(row["kind"], row["channel"]) for row in rows] == [(DeliveryKind.NOTICE, "U1")]
    assert "please ask again to see it" in str(rows[0]["detail"])
    assert about in str(rows[0]["detail"])
