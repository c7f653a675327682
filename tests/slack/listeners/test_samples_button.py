"""The button in App Home that loads sample decisions."""

import json
from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.model import Person
from bot.slack.errands import Errands
from bot.slack.homes import Homes
from bot.slack.ids import Action
from bot.slack.listeners.samples import SampleListeners
from bot.slack.views.home import SAMPLES_FAILED
from tests.decisions.world import World

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

    errands, client = Errands(tell), Shown()
    offered, homes = Offered(fails=1), Homes(world.desk)
    listeners = SampleListeners(offered, homes, errands)
    await listeners.load(_acked, BODY, client)  # type: ignore[arg-type]  # acks the same
    await errands.drain(seconds=9)
    assert [type(each) for each in failures] == [LookupError]
    assert SAMPLES_FAILED in client.home
    assert Action.LOAD_SAMPLES in client.home
    await listeners.load(_acked, BODY, client)  # type: ignore[arg-type]  # acks the same
    await errands.drain(seconds=9)
    assert "They are here." in client.home
    assert Action.LOAD_SAMPLES not in client.home
    offered.there = True
    await homes.open(client, Person("T1", "U1"))
    assert "They are here." not in client.home
    assert Action.LOAD_SAMPLES not in client.home


@pytest.mark.parametrize("there", [False, True])
async def test_samples_are_offered_where_there_are_none(world: World, *, there: bool) -> None:
    """App Home has the button unless sample decisions are in the log already."""
    homes, client = Homes(world.desk), Shown()
    SampleListeners(Offered(there=there), homes, Errands(lambda _, __: _acked()))
    await homes.open(client, Person("T1", "U1"))
    assert client.home
    assert (Action.LOAD_SAMPLES in client.home) is not there
