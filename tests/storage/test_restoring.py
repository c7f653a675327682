"""A restore replaces the database completely or not at all."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.storage.database import Database
from bot.storage.engines.sqlite import SqliteConnection
from bot.storage.maintenance import backup as restoring
from bot.storage.maintenance.backup import CopyRefused
from bot.storage.migrations import MIGRATIONS
from tests.services.harness import ServiceHarness
from tests.storage.restores import NOW, numbers, restore

KEPT = "ragvsft.db.before-restore-20260301T120000Z"


async def test_a_backup_takes_the_log_s_place(saved: Path, path: Path, tmp_path: Path) -> None:
    """The database equals the backup; the replaced one is kept; no other file remains."""
    path.chmod(0o640)
    restored = restore(saved, path, NOW)
    assert numbers(path) == [1, 2, 3]
    assert restored.kept == tmp_path / KEPT
    assert numbers(tmp_path / KEPT) == [1, 2, 3, 4, 5]
    assert {each.name for each in tmp_path.iterdir()} == {"ragvsft.db", KEPT, "backups"}
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in saved.parent.iterdir()] == ["saved.db"]
    database = await Database(path).open()
    assert (await ServiceHarness(database).post_decision()).number == 6
    await database.close()


async def test_a_log_that_is_gone_is_restored(saved: Path, path: Path, tmp_path: Path) -> None:
    """A backup is restored even if the database and its folder are missing."""
    elsewhere = tmp_path / "new" / "ragvsft.db"
    assert restore(saved, elsewhere, NOW).kept is None
    assert numbers(elsewhere) == [1, 2, 3]
    assert [each.name for each in elsewhere.parent.iterdir()] == ["ragvsft.db"]


async def test_what_a_lost_log_left_beside_it_does_no_harm(saved: Path, path: Path) -> None:
    """SQLite's files of a damaged or missing database are moved aside."""
    wal = Path(f"{path}-wal")
    for spoil in (lambda: path.write_text("no database"), path.unlink):
        spoil()
        wal.write_bytes(b"left over")
        restore(saved, path, NOW)
        assert numbers(path) == [1, 2, 3]
        assert path.with_name(f"{KEPT}-wal").read_bytes() == b"left over"
        for kept in path.parent.glob("*before-restore*"):
            kept.unlink()


@pytest.mark.parametrize("busy", [True, False])
async def test_a_log_in_use_is_left_alone(
    saved: Path, path: Path, monkeypatch: pytest.MonkeyPatch, *, busy: bool
) -> None:
    """While a bot has the database open, even if idle, the restore is refused."""
    monkeypatch.setattr(restoring, "LOCK_SECONDS", 0.05)
    database = await Database(path).open()
    if busy:
        await database.write(lambda db: db.execute("delete from events"))
    with pytest.raises(CopyRefused, match="in use: stop the bot"):
        restore(saved, path, NOW)
    assert (await ServiceHarness(database).post_decision()).number == 6
    await database.close()
    assert [each.name for each in path.parent.iterdir() if "restore" in each.name] == []
    restore(saved, path, NOW)
    assert numbers(path) == [1, 2, 3]


async def test_a_bot_that_starts_meanwhile_opens_what_was_restored(
    saved: Path, path: Path, tmp_path: Path
) -> None:
    """A bot that waits for the lock during a restore opens the restored database."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("pragma locking_mode = exclusive")
        other.execute("begin exclusive")
        database = Database(path)
        opening = asyncio.create_task(database.open())
        await asyncio.wait({opening}, timeout=0.2)
        path.rename(tmp_path / "old.db")
        saved.rename(path)
    await opening
    assert (await ServiceHarness(database).post_decision()).number == 4
    await database.close()


async def test_an_older_database_is_migrated(
    saved: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup of an older version gets the migrations that it lacks."""
    monkeypatch.setitem(MIGRATIONS, "m001_later", lambda db: db.execute("create table later (a)"))
    restored = restore(saved, path, NOW)
    assert restored.copy.found.pending == ("m001_later",)
    database = await Database(path).open()
    await ServiceHarness(database).post_decision()
    assert "later" in await database.read(lambda db: db.tables())
    await database.close()


async def test_a_newer_log_is_refused(saved: Path, path: Path) -> None:
    """A backup of a newer version is refused with its migration's name; nothing changes."""
    with closing(sqlite3.connect(saved)) as connection:
        SqliteConnection(connection).insert("schema_migrations", {"name": "m999_later"})
        connection.commit()
    with pytest.raises(CopyRefused, match=r"newer version of ragvsft \(m999_later\)"):
        restore(saved, path, NOW)
    assert numbers(path) == [1, 2, 3, 4, 5]


REFUSED: dict[str, tuple[Callable[[Path, Path], tuple[Path, Path]], str]] = {
    "no such file": (
        lambda saved, database: (saved.with_name("none.db"), database),
        "there is no file",
    ),
    "a folder": (lambda saved, database: (saved.parent, database), "there is no file"),
    "the log itself": (lambda _, database: (database, database), "is the database itself"),
    "into a folder": (
        lambda saved, database: (saved, database.parent),
        "is a folder: set DATABASE_URL",
    ),
    "below a file": (lambda saved, database: (saved, database / "x" / "y.db"), "set DATABASE_URL"),
}


@pytest.mark.parametrize("how", REFUSED)
async def test_what_cannot_be_restored_changes_nothing(saved: Path, path: Path, how: str) -> None:
    """An invalid backup or target is refused with a reason; the database does not change."""
    choose, said = REFUSED[how]
    backup, database = choose(saved, path)
    with pytest.raises(CopyRefused, match=said):
        restore(backup, database, NOW)
    assert numbers(path) == [1, 2, 3, 4, 5]


async def test_a_restore_that_cannot_end_leaves_the_log(saved: Path, path: Path) -> None:
    """If the replaced database cannot be kept, nothing is restored."""
    path.with_name(KEPT).mkdir()
    with pytest.raises(CopyRefused, match="nothing was restored"):
        restore(saved, path, NOW)
    assert numbers(path) == [1, 2, 3, 4, 5]
    assert not list(path.parent.glob(".*"))
