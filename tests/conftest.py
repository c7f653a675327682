"""Settings and fixtures of all tests."""

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
from tests.services.harness import ServiceHarness

# Tests run on shared machines, so no example has a deadline. Every run generates the same examples;
# `make test ARGS=--hypothesis-profile=search` generates others.
settings.register_profile(
    "default",
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
settings.register_profile("search", settings.get_profile("default"), derandomize=False)
settings.load_profile("default")

POLL_SECONDS = 0.01
TIMEOUT_SECONDS = 60.0
"""Time limit in seconds of real time; generous for a busy machine."""


class FastAsyncio:
    """`asyncio` with short sleeps, for uvicorn, which polls its exit flag every 0.1 seconds."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    async def sleep(self, delay: float) -> None:
        """Sleep for at most `POLL_SECONDS`."""
        await asyncio.sleep(min(delay, POLL_SECONDS))


@pytest.fixture(scope="session", autouse=True)
def fast_shutdown() -> Iterator[None]:
    """Stop servers without uvicorn's pauses: the tests stop more than a thousand servers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uvicorn.server, "asyncio", FastAsyncio())
        yield


@pytest.fixture(scope="session", autouse=True)
def generous_timeouts() -> Iterator[None]:
    """Raise the timeouts of acks and charts, for busy machines."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app_transport, "ACK_SECONDS", TIMEOUT_SECONDS)
        patch.setattr(subprocess, "SECONDS", TIMEOUT_SECONDS)
        yield


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[ServiceHarness]:
    """The services on a database file, with a clock that the test advances."""
    database = await Database(tmp_path / "ragvsft.db").open()
    yield ServiceHarness(database)
    await database.close()
