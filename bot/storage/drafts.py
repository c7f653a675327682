"""Drafts: questionnaires in progress."""

from collections.abc import Callable
from datetime import datetime

from bot.decisions.errors import AlreadyPosted
from bot.decisions.model import Draft, Person
from bot.storage.channels import save_channel_name
from bot.storage.connection import Connection
from bot.storage.convert import RowMapper, utc_text

_DRAFTS = RowMapper(
    Draft,
    {
        "driver": {"workspace": "workspace", "user": "driver"},
        "origin": {"channel": "channel", "visibility": "visibility"},
        "source": {"channel": "source_channel", "link": "source_link"},
    },
)
_UNPOSTED = """
select * from drafts where workspace = :workspace and driver = :driver and changed_at > :since
  and decision is null
order by changed_at desc limit 20
"""
_EXPIRED = "delete from drafts where decision is null and changed_at < :before"
_DISCARD = """
delete from drafts
where id = :id and workspace = :workspace and driver = :driver and decision is null
"""


def add_draft(db: Connection, draft: Draft) -> None:
    """Insert a draft, whose playbook is stored already, and the name of its channel."""
    db.insert("drafts", _DRAFTS.row(draft))
    save_channel_name(db, draft.driver.workspace, draft.origin)


def find_draft(db: Connection, driver: Person, draft_id: str) -> Draft | None:
    """Return a draft of this driver's; None if there is none."""
    row = db.get("drafts", id=draft_id, workspace=driver.workspace, driver=driver.user)
    return _DRAFTS.load(row) if row else None


def change_draft(
    db: Connection, driver: Person, draft_id: str, change: Callable[[Draft], Draft]
) -> Draft | None:
    """Change a draft of this driver's; return the new state, None if there is no such draft."""
    draft = find_draft(db, driver, draft_id)
    if draft is None:
        return None
    changed = change(draft)
    if changed != draft:
        db.update("drafts", _DRAFTS.row(changed), id=draft_id)
    return changed


def mark_draft_used(db: Connection, draft_id: str, number: int) -> None:
    """Record the number of the decision that a draft has become, or was used for."""
    db.update("drafts", {"decision": number}, id=draft_id)


def use_draft_once(db: Connection, draft_id: str, number: int) -> None:
    """Mark a draft as used.

    Raises:
        AlreadyPosted: it was used before.
    """
    row = db.get("drafts", id=draft_id)
    if row is not None and row["decision"] is not None:
        raise AlreadyPosted(row["decision"])
    mark_draft_used(db, draft_id, number)


def discard_draft(db: Connection, driver: Person, draft_id: str) -> None:
    """Delete a draft of this driver's, unless it was used."""
    key = {"id": draft_id, "workspace": driver.workspace, "driver": driver.user}
    db.execute(_DISCARD, key)


def unposted_drafts(db: Connection, driver: Person, since: datetime) -> list[Draft]:
    """Return the driver's unused drafts changed after `since`, the last changed first."""
    key = {"workspace": driver.workspace, "driver": driver.user, "since": utc_text(since)}
    return [_DRAFTS.load(row) for row in db.all(_UNPOSTED, key)]


def delete_expired_drafts(db: Connection, before: datetime) -> int:
    """Delete unused drafts last changed before a time; return how many there were."""
    return db.execute(_EXPIRED, {"before": utc_text(before)})
