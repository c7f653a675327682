"""A Home tab that Slack rejects is no failure of the action that changed it."""

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


class FailingHome(AsyncWebClient):
    """A client whose `views.publish` always fails."""

    asked = 0

    async def views_publish(self, **given: object) -> None:  # type: ignore[override]  # none asked
        self.asked += 1
        raise SlackApiError("server_error", {"ok": False, "error": "server_error"})

    async def views_open(self, **given: object) -> None:  # type: ignore[override]  # none asked
        pass


async def _acked() -> None:
    pass


class Failures(list[BaseException]):
    """The failures that were reported to people."""

    async def note(self, error: BaseException, body: object) -> None:
        del body
        self.append(error)


async def test_a_review_is_stored_without_an_error(world: World) -> None:
    """A review from App Home is stored, and no failure is reported."""
    made = await world.decided()
    await world.services.decisions.accept(ADA, made.number)
    failures, client = Failures(), FailingHome()
    background = BackgroundTasks(failures.note)
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


async def test_a_draft_is_discarded_without_an_error(world: World) -> None:
    """A draft discarded in App Home is gone, and no failure is reported."""
    draft = await world.drafted()
    failures, client = Failures(), FailingHome()
    background = BackgroundTasks(failures.note)
    buttons = DraftHandlers(world.services, HomeTab(world.services), background)
    body = {**AT_HOME, "actions": [{"action_id": "discard", "value": f"{draft}:"}]}
    await buttons.discard(_acked, body, client)  # type: ignore[arg-type]  # acks the same
    await background.drain(seconds=9)
    assert await world.drafts.unfinished(Person("T1", "U1")) == []
    assert client.asked == 1
    assert failures == []
