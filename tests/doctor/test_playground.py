"""The doctor against the local Slack, which is as strict as the real one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.catalog import PlaybookCatalog
from bot.doctor.blocks import check_blocks
from bot.doctor.checks import run_checks
from bot.doctor.results import results_as_text
from bot.doctor.samples.slack_views import samples
from bot.playground import Playground
from bot.serving import HttpServer
from tests.doctor.helpers import LOCAL_DISK, not_ok

RULES = Path(__file__).parents[2] / "rules"


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    """The local Slack, served over HTTP."""
    playground = Playground()
    server = HttpServer(playground.asgi, "127.0.0.1", 0)
    await server.start()
    playground.set_base_url(f"http://127.0.0.1:{server.port}")
    yield playground
    await playground.aclose()
    await server.stop()


async def test_the_manifests_scopes_are_enough(playground: Playground, tmp_path: Path) -> None:
    """With tokens that have the manifest's scopes there is no fault."""
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
    results = [result async for result in found]
    assert not_ok(results) == [], results_as_text(results)
    assert "SLACK_BOT_TOKEN is @ragvsft in Northwind" in results_as_text(results)


async def test_every_sample_is_accepted(playground: Playground) -> None:
    """Every view and message, at its shortest and its longest, is valid."""
    engine = PlaybookCatalog(RULES).current().engine
    client = AsyncWebClient(base_url=playground.api_url)
    results = [result async for result in check_blocks(samples(engine), client)]
    assert not_ok(results) == []
    assert len(results) > 20
