"""The fixture of a running worker with a fake Slack."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.slack.tiny_slack import WorkerHarness, running_worker


@pytest.fixture
async def env(tmp_path: Path) -> AsyncIterator[WorkerHarness]:
    """A running worker, its services and its fake Slack."""
    async with running_worker(tmp_path / "ragvsft.db") as made:
        yield made
