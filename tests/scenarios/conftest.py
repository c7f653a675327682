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
from tests.scenarios.harness import TIMEOUT, FastForwardPlayground, Harness
from tests.scenarios.oauth_harness import InstallClient, OAuthHarness


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
        patch.setattr(view_lifecycle, "TRIGGER_LIFETIME", timedelta(seconds=TIMEOUT))
        for module in (app, replies):
            patch.setattr(module, "SLACK_SECONDS", TIMEOUT)
        patch.setattr(app, "SlackDirectory", partial(SlackDirectory, longest=TIMEOUT))
        patch.setattr(worker, "Images", partial(Images, seconds=TIMEOUT))
        for module in (messages, search, questionnaire):
            patch.setattr(module, "Permalinks", partial(Permalinks, longest=TIMEOUT))
        patch.setattr(connection, "_FIRST_CONNECTION", TIMEOUT)
        yield


@pytest.fixture(params=["http", "socket"])
def transport(request: pytest.FixtureRequest) -> str:
    """How the bot hears from Slack."""
    return str(request.param)


@pytest.fixture
async def harness(transport: str, tmp_path: Path) -> AsyncIterator[Harness]:
    """The workspace, served; after each scenario it has nothing to complain of."""
    playground = FastForwardPlayground()
    async with serving(playground):
        yield Harness(playground, tmp_path / "ragvsft.db", transport)
    assert playground.violations == []
    assert playground.mass_mentions == []


@pytest.fixture
async def bot(harness: Harness) -> AsyncIterator[Application]:
    """The bot, running in the workspace."""
    async with harness.run_bot() as running:
        yield running


@pytest.fixture
async def oauth_harness(tmp_path: Path) -> AsyncIterator[OAuthHarness]:
    """A workspace, served, in which the bot is to be installed."""
    playground = FastForwardPlayground()
    async with serving(playground):
        yield OAuthHarness(playground, tmp_path / "ragvsft.db", "http")


@pytest.fixture
async def oauth_bot(oauth_harness: OAuthHarness) -> AsyncIterator[Application]:
    """The bot, running, and installed nowhere."""
    async with oauth_harness.run_bot() as running:
        yield running


@pytest.fixture
def install_client(oauth_bot: Application) -> InstallClient:
    """A browser that can reach the bot."""
    return InstallClient(oauth_bot)
