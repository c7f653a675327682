"""A bot for many workspaces, two workspaces to install it in, and a browser to do so with."""

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
from tests.scenarios.house import House, text_of
from tests.scenarios.quick import WITHIN


@dataclass
class ManyHouse(House):
    """A house whose bot is installed by OAuth."""

    keys: list[str] = field(default_factory=lambda: [Fernet.generate_key().decode()])

    def settings(self, **more: str) -> Settings:
        """The settings of a bot that anybody can install."""
        app = self.playground.app
        oauth = {
            "SLACK_CLIENT_ID": app.client_id,
            "SLACK_CLIENT_SECRET": app.client_secret,
            "RAGVSFT_KEYS": ",".join(self.keys),
        }
        one = super().settings(**{**oauth, **more})
        return one.model_copy(update={"bot_token": None})

    def second_team(self) -> tuple[Workspace, UserSession]:
        """Another workspace with one person and the channel `product`, like the first one."""
        team = self.playground.add_workspace("T0SOUTH", "Southwind")
        zoe = SlackUser("U0ZOE", "zoe", "Zoe Park", team.id)
        actor = self.playground.add_user(zoe, team)
        self.playground.add_channel(Channel("C0SOUTH", "product", "public", {zoe.id}), team)
        return team, actor

    def files(self) -> Iterator[bytes]:
        """The contents of the database and of what SQLite keeps beside it."""
        for path in self.database.parent.glob(f"{self.database.name}*"):
            yield path.read_bytes()


@dataclass(frozen=True)
class Visit:
    """What a browser knows after it has opened the page of installation."""

    page: httpx.Response
    link: str
    state: str
    cookie: str


class Browser:
    """Goes through an installation as a browser does, Slack's part left out."""

    def __init__(self, bot: Application) -> None:
        self._url = f"http://127.0.0.1:{bot.port}"

    async def visit(self) -> Visit:
        """Open the page of installation."""
        page = await self._get("/slack/install")
        found = re.search(r'href="(https?://[^"]*/oauth/v2/authorize[^"]*)"', page.text)
        assert found, page.text
        link = unescape(found[1])
        cookie = SimpleCookie(page.headers["set-cookie"])["ragvsft_install"].value
        return Visit(page, link, parse_qs(urlsplit(link).query)["state"][0], cookie)

    async def come_back(
        self, visit: Visit, *, cookie: str | None = None, **answer: str
    ) -> httpx.Response:
        """Come back from Slack, with what it answered."""
        sent = visit.cookie if cookie is None else cookie
        headers = {b"cookie": f"ragvsft_install={sent}".encode()} if sent else {}
        asked = {"state": visit.state, **answer}
        return await self._get("/slack/oauth_redirect", asked, headers)

    async def install(self, team: Workspace) -> httpx.Response:
        """Install the bot in a workspace."""
        return await self.come_back(await self.visit(), code=f"code-{team.id}")

    async def _get(
        self,
        path: str,
        asked: dict[str, str] | None = None,
        headers: dict[bytes, bytes] | None = None,
    ) -> httpx.Response:
        # Certificates, of which there are none here, take longer to load than the page does.
        async with httpx.AsyncClient(base_url=self._url, timeout=WITHIN, verify=False) as client:
            return await client.get(path, params=asked, headers=headers)


async def told(person: UserSession, channel: str = "product") -> str:
    """Type `/ragvsft help` and return what comes back."""
    sent = await person.command(channel, "/ragvsft", "help")
    assert sent.ok, sent
    return text_of(person.sees(channel)[-1])
