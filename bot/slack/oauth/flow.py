"""The OAuth flow: a state on the way to Slack, a code on the way back, a token for the code.

https://docs.slack.dev/authentication/installing-with-oauth

slack_bolt's `AsyncOAuthFlow` is not used: it calls `oauth_v2_access`, which depends on a class that
aiohttp has deprecated, and tests the token with a further call before it stores it.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urljoin

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth import AuthorizeUrlGenerator
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.ports import Clock
from bot.slack.oauth.installations import MultiWorkspace, TokenCipher
from bot.slackkit.api_errors import OAUTH_DECLINED, OAUTH_MISCONFIGURED, UNREACHABLE, api_error_of
from bot.storage.installations import Installation, InstallationStore

logger = structlog.get_logger(__name__)

STATE_TTL = timedelta(minutes=10)
"""The lifetime of Slack's code."""


class InstallFailed(Exception):
    """The bot was not installed; the message tells the person why, and what to do."""


@dataclass(frozen=True, slots=True)
class OAuthCredentials:
    """The app's client id and secret."""

    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Installed:
    """A new installation, and the link to the bot in Slack."""

    installation: Installation
    url: str


class OAuthFlow:
    """Starts and finishes installations."""

    def __init__(
        self,
        credentials: OAuthCredentials,
        scopes: Sequence[str],
        client: AsyncWebClient,
        cipher: TokenCipher,
        installations: MultiWorkspace,
        store: InstallationStore,
        clock: Clock,
    ) -> None:
        """Prepare the flow; the client has no token."""
        self._credentials = credentials
        self._client = client
        self._cipher = cipher
        self._installations = installations
        self._store = store
        self._clock = clock
        self._urls = AuthorizeUrlGenerator(
            client_id=credentials.client_id,
            scopes=scopes,
            authorization_url=urljoin(client.base_url, "../oauth/v2/authorize"),
        )

    async def start(self) -> str:
        """Return the state of a new installation; the browser keeps it until the callback."""
        state, now = secrets.token_urlsafe(32), self._clock.now()
        await self._store.add_state(state, now, now + STATE_TTL)
        return state

    def authorize_url(self, state: str) -> str:
        """Return the address of Slack's consent page."""
        return self._urls.generate(state)

    async def finish(
        self, *, code: str, state: str, browser_state: str, error: str = ""
    ) -> Installed:
        """Exchange the code in Slack's callback for a token, and store the installation.

        `browser_state` is the state that this browser was given.

        Raises:
            InstallFailed: with a sentence for the person.
        """
        if error:
            raise InstallFailed(_refused(error))
        if not (code and await self._take_state(state, browser_state)):
            raise InstallFailed(
                "This installation has expired, was finished before, or was begun in another "
                "browser. If ragvsft answers in Slack, all is well; otherwise begin again."
            )
        granted = await self._exchange(code)
        installation = self._installation(granted)
        await self._installations.keep(installation)
        return Installed(installation, _url_in_slack(granted))

    async def _take_state(self, state: str, browser_state: str) -> bool:
        """Use a state up; return whether this browser was given it and it has not expired."""
        same = secrets.compare_digest(state.encode(), browser_state.encode())
        return bool(state) and same and await self._store.use_state(state, self._clock.now())

    async def _exchange(self, code: str) -> Mapping[str, Any]:
        data = {
            "client_id": self._credentials.client_id,
            "client_secret": self._credentials.client_secret,
            "code": code,
        }
        try:
            granted = (await self._client.api_call("oauth.v2.access", data=data)).data
        except UNREACHABLE as error:
            reason = api_error_of(error).error if isinstance(error, SlackApiError) else ""
            raise InstallFailed(_failed(reason)) from error
        if not isinstance(granted, dict) or not granted.get("access_token"):
            raise InstallFailed(_failed("no_token"))
        return granted

    def _installation(self, granted: Mapping[str, Any]) -> Installation:
        if granted.get("refresh_token"):
            logger.error(
                "token rotation is on for this app, which ragvsft does not support: create the "
                "app again from the manifest, which leaves it off"
            )
            raise InstallFailed(_failed("token_rotation"))
        whole = bool(granted.get("is_enterprise_install"))
        team, enterprise = granted.get("team") or {}, granted.get("enterprise") or {}
        account = (enterprise if whole else team).get("id")
        if not account:
            raise InstallFailed(_failed("no_account"))
        return Installation(
            team=None if whole else account,
            enterprise=enterprise.get("id"),
            name=str((enterprise if whole else team).get("name") or account),
            bot_user=str(granted.get("bot_user_id") or ""),
            installed_by=str((granted.get("authed_user") or {}).get("id") or ""),
            scopes=tuple(filter(None, str(granted.get("scope") or "").split(","))),
            encrypted_token=self._cipher.encrypt(account, str(granted["access_token"])),
            installed_at=self._clock.now(),
        )


def _refused(error: str) -> str:
    """Return the sentence for an error of Slack's consent page."""
    if error == OAUTH_DECLINED:
        return "You declined in Slack, so nothing was installed."
    return f"Slack did not allow the installation ({_name(error)}), so nothing was installed."


def _failed(error: str) -> str:
    """Return the sentence for an error of the exchange; an empty one means no answer."""
    if not error:
        return "Slack could not be reached, so nothing was installed. Begin again in a minute."
    if error in OAUTH_MISCONFIGURED or error in {"token_rotation", "no_token"}:
        logger.error("an installation failed: check the app's settings in Slack", reason=error)
        return (
            f"This bot is not set up correctly ({_name(error)}), so nothing was installed. "
            "If you run it: the log and `ragvsft doctor` name the remedy."
        )
    return f"Slack did not accept the installation ({_name(error)}). Begin again."


def _name(error: str) -> str:
    """Return an error name; a callback's text that is none is not repeated on the page."""
    return error if re.fullmatch("[a-z0-9_]{1,60}", error) else "for a reason it does not name"


def _url_in_slack(granted: Mapping[str, Any]) -> str:
    """Return a link to the bot: https://docs.slack.dev/interactivity/deep-linking."""
    ids = {"app": granted.get("app_id"), "team": (granted.get("team") or {}).get("id")}
    query = urlencode({name: value for name, value in ids.items() if value})
    return f"https://slack.com/app_redirect?{query}"
