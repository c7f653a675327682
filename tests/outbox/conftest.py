"""The fixture of a running worker with a fake Slack."""

from collections.abc import AsyncIterator

import pytest

from bot.storage.connection import Location
from tests.slack.tiny_slack import WorkerHarness, running_worker


@pytest.fixture
async def env(location: Location) -> AsyncIterator[WorkerHarness]:
    """A running worker, its services and its fake Slack."""
    async with running_worker(location) as made:
        yield made
