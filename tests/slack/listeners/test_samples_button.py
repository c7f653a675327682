"""The button in App Home that loads sample decisions."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.errands import Errands
from bot.slack.homes import Homes
from bot.slack.ids import Action
from bot.slack.listeners.samples import SampleListeners
from bot.slack.views.home import SAMPLES_FAILED
from bot.store.log import Log
from tests.decisions.world import World

BODY = {"team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T1"}}


class Shown(AsyncWebClient):
    """A client that keeps the Home tab last published."""

    home = ""

    async def views_publish(self, **given: object) -> None:  # type: ignore[override]  # none asked
        self.home = json.dumps(given["view"])


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    log = await Log(tmp_path / "ragvsft.db").open()
    yield World(log)
    await log.close()


async def _acked() -> None:
    pass


async def test_samples_that_fail_are_offered_again(world: World) -> None:
    """App Home says that loading failed, with the button; pressed again, it loads."""
    failures: list[BaseException] = []
    tries: list[str] = []

    async def tell(error: BaseException, body: object) -> None:
        del body
        failures.append(error)

    async def load() -> AsyncIterator[str]:
        tries.append("again")
        yield "Making 3 sample decisions …"
        if len(tries) == 1:
            raise LookupError
        yield "They are here."

    errands, client = Errands(tell), Shown()
    listeners = SampleListeners(load, Homes(world.desk), errands)
    await listeners.load(_acked, BODY, client)  # type: ignore[arg-type]  # acks the same
    await errands.drain(seconds=9)
    assert [type(each) for each in failures] == [LookupError]
    assert SAMPLES_FAILED in client.home
    assert Action.LOAD_SAMPLES in client.home
    await listeners.load(_acked, BODY, client)  # type: ignore[arg-type]  # acks the same
    await errands.drain(seconds=9)
    assert "They are here." in client.home
    assert Action.LOAD_SAMPLES not in client.home
