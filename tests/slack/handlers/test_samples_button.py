"""The button in App Home that loads sample decisions."""

import json
from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.model import Person
from bot.slack.background import BackgroundTasks
from bot.slack.handlers.samples import SampleHandlers
from bot.slack.home import HomeTab
from bot.slack.views.home import SAMPLES_FAILED
from bot.slackkit.ids import Action
from tests.services.world import World

BODY = {"team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T1"}}


class Shown(AsyncWebClient):
    """A client that keeps the Home tab last published."""

    home = ""

    async def views_publish(self, **given: object) -> None:  # type: ignore[override]  # none asked
        self.home = json.dumps(given["view"])


async def _acked() -> None:
    pass


class Offered:
    """Samples of which loading fails as often as it is told to."""

    def __init__(self, *, fails: int = 0, there: bool = False) -> None:
        self.fails = fails
        self.there = there

    async def are_there(self) -> bool:
        return self.there

    async def load(self) -> AsyncIterator[str]:
        yield "Making 3 sample decisions …"
        self.fails -= 1
        if self.fails >= 0:
            raise LookupError
        yield "They are here."


async def test_samples_that_fail_are_offered_again(world: World) -> None:
    """App Home says that loading failed, with the button; then that they are here, once."""
    failures: list[BaseException] = []

    async def tell(error: BaseException, body: object) -> None:
        del body
        failures.append(error)

    background, client = BackgroundTasks(tell), Shown()
    offered, homes = Offered(fails=1), HomeTab(world.services)
    listeners = SampleHandlers(offered, homes, background)
    await listeners.load(_acked, BODY, client)  # type: ignore[arg-type]  # acks the same
    await background.drain(seconds=9)
    assert [type(each) for each in failures] == [LookupError]
    assert SAMPLES_FAILED in client.home
    assert Action.LOAD_SAMPLES in client.home
    await listeners.load(_acked, BODY, client)  # type: ignore[arg-type]  # acks the same
    await background.drain(seconds=9)
    assert "They are here." in client.home
    assert Action.LOAD_SAMPLES not in client.home
    offered.there = True
    await homes.open(client, Person("T1", "U1"))
    assert "They are here." not in client.home
    assert Action.LOAD_SAMPLES not in client.home


@pytest.mark.parametrize("there", [False, True])
async def test_samples_are_offered_where_there_are_none(world: World, *, there: bool) -> None:
    """App Home has the button unless sample decisions are in the log already."""
    homes, client = HomeTab(world.services), Shown()
    SampleHandlers(Offered(there=there), homes, BackgroundTasks(lambda _, __: _acked()))
    await homes.open(client, Person("T1", "U1"))
    assert client.home
    assert (Action.LOAD_SAMPLES in client.home) is not there
