"""Erase a workspace or a person, and delete what is no longer needed.

Deleted rows stay readable in a file until something overwrites them. SQLite zeroes them
(`secure_delete`, https://sqlite.org/pragma.html#pragma_secure_delete); `Database.compact` rewrites
the file, the full-text index and the write-ahead log.
"""

import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.decisions.events import ERASED
from bot.storage.connection import Connection, Row
from bot.storage.convert import utc_text
from bot.storage.decisions import decisions_by_number, highest_numbers
from bot.storage.maintenance.copying import batches, stored_tables
from bot.storage.search_index import index_decisions

_OF_PEOPLE = ("decision_people", "reviews", "perspectives", "view_requests")
_OWN_WORDS = (
    ("reviews", "user_id", "note"),
    ("perspectives", "user_id", "note"),
    ("decisions", "resolved_by", "resolved_reason"),
    ("decisions", "closed_by", "closed_reason"),
)
"""Where a person's own words are stored: table, column of the person, column of the words."""
_WRITTEN = ("reason", "note")
"""The fields of an event with the words of its actor."""
_KEEPS_A_NUMBER = "number_floors"
"""Its only content is how many decisions there were: an old button never acts on a new decision."""
BATCH = 2_000
"""Rows that `delete_outdated` deletes at most of each kind."""
_USED_DRAFTS = """
delete from drafts where id in (
  select id from drafts where decision is not null and changed_at < :before limit :limit
)
"""
_DONE = """
delete from deliveries where id in (
  select id from deliveries as d
  where d.state in ('sent', 'dismissed') and d.created_at < :before
    and d.kind in ('redraw', 'notice', 'open_modal', 'unreachable')
    and not exists (select 1 from deliveries as reply where reply.parent = d.key)
    and not exists (select 1 from deliveries as alert where alert.subject = d.key)
  limit :limit
)
"""
_REMOVED = "select workspace from removed_workspaces where removed_at < :before order by workspace"


@dataclass(frozen=True, slots=True)
class Deleted:
    """What was deleted: the most rows of one kind, and whole workspaces."""

    rows: int
    workspaces: tuple[str, ...]


def erase_workspace(db: Connection, workspace: str) -> int:
    """Delete everything of a workspace but how many decisions it had.

    Returns:
        How many decisions were deleted.
    """
    key = {"workspace": workspace}
    last = highest_numbers(db).get(workspace)
    db.words.forget(workspace)
    erased = 0
    for table in reversed(_tables_of_workspaces()):
        if table != _KEEPS_A_NUMBER:
            count = db.delete(table, **key)
            erased = count if table == "decisions" else erased
    db.delete("installations", account=workspace)
    if last:
        db.upsert(_KEEPS_A_NUMBER, {**key, "number": last}, key=("workspace",))
    return erased


def erase_person(db: Connection, user: str, workspace: str | None = None) -> int:
    """Take a person out of all records: their id, name, drafts and their own words.

    Decisions stay, with title, problem and answers; the person is a former member in them.

    Args:
        db: the connection, in a transaction.
        user: the user id.
        workspace: in this workspace only; None for all.

    Returns:
        How many decisions named the person.
    """
    former = f"{ERASED}{secrets.token_hex(4)}"
    within = {"workspace": workspace} if workspace else {}
    named = db.all(
        f"select distinct workspace, number from decision_people where {_where('user_id', within)}",  # noqa: S608
        {"user": user, **within},
    )
    for table, column, words in _OWN_WORDS:
        db.execute(
            f"update {table} set {words} = '' where {_where(column, within)}"  # noqa: S608
            f" and {words} is not null",
            {"user": user, **within},
        )
    db.delete("people", user_id=user, **within)
    db.delete("drafts", driver=user, **within)
    db.delete("deliveries", channel=user, **within)
    for table in _OF_PEOPLE:
        db.execute(
            f"update {table} set user_id = :former where {_where('user_id', within)}",  # noqa: S608
            {"user": user, "former": former, **within},
        )
    rename = _renamer(user, former)
    for table in _tables_of_workspaces():
        _rewrite(db, table, user, rename, workspace)
    for row in named:
        for decision in decisions_by_number(db, row["workspace"], [row["number"]]).values():
            index_decisions(db, [decision])
    return len(named)


def delete_outdated(db: Connection, before: datetime) -> Deleted:
    """Delete what nothing needs any more.

    That is: drafts that became a decision, sent messages that are never redrawn or answered, and
    everything of workspaces that removed the app, if it was done before a time.
    """
    at = {"before": utc_text(before), "limit": BATCH}
    rows = max(db.execute(_USED_DRAFTS, at), db.execute(_DONE, at))
    removed = tuple(row["workspace"] for row in db.all(_REMOVED, at))
    for workspace in removed:
        erase_workspace(db, workspace)
    return Deleted(rows, removed)


def _tables_of_workspaces() -> list[str]:
    """Return the tables with a workspace in each row, parents before children."""
    return [table for table, columns in stored_tables().items() if "workspace" in columns.names]


def _where(column: str, within: Row) -> str:
    also = " and workspace = :workspace" if within else ""
    return f"{column} = :user{also}"


def _renamer(user: str, former: str) -> Callable[[str], str]:
    word = re.compile(rf"(?<![A-Za-z0-9]){re.escape(user)}(?![A-Za-z0-9])")
    return lambda text: word.sub(former, text)


def _rewrite(
    db: Connection, table: str, user: str, rename: Callable[[str], str], workspace: str | None
) -> None:
    """Replace a person's id in all texts of a table, and blank what they wrote in events."""
    key = stored_tables()[table].key
    for rows in batches(db, table, key):
        for row in rows:
            if workspace not in {None, row["workspace"]}:
                continue
            after = {name: _rewritten(value, row, user, rename) for name, value in row.items()}
            if after != row:
                db.update(table, after, **{name: row[name] for name in key})


def _rewritten(value: Any, row: Row, user: str, rename: Callable[[str], str]) -> Any:
    if not isinstance(value, str) or not (user in value or row.get("actor") == user):
        return value
    if value.startswith("{"):
        blanked = _blanked(json.loads(value), user, by_them=row.get("actor") == user)
        value = json.dumps(blanked, ensure_ascii=False, separators=(",", ":"))
    return rename(value)


def _blanked(value: Any, user: str, *, by_them: bool) -> Any:
    """Return a JSON value without the words of events whose actor is the person."""
    if isinstance(value, list):
        return [_blanked(each, user, by_them=by_them) for each in value]
    if not isinstance(value, dict):
        return value
    by_them = value.get("actor") == user if "actor" in value else by_them
    return {
        name: ""
        if by_them and name in _WRITTEN and isinstance(each, str)
        else _blanked(each, user, by_them=by_them)
        for name, each in value.items()
    }
