"""People in the log. Fills the port `PeopleStore`."""

import json
from collections.abc import Collection
from datetime import datetime

from bot.decisions.model import Person
from bot.services.directory import CachedProfile, DirectoryEntry
from bot.storage.connection import Connection
from bot.storage.database import Database

_PROFILES = """
select user, name, zone, asked_at from people
where workspace = :workspace and user in (select value from json_each(:users)) and asked_at <> ''
"""
_NOT_ASKED = """
select workspace, user from people
where asked_at < :before and workspace not in (select value from json_each(:leave_out))
order by asked_at limit :limit
"""


class SqlitePeople:
    """The port `PeopleStore`, on a log."""

    def __init__(self, log: Database) -> None:
        """Make it on a log that its owner opens and closes."""
        self._log = log

    async def profiles(self, workspace: str, users: Collection[str]) -> dict[str, CachedProfile]:
        """Return what is kept of people, by user id; those never asked about are left out."""
        return await self._log.read(lambda db: _profiles(db, workspace, users))

    async def keep_profile(self, profile: CachedProfile) -> None:
        """Keep a profile, in the place of an earlier one."""
        row = {
            "workspace": profile.person.workspace,
            "user": profile.person.user,
            "name": profile.known.name,
            "zone": profile.known.zone,
            "asked_at": profile.asked_at.isoformat(),
        }

        def work(db: Connection) -> None:
            db.table("people").upsert(row, pk=("workspace", "user"))

        await self._log.write(work)

    async def not_asked_since(
        self, before: datetime, leave_out: Collection[str], limit: int
    ) -> list[Person]:
        """Return people who appear in decisions and were not asked about since `before`."""
        arguments = {
            "before": before.isoformat(),
            "leave_out": json.dumps(list(leave_out)),
            "limit": limit,
        }
        found = await self._log.read(lambda db: list(db.query(_NOT_ASKED, arguments)))
        return [Person(row["workspace"], row["user"]) for row in found]


def names_of(db: Connection, workspace: str, users: Collection[str]) -> dict[str, str]:
    """Return what people are called, by user id, as far as the log knows."""
    found = _profiles(db, workspace, users)
    return {user: each.known.name for user, each in found.items() if each.known.name}


def _profiles(db: Connection, workspace: str, users: Collection[str]) -> dict[str, CachedProfile]:
    arguments = {"workspace": workspace, "users": json.dumps(list(users))}
    return {
        row["user"]: CachedProfile(
            Person(workspace, row["user"]),
            DirectoryEntry(row["name"], row["zone"]),
            datetime.fromisoformat(row["asked_at"]),
        )
        for row in db.query(_PROFILES, arguments)
    }
