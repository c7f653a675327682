"""Fixtures of the scenarios: the harness on both transports, and the running bot."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot import app
from bot.app import Application
from bot.outbox import worker
from bot.outbox.images import Images
from bot.outbox.permalinks import Permalinks
from bot.playbooks import library, loader
from bot.playbooks.engine import RuleEngine
from bot.playbooks.model import Playbook
from bot.playground import serving, view_lifecycle
from bot.services import services
from bot.slack import connection, replies
from bot.slack.directory import SlackDirectory
from bot.storage.connection import Location
from tests.engines import EmbeddedPostgres
from tests.scenarios.harness import TIMEOUT, FastForwardPlayground, Harness
from tests.scenarios.oauth_harness import InstallClient, OAuthHarness

ON_POSTGRES = "http on postgres"


@pytest.fixture(scope="session", autouse=True)
def shared_playbooks() -> Iterator[None]:
    """Let all bots of a test session share parsed and compiled playbooks."""
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
def long_timeouts() -> Iterator[None]:
    """Set all timeouts between bot and workspace to a minute, as test machines are slow.

    The bot's real timeouts have tests of their own.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(view_lifecycle, "TRIGGER_LIFETIME", timedelta(seconds=TIMEOUT))
        for module in (app, replies):
            patch.setattr(module, "SLACK_SECONDS", TIMEOUT)
        patch.setattr(app, "SlackDirectory", partial(SlackDirectory, longest=TIMEOUT))
        patch.setattr(worker, "Images", partial(Images, seconds=TIMEOUT))
        patch.setattr(
            services, "Permalinks", lambda *given: Permalinks(*given[:2], longest=TIMEOUT)
        )
        patch.setattr(connection, "_FIRST_CONNECTION", TIMEOUT)
        patch.setattr(connection, "_ACK_SECONDS", TIMEOUT)
        yield


@pytest.fixture(params=["http", "socket", ON_POSTGRES])
def transport(request: pytest.FixtureRequest) -> str:
    """How the bot receives requests from Slack; PostgreSQL is mostly tested over one of the two."""
    return str(request.param).partition(" ")[0]


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Location]:
    """Where the bot's database is."""
    called = getattr(request.node, "callspec", None)
    if called is None or not str(called.params.get("transport")).endswith("on postgres"):
        yield tmp_path / "ragvsft.db"
        return
    server: EmbeddedPostgres = request.getfixturevalue("postgres")
    url = server.lend()
    yield url
    server.take_back(url)


@pytest.fixture
async def harness(transport: str, database: Location) -> AsyncIterator[Harness]:
    """A served workspace and a database; the scenario must leave no violation in the workspace."""
    playground = FastForwardPlayground()
    async with serving(playground):
        yield Harness(playground, database, transport)
    assert playground.violations == []
    assert playground.mass_mentions == []


@pytest.fixture
async def bot(harness: Harness) -> AsyncIterator[Application]:
    """The running bot."""
    async with harness.run_bot() as running:
        yield running


@pytest.fixture
async def oauth_harness(tmp_path: Path) -> AsyncIterator[OAuthHarness]:
    """A served workspace whose bot has to be installed."""
    playground = FastForwardPlayground()
    async with serving(playground):
        yield OAuthHarness(playground, tmp_path / "ragvsft.db", "http")


@pytest.fixture
async def oauth_bot(oauth_harness: OAuthHarness) -> AsyncIterator[Application]:
    """The running bot, without an installation."""
    async with oauth_harness.run_bot() as running:
        yield running


@pytest.fixture
def install_client(oauth_bot: Application) -> InstallClient:
    """A client for the bot's install pages."""
    return InstallClient(oauth_bot)
