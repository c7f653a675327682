"""A restored log makes nothing happen a second time, and Slack tells what it knows."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.digest.settings import DigestSettings
from bot.outbox import restore as recovery
from bot.outbox.model import AnnouncementPost, Delivery, DeliveryState, redraw_of
from bot.storage.backup import back_up
from bot.storage.database import Database
from tests.services.shelf import PUBLIC, decision, shelve
from tests.services.world import ADA, StoppedClock, World
from tests.storage.restores import NOW, restore, rows


def delivery(name: str) -> Delivery:
    """A delivery of the first decision, due when the stopped clock begins."""
    at = StoppedClock().now() - timedelta(minutes=1)
    return Delivery(f"T1/1/{name}", "T1", AnnouncementPost(), "C1", at, decision=1)


@pytest.fixture
async def waiting(tmp_path: Path) -> AsyncIterator[Path]:
    """A log with a post sent, one being sent, one that waits, one held back, and an update."""
    log = await Database(tmp_path / "waiting.db").open()
    world = World(log)
    await shelve(world, decision(1))
    for name in ("sent", "sending"):
        await world.enqueue(delivery(name))
        claimed = await world.outbox.claim(world.clock.now())
        assert claimed is not None
        if name == "sent":
            await world.outbox.mark_sent(claimed, "C1", "1.1")
        world.clock.advance(timedelta(minutes=1))
    await world.enqueue(delivery("waits"))
    await world.enqueue(replace(delivery("held"), state=DeliveryState.HELD))
    redraw = redraw_of(delivery("sent"), world.clock.now())
    await world.enqueue(replace(redraw, key="T1/1/update"))
    yield log._path
    await log.close()


async def test_what_may_have_been_posted_since_is_not_just_posted(
    waiting: Path, path: Path
) -> None:
    """Posts that waited count as interrupted since before they could go out; updates wait on."""
    assert restore(waiting, path, NOW).waiting == 3
    found = {row["key"].rpartition("/")[2]: row for row in rows(path, "deliveries")}
    assert {row["state"] for row in found.values() if row["kind"] == "redraw"} == {"pending"}
    found = {name: row for name, row in found.items() if name.isalpha()}
    assert {name: row["state"] for name, row in found.items()} == {
        "sent": "sent",
        "sending": "sending",
        "waits": "sending",
        "held": "sending",
        "update": "pending",
    }
    begin = StoppedClock().now()
    assert found["waits"]["claimed_at"] == (begin - timedelta(minutes=1)).isoformat()
    assert found["sending"]["claimed_at"] == (begin + timedelta(minutes=1)).isoformat()
    assert [row["state"] for row in rows(waiting, "deliveries")].count("pending") == 2


async def test_nothing_that_waited_until_later_blocks_its_channel(
    waiting: Path, path: Path
) -> None:
    """A post that a clock ahead of this one has kept counts as taken by now at the latest."""
    with closing(sqlite3.connect(waiting)) as connection:
        connection.execute("update deliveries set created_at = '2027-01-01T00:00:00+00:00'")
        connection.commit()
    restore(waiting, path, NOW)
    assert max(row["claimed_at"] or "" for row in rows(path, "deliveries")) == NOW.isoformat()


async def test_digests_are_due_from_the_restore_on(saved: Path, path: Path) -> None:
    """A digest that was due before the restore may have been posted: it does not come again."""
    log = await Database(saved).open()
    world = World(log)
    monday = DigestSettings("T1", PUBLIC, "U1", world.clock.now())
    await world.services.digests.change(monday)
    await log.close()
    assert restore(saved, path, NOW).digests
    log = await Database(path).open()
    world = World(log)
    world.clock.advance(NOW - world.clock.now() + timedelta(minutes=1))
    assert await world.services.digests.send_due() == 0
    assert await world.services.digests.lag(world.clock.now()) == timedelta()
    world.clock.advance(timedelta(hours=22))
    await world.services.digests.send_due()
    (run,) = await world.rows("digest_runs")
    assert run["name"] == "2026-W10"
    settings = await world.services.digests.settings("T1", PUBLIC.channel)
    assert settings is not None
    assert settings.set_at == StoppedClock().now()
    await log.close()


async def lived(path: Path) -> World:
    """A log with four decisions that Slack shows: two open, one accepted, one accepted later."""
    log = await Database(path).open()
    world = World(log)
    for _ in range(4):
        await world.decided()
        world.clock.advance(timedelta(minutes=1))
    for number in (1, 2):
        await world.services.decisions.accept(ADA, number)
    table = "update deliveries set state = 'sent', sent_channel = 'C1', ts = key"
    await world.log.write(lambda db: db.execute(table))
    return world


def drawn_again(path: Path) -> list[str]:
    """The messages that wait to be drawn again."""
    waiting = (row for row in rows(path, "deliveries") if row["state"] == "pending")
    return [f"{row['kind']} {row['parent']}" for row in waiting]


async def test_messages_of_open_decisions_are_redrawn(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack may show an open decision as decided since the backup: the newest ones are redrawn."""
    world = await lived(path)
    back_up(path, tmp_path / "saved.db")
    await world.services.decisions.accept(ADA, 3)
    await world.log.close()
    restore(tmp_path / "saved.db", path, NOW)
    parts = ("announcement", "recommendation")
    assert drawn_again(path) == [
        f"redraw T1/{number}/{part}" for number in (4, 3) for part in parts
    ]
    again = tmp_path / "again.db"
    monkeypatch.setattr(recovery, "MOST_REDRAWN", 1)
    restore(tmp_path / "saved.db", again, NOW)
    assert drawn_again(again) == [f"redraw T1/4/{part}" for part in parts]
