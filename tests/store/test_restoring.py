"""A backup takes the log's place whole or not at all, and makes nothing happen a second time."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from bot.decisions.delivery import Delivery, DeliveryKind, DeliveryState
from bot.decisions.digest.settings import DigestSettings
from bot.store import redrawing, restoring
from bot.store.backup import CopyRefused, back_up
from bot.store.log import Log
from bot.store.restoring import restore
from bot.store.schema.migrations import migrations
from tests.decisions.shelf import PUBLIC, decision, shelve
from tests.decisions.world import ADA, StoppedClock, World

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEPT = "ragvsft.db.before-restore-20260301T120000Z"


def rows(path: Path, table: str) -> list[dict[str, Any]]:
    """The rows of a table of a log."""
    with closing(sqlite3.connect(path)) as connection:
        return list(Database(connection).table(table).rows)


def numbers(path: Path) -> list[int]:
    """The numbers of the decisions of a log."""
    return [row["number"] for row in rows(path, "decisions")]


async def make(path: Path, *found: int) -> Path:
    """Make a log with decisions of these numbers, and close it."""
    log = await Log(path).open()
    await shelve(World(log), *(decision(number) for number in found))
    await log.close()
    return path


@pytest.fixture
async def saved(tmp_path: Path, path: Path) -> Path:
    """A backup of three decisions; the log has gone on to five since."""
    backup = tmp_path / "backups" / "saved.db"
    backup.parent.mkdir()
    back_up(await make(tmp_path / "then.db", 1, 2, 3), backup)
    (tmp_path / "then.db").unlink()
    await make(path, 1, 2, 3, 4, 5)
    return backup


async def test_a_backup_takes_the_log_s_place(saved: Path, path: Path, tmp_path: Path) -> None:
    """The log is then what the backup was; what was there is kept whole; nothing else is left."""
    path.chmod(0o640)
    restored = restore(saved, path, NOW)
    assert numbers(path) == [1, 2, 3]
    assert restored.kept == tmp_path / KEPT
    assert numbers(tmp_path / KEPT) == [1, 2, 3, 4, 5]
    assert {each.name for each in tmp_path.iterdir()} == {"ragvsft.db", KEPT, "backups"}
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in saved.parent.iterdir()] == ["saved.db"]
    log = await Log(path).open()
    assert (await World(log).decided()).number == 6
    await log.close()


async def test_a_log_that_is_gone_is_restored(saved: Path, path: Path, tmp_path: Path) -> None:
    """Where nothing is there any more, its folder included, the backup becomes the log."""
    elsewhere = tmp_path / "new" / "ragvsft.db"
    assert restore(saved, elsewhere, NOW).kept is None
    assert numbers(elsewhere) == [1, 2, 3]
    assert [each.name for each in elsewhere.parent.iterdir()] == ["ragvsft.db"]


async def test_what_a_lost_log_left_beside_it_does_no_harm(saved: Path, path: Path) -> None:
    """Left-overs of a log that is damaged or gone are put aside, so that they spoil nothing."""
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
    """While a bot has the log open, even an idle one, nothing is restored, and it goes on."""
    monkeypatch.setattr(restoring, "_PATIENCE", 0.05)
    log = await Log(path).open()
    if busy:
        await log.write(lambda db: db.execute("delete from events"))
    with pytest.raises(CopyRefused, match="in use: stop the bot"):
        restore(saved, path, NOW)
    assert (await World(log).decided()).number == 6
    await log.close()
    assert [each.name for each in path.parent.iterdir() if "restore" in each.name] == []
    restore(saved, path, NOW)
    assert numbers(path) == [1, 2, 3]


async def test_a_bot_that_starts_meanwhile_opens_what_was_restored(
    saved: Path, path: Path, tmp_path: Path
) -> None:
    """A bot that waits for the lock of a log being replaced goes on with the new one."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("pragma locking_mode = exclusive")
        other.execute("begin exclusive")
        log = Log(path)
        opening = asyncio.create_task(log.open())
        await asyncio.wait({opening}, timeout=0.2)
        path.rename(tmp_path / "old.db")
        saved.rename(path)
    await opening
    assert (await World(log).decided()).number == 4
    await log.close()


async def test_an_older_log_is_brought_up_to_date(path: Path, tmp_path: Path) -> None:
    """A backup of an older version gets the steps of the schema that it lacks."""
    old = tmp_path / "old.db"
    with closing(sqlite3.connect(old)) as connection:
        migrations.apply(Database(connection), stop_before="m004_perspectives")
    restored = restore(old, path, NOW)
    assert restored.copy.found.pending[0] == "m004_perspectives"
    log = await Log(path).open()
    await World(log).decided()
    await log.close()


async def test_a_newer_log_is_refused(saved: Path, path: Path) -> None:
    """A backup of a newer version is refused by name of the step, and the log stays."""
    with closing(sqlite3.connect(saved)) as connection:
        table = Database(connection).table("_sqlite_migrations")
        table.insert({"migration_set": "ragvsft", "name": "m999_later", "applied_at": "2030"})
        connection.commit()
    with pytest.raises(CopyRefused, match=r"newer version of ragvsft \(m999_later\)"):
        restore(saved, path, NOW)
    assert numbers(path) == [1, 2, 3, 4, 5]


REFUSED: dict[str, tuple[Callable[[Path, Path], tuple[Path, Path]], str]] = {
    "no such file": (lambda saved, log: (saved.with_name("none.db"), log), "there is no file"),
    "a folder": (lambda saved, log: (saved.parent, log), "there is no file"),
    "the log itself": (lambda _, log: (log, log), "is the log itself"),
    "into a folder": (lambda saved, log: (saved, log.parent), "is a folder: set DATABASE_URL"),
    "below a file": (lambda saved, log: (saved, log / "x" / "y.db"), "set DATABASE_URL"),
}


@pytest.mark.parametrize("how", REFUSED)
async def test_what_cannot_be_restored_changes_nothing(saved: Path, path: Path, how: str) -> None:
    """What is no backup, or no place for a log, is refused with a reason; the log stays."""
    choose, said = REFUSED[how]
    backup, log = choose(saved, path)
    with pytest.raises(CopyRefused, match=said):
        restore(backup, log, NOW)
    assert numbers(path) == [1, 2, 3, 4, 5]


async def test_a_restore_that_cannot_end_leaves_the_log(saved: Path, path: Path) -> None:
    """Where the old log cannot be kept nothing is restored: the log is there as it was."""
    path.with_name(KEPT).mkdir()
    with pytest.raises(CopyRefused, match="nothing was restored"):
        restore(saved, path, NOW)
    assert numbers(path) == [1, 2, 3, 4, 5]
    assert not list(path.parent.glob(".*"))


def delivery(name: str, kind: DeliveryKind = DeliveryKind.ANNOUNCEMENT) -> Delivery:
    """A delivery of the first decision, due when the stopped clock begins."""
    at = StoppedClock().now() - timedelta(minutes=1)
    return Delivery(f"T1/1/{name}", "T1", kind, "C1", at, decision=1)


@pytest.fixture
async def waiting(tmp_path: Path) -> AsyncIterator[Path]:
    """A log with a post sent, one being sent, one that waits, one held back, and an update."""
    log = await Log(tmp_path / "waiting.db").open()
    world = World(log)
    await shelve(world, decision(1))
    for name in ("sent", "sending"):
        await world.store.add_delivery(delivery(name))
        claimed = await world.outbox.claim(world.clock.now())
        assert claimed is not None
        if name == "sent":
            await world.outbox.sent(claimed, "C1", "1.1")
        world.clock.advance(timedelta(minutes=1))
    await world.store.add_delivery(delivery("waits"))
    await world.store.add_delivery(replace(delivery("held"), state=DeliveryState.HELD))
    await world.store.add_delivery(delivery("update", DeliveryKind.UPDATE))
    yield log._path
    await log.close()


async def test_what_may_have_been_posted_since_is_not_just_posted(
    waiting: Path, path: Path
) -> None:
    """Posts that waited count as interrupted since before they could go out; updates wait on."""
    assert restore(waiting, path, NOW).waiting == 3
    found = {row["key"].rpartition("/")[2]: row for row in rows(path, "deliveries")}
    assert {name: row["state"] for name, row in found.items()} == {
        "sent": "sent",
        "sending": "sending",
        "waits": "sending",
        "held": "sending",
        "update": "pending",
    }
    begin = StoppedClock().now()
    assert found["waits"]["taken_at"] == (begin - timedelta(minutes=1)).isoformat()
    assert found["sending"]["taken_at"] == (begin + timedelta(minutes=1)).isoformat()
    assert [row["state"] for row in rows(waiting, "deliveries")].count("pending") == 2


async def test_nothing_that_waited_until_later_blocks_its_channel(
    waiting: Path, path: Path
) -> None:
    """A post that a clock ahead of this one has kept counts as taken by now at the latest."""
    with closing(sqlite3.connect(waiting)) as connection:
        connection.execute("update deliveries set kept_at = '2027-01-01T00:00:00+00:00'")
        connection.commit()
    restore(waiting, path, NOW)
    assert max(row["taken_at"] or "" for row in rows(path, "deliveries")) == NOW.isoformat()


async def test_digests_are_due_from_the_restore_on(saved: Path, path: Path) -> None:
    """A digest that was due before the restore may have been posted: it does not come again."""
    log = await Log(saved).open()
    world = World(log)
    monday = DigestSettings("T1", PUBLIC, "U1", world.clock.now())
    await world.desk.digesting.change(monday)
    await log.close()
    assert restore(saved, path, NOW).digests
    log = await Log(path).open()
    world = World(log)
    world.clock.advance(NOW - world.clock.now() + timedelta(minutes=1))
    assert await world.desk.digesting.send_due() == 0
    assert await world.desk.digesting.behind(world.clock.now()) == timedelta()
    world.clock.advance(timedelta(hours=22))
    await world.desk.digesting.send_due()
    (turn,) = await world.rows("digests")
    assert (turn["week"], turn["missed"]) == ("2026-W10", "[]")
    settings = await world.desk.digesting.settings("T1", PUBLIC.channel)
    assert settings is not None
    assert settings.set_at == StoppedClock().now()
    await log.close()


async def lived(path: Path) -> World:
    """A log with four decisions that Slack shows: two open, one accepted, one accepted later."""
    log = await Log(path).open()
    world = World(log)
    for _ in range(4):
        await world.decided()
        world.clock.advance(timedelta(minutes=1))
    for number in (1, 2):
        await world.desk.deciding.accept(ADA, number)
    table = "update deliveries set state = 'sent', sent_channel = 'C1', ts = key"
    await world.log.write(lambda db: db.execute(table))
    return world


def drawn_again(path: Path) -> list[str]:
    """The messages that wait to be drawn again."""
    waiting = (row for row in rows(path, "deliveries") if row["state"] == "pending")
    return [f"{row['kind']} {row['after']}" for row in waiting]


@pytest.mark.parametrize("lost", [False, True])
async def test_what_slack_shows_is_made_to_tell_what_the_log_knows(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, lost: bool
) -> None:
    """Messages are drawn again of open decisions, and of those that went on since the backup."""
    world = await lived(path)
    back_up(path, tmp_path / "saved.db")
    await world.desk.deciding.withdraw(ADA, 2, "No more.")
    await world.desk.deciding.accept(ADA, 3)
    await world.log.close()
    if lost:
        path.unlink()
    restore(tmp_path / "saved.db", path, NOW)
    numbers = [4, 3] if lost else [4, 3, 2]
    parts = ("announcement", "recommendation")
    assert drawn_again(path) == [
        f"update T1/{number}/{part}" for number in numbers for part in parts
    ]
    again = tmp_path / "again.db"
    monkeypatch.setattr(redrawing, "MOST", 1)
    restore(tmp_path / "saved.db", again, NOW)
    assert drawn_again(again) == [f"update T1/4/{part}" for part in parts]
