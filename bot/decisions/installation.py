"""An installation: what a workspace, or a whole organisation, has allowed the bot."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class NotInstalled(LookupError):
    """The bot is not installed in this workspace, or was removed from it."""


class TokenUnreadable(ValueError):
    """No key decrypts a stored token, or it was encrypted for another account."""

    def __init__(self, account: str) -> None:
        super().__init__(
            f"the token of {account} cannot be decrypted: put the key that it was encrypted with "
            "back at the end of RAGVSFT_KEYS, or install the app there again"
        )


@dataclass(frozen=True, slots=True)
class Installation:
    """The bot as it is installed in one account.

    Attributes:
        team: the workspace; None if a whole organisation installed the bot.
        enterprise: the organisation; None for a workspace that belongs to none.
        name: what the workspace or the organisation is called.
        bot_user: the bot's user id there.
        installed_by: the user who installed it.
        scopes: what it may do.
        sealed_token: its token, encrypted; never in the clear.
        installed_at: when it was installed last.
    """

    team: str | None
    enterprise: str | None
    name: str
    bot_user: str
    installed_by: str
    scopes: tuple[str, ...]
    sealed_token: str
    installed_at: datetime

    @property
    def account(self) -> str:
        """Whose installation this is: a workspace's id, else an organisation's.

        Slack begins the one with T and the other with E, so that both can stand in one list.

        Raises:
            ValueError: it is nobody's.
        """
        account = self.team or self.enterprise
        if not account:
            raise ValueError("an installation belongs to a workspace or to an organisation")
        return account


class InstallationStore(Protocol):
    """The installations there are, and those under way. Each method is one transaction."""

    async def keep(self, installation: Installation) -> None:
        """Keep an installation in the place of an earlier one of the same account."""
        ...

    async def find(self, account: str) -> Installation | None:
        """Return an account's own installation; None if there is none."""
        ...

    async def of_workspace(self, workspace: str) -> Installation | None:
        """Return a workspace's own installation, else that of its organisation, if any."""
        ...

    async def note_workspace(self, workspace: str, enterprise: str) -> None:
        """Note to which organisation a workspace belongs."""
        ...

    async def all(self) -> list[Installation]:
        """Return every installation."""
        ...

    async def reseal(self, installation: Installation, sealed_token: str) -> bool:
        """Replace the encrypted token.

        Returns:
            False if the installation's token has changed in the meantime; it is left alone.
        """
        ...

    async def forget(
        self, account: str, before: datetime, bot_users: Collection[str] | None = None
    ) -> bool:
        """Drop an account's installation.

        Args:
            account: the workspace or the organisation.
            before: one that was installed then or later is newer than what it is dropped for,
                and stays.
            bot_users: drop it only if its bot user is among these.

        Returns:
            False if there was nothing to drop.
        """
        ...

    async def add_state(self, state: str, now: datetime, expires_at: datetime) -> None:
        """Keep the state of an installation under way; those expired by `now` go."""
        ...

    async def take_state(self, state: str, now: datetime) -> bool:
        """Use a state up; False if it is unknown, was used before, or has expired."""
        ...
