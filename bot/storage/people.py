"""People who appear in decisions: their cached names and time zones."""

from collections.abc import Collection, Iterable
from datetime import datetime

from bot.decisions.model import Person
from bot.decisions.ports import CachedProfile
from bot.storage.connection import Connection
from bot.storage.convert import RowMapper, utc_text

_NEVER = ""
_PEOPLE = RowMapper(
    CachedProfile,
    {
        "person": {"workspace": "workspace", "user": "user_id"},
        "known": {"name": "name", "zone": "zone", "outside": "outside"},
    },
)
_KNOWN = """
select * from people
where workspace = :workspace and user_id in (:users) and asked_at <> :never
"""
_OUTDATED = """
select workspace, user_id from people
where asked_at < :before and workspace not in (:skipped)
order by asked_at limit :limit
"""


def note_people(db: Connection, workspace: str, users: Iterable[str]) -> None:
    """Record that users appear in decisions, so that their profiles are looked up."""
    for user in users:
        person = {"workspace": workspace, "user_id": user}
        unknown = {"name": "", "zone": None, "outside": 0, "asked_at": _NEVER}
        db.insert_if_new("people", {**person, **unknown})


def save_profile(db: Connection, profile: CachedProfile) -> None:
    """Insert or replace the profile of a person."""
    db.upsert("people", _PEOPLE.row(profile), key=("workspace", "user_id"))


def find_profiles(
    db: Connection, workspace: str, users: Collection[str]
) -> dict[str, CachedProfile]:
    """Return the cached profiles of users, by id; without those never looked up."""
    key = {"workspace": workspace, "users": list(users), "never": _NEVER}
    found = db.all(_KNOWN, key)
    return {row["user_id"]: _PEOPLE.load(row) for row in found}


def find_names(db: Connection, workspace: str, users: Collection[str]) -> dict[str, str]:
    """Return the known names of users, by id."""
    found = find_profiles(db, workspace, users)
    return {user: each.known.name for user, each in found.items() if each.known.name}


def outdated_people(
    db: Connection, before: datetime, leave_out: Collection[str], limit: int
) -> list[Person]:
    """Return people whose profiles were not looked up since `before`.

    Args:
        db: the connection.
        before: a time.
        leave_out: workspaces to skip.
        limit: how many at most; those never looked up come first.
    """
    skipped = ["", *leave_out]  # never empty: nothing is "not in" an empty list
    found = db.all(_OUTDATED, {"before": utc_text(before), "skipped": skipped, "limit": limit})
    return [Person(row["workspace"], row["user_id"]) for row in found]
