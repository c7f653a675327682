"""A harness whose bot is installed by OAuth, and a client for the install pages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlsplit

import httpx
from cryptography.fernet import Fernet

from bot.app import Application
from bot.playground.slack_model import Channel, SlackUser
from bot.playground.user_session import UserSession
from bot.playground.workspace import Workspace
from bot.settings import Settings
from tests.scenarios.harness import TIMEOUT, Harness
from tests.scenarios.messages import text_of


@dataclass
class OAuthHarness(Harness):
    """A harness whose bot has no token of its own: workspaces install it."""

    keys: list[str] = field(default_factory=lambda: [Fernet.generate_key().decode()])

    def settings(self, **more: str) -> Settings:
        """The settings of a bot that any workspace can install."""
        app = self.playground.app
        oauth = {
            "SLACK_CLIENT_ID": app.client_id,
            "SLACK_CLIENT_SECRET": app.client_secret,
            "RAGVSFT_KEYS": ",".join(self.keys),
        }
        single = super().settings(**{**oauth, **more})
        return single.model_copy(update={"bot_token": None})

    def add_second_workspace(self) -> tuple[Workspace, UserSession]:
        """Add another workspace with one member and a channel `product`, like the first one."""
        workspace = self.playground.add_workspace("T0SOUTH", "Southwind")
        zoe = SlackUser("U0ZOE", "zoe", "Zoe Park", workspace.id)
        session = self.playground.add_user(zoe, workspace)
        self.playground.add_channel(Channel("C0SOUTH", "product", "public", {zoe.id}), workspace)
        return workspace, session

    def database_files(self) -> Iterator[bytes]:
        """The contents of the database file, its write-ahead log and its shared memory."""
        for path in self.database.parent.glob(f"{self.database.name}*"):
            yield path.read_bytes()


@dataclass(frozen=True)
class InstallPage:
    """The install page as a browser received it."""

    response: httpx.Response
    link: str
    state: str
    cookie: str


class InstallClient:
    """Installs the bot as a browser does, without the pages that Slack itself shows."""

    def __init__(self, bot: Application) -> None:
        self._url = f"http://127.0.0.1:{bot.port}"

    async def open_page(self) -> InstallPage:
        """Open the install page."""
        response = await self._get("/slack/install")
        found = re.search(r'href="(https?://[^"]*/oauth/v2/authorize[^"]*)"', response.text)
        assert found, response.text
        link = unescape(found[1])
        cookie = SimpleCookie(response.headers["set-cookie"])["ragvsft_install"].value
        return InstallPage(response, link, parse_qs(urlsplit(link).query)["state"][0], cookie)

    async def callback(
        self, page: InstallPage, *, cookie: str | None = None, **answer: str
    ) -> httpx.Response:
        """Request the redirect URL with Slack's answer, such as `code` or `error`.

        Args:
            page: the install page on which this installation began.
            cookie: sent in place of the page's cookie; none is sent if empty.
            answer: query parameters that Slack adds.
        """
        sent = page.cookie if cookie is None else cookie
        headers = {b"cookie": f"ragvsft_install={sent}".encode()} if sent else {}
        query = {"state": page.state, **answer}
        return await self._get("/slack/oauth_redirect", query, headers)

    async def install(self, workspace: Workspace) -> httpx.Response:
        """Install the bot in a workspace."""
        return await self.callback(await self.open_page(), code=f"code-{workspace.id}")

    async def _get(
        self,
        path: str,
        query: dict[str, str] | None = None,
        headers: dict[bytes, bytes] | None = None,
    ) -> httpx.Response:
        # Loading CA certificates takes longer than the request, and plain HTTP needs none.
        async with httpx.AsyncClient(base_url=self._url, timeout=TIMEOUT, verify=False) as client:
            return await client.get(path, params=query, headers=headers)


async def help_reply(person: UserSession, channel: str = "product") -> str:
    """Run `/ragvsft help`; return the text of the reply."""
    sent = await person.command(channel, "/ragvsft", "help")
    assert sent.ok, sent
    return text_of(person.sees(channel)[-1])
