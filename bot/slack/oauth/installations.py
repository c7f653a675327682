"""Installations: which token belongs to which workspace, encrypted at rest, cached in memory."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.ports import Clock
from bot.storage.installations import Installation, InstallationStore, NotInstalled, TokenUnreadable

logger = structlog.get_logger(__name__)

CACHE_TTL = timedelta(minutes=1)
"""How long this process may use a token after another process has removed the installation."""
_EVENT_PRECISION = timedelta(seconds=1)
"""Slack gives the time of an event in whole seconds."""


class Installations(Protocol):
    """Where the bot is installed; filled by `SingleWorkspace` and `MultiWorkspace`."""

    async def authorize(self, enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        """Return the token for a request, without a call to Slack.

        Raises:
            NotInstalled: there is none.
            TokenUnreadable: no key decrypts it.
        """
        ...

    async def client_for(self, workspace: str) -> AsyncWebClient:
        """Return the client that posts to a workspace.

        Raises:
            NotInstalled: there is no token to post with.
            TokenUnreadable: no key decrypts it.
        """
        ...

    async def forget(
        self, account: str, at: datetime, bot_users: Collection[str] | None = None
    ) -> None:
        """Remove an installation after Slack reported its end.

        Args:
            account: the id of the workspace or the organisation.
            at: when the installation ended.
            bot_users: the bot users whose tokens were revoked; None for all.
        """
        ...


class SingleWorkspace:
    """The installation in the one workspace of `SLACK_BOT_TOKEN`."""

    def __init__(self, token: str, client: AsyncWebClient) -> None:
        """Use one token for every request; `client` holds the connection to Slack."""
        self._token = token
        self._client = with_token(client, token)

    async def authorize(self, enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        """Return the token, for any workspace."""
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=self._token)

    async def client_for(self, workspace: str) -> AsyncWebClient:
        """Return the client with the token, for any workspace."""
        del workspace
        return self._client

    async def forget(
        self, account: str, at: datetime, bot_users: Collection[str] | None = None
    ) -> None:
        """Log that the token no longer works: only the operator can replace it."""
        if bot_users is None or bot_users:
            logger.warning(
                "the app was removed from the workspace: install it again and put its new bot "
                "token into SLACK_BOT_TOKEN",
                workspace=account,
                at=at.isoformat(),
            )


class TokenCipher:
    """Encrypts tokens with the newest key; decrypts with any key.

    An encrypted token names its account, so a row copied to another account is useless.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        """Load Fernet keys, the newest first.

        Raises:
            ValueError: there is no key, or one is malformed.
        """
        fernets = [Fernet(key) for key in keys]
        self._all = MultiFernet(fernets)
        self._newest = fernets[0]

    def encrypt(self, account: str, token: str) -> str:
        """Return an account's token, encrypted with the newest key."""
        return self._all.encrypt(f"{account} {token}".encode()).decode()

    def decrypt(self, account: str, encrypted: str) -> str:
        """Return the token in clear text.

        Raises:
            TokenUnreadable: no key decrypts it, or it is another account's.
        """
        try:
            owner, _, token = self._all.decrypt(encrypted).decode().partition(" ")
        except InvalidToken as error:
            raise TokenUnreadable(account) from error
        if owner != account:
            raise TokenUnreadable(account)
        return token

    def rotate(self, account: str, encrypted: str) -> str:
        """Return the token encrypted with the newest key; unchanged if it already is.

        Raises:
            TokenUnreadable: no key decrypts it, or it is another account's.
        """
        self.decrypt(account, encrypted)
        try:
            self._newest.decrypt(encrypted)
        except InvalidToken:
            return self._all.rotate(encrypted).decode()
        return encrypted


@dataclass(frozen=True, slots=True)
class _CachedToken:
    """A token in clear text, in memory only."""

    token: str
    bot_user: str
    expires_at: datetime


class MultiWorkspace:
    """The installations by OAuth."""

    def __init__(
        self, store: InstallationStore, cipher: TokenCipher, client: AsyncWebClient, clock: Clock
    ) -> None:
        """Cache no token yet; the client has none."""
        self._store = store
        self._cipher = cipher
        self._client = client
        self._clock = clock
        self._cache: dict[tuple[str | None, ...], _CachedToken] = {}
        self._generation = 0

    async def authorize(self, enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        """Return the token for a request, without a call to Slack.

        Raises:
            NotInstalled: there is none.
            TokenUnreadable: no key decrypts it.
        """
        cached = await self._cached(
            (enterprise_id, team_id), lambda: self._of_request(enterprise_id, team_id)
        )
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=cached.bot_user,
            bot_token=cached.token,
        )

    async def client_for(self, workspace: str) -> AsyncWebClient:
        """Return the client that posts to a workspace.

        Raises:
            NotInstalled: there is no token to post with.
            TokenUnreadable: no key decrypts it.
        """
        cached = await self._cached((workspace,), lambda: self._store.of_workspace(workspace))
        return with_token(self._client, cached.token)

    async def keep(self, installation: Installation) -> None:
        """Store an installation; it replaces an earlier one of the same account."""
        await self._store.save(installation)
        self._invalidate()
        logger.info("the app was installed", account=installation.account)

    async def forget(
        self, account: str, at: datetime, bot_users: Collection[str] | None = None
    ) -> None:
        """Remove an installation that ended at `at`, unless it was renewed since."""
        removed = await self._store.delete(account, at + _EVENT_PRECISION, bot_users)
        self._invalidate()
        if removed:
            logger.info("the app was removed", account=account)

    async def rotate_keys(self) -> None:
        """Encrypt every token with the newest key; log those that no key decrypts."""
        for installation in await self._store.all():
            encrypted = installation.encrypted_token
            try:
                rotated = self._cipher.rotate(installation.account, encrypted)
            except TokenUnreadable as error:
                logger.error("a token cannot be used", reason=str(error))  # noqa: TRY400 (a sentence)
                continue
            if rotated != encrypted:
                await self._store.replace_token(installation, rotated)

    async def _of_request(self, enterprise: str | None, team: str | None) -> Installation | None:
        """Return a request's installation: the workspace's own, else its organisation's.

        For an organisation's installation, a request may name no workspace, or the organisation
        as the workspace (slackapi/bolt-python#639).
        """
        if team and (own := await self._store.find(team)):
            return own
        if enterprise is None:
            return None
        shared = await self._store.find(enterprise)
        if shared and team:
            await self._store.note_workspace(team, enterprise)
        return shared

    async def _cached(
        self,
        key: tuple[str | None, ...],
        find: Callable[[], Awaitable[Installation | None]],
    ) -> _CachedToken:
        """Return a token from the cache, or find and cache it."""
        now = self._clock.now()
        cached = self._cache.get(key)
        if cached is not None and now < cached.expires_at:
            return cached
        generation = self._generation
        installation = await find()
        if installation is None:
            raise NotInstalled
        token = self._cipher.decrypt(installation.account, installation.encrypted_token)
        cached = _CachedToken(token, installation.bot_user, now + CACHE_TTL)
        if self._generation == generation:
            self._cache[key] = cached
        return cached

    def _invalidate(self) -> None:
        """Empty the cache, and keep look-ups in progress from filling it."""
        self._cache.clear()
        self._generation += 1


def with_token(client: AsyncWebClient, token: str) -> AsyncWebClient:
    """Return a client with a token that shares another client's session and settings."""
    return AsyncWebClient(
        token=token,
        base_url=client.base_url,
        session=client.session,
        timeout=client.timeout,
        retry_handlers=[],
    )
