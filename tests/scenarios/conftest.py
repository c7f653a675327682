"""A workspace with the bot in it, over HTTP with signed requests and over Socket Mode."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.advice import library, loader
from bot.advice.advisor import Advisor
from bot.advice.playbook import Playbook
from bot.app import Running
from bot.playground import serving
from tests.scenarios.house import House
from tests.scenarios.many import Browser, ManyHouse
from tests.scenarios.quick import QuickPlayground


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """Have the bots here, hundreds of them, share what they compile from the same playbooks."""
    parse, playbooks, advisors = loader.parse, dict[str, Playbook](), dict[str, Advisor]()

    def parse_once(text: loader.PlaybookText) -> Playbook:
        if text.hash not in playbooks:
            playbooks[text.hash] = parse(text)
        return playbooks[text.hash]

    def compile_once(playbook: Playbook) -> Advisor:
        if playbook.hash not in advisors:
            advisors[playbook.hash] = Advisor(playbook)
        return advisors[playbook.hash]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library.loader, "parse", parse_once)
        patch.setattr(library, "Advisor", compile_once)
        yield


@pytest.fixture(params=["http", "socket"])
def transport(request: pytest.FixtureRequest) -> str:
    """How the bot hears from Slack."""
    return str(request.param)


@pytest.fixture
async def house(transport: str, tmp_path: Path) -> AsyncIterator[House]:
    """The workspace, served; after each scenario it has nothing to complain of."""
    playground = QuickPlayground()
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
    playground = QuickPlayground()
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
