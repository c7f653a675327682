"""Which token belongs to which workspace."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.installation import (
    Installation,
    InstallationStore,
    NotInstalled,
    TokenUnreadable,
)
from bot.services.ports import Clock
from bot.slack.oauth.tokens import TokenCipher

logger = structlog.get_logger(__name__)

HELD_FOR = timedelta(minutes=1)
"""How long another process may go on with a token after a removal that it was not told of."""
_EVENT_GRAIN = timedelta(seconds=1)
"""Slack gives the time of an event in whole seconds."""


class Installations(Protocol):
    """Where the bot is installed."""

    async def authorize(self, enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        """Return the token for a request, without asking Slack.

        Raises:
            NotInstalled: there is none.
            TokenUnreadable: there is one that the keys do not open.
        """
        ...

    async def client_for(self, workspace: str) -> AsyncWebClient:
        """Return the client to post to a workspace with.

        Raises:
            NotInstalled: there is no token to post with.
            TokenUnreadable: there is one that the keys do not open.
        """
        ...

    async def forget(
        self, account: str, at: datetime, bot_users: Collection[str] | None = None
    ) -> None:
        """Take note that the bot was removed.

        Args:
            account: the workspace, or the organisation.
            at: when it was removed.
            bot_users: the bot users whose tokens ended; None for whichever there is.
        """
        ...


class SingleWorkspace:
    """The installation of a bot that serves the workspace of `SLACK_BOT_TOKEN`."""

    def __init__(self, token: str, client: AsyncWebClient) -> None:
        """Make the installation; `client` says how Slack is reached."""
        self._token = token
        self._client = with_token(client, token)

    async def authorize(self, enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        """Return the token for a request, without asking Slack."""
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=self._token)

    async def client_for(self, workspace: str) -> AsyncWebClient:
        """Return the client to post to a workspace with."""
        del workspace
        return self._client

    async def forget(
        self, account: str, at: datetime, bot_users: Collection[str] | None = None
    ) -> None:
        """Tell the operator, who alone can put another token in."""
        if bot_users is None or bot_users:
            logger.warning(
                "the app was removed from the workspace: install it again and put its new bot "
                "token into SLACK_BOT_TOKEN",
                workspace=account,
                at=at.isoformat(),
            )


@dataclass(frozen=True, slots=True)
class _Held:
    """A token in memory, in the clear."""

    token: str
    bot_user: str
    until: datetime


class MultiWorkspace:
    """The installations by OAuth; their tokens are encrypted wherever they are kept."""

    def __init__(
        self, kept: InstallationStore, seal: TokenCipher, client: AsyncWebClient, clock: Clock
    ) -> None:
        """Make the installations.

        Args:
            kept: where they are kept.
            seal: encrypts and decrypts the tokens.
            client: says how Slack is reached; it has no token.
            clock: the only source of time.
        """
        self._kept = kept
        self._seal = seal
        self._client = client
        self._clock = clock
        self._held: dict[tuple[str | None, ...], _Held] = {}
        self._changes = 0

    async def authorize(self, enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        """Return the token for a request, without asking Slack.

        Raises:
            NotInstalled: there is none.
            TokenUnreadable: there is one that the keys do not open.
        """
        held = await self._hold(
            (enterprise_id, team_id), lambda: self._of_request(enterprise_id, team_id)
        )
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=held.bot_user,
            bot_token=held.token,
        )

    async def client_for(self, workspace: str) -> AsyncWebClient:
        """Return the client to post to a workspace with.

        Raises:
            NotInstalled: there is no token to post with.
            TokenUnreadable: there is one that the keys do not open.
        """
        held = await self._hold((workspace,), lambda: self._kept.of_workspace(workspace))
        return with_token(self._client, held.token)

    async def keep(self, installation: Installation) -> None:
        """Keep an installation, in the place of an earlier one of the same account."""
        await self._kept.keep(installation)
        self._let_go()
        logger.info("the app was installed", account=installation.account)

    async def forget(
        self, account: str, at: datetime, bot_users: Collection[str] | None = None
    ) -> None:
        """Drop an installation that was removed at `at`, unless it has been renewed since."""
        dropped = await self._kept.forget(account, at + _EVENT_GRAIN, bot_users)
        self._let_go()
        if dropped:
            logger.info("the app was removed", account=account)

    async def rotate_keys(self) -> None:
        """Encrypt every token with the newest key; tell the operator of those it cannot open."""
        for installation in await self._kept.all():
            try:
                await self._renew(installation)
            except TokenUnreadable as error:
                logger.error("a token cannot be used", reason=str(error))  # noqa: TRY400 (a sentence)

    async def _of_request(self, enterprise: str | None, team: str | None) -> Installation | None:
        """Return the installation a request belongs to: the workspace's, else its organisation's.

        Where an organisation has installed the bot, requests may name no workspace, or the
        organisation in its place (slackapi/bolt-python#639).
        """
        if team and (own := await self._kept.find(team)):
            return own
        if enterprise is None:
            return None
        shared = await self._kept.find(enterprise)
        if shared and team:
            await self._kept.note_workspace(team, enterprise)
        return shared

    async def _hold(
        self,
        key: tuple[str | None, ...],
        find: Callable[[], Awaitable[Installation | None]],
    ) -> _Held:
        """Return a token from memory, or find it and hold it for a while."""
        now = self._clock.now()
        held = self._held.get(key)
        if held is not None and now < held.until:
            return held
        before = self._changes
        installation = await find()
        if installation is None:
            raise NotInstalled
        token = self._seal.unseal(installation.account, installation.sealed_token)
        held = _Held(token, installation.bot_user, now + HELD_FOR)
        if self._changes == before:
            self._held[key] = held
        return held

    async def _renew(self, installation: Installation) -> None:
        sealed = installation.sealed_token
        renewed = self._seal.renewed(installation.account, sealed)
        if renewed != sealed:
            await self._kept.reseal(installation, renewed)

    def _let_go(self) -> None:
        """Look every token up anew; whoever is looking one up just now does not hold it."""
        self._held.clear()
        self._changes += 1


def with_token(client: AsyncWebClient, token: str) -> AsyncWebClient:
    """Return a client like another one, in the same session, with a token."""
    return AsyncWebClient(
        token=token,
        base_url=client.base_url,
        session=client.session,
        timeout=client.timeout,
        retry_handlers=[],
    )
