"""A courier that runs, and delivers to a tiny Slack."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.slack.tiny_slack import Delivering, delivering


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Delivering]:
    """The courier, and all that it needs."""
    async with delivering(tmp_path / "ragvsft.db") as made:
        yield made
