"""Settings and fixtures of all tests."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
import uvicorn.server
from hypothesis import HealthCheck, settings

from bot.charts import subprocess
from bot.playground.transport import app_transport
from bot.storage.connection import Location
from bot.storage.database import Database
from bot.storage.engines import postgres as postgres_engine
from tests.engines import ENGINES, EmbeddedPostgres
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
    """Raise the timeouts of acks, charts and transactions, for busy machines."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postgres_engine, "PATIENCE", TIMEOUT_SECONDS)
        patch.setattr(app_transport, "ACK_SECONDS", TIMEOUT_SECONDS)
        patch.setattr(subprocess, "SECONDS", TIMEOUT_SECONDS)
        yield


@pytest.fixture(autouse=True)
def default_logs_afterwards() -> Iterator[None]:
    """Undo what a command configures: another level would hide the log lines of a later test."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """An embedded PostgreSQL server."""
    server = EmbeddedPostgres()
    yield server
    server.stop()


LONGEST = ("faults", "scenarios", "browser", "cli")
"""The folders of the files that take longest, from the longest on."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files, so that none is left for one process at the end."""

    def place(item: pytest.Item) -> int:
        found = (n for n, folder in enumerate(LONGEST) if folder in item.path.parts)
        return next(found, len(LONGEST))

    items.sort(key=place)


ON_EVERY_ENGINE = ("storage", "services", "outbox", "digest")
"""The folders of tests that run on every engine; others need a database only to work on."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that uses a database on every engine, or on SQLite alone."""
    marked = any(
        "location" in mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")
    )
    if "location" in metafunc.fixturenames and not marked:
        every = set(ON_EVERY_ENGINE).intersection(metafunc.definition.path.parts)
        metafunc.parametrize("location", ENGINES if every else ENGINES[:1], indirect=True)


@pytest.fixture
def location(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Location]:
    """Where a database can be opened: a SQLite file, or a PostgreSQL database."""
    if request.param == "sqlite":
        yield tmp_path / "ragvsft.db"
        return
    server: EmbeddedPostgres = request.getfixturevalue("postgres")
    url = server.lend()
    yield url
    server.take_back(url)


@pytest.fixture
async def harness(location: Location) -> AsyncIterator[ServiceHarness]:
    """The services on a database, with a clock that the test advances; on each engine."""
    database = await Database(location).open()
    yield ServiceHarness(database)
    await database.close()
