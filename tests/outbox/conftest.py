"""A worker that runs, and delivers to a tiny Slack."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.slack.tiny_slack import WorkerHarness, running_worker


@pytest.fixture
async def env(tmp_path: Path) -> AsyncIterator[WorkerHarness]:
    """The worker, and all that it needs."""
    async with running_worker(tmp_path / "ragvsft.db") as made:
        yield made
