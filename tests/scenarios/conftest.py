"""A workspace with the bot in it, over HTTP with signed requests and over Socket Mode."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot import app
from bot.app import Application
from bot.digest import messages
from bot.outbox import worker
from bot.outbox.images import Images
from bot.playbooks import library, loader
from bot.playbooks.engine import RuleEngine
from bot.playbooks.model import Playbook
from bot.playground import serving, view_lifecycle
from bot.slack import connection, replies, search
from bot.slack.directory import SlackDirectory
from bot.slack.handlers import questionnaire
from bot.slackkit.permalinks import Permalinks
from tests.scenarios.house import House
from tests.scenarios.many import Browser, ManyHouse
from tests.scenarios.quick import WITHIN, QuickPlayground


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """Have the bots here, hundreds of them, share what they compile from the same playbooks."""
    parse, playbooks, engines = loader.parse, dict[str, Playbook](), dict[str, RuleEngine]()

    def parse_once(text: loader.PlaybookText) -> Playbook:
        if text.hash not in playbooks:
            playbooks[text.hash] = parse(text)
        return playbooks[text.hash]

    def compile_once(playbook: Playbook) -> RuleEngine:
        if playbook.hash not in engines:
            engines[playbook.hash] = RuleEngine(playbook)
        return engines[playbook.hash]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library.loader, "parse", parse_once)
        patch.setattr(library, "RuleEngine", compile_once)
        yield


@pytest.fixture(scope="module", autouse=True)
def nobody_gives_up() -> Iterator[None]:
    """Have the bots here wait for Slack, and it for them, for longer than any machine stands still.

    What the bot does where Slack makes it wait has tests of its own.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(view_lifecycle, "TRIGGER_LIFETIME", timedelta(seconds=WITHIN))
        for module in (app, replies):
            patch.setattr(module, "SLACK_SECONDS", WITHIN)
        patch.setattr(app, "SlackDirectory", partial(SlackDirectory, longest=WITHIN))
        patch.setattr(worker, "Images", partial(Images, seconds=WITHIN))
        for module in (messages, search, questionnaire):
            patch.setattr(module, "Permalinks", partial(Permalinks, longest=WITHIN))
        patch.setattr(connection, "_FIRST_CONNECTION", WITHIN)
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
async def bot(house: House) -> AsyncIterator[Application]:
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
async def bot_of_many(many: ManyHouse) -> AsyncIterator[Application]:
    """The bot, running, and installed nowhere."""
    async with many.bot() as running:
        yield running


@pytest.fixture
def browser(bot_of_many: Application) -> Browser:
    """A browser that can reach the bot."""
    return Browser(bot_of_many)
