"""A Web API and an environment without any fault."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.doctor.helpers import AUTH, Api, playbook


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    """A Web API that accepts every token."""
    api = Api(answers={"auth.test": AUTH})
    app = web.Application(client_max_size=1_000_000)
    app.router.add_post("/api/{method}", api.handle)
    async with TestServer(app) as server:
        api.url = str(server.make_url("/api/"))
        yield api


@pytest.fixture
def environ(api: Api, tmp_path: Path) -> dict[str, str]:
    """An environment without any fault."""
    return {
        "SLACK_BOT_TOKEN": "xoxb-good",
        "SLACK_APP_TOKEN": "xapp-good",
        "SLACK_API_URL": api.url,
        "DATABASE_URL": f"sqlite:///{tmp_path}/ragvsft.db",
        "RAGVSFT_RULES": str(playbook(tmp_path)),
        "HOST": "127.0.0.1",
        "PORT": "0",
    }
