"""The pages on which a workspace installs the bot."""

from typing import Any, cast

import httpx
from starlette.applications import Starlette

from bot.slack.oauth.flow import OAuthFlow
from bot.slack.oauth.pages import INSTALL_PATH, InstallPages


class CountingFlow:
    """An OAuth flow that counts the installations that were started."""

    def __init__(self) -> None:
        self.started = 0

    async def start(self) -> str:
        self.started += 1
        return "state"

    def authorize_url(self, state: str) -> str:
        return f"https://slack.test/authorize?state={state}"


async def test_head_starts_no_installation() -> None:
    """HEAD answers like GET, but keeps no state."""
    flow = CountingFlow()
    pages = InstallPages(cast("OAuthFlow", flow), {}, "/ragvsft", "/slack/oauth_redirect", 30)
    transport: Any = httpx.ASGITransport(Starlette(routes=pages.routes()))
    async with httpx.AsyncClient(transport=transport, base_url="https://bot.test") as client:
        head = await client.head(INSTALL_PATH)
        assert (head.status_code, flow.started) == (200, 0)
        assert "set-cookie" not in head.headers
        page = await client.get(INSTALL_PATH)
    assert (page.status_code, flow.started) == (200, 1)
