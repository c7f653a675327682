"""The installations, in the same file as the decisions. Fills the port `Installations`."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from bot.decisions.installation import Installation
from bot.storage.connection import Connection
from bot.storage.database import Database

_OF_WORKSPACE = """
select i.*, 1 as preference from installations as i where i.account = :workspace
union all
select i.*, 2 from installations as i
join enterprise_workspaces as w on w.enterprise = i.account
where w.workspace = :workspace
order by preference limit 1
"""

_NOTE_WORKSPACE = """
insert into enterprise_workspaces (workspace, enterprise) values (:workspace, :enterprise)
on conflict (workspace) do update set enterprise = excluded.enterprise
where enterprise <> excluded.enterprise
"""

_FORGET = """
delete from installations
where account = :account and installed_at < :before
  and (:bot_users is null or bot_user in (select value from json_each(:bot_users)))
"""


class SqliteInstallations:
    """The port `Installations`, on a log."""

    def __init__(self, log: Database) -> None:
        """Keep installations in a log that its owner opens and closes."""
        self._log = log

    async def keep(self, installation: Installation) -> None:
        """Keep an installation in the place of an earlier one of the same account."""
        row = _row(installation)
        await self._log.write(lambda db: db.upsert("installations", row, key=("account",)))

    async def find(self, account: str) -> Installation | None:
        """Return an account's own installation; None if there is none."""
        return await self._one("select * from installations where account = :a", {"a": account})

    async def of_workspace(self, workspace: str) -> Installation | None:
        """Return a workspace's own installation, else that of its organisation, if any."""
        return await self._one(_OF_WORKSPACE, {"workspace": workspace})

    async def note_workspace(self, workspace: str, enterprise: str) -> None:
        """Note to which organisation a workspace belongs."""
        arguments = {"workspace": workspace, "enterprise": enterprise}
        await self._log.write(lambda db: db.execute(_NOTE_WORKSPACE, arguments))

    async def all(self) -> list[Installation]:
        """Return every installation."""
        found = await self._log.read(lambda db: db.all("select * from installations"))
        return [_installation(row) for row in found]

    async def reseal(self, installation: Installation, sealed_token: str) -> bool:
        """Replace the encrypted token, unless it has changed in the meantime."""
        query = "update installations set token = ? where account = ? and token = ?"
        arguments = (sealed_token, installation.account, installation.sealed_token)
        return await self._changes(query, arguments)

    async def forget(
        self, account: str, before: datetime, bot_users: Collection[str] | None = None
    ) -> bool:
        """Drop an account's installation that is older than `before`; False if there was none."""
        arguments = {
            "account": account,
            "before": before.isoformat(),
            "bot_users": None if bot_users is None else json.dumps(sorted(bot_users)),
        }
        return await self._changes(_FORGET, arguments)

    async def add_state(self, state: str, now: datetime, expires_at: datetime) -> None:
        """Keep the state of an installation under way; those expired by `now` go."""

        def work(db: Connection) -> None:
            db.execute(
                "delete from oauth_states where expires_at <= :now", {"now": now.isoformat()}
            )
            db.insert("oauth_states", {"state": state, "expires_at": expires_at.isoformat()})

        await self._log.write(work)

    async def take_state(self, state: str, now: datetime) -> bool:
        """Use a state up; False if it is unknown, was used before, or has expired."""
        query = "delete from oauth_states where state = ? and expires_at > ?"
        return await self._changes(query, (state, now.isoformat()))

    async def _one(self, query: str, arguments: Mapping[str, str]) -> Installation | None:
        found = await self._log.read(lambda db: db.all(query, dict(arguments)))
        return _installation(found[0]) if found else None

    async def _changes(self, query: str, arguments: tuple[str, ...] | dict[str, Any]) -> bool:
        changed = await self._log.write(lambda db: db.execute(query, arguments))
        return changed > 0


def _row(installation: Installation) -> dict[str, Any]:
    return {
        "account": installation.account,
        "team": installation.team,
        "enterprise": installation.enterprise,
        "name": installation.name,
        "bot_user": installation.bot_user,
        "installed_by": installation.installed_by,
        "scopes": ",".join(installation.scopes),
        "token": installation.sealed_token,
        "installed_at": installation.installed_at.isoformat(),
    }


def _installation(row: Mapping[str, Any]) -> Installation:
    return Installation(
        team=row["team"],
        enterprise=row["enterprise"],
        name=row["name"],
        bot_user=row["bot_user"],
        installed_by=row["installed_by"],
        scopes=tuple(scope for scope in row["scopes"].split(",") if scope),
        sealed_token=row["token"],
        installed_at=datetime.fromisoformat(row["installed_at"]),
    )
