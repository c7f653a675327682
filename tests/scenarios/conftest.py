"""A workspace with the bot in it, over HTTP with signed requests and over Socket Mode."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import Running
from bot.playground import Playground, serving
from tests.scenarios.house import House
from tests.scenarios.many import Browser, ManyHouse


@pytest.fixture(params=["http", "socket"])
def transport(request: pytest.FixtureRequest) -> str:
    """How the bot hears from Slack."""
    return str(request.param)


@pytest.fixture
async def house(transport: str, tmp_path: Path) -> AsyncIterator[House]:
    """The workspace, served; after each scenario it has nothing to complain of."""
    playground = Playground()
    async with serving(playground):
        yield House(playground, tmp_path / "ragvsft.db", transport)
    assert playground.violations == []
    assert playground.mass_mentions == []


@pytest.fixture
async def bot(house: House) -> AsyncIterator[Running]:
    """The bot, running in the workspace."""
    async with house.bot() as running:
        yield running


@pytest.fixture
async def many(tmp_path: Path) -> AsyncIterator[ManyHouse]:
    """A workspace, served, in which the bot is to be installed."""
    playground = Playground()
    async with serving(playground):
        yield ManyHouse(playground, tmp_path / "ragvsft.db", "http")


@pytest.fixture
async def bot_of_many(many: ManyHouse) -> AsyncIterator[Running]:
    """The bot, running, and installed nowhere."""
    async with many.bot() as running:
        yield running


@pytest.fixture
def browser(bot_of_many: Running) -> Browser:
    """A browser that can reach the bot."""
    return Browser(bot_of_many)
