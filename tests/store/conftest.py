"""A desk on a log in a file, and the file itself."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.log import Log
from tests.decisions.world import World


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ragvsft.db"


@pytest.fixture
async def world(path: Path) -> AsyncIterator[World]:
    log = await Log(path).open()
    yield World(log)
    await log.close()
