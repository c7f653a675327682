"""App Home that Slack does not take is no failure of what was done there."""

import json
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.model import Person
from bot.slack.background import BackgroundTasks
from bot.slack.handlers.decisions import ReviewHandlers
from bot.slack.handlers.questionnaire import DraftHandlers
from bot.slack.home import HomeTab
from tests.services.world import ADA, World

ACTOR: dict[str, Any] = {"team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T1"}}
AT_HOME = {**ACTOR, "view": {"type": "home"}}


class Away(AsyncWebClient):
    """A client whose every App Home fails on Slack's side."""

    asked = 0

    async def views_publish(self, **given: object) -> None:  # type: ignore[override]  # none asked
        self.asked += 1
        raise SlackApiError("server_error", {"ok": False, "error": "server_error"})

    async def views_open(self, **given: object) -> None:  # type: ignore[override]  # none asked
        pass


async def _acked() -> None:
    pass


class Told(list[BaseException]):
    """What people were told of as failures."""

    async def tell(self, error: BaseException, body: object) -> None:
        del body
        self.append(error)


async def test_a_review_is_kept_without_a_word_of_failure(world: World) -> None:
    """Given in App Home, an answer is kept, and nobody hears that something went wrong."""
    made = await world.decided()
    await world.services.decisions.accept(ADA, made.number)
    failures, client = Told(), Away()
    background = BackgroundTasks(failures.tell)
    reviews = ReviewHandlers(world.services, HomeTab(world.services), background)
    pressed = {
        **AT_HOME,
        "trigger_id": "1.1",
        "actions": [{"action_id": "outcome:worked", "block_id": f"decision:{made.number}"}],
    }
    await reviews.open(_acked, pressed, client)  # type: ignore[arg-type]  # acks the same
    await background.drain(seconds=9)
    chosen = {"selected_option": {"value": "worked"}}
    view = {
        "private_metadata": json.dumps({"decision": made.number}),
        "state": {"values": {"outcome": {"answer": chosen}}},
    }
    await reviews.submit(_acked, {**ACTOR, "view": view}, view, client)  # type: ignore[arg-type]  # acks the same
    await background.drain(seconds=9)
    kept = await world.services.decision("T1", made.number)
    assert kept is not None
    assert [each.by for each in kept.reviews] == ["U1"]
    assert client.asked == 1
    assert failures == []


async def test_a_draft_is_discarded_without_a_word_of_failure(world: World) -> None:
    """Discarded in App Home, a draft is gone, and nobody hears that something went wrong."""
    draft = await world.drafted()
    failures, client = Told(), Away()
    background = BackgroundTasks(failures.tell)
    buttons = DraftHandlers(world.services, HomeTab(world.services), background)
    body = {**AT_HOME, "actions": [{"action_id": "discard", "value": f"{draft}:"}]}
    await buttons.discard(_acked, body, client)  # type: ignore[arg-type]  # acks the same
    await background.drain(seconds=9)
    assert await world.drafts.under_way(Person("T1", "U1")) == []
    assert client.asked == 1
    assert failures == []
