"""Actions: a handler for each, one write before the ack, and Home tabs that Slack rejects."""

import json
from typing import Any

import pytest
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.model import Person
from bot.slack.app import create_bolt_app
from bot.slack.background import BackgroundTasks
from bot.slack.handlers.decisions import DecisionHandlers, ReviewHandlers
from bot.slack.handlers.questionnaire import DraftHandlers
from bot.slack.handlers.search import SearchHandlers
from bot.slack.home import HomeTab
from bot.slack.oauth.installations import SingleWorkspace
from bot.slack.search import SearchResponder
from bot.slackkit.ids import Action
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


@pytest.mark.parametrize("action", [each for each in Action if each is not Action.ANSWER])
async def test_every_action_has_a_handler(harness: ServiceHarness, action: Action) -> None:
    """Bolt finds a handler for each action id, alone or with a suffix; inputs need none."""
    slack = AsyncWebClient()
    bolt = create_bolt_app(
        harness.services, slack, SingleWorkspace("xoxb-1", slack), "/ragvsft"
    ).app
    found = False
    for name in (action, f"{action}:next"):
        body = {"type": "block_actions", "actions": [{"type": "button", "action_id": name}]}
        request = AsyncBoltRequest(body=body, mode="socket_mode")
        for listener in bolt._async_listeners:
            found |= await listener.async_matches(req=request, resp=BoltResponse(status=200))
    assert found


async def test_an_ack_waits_for_one_write(
    harness: ServiceHarness, background: BackgroundTasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the announcement and the channel's name are known, accepting is the only write."""
    services, write, writes = harness.services, harness.database.write, list[str]()
    made = await harness.post_decision()
    await services.decisions.confirm_announcement(ADA, made.number, "C1", "1.1", "product")

    async def count(work: Any) -> Any:
        writes.append("write")
        return await write(work)

    async def ack() -> None:
        writes.append("ack")

    monkeypatch.setattr(harness.database, "write", count)
    search = SearchHandlers(services, SearchResponder(services, "/r"), background, "/r")
    handlers = DecisionHandlers(services, HomeTab(services), background, search)
    await handlers.accept(ack, press(made.number), AsyncWebClient())  # type: ignore[arg-type]  # acks the same
    await background.drain(seconds=9)
    assert writes == ["write", "ack"]


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
    """The failures reported to people."""

    async def note(self, error: BaseException, body: object) -> None:
        del body
        self.append(error)


async def test_a_review_is_stored_without_an_error(harness: ServiceHarness) -> None:
    """A review from App Home is stored without a reported failure if the refresh fails."""
    made = await harness.post_decision()
    await harness.services.decisions.accept(ADA, made.number)
    failures, client = Failures(), FailingHome()
    background = BackgroundTasks(failures.note)
    reviews = ReviewHandlers(harness.services, HomeTab(harness.services), background)
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
    kept = await harness.services.decision("T1", made.number)
    assert kept is not None
    assert [each.by for each in kept.reviews] == ["U1"]
    assert client.asked == 1
    assert failures == []


async def test_a_draft_is_discarded_without_an_error(harness: ServiceHarness) -> None:
    """A draft is discarded in App Home without a reported failure if the refresh fails."""
    draft = await harness.create_draft()
    failures, client = Failures(), FailingHome()
    background = BackgroundTasks(failures.note)
    buttons = DraftHandlers(harness.services, HomeTab(harness.services), background)
    body = {**AT_HOME, "actions": [{"action_id": "discard", "value": f"{draft}:"}]}
    await buttons.discard(_acked, body, client)  # type: ignore[arg-type]  # acks the same
    await background.drain(seconds=9)
    assert await harness.drafts.unfinished(Person("T1", "U1")) == []
    assert client.asked == 1
    assert failures == []
