"""Who sends a request is found before dispatch: workspace, colleague, guest, other company."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.model import Person, Place, Status, Visibility
from bot.decisions.ports import DirectoryEntry
from bot.digest.messages import DigestMessages
from bot.digest.settings import DigestScope, DigestSettings
from bot.outbox.model import announcement_delivery
from bot.services.services import Services
from bot.slack.app import BoltApp, create_bolt_app
from bot.slack.oauth.installations import SingleWorkspace
from bot.slack.rendering import Renderer
from bot.slack.views import notices
from bot.slackkit.ids import Action
from bot.slackkit.origin import ORIGIN, marked_view, take_origin
from bot.storage.channels import is_shared
from bot.storage.database import Database
from tests.services.factories import make_decision, store_decisions
from tests.services.harness import ServiceHarness
from tests.services.test_people import PhoneBook

WORK, HOME, ADA = "T0WORK", "T0HOME", "U1"
OURS = {"is_enterprise_install": True, "enterprise": {"id": "E1"}, "team": None}
SAME_GRID = {"team": {"id": WORK, "enterprise_id": "E1"}}
COLLEAGUE = DirectoryEntry("Ada", outside=True, enterprise="E1")
STRANGER = DirectoryEntry("Eve", outside=True, enterprise="E9")


@dataclass
class Dispatcher:
    """The Bolt app on a database, with a directory that a test fills in."""

    harness: ServiceHarness
    book: PhoneBook
    bolt: BoltApp

    async def send(self, body: dict[str, Any]) -> BoltResponse:
        """Dispatch a payload as Slack sends it, and wait for the work after the ack."""
        app: AsyncApp = self.bolt.app
        request = AsyncBoltRequest(body=json.loads(json.dumps(body)), mode="socket_mode")
        response = await app.async_dispatch(request)
        await self.bolt.background.drain(seconds=30)
        return response

    async def press(self, action: str, who: dict[str, Any], number: int = 1) -> BoltResponse:
        """Press a button of the announcement of a decision of `WORK`."""
        services = self.harness.services
        digests = DigestMessages(_client_for, services.permalinks(), "/ragvsft")
        renderer = Renderer(services, digests, "/ragvsft")
        decision = await services.decision(WORK, number)
        assert decision is not None
        message = await renderer.message(announcement_delivery(decision))
        (row,) = [each for each in message.blocks if each["type"] == "actions"]
        body = {
            "type": "block_actions",
            "channel": {"id": "C1", "name": "product"},
            "container": {"channel_id": "C1", "message_ts": "1.1"},
            "actions": [
                {
                    "type": "button",
                    "action_id": action,
                    "block_id": row["block_id"],
                    "value": row["elements"][0]["value"],
                }
            ],
        }
        return await self.send({**body, **who})

    async def notices(self) -> list[str]:
        """Return the texts of the direct messages that were enqueued."""
        rows = await self.harness.rows("deliveries")
        return [str(row["payload"]) for row in rows if row["kind"] == "notice"]


async def _client_for(workspace: str) -> AsyncWebClient:
    return AsyncWebClient(workspace)


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[Dispatcher]:
    """A dispatcher on decision #1 of two workspaces of one organisation."""
    database = await Database(tmp_path / "ragvsft.db").open()
    harness, book = ServiceHarness(database), PhoneBook()
    harness.services = Services(database, harness.clock, harness.playbooks, lambda: None, book)
    client = AsyncWebClient(base_url="http://127.0.0.1:9/")
    bolt = create_bolt_app(harness.services, client, SingleWorkspace("xoxb-1", client), "/ragvsft")
    for workspace in (WORK, HOME):
        await store_decisions(harness, make_decision(1, workspace=workspace))
    yield Dispatcher(harness, book, bolt)
    await database.close()


def _who(user: str = ADA, home: str = HOME, **more: Any) -> dict[str, Any]:
    return {"user": {"id": user, "team_id": home}, **more}


def _command(text: str, user: str, channel: str = "C1", name: str = "product") -> dict[str, Any]:
    channel_of = {"channel_id": channel, "channel_name": name}
    return {"command": "/ragvsft", "text": text, "team_id": WORK, "user_id": user, **channel_of}


async def _status(slack: Dispatcher, workspace: str) -> Status:
    decision = await slack.harness.services.decision(workspace, 1)
    assert decision is not None
    return decision.status


@pytest.mark.parametrize("install", [OURS, SAME_GRID], ids=["organisation", "workspace"])
async def test_a_press_acts_in_the_workspace_of_its_message(
    slack: Dispatcher, install: dict[str, Any]
) -> None:
    """Whatever workspace Slack names with the person, the decision is that of the message.

    A person of the same organisation is a colleague: no other company is noticed.
    """
    slack.book.known = {Person(WORK, ADA): COLLEAGUE}
    await slack.press(Action.ACCEPT, _who(**install))
    assert await _status(slack, WORK) is Status.ACCEPTED
    assert await _status(slack, HOME) is Status.OPEN
    assert not await slack.harness.read(is_shared, WORK, "C1")


@pytest.mark.parametrize("action", [Action.ACCEPT, Action.MENU, Action.ADD_VIEW, Action.SHOW])
async def test_people_of_another_company_are_noticed_at_any_button(
    slack: Dispatcher, action: Action
) -> None:
    """A press by a person of another company is refused, and the channel counts as shared."""
    slack.book.known = {Person(WORK, "U9"): STRANGER}
    await slack.press(action, _who("U9", "T9", **SAME_GRID))
    assert await slack.harness.read(is_shared, WORK, "C1")
    assert await _status(slack, WORK) is Status.OPEN


async def test_a_person_is_not_refused_because_slack_is_silent(slack: Dispatcher) -> None:
    """If the directory does not answer, a possible colleague hears so, and nothing is noticed."""
    slack.book.busy = {WORK: slack.harness.clock.now() - slack.harness.clock.now()}
    await slack.press(Action.ACCEPT, _who(**SAME_GRID))
    assert any("didn't tell me in time" in each for each in await slack.notices())
    assert not await slack.harness.read(is_shared, WORK, "C1")


async def test_no_draft_is_kept_of_a_person_of_another_company(slack: Dispatcher) -> None:
    """Where Slack names only the person's workspace, they must belong to the organisation."""
    slack.book.known = {Person("T9", "U9"): DirectoryEntry("Eve", enterprise="E9")}
    shortcut = {"type": "shortcut", "callback_id": "start_decision", "trigger_id": "1"}
    await slack.send({**shortcut, **_who("U9", "T9", **OURS)})
    assert await slack.harness.rows("drafts") == []


async def test_a_guest_lists_decisions_of_the_channel_only(slack: Dispatcher) -> None:
    """A guest lists what was decided in the channel where they ask; a member lists all."""
    slack.book.known = {
        Person(WORK, "U7"): DirectoryEntry("Gus", guest=True),
        Person(WORK, "U8"): DirectoryEntry("Mia"),
    }
    for user, channel, found in (("U7", "C2", False), ("U7", "C1", True), ("U8", "C2", True)):
        await slack.harness.services.people.profile(Person(WORK, user))
        answer = await slack.send(_command("list", user, channel))
        assert ("#1" in str(answer.body)) is found, (user, channel)


async def test_a_channel_that_becomes_private_takes_its_decisions_with_it(
    slack: Dispatcher,
) -> None:
    """The first command from a channel that is private now hides its decisions elsewhere."""
    slack.book.known = {Person(WORK, user): DirectoryEntry("Mia") for user in ("U7", "U8")}
    services = slack.harness.services
    for user in ("U7", "U8"):
        await services.people.profile(Person(WORK, user))
    place = Place("C1", Visibility.PUBLIC)
    settings = DigestSettings(WORK, place, "U7", slack.harness.clock.now())
    await services.digests.change(settings)
    assert "#1" in str((await slack.send(_command("search answers", "U8", "C2"))).body)
    await slack.send(_command("help", "U7", name="privategroup"))
    for word in ("list", "search answers"):
        assert "#1" not in str((await slack.send(_command(word, "U8", "C2"))).body)
        assert "#1" in str((await slack.send(_command(word, "U8", name="privategroup"))).body)
    saved = await services.digests.settings(WORK, "C1")
    assert saved is not None
    assert saved.place.visibility is Visibility.PRIVATE
    later = await slack.harness.post_decision(Person(WORK, "U7"), place)
    assert later.place.visibility is Visibility.PRIVATE
    await services.digests.change(replace_scope(settings))
    saved = await services.digests.settings(WORK, "C1")
    assert saved is not None
    assert saved.place.visibility is Visibility.PRIVATE


def replace_scope(settings: DigestSettings) -> DigestSettings:
    """Return settings as a modal submits them that was opened before the channel changed."""
    return DigestSettings(
        settings.workspace, settings.place, "U8", settings.set_at, scope=DigestScope.CHANNEL
    )


async def test_a_number_tells_nothing_about_a_private_decision(slack: Dispatcher) -> None:
    """A press with a number that the person may not read is answered as for no decision."""
    private = Place("G1", Visibility.PRIVATE)
    await store_decisions(slack.harness, make_decision(2, workspace=WORK, place=private))
    slack.book.known = {Person(WORK, "U8"): DirectoryEntry("Mia")}
    for number in (2, 3):
        body = {
            **_who("U8", WORK, team={"id": WORK}),
            "type": "block_actions",
            "channel": {"id": "C1", "name": "product"},
            "actions": [
                {"type": "button", "action_id": "accept", "block_id": f"decision:{number}"}
            ],
        }
        await slack.send(body)
    told = await slack.notices()
    assert [
        f"There is no decision #{number} here" in each
        for number, each in zip((2, 3), told, strict=True)
    ] == [True, True]


def test_a_view_keeps_its_workspace() -> None:
    """What a view carries comes back as it was, with the workspace apart."""
    for carried in ('{"draft": "1"}', ""):
        view = {**marked_view({"private_metadata": carried}, WORK), "id": "V1"}
        body = {"view": view}
        assert take_origin(body) == WORK
        assert view == {"id": "V1", "private_metadata": carried, ORIGIN: WORK}
    assert notices.NOT_IDENTIFIED.endswith(".")
