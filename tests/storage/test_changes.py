"""Rows of the log, read and changed by their keys."""

import pytest
from sqlite_utils.db import NotFoundError

from bot.storage.connection import Connection
from bot.storage.events import row_of, update_row


@pytest.fixture
def db() -> Connection:
    """Two channels of the same id, in two workspaces."""
    db = Connection(memory=True)
    rows = [{"workspace": each, "channel": "C1", "name": "old"} for each in ("T1", "T2")]
    db["names"].insert_all(rows, pk=("workspace", "channel"))
    return db


def test_only_the_row_with_the_whole_key_changes(db: Connection) -> None:
    """A change is of one row, and of the columns that it names."""
    update_row(db, "names", {"name": "it's new"}, workspace="T1", channel="C1")
    assert [row_of(db, "names", workspace=each, channel="C1") for each in ("T1", "T2")] == [
        {"workspace": "T1", "channel": "C1", "name": "it's new"},
        {"workspace": "T2", "channel": "C1", "name": "old"},
    ]


def test_what_is_not_there_is_not_changed_in_silence(db: Connection) -> None:
    """A change of a row that is gone is an error, so that the transaction around it is undone."""
    assert row_of(db, "names", workspace="T3", channel="C1") is None
    with pytest.raises(NotFoundError):
        update_row(db, "names", {"name": "new"}, workspace="T3", channel="C1")
