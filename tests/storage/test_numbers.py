"""A decision's number is never assigned twice, whatever backups are restored."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlite_utils
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.storage.database import Database
from bot.storage.engines.sqlite import SqliteConnection
from bot.storage.maintenance.backup import back_up
from bot.storage.migrations import migrate
from tests.services.factories import make_decision, store_decisions
from tests.services.harness import ADA, STRANGER, ServiceHarness
from tests.storage.restores import restore

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def decided(path: Path, *, stranger: bool = False) -> int:
    """Post the next decision in a database; return its number."""
    database = await Database(path).open()
    made = await ServiceHarness(database).post_decision(STRANGER if stranger else ADA)
    await database.close()
    return made.number


async def shelved(path: Path, *numbers: int, workspace: str = "T1") -> Path:
    """Create or extend a database with decisions of these numbers."""
    database = await Database(path).open()
    await store_decisions(
        ServiceHarness(database),
        *(make_decision(number, workspace=workspace) for number in numbers),
    )
    await database.close()
    return path


MOVES = st.lists(st.sampled_from(["one", "other", "back up", "restore"]), max_size=10)


@given(moves=MOVES)
@example(moves=["one", "back up", "one", "restore", "one", "restore", "one"])
@example(moves=["back up", "other", "restore", "restore", "back up", "restore", "other"])
@settings(max_examples=8)
async def test_numbers_rise_whatever_is_restored(
    tmp_path_factory: pytest.TempPathFactory, moves: list[str]
) -> None:
    """Each workspace's numbers increase by one, across any backups and restores."""
    folder = tmp_path_factory.mktemp("numbers")
    path, saved, now = await shelved(folder / "ragvsft.db"), folder / "saved.db", NOW
    back_up(path, saved)
    found: dict[str, list[int]] = {"one": [], "other": []}
    for move in moves:
        now += timedelta(minutes=1)
        if move == "back up":
            back_up(path, saved, overwrite=True)
        elif move == "restore":
            assert restore(saved, path, now).gap == 0
        else:
            found[move].append(await decided(path, stranger=move == "other"))
    for numbers in found.values():
        assert numbers == list(range(1, len(numbers) + 1))


LOST: dict[str, Callable[[Path], object]] = {
    "gone": lambda database: database.unlink(),
    "empty": lambda database: database.write_bytes(b""),
    "damaged": lambda database: database.write_text("no database"),
    "damaged within": lambda database: spoil(database),
    "another program's": lambda database: (
        database.unlink(),
        sqlite_utils.Database(database).execute("create table notes (t)"),
    ),
}


def spoil(database: Path) -> None:
    """Overwrite all pages after the first, which has the schema."""
    whole = database.read_bytes()
    database.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))


@pytest.mark.parametrize("how", LOST)
async def test_a_gap_is_left_where_nothing_tells(tmp_path: Path, how: str) -> None:
    """If the replaced database is unreadable, numbers continue 1000 above those of the backup."""
    path, saved = await shelved(tmp_path / "ragvsft.db", 1, 2, 3), tmp_path / "saved.db"
    back_up(path, saved)
    await shelved(path, 4, 5)
    LOST[how](path)
    assert restore(saved, path, NOW).gap == 1000
    assert await decided(path) == 1004
    assert await decided(path, stranger=True) == 1001


async def test_a_gap_is_left_once(tmp_path: Path) -> None:
    """A gap is stored: a later restore continues from it without another gap."""
    saved = await shelved(tmp_path / "saved.db", 1, 2, 3)
    path = tmp_path / "ragvsft.db"
    assert restore(saved, path, NOW).gap == 1000
    assert restore(saved, path, NOW + timedelta(minutes=1)).gap == 0
    assert await decided(path) == 1004
    assert await decided(path, stranger=True) == 1001


async def test_higher_numbers_of_the_backup_are_continued(tmp_path: Path) -> None:
    """If the backup has the higher numbers, the next number follows them."""
    path = await shelved(tmp_path / "ragvsft.db", 1)
    saved = await shelved(tmp_path / "saved.db", 1, 2, 3, 4)
    restore(saved, path, NOW)
    assert await decided(path) == 5


async def test_a_start_on_a_new_log_begins_with_one(tmp_path: Path) -> None:
    """Without a restore, numbers begin with 1."""
    path = tmp_path / "ragvsft.db"
    with closing(sqlite3.connect(path)) as connection:
        migrate(SqliteConnection(connection))
    assert await decided(path) == 1
