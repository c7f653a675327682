"""A backup is a complete snapshot of the time of the call, or does not exist."""

import asyncio
import itertools
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlite_utils

from bot.storage.database import Database
from bot.storage.maintenance import backup
from bot.storage.maintenance.backup import CopyRefused, back_up
from tests.engines import sqlite_only
from tests.services.factories import make_decision, store_decisions
from tests.services.harness import ServiceHarness

TABLES = ("playbooks", "decisions", "drafts", "events", "deliveries", "reviews")


def contents(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of all tables."""
    with closing(sqlite3.connect(path)) as connection:
        db = sqlite_utils.Database(connection)
        return {name: list(db.table(name).rows) for name in TABLES}


@pytest.fixture
async def database(harness: ServiceHarness, path: Path) -> Path:
    """A database with two decisions, open in this process."""
    await store_decisions(harness, make_decision(1), make_decision(2))
    return path


@sqlite_only
async def test_a_backup_under_load_holds_all_that_was_acked_before(
    harness: ServiceHarness, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy made during writes contains each decision committed before it started, complete."""
    monkeypatch.setattr(backup, "_PAGES", 1)
    await store_decisions(
        harness, *(make_decision(number, problem="long " * 2000) for number in range(1, 401))
    )
    acked = 0

    async def decide() -> None:
        nonlocal acked
        while True:
            acked = (await harness.post_decision()).number

    deciding = asyncio.create_task(decide())
    for attempt in itertools.count():
        before, target = acked, tmp_path / f"{attempt}.db"
        copy = await asyncio.to_thread(back_up, path, target)
        if before and acked > before:
            break
    deciding.cancel()
    await asyncio.wait({deciding})
    copied, now = contents(target), contents(path)
    numbers = [row["number"] for row in copied["decisions"]]
    assert numbers == list(range(1, copy.found.decisions + 1))
    assert before <= copy.found.decisions < len(now["decisions"])
    for table in ("decisions", "events", "deliveries", "reviews"):
        assert copied[table] == now[table][: len(copied[table])]
    assert len(copied["deliveries"]) == 2 * (copy.found.decisions - 400)


@sqlite_only
async def test_a_backup_is_one_file_for_its_owner(database: Path, tmp_path: Path) -> None:
    """A backup is one file, readable only by its owner, with the content of the database."""
    folder = tmp_path / "kept"
    folder.mkdir()
    copy = await asyncio.to_thread(back_up, database, folder / "copy.db")
    (only,) = folder.iterdir()
    assert stat.S_IMODE(only.stat().st_mode) == 0o600
    assert (copy.found.decisions, copy.size) == (2, only.stat().st_size)
    assert contents(only) == contents(database)
    assert list(folder.iterdir()) == [only]


@sqlite_only
async def test_a_backup_replaces_another_only_with_overwrite(
    database: Path, tmp_path: Path
) -> None:
    """An existing file is replaced only with `overwrite`."""
    target = tmp_path / "copy.db"
    target.write_text("precious")
    with pytest.raises(CopyRefused, match="--force"):
        back_up(database, target)
    assert target.read_text() == "precious"
    back_up(database, target, overwrite=True)
    assert len(contents(target)["decisions"]) == 2


def _no_database(path: Path) -> None:
    path.write_text("no database at all")


def _other_database(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table bookmarks (url)")


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _damaged(path: Path, begin: int = 30) -> None:
    pages = bytearray(path.read_bytes())
    for at in range(begin * 4096, len(pages), 4096):
        pages[at : at + 200] = b"\xff" * 200
    path.write_bytes(pages)


def _badly_damaged(path: Path) -> None:
    _damaged(path, 1)


def _loose(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("delete from playbooks")
        connection.commit()


SPOILT = {
    "no database": (_no_database, "not a database"),
    "of another program": (_other_database, "not a ragvsft database"),
    "empty": (_empty, "not a ragvsft database"),
    "damaged": (_damaged, "damaged"),
    "its schema damaged": (_badly_damaged, "damaged"),
    "lacks a playbook": (_loose, "has no parent in playbooks"),
    "gone": (Path.unlink, "there is no file"),
}


@pytest.mark.parametrize("how", SPOILT)
async def test_only_a_sound_log_is_backed_up(
    tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A damaged file or another program's is refused with a reason; no file remains."""
    spoil, said = SPOILT[how]
    path = tmp_path / "ragvsft.db"
    database = await Database(path).open()
    await store_decisions(ServiceHarness(database), make_decision(1))
    await database.close()
    spoil(path)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(CopyRefused, match=said):
        back_up(path, tmp_path / "copy.db")
    assert sorted(tmp_path.iterdir()) == before


UNWRITABLE: dict[str, tuple[Callable[[Path], Path], str]] = {
    "the log itself": (lambda database: database, "the database itself"),
    "a folder": (lambda database: database.parent, "is a folder"),
    "a folder that is not there": (
        lambda database: database.parent / "a" / "b.db",
        "choose an existing",
    ),
    "below a file": (lambda database: database / "b.db", "choose an existing"),
    "a log in use": (lambda database: database.parent / "used.db", "may be a database in use"),
}


@pytest.mark.parametrize("where", UNWRITABLE)
async def test_a_place_that_cannot_be_written_is_named(database: Path, where: str) -> None:
    """An unusable target is refused with a remedy, and the database does not change."""
    (database.parent / "used.db-wal").touch()
    place, said = UNWRITABLE[where]
    before = contents(database)
    with pytest.raises(CopyRefused, match=said):
        back_up(database, place(database), overwrite=True)
    assert contents(database) == before


@sqlite_only
async def test_a_full_disk_leaves_no_half_backup(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a full disk the error says so, and an existing backup stays as it was."""
    target = tmp_path / "copy.db"
    target.write_text("precious")

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup.os, "fsync", full)
    with pytest.raises(CopyRefused, match="No space left"):
        back_up(database, target, overwrite=True)
    assert target.read_text() == "precious"
    assert not list(tmp_path.glob(".*"))
