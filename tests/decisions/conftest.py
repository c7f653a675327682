"""A desk on a log in a file."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.log import Log
from tests.decisions.world import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    log = await Log(tmp_path / "ragvsft.db").open()
    yield World(log)
    await log.close()
