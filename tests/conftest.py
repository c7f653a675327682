"""What holds for every test."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn.server
from hypothesis import HealthCheck, settings

from bot.charts import subprocess
from bot.playground.transport import app_transport
from bot.storage.database import Database
from tests.services.world import World

# The machines that run these are shared and noisy: no example is judged by how long it took, or was
# looked for. Each run has the same examples, so that it tells of the code and not of its luck;
# others are tried with `make test ARGS=--hypothesis-profile=search`.
settings.register_profile(
    "house",
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
        HealthCheck.filter_too_much,
        HealthCheck.function_scoped_fixture,
    ],
)
settings.register_profile("search", settings.get_profile("house"), derandomize=False)
settings.load_profile("house")

TICK = 0.01
WITHIN = 60.0
"""Real seconds within which whatever is waited for comes, on a machine that does much else."""


class Brisk:
    """`asyncio` as uvicorn sees it, which looks every tenth of a second whether it should end."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    async def sleep(self, delay: float) -> None:
        """Sleep for no longer than a tick."""
        await asyncio.sleep(min(delay, TICK))


@pytest.fixture(scope="session", autouse=True)
def servers_that_end_at_once() -> Iterator[None]:
    """Have servers end without uvicorn's pauses: the tests end more than a thousand."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uvicorn.server, "asyncio", Brisk())
        yield


@pytest.fixture(scope="session", autouse=True)
def nobody_in_a_hurry() -> Iterator[None]:
    """Wait for an ack, and for a picture, for longer than any machine stands still."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app_transport, "ACK_SECONDS", WITHIN)
        patch.setattr(subprocess, "SECONDS", WITHIN)
        yield


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The services on a database in a file, with a clock that the test moves."""
    database = await Database(tmp_path / "ragvsft.db").open()
    yield World(database)
    await database.close()
