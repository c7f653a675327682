"""Installations by OAuth: what a workspace, or a whole organisation, has allowed the bot."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bot.storage.connection import Connection
from bot.storage.convert import RowMapper, utc_text
from bot.storage.database import Database


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
    """The bot as installed in one account.

    Attributes:
        team: the workspace; None if a whole organisation installed the bot.
        enterprise: the organisation; None for a workspace that belongs to none.
        name: the name of the workspace or organisation.
        bot_user: the bot's user id there.
        installed_by: the user who installed it.
        scopes: the granted OAuth scopes.
        encrypted_token: its token; clear text is never stored.
        installed_at: the time of the last installation.
    """

    team: str | None
    enterprise: str | None
    name: str
    bot_user: str
    installed_by: str
    scopes: tuple[str, ...]
    encrypted_token: str
    installed_at: datetime

    @property
    def account(self) -> str:
        """The id of the workspace, which begins with T, or of the organisation, with E.

        Raises:
            ValueError: there is neither.
        """
        account = self.team or self.enterprise
        if not account:
            raise ValueError("an installation belongs to a workspace or to an organisation")
        return account


_INSTALLATIONS = RowMapper(Installation)
_OF_WORKSPACE = """
select * from (
  select i.*, 1 as preference from installations as i where i.account = :workspace
  union all
  select i.*, 2 from installations as i
  join enterprise_workspaces as w on w.enterprise = i.account
  where w.workspace = :workspace
) as found order by preference limit 1
"""
_OF_ENTERPRISE = "select workspace from enterprise_workspaces where enterprise = :account"
_DELETE = "delete from installations where account = :account and installed_at < :before"
_ROTATE = """
update installations set encrypted_token = :new
where account = :account and encrypted_token = :before
"""
_PROBE_SOON = """
update channel_blocks set probe_at = :now, probes = 0 where channel = '' and (
  workspace = :account
  or workspace in (select workspace from enterprise_workspaces where enterprise = :account)
)
"""
_USE_STATE = "delete from oauth_states where state = :state and expires_at > :now"
_EXPIRED = "delete from oauth_states where expires_at <= :now"


class InstallationStore:
    """The installations, and the OAuth states of those in progress."""

    def __init__(self, database: Database) -> None:
        """Keep installations in a database."""
        self._database = database

    async def save(self, installation: Installation) -> None:
        """Insert an installation, or replace the one of the same account.

        What waits for its workspaces is tried again at once.
        """
        row = {**_INSTALLATIONS.row(installation), "account": installation.account}
        account = {"account": installation.account, "now": utc_text(installation.installed_at)}

        def work(db: Connection) -> None:
            db.upsert("installations", row, key=("account",))
            db.execute(_PROBE_SOON, account)
            for workspace in _workspaces_of(db, installation.account):
                db.delete("removed_workspaces", workspace=workspace)

        await self._database.write(work)

    async def find(self, account: str) -> Installation | None:
        """Return an account's own installation; None if there is none."""
        row = await self._database.read(lambda db: db.get("installations", account=account))
        return _INSTALLATIONS.load(row) if row else None

    async def of_workspace(self, workspace: str) -> Installation | None:
        """Return a workspace's own installation, else that of its organisation, if any."""
        key = {"workspace": workspace}
        row = await self._database.read(lambda db: db.one(_OF_WORKSPACE, key))
        return _INSTALLATIONS.load(row) if row else None

    async def note_workspace(self, workspace: str, enterprise: str) -> None:
        """Record to which organisation a workspace belongs."""
        row = {"workspace": workspace, "enterprise": enterprise}

        def work(db: Connection) -> None:
            db.upsert("enterprise_workspaces", row, key=("workspace",))

        await self._database.write(work)

    async def all(self) -> list[Installation]:
        """Return every installation."""
        found = await self._database.read(lambda db: db.all("select * from installations"))
        return [_INSTALLATIONS.load(row) for row in found]

    async def replace_token(self, installation: Installation, encrypted_token: str) -> bool:
        """Replace the encrypted token; return False if it has changed in the meantime."""
        change = {
            "account": installation.account,
            "before": installation.encrypted_token,
            "new": encrypted_token,
        }
        return await self._database.write(lambda db: db.execute(_ROTATE, change) > 0)

    async def delete(
        self, account: str, before: datetime, bot_users: Collection[str] | None = None
    ) -> bool:
        """Delete an account's installation, and note when, for each workspace without another.

        Args:
            account: the workspace or the organisation.
            before: an installation of that time or later is newer than its removal, and stays.
            bot_users: delete it only if its bot user is one of these.

        Returns:
            Whether there was one to delete.
        """
        key = {"account": account, "before": utc_text(before), "bot_users": list(bot_users or ())}
        query = _DELETE if bot_users is None else f"{_DELETE} and bot_user in (:bot_users)"

        def work(db: Connection) -> bool:
            deleted = db.execute(query, key) > 0
            for workspace in _workspaces_of(db, account) if deleted else ():
                if db.one(_OF_WORKSPACE, {"workspace": workspace}) is None:
                    row = {"workspace": workspace, "removed_at": key["before"]}
                    db.upsert("removed_workspaces", row, key=("workspace",))
            return deleted

        return await self._database.write(work)

    async def add_state(self, state: str, now: datetime, expires_at: datetime) -> None:
        """Store the state of an installation in progress; delete the expired ones."""

        def work(db: Connection) -> None:
            db.execute(_EXPIRED, {"now": utc_text(now)})
            db.insert("oauth_states", {"state": state, "expires_at": utc_text(expires_at)})

        await self._database.write(work)

    async def use_state(self, state: str, now: datetime) -> bool:
        """Use up a state; return False if it is unknown, was used before, or has expired."""
        key = {"state": state, "now": utc_text(now)}
        return await self._database.write(lambda db: db.execute(_USE_STATE, key) > 0)


def _workspaces_of(db: Connection, account: str) -> list[str]:
    """Return the workspaces of an account: itself, or those known of an organisation."""
    found = db.all(_OF_ENTERPRISE, {"account": account})
    return [*(row["workspace"] for row in found), *([] if account.startswith("E") else [account])]
