"""What a press on an announcement costs beside the change that it makes."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.background import BackgroundTasks
from bot.slack.handlers.decisions import DecisionHandlers
from bot.slack.handlers.search import SearchHandlers
from bot.slack.home import HomeTab
from bot.slack.search import SearchResponder
from tests.services.harness import ADA, ServiceHarness


def press(number: int) -> dict[str, Any]:
    """Return the payload of a press on *Accept* in the channel `#product`."""
    return {
        "team": {"id": "T1"},
        "user": {"id": "U1", "team_id": "T1"},
        "channel": {"id": "C1", "name": "product"},
        "container": {"channel_id": "C1", "message_ts": "1.1"},
        "actions": [{"block_id": f"decision:{number}", "value": ""}],
    }


async def test_an_ack_waits_for_one_write(
    harness: ServiceHarness, background: BackgroundTasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Accepting is the only write, where the announcement and its channel's name are known."""
    services, write, writes = harness.services, harness.database.write, list[str]()
    made = await harness.post_decision()
    await services.decisions.confirm_announcement(ADA, made.number, "C1", "1.1", "product")

    async def counted(work: Any) -> Any:
        writes.append("write")
        return await write(work)

    async def ack() -> None:
        writes.append("ack")

    monkeypatch.setattr(harness.database, "write", counted)
    search = SearchHandlers(services, SearchResponder(services, "/r"), background, "/r")
    handlers = DecisionHandlers(services, HomeTab(services), background, search)
    await handlers.accept(ack, press(made.number), AsyncWebClient())  # type: ignore[arg-type]  # acks the same
    await background.drain(seconds=9)
    assert writes == ["write", "ack"]
