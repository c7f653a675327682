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
        "known": {
            each: each
            for each in ("name", "zone", "outside", "guest", "admin", "gone", "enterprise")
        },
    },
)
_KNOWN = """
select people.*, known.enterprise as ours from people
left join enterprise_workspaces as known on known.workspace = people.workspace
where people.workspace = :workspace and people.user_id in (:users) and people.asked_at <> :never
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
        unknown = {"name": "", "outside": 0, "guest": 0, "admin": 0, "gone": 0}
        db.insert_if_new("people", {**person, **unknown, "asked_at": _NEVER})


def save_profile(db: Connection, profile: CachedProfile) -> None:
    """Insert or replace the profile of a person."""
    db.upsert("people", _PEOPLE.row(profile), key=("workspace", "user_id"))


def save_enterprise(db: Connection, workspace: str, enterprise: str) -> None:
    """Record to which organisation a workspace belongs."""
    row = {"workspace": workspace, "enterprise": enterprise}
    db.upsert("enterprise_workspaces", row, key=("workspace",))


def find_profiles(
    db: Connection, workspace: str, users: Collection[str]
) -> dict[str, CachedProfile]:
    """Return the cached profiles of users, by id; without those never looked up.

    People of the workspace's own organisation are colleagues, whichever workspace Slack names as
    theirs.
    """
    key = {"workspace": workspace, "users": list(users), "never": _NEVER}
    found = db.all(_KNOWN, key)
    for row in found:
        if row["ours"] is not None and row["ours"] == row["enterprise"]:
            row["outside"] = 0
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
