"""The texts of playbooks, each version once."""

from bot.playbooks.loader import PlaybookText
from bot.storage.connection import Connection
from bot.storage.convert import RowMapper

_PLAYBOOKS = RowMapper(PlaybookText)


def save_playbook(db: Connection, text: PlaybookText) -> None:
    """Store the text of a playbook, unless it is stored already."""
    db.insert_if_new("playbooks", {**_PLAYBOOKS.row(text), "hash": text.hash})


def find_playbook(db: Connection, playbook_hash: str) -> PlaybookText | None:
    """Return the text of a playbook by its hash; None if it is not stored."""
    row = db.get("playbooks", hash=playbook_hash)
    return _PLAYBOOKS.load(row) if row else None
