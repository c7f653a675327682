"""The doctor and the local workspace, which is as strict as Slack."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.catalog import PlaybookCatalog
from bot.doctor.blocks import examine_blocks
from bot.doctor.checks import run_checks
from bot.doctor.results import results_as_text
from bot.playground import Playground
from bot.serving import HttpServer
from bot.slack.views.samples import samples
from tests.doctor.surroundings import LOCAL_DISK, bad

RULES = Path(__file__).parents[2] / "rules"


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    """The local workspace, served."""
    playground = Playground()
    server = HttpServer(playground.asgi, "127.0.0.1", 0)
    await server.start()
    playground.set_base_url(f"http://127.0.0.1:{server.port}")
    yield playground
    await playground.aclose()
    await server.stop()


async def test_the_manifests_scopes_are_enough(playground: Playground, tmp_path: Path) -> None:
    """With the workspace's tokens, which have the manifest's scopes, all is well."""
    environ = {
        "SLACK_BOT_TOKEN": playground.bot_token,
        "SLACK_APP_TOKEN": playground.app_token,
        "SLACK_API_URL": playground.api_url,
        "DATABASE_URL": f"sqlite:///{tmp_path}/ragvsft.db",
        "RAGVSFT_RULES": str(RULES),
        "HOST": "127.0.0.1",
        "PORT": "0",
    }
    found = run_checks(environ, tmp_path / ".env", LOCAL_DISK, playground.clock)
    findings = [finding async for finding in found]
    assert bad(findings) == [], results_as_text(findings)
    assert "SLACK_BOT_TOKEN speaks as @ragvsft in Northwind" in results_as_text(findings)


async def test_every_sample_is_accepted(playground: Playground) -> None:
    """Every view and message, at its shortest and its longest, is within Slack's rules."""
    engine = PlaybookCatalog(RULES).current().engine
    client = AsyncWebClient(base_url=playground.api_url)
    findings = [finding async for finding in examine_blocks(samples(engine), client)]
    assert bad(findings) == []
    assert len(findings) > 20
