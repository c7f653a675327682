"""A world behind the listeners."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.storage.database import Database
from tests.services.world import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world on a log of its own."""
    log = await Database(tmp_path / "ragvsft.db").open()
    yield World(log)
    await log.close()
