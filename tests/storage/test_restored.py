"""After a restore nothing is posted twice, and messages are redrawn from the database."""

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
from bot.storage.database import Database
from bot.storage.maintenance.backup import back_up
from tests.services.factories import make_decision, store_decisions
from tests.services.harness import ADA, PUBLIC, ManualClock, ServiceHarness
from tests.storage.restores import NOW, restore, rows


def delivery(name: str) -> Delivery:
    """Return a delivery of the first decision, due at the start of the manual clock."""
    at = ManualClock().now() - timedelta(minutes=1)
    return Delivery(f"T1/1/{name}", "T1", AnnouncementPost(), "C1", at, decision=1)


@pytest.fixture
async def waiting(tmp_path: Path) -> AsyncIterator[Path]:
    """Create a database with posts sent, in flight, pending and held, and an update."""
    database = await Database(tmp_path / "waiting.db").open()
    harness = ServiceHarness(database)
    await store_decisions(harness, make_decision(1))
    for name in ("sent", "sending"):
        await harness.enqueue(delivery(name))
        claimed = await harness.outbox.claim(harness.clock.now())
        assert claimed is not None
        if name == "sent":
            await harness.outbox.mark_sent(claimed, "C1", "1.1")
        harness.clock.advance(timedelta(minutes=1))
    await harness.enqueue(delivery("waits"))
    await harness.enqueue(replace(delivery("held"), state=DeliveryState.HELD))
    redraw = redraw_of(delivery("sent"), harness.clock.now())
    await harness.enqueue(replace(redraw, key="T1/1/update"))
    yield database.location
    await database.close()


async def test_what_may_have_been_posted_since_is_not_just_posted(
    waiting: Path, path: Path
) -> None:
    """Unsent posts become interrupted ones, to be reconciled; updates stay pending."""
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
    begin = ManualClock().now()
    assert found["waits"]["claimed_at"] == (begin - timedelta(minutes=1)).isoformat()
    assert found["sending"]["claimed_at"] == (begin + timedelta(minutes=1)).isoformat()
    assert [row["state"] for row in rows(waiting, "deliveries")].count("pending") == 2


async def test_nothing_that_waited_until_later_blocks_its_channel(
    waiting: Path, path: Path
) -> None:
    """A post created by a clock that was ahead counts as claimed now at the latest."""
    with closing(sqlite3.connect(waiting)) as connection:
        connection.execute("update deliveries set created_at = '2027-01-01T00:00:00+00:00'")
        connection.commit()
    restore(waiting, path, NOW)
    assert max(row["claimed_at"] or "" for row in rows(path, "deliveries")) == NOW.isoformat()


async def test_digests_are_due_from_the_restore_on(saved: Path, path: Path) -> None:
    """A digest due before the restore may have been posted, so it is not posted again."""
    database = await Database(saved).open()
    harness = ServiceHarness(database)
    monday = DigestSettings("T1", PUBLIC, "U1", harness.clock.now())
    await harness.services.digests.change(monday)
    await database.close()
    assert restore(saved, path, NOW).digests
    database = await Database(path).open()
    harness = ServiceHarness(database)
    harness.clock.advance(NOW - harness.clock.now() + timedelta(minutes=1))
    assert await harness.services.digests.send_due() == 0
    assert await harness.services.digests.lag(harness.clock.now()) == timedelta()
    harness.clock.advance(timedelta(hours=22))
    await harness.services.digests.send_due()
    (run,) = await harness.rows("digest_runs")
    assert run["name"] == "2026-W10"
    settings = await harness.services.digests.settings("T1", PUBLIC.channel)
    assert settings is not None
    assert settings.set_at == ManualClock().now()
    await database.close()


async def lived(path: Path) -> ServiceHarness:
    """Create a database with four announced decisions: two open, two accepted."""
    database = await Database(path).open()
    harness = ServiceHarness(database)
    for _ in range(4):
        await harness.post_decision()
        harness.clock.advance(timedelta(minutes=1))
    for number in (1, 2):
        await harness.services.decisions.accept(ADA, number)
    table = "update deliveries set state = 'sent', sent_channel = 'C1', ts = key"
    await harness.database.write(lambda db: db.execute(table))
    return harness


def drawn_again(path: Path) -> list[str]:
    """Return the messages that are due to be redrawn."""
    waiting = (row for row in rows(path, "deliveries") if row["state"] == "pending")
    return [f"{row['kind']} {row['parent']}" for row in waiting]


async def test_messages_of_open_decisions_are_redrawn(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack may show a later status of open decisions, so the newest ones are redrawn."""
    harness = await lived(path)
    back_up(path, tmp_path / "saved.db")
    await harness.services.decisions.accept(ADA, 3)
    await harness.database.close()
    restore(tmp_path / "saved.db", path, NOW)
    parts = ("announcement", "recommendation")
    assert drawn_again(path) == [
        f"redraw T1/{number}/{part}" for number in (4, 3) for part in parts
    ]
    again = tmp_path / "again.db"
    monkeypatch.setattr(recovery, "MOST_REDRAWN", 1)
    restore(tmp_path / "saved.db", again, NOW)
    assert drawn_again(again) == [f"redraw T1/4/{part}" for part in parts]
