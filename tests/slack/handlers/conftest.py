"""Services, background tasks and command handlers for tests of handlers."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.digest.messages import DigestMessages
from bot.slack.background import BackgroundTasks
from bot.slack.handlers.commands import CommandHandlers
from bot.slack.handlers.digest import DigestHandlers
from bot.slack.handlers.search import SearchHandlers
from bot.slack.home import HomeTab
from bot.slack.search import SearchResponder
from bot.storage.database import Database
from tests.services.harness import ServiceHarness

NAME = "/ragvsft"


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[ServiceHarness]:
    """The services, on a database per test."""
    database = await Database(tmp_path / "ragvsft.db").open()
    yield ServiceHarness(database)
    await database.close()


@pytest.fixture
def background() -> BackgroundTasks:
    """Background tasks that must not fail."""

    async def fail(error: BaseException, body: object) -> None:
        raise AssertionError from error

    return BackgroundTasks(fail)


@pytest.fixture
def commands(harness: ServiceHarness, background: BackgroundTasks) -> CommandHandlers:
    """The handlers of the slash command."""
    services = harness.services

    async def client_for(workspace: str) -> AsyncWebClient:
        return AsyncWebClient(workspace)

    search = SearchHandlers(services, SearchResponder(services, NAME), background, NAME)
    digests = DigestMessages(client_for, services.permalinks(), NAME)
    digest = DigestHandlers(services, digests, HomeTab(services), background, NAME)
    return CommandHandlers(services, background, search, digest, NAME)
