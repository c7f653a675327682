"""The button in the demo's App Home that loads sample decisions."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.cli.samples import FAILED, LOAD_SAMPLES, SampleButton
from bot.decisions.model import Person
from bot.slack.app import BoltApp
from bot.slack.background import BackgroundTasks
from bot.slack.home import HomeTab
from bot.storage.database import Database
from tests.services.harness import ServiceHarness

ADA = Person("T1", "U1")
BODY = {"team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T1"}}


class HomeClient(AsyncWebClient):
    """A client that keeps the Home tab last published."""

    home = ""

    async def views_publish(self, **given: object) -> None:  # type: ignore[override]  # none asked
        self.home = json.dumps(given["view"])


class Samples:
    """Samples that fail to load the first `failures` times."""

    def __init__(self, *, failures: int = 0, loaded: bool = False) -> None:
        self.failures = failures
        self.loaded = loaded

    async def are_loaded(self) -> bool:
        return self.loaded

    async def load(self) -> AsyncIterator[str]:
        yield "Making 3 sample decisions …"
        self.failures -= 1
        if self.failures >= 0:
            raise LookupError
        yield "They are here."


class Failures(list[BaseException]):
    """The failures of background tasks."""

    async def note(self, error: BaseException, body: object) -> None:
        del body
        self.append(error)


async def _acked() -> None:
    pass


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[ServiceHarness]:
    """The services on a database of their own."""
    database = await Database(tmp_path / "ragvsft.db").open()
    yield ServiceHarness(database)
    await database.close()


def bolt_app(harness: ServiceHarness, failures: Failures) -> BoltApp:
    bolt = AsyncApp(client=AsyncWebClient("xoxb-1"), signing_secret="none")
    return BoltApp(bolt, HomeTab(harness.services), BackgroundTasks(failures.note))


async def test_samples_that_fail_are_offered_again(harness: ServiceHarness) -> None:
    """App Home says that loading failed, with the button; then that they are here, once."""
    failures, client, samples = Failures(), HomeClient(), Samples(failures=1)
    slack = bolt_app(harness, failures)
    button = SampleButton(slack, samples.load, samples.are_loaded)
    await button.press(_acked, BODY, client)  # type: ignore[arg-type]  # acks the same
    await slack.background.drain(seconds=9)
    assert [type(each) for each in failures] == [LookupError]
    assert FAILED in client.home
    assert LOAD_SAMPLES in client.home
    await button.press(_acked, BODY, client)  # type: ignore[arg-type]  # acks the same
    await slack.background.drain(seconds=9)
    assert "They are here." in client.home
    assert LOAD_SAMPLES not in client.home
    samples.loaded = True
    await slack.home.publish(client, ADA)
    assert "They are here." not in client.home
    assert LOAD_SAMPLES not in client.home


@pytest.mark.parametrize("loaded", [False, True])
async def test_samples_are_offered_where_there_are_none(
    harness: ServiceHarness, *, loaded: bool
) -> None:
    """App Home has the button unless sample decisions are in the database already."""
    client, samples = HomeClient(), Samples(loaded=loaded)
    slack = bolt_app(harness, Failures())
    SampleButton(slack, samples.load, samples.are_loaded)
    await slack.home.publish(client, ADA)
    assert client.home
    assert (LOAD_SAMPLES in client.home) is not loaded
