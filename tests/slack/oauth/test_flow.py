"""The OAuth flow: exchanging a code, and Slack's answers to it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.clock import SystemClock
from bot.playground.playground import serving_app
from bot.slack.oauth.flow import Installed, InstallFailed, OAuthCredentials, OAuthFlow
from bot.slack.oauth.installations import MultiWorkspace, TokenCipher
from bot.storage.database import Database
from bot.storage.installations import InstallationStore

GRANTED = {
    "ok": True,
    "access_token": "xoxb-1",
    "token_type": "bot",
    "scope": "commands,chat:write",
    "bot_user_id": "U0BOT",
    "app_id": "A0APP",
    "team": {"id": "T0NORTH", "name": "Northwind"},
    "enterprise": None,
    "is_enterprise_install": False,
    "authed_user": {"id": "U0ADA"},
}
ORG = {"id": "E0ORG", "name": "The Org"}


@dataclass
class Exchange:
    """A flow and the answer that Slack gives to its codes."""

    flow: OAuthFlow
    installations: MultiWorkspace
    answer: Any

    async def finish(self, answer: Any) -> Installed:
        """Finish an installation that Slack answers like this."""
        self.answer = answer
        state = await self.flow.start()
        return await self.flow.finish(code="code", state=state, browser_state=state)


@pytest.fixture
async def exchange(tmp_path: Path) -> AsyncIterator[Exchange]:
    made: list[Exchange] = []

    async def access(_request: Request) -> Response:
        answer = made[0].answer
        return answer if isinstance(answer, Response) else JSONResponse(answer)

    slack = Starlette(routes=[Route("/api/oauth.v2.access", access, methods=["POST"])])
    database = await Database(tmp_path / "log.db").open()
    async with serving_app(slack) as url:
        client = AsyncWebClient(base_url=f"{url}/api/", retry_handlers=[])
        store, clock = InstallationStore(database), SystemClock()
        cipher = TokenCipher([Fernet.generate_key().decode()])
        installations = MultiWorkspace(store, cipher, client, clock)
        app = OAuthCredentials("1.2", "secret")
        flow = OAuthFlow(app, ["commands"], client, cipher, installations, store, clock)
        made.append(Exchange(flow, installations, None))
        yield made[0]
    await database.close()


async def test_a_workspace_installs(exchange: Exchange) -> None:
    """The token works for its workspace, and the link opens the bot there."""
    installed = await exchange.finish(GRANTED)
    assert installed.url == "https://slack.com/app_redirect?app=A0APP&team=T0NORTH"
    assert installed.installation.scopes == ("commands", "chat:write")
    assert (await exchange.installations.client_for("T0NORTH")).token == "xoxb-1"


async def test_an_organisation_installs(exchange: Exchange) -> None:
    """With no workspace in the answer, the installation is the organisation's."""
    granted = {**GRANTED, "team": None, "enterprise": ORG, "is_enterprise_install": True}
    installed = await exchange.finish(granted)
    assert (installed.installation.team, installed.installation.account) == (None, "E0ORG")
    assert installed.url == "https://slack.com/app_redirect?app=A0APP"
    found = await exchange.installations.authorize("E0ORG", "T0ANY")
    assert found.bot_token == "xoxb-1"


async def test_a_workspace_of_an_organisation_installs(exchange: Exchange) -> None:
    """An installation in one workspace of an organisation belongs to that workspace."""
    installed = await exchange.finish({**GRANTED, "enterprise": ORG})
    assert installed.installation.account == "T0NORTH"
    assert installed.installation.enterprise == "E0ORG"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"ok": False, "error": "code_already_used"}, r"\(code_already_used\). Begin again"),
        ({"ok": False, "error": "bad_client_secret"}, r"not set up correctly \(bad_client_secret"),
        ({"ok": False, "error": "<b>"}, "for a reason it does not name"),
        ({**GRANTED, "refresh_token": "xoxe-1"}, r"not set up correctly \(token_rotation"),
        ({**GRANTED, "access_token": None}, r"not set up correctly \(no_token"),
        ({**GRANTED, "team": None}, "no_account"),
        (Response("<html>", 200), "Slack could not be reached"),
        (Response("", 503), "Slack could not be reached"),
    ],
)
async def test_an_unusable_answer_installs_nothing(
    exchange: Exchange, answer: Any, sentence: str
) -> None:
    """An answer without a usable token gives one sentence and no installation."""
    with pytest.raises(InstallFailed, match=sentence) as failed:
        await exchange.finish(answer)
    assert "<b>" not in str(failed.value)
    assert "xox" not in str(failed.value)


async def test_the_consent_page_is_on_the_web_apis_host(exchange: Exchange) -> None:
    """The consent page is on the same host as the Web API."""
    state = await exchange.flow.start()
    url = exchange.flow.authorize_url(state)
    assert f"/oauth/v2/authorize?state={state}" in url
    assert "/api/" not in url
