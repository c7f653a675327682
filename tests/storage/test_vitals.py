"""How the log is, and what waits in it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.decisions.events import Event
from bot.decisions.model import Visibility
from bot.outbox import health
from bot.outbox.health import DeliveryHealth, delivery_health
from bot.outbox.model import Delivery, DigestPost, TeamPost, TextNotice, ThreadNote
from bot.storage.migrations import MIGRATIONS
from tests.services.world import StoppedClock, World

NOTHING = dict.fromkeys(("pending", "sending", "held", "unknown", "failed"), 0)
BEGIN = StoppedClock().now()


@pytest.fixture
def other(world: World, path: Path) -> Iterator[sqlite3.Connection]:
    """Another program's connection to the same file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


async def test_a_log_that_can_be_written_has_no_trouble(world: World) -> None:
    """A sound log of this version can be used, and is left as it was."""
    before = await world.rows("schema_migrations")
    assert await world.log.problem() is None
    assert await world.rows("schema_migrations") == before


async def test_a_log_that_cannot_be_written_says_why(
    world: World, other: sqlite3.Connection
) -> None:
    """While somebody else keeps the lock for writing, the log cannot be written."""
    await world.log.read(lambda db: db.execute("pragma busy_timeout = 10"))
    other.execute("begin immediate")
    said = await world.log.problem()
    assert said is not None
    assert said.endswith("cannot be written: database is locked")
    other.execute("rollback")
    assert await world.log.problem() is None


async def test_trying_to_write_really_writes(world: World) -> None:
    """A log that may only be read is found out: the trial is a write and not only its lock."""
    await world.log.read(lambda db: db.execute("pragma query_only = on"))
    said = await world.log.problem()
    assert said is not None
    assert "cannot be written: attempt to write a readonly database" in said


async def test_another_schema_is_trouble(
    world: World, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A schema brought on by a newer version, or one that lacks a step, is said to be so."""
    other.execute("insert into schema_migrations (name) values ('m999_later')")
    assert "a newer version of ragvsft (m999_later)" in str(await world.log.problem())
    other.execute("delete from schema_migrations where name = 'm999_later'")
    monkeypatch.setitem(MIGRATIONS, "m001_later", lambda _db: None)
    assert "an older version of ragvsft: start the bot" in str(await world.log.problem())


async def test_what_waits_is_counted_by_state(world: World) -> None:
    """What was sent is not counted; what is on its way has an age, what is parked has none."""
    assert await world.log.read(delivery_health) == DeliveryHealth(NOTHING, None, [])
    for number in range(4):
        at = BEGIN + timedelta(hours=number)
        notice = TextNotice("Hello.")
        await world.store.add_delivery(Delivery(f"T1/{number}", "T1", notice, f"U{number}", at))
    world.clock.advance(timedelta(hours=5))
    sent, parked = [await world.outbox.claim(world.clock.now()) for _ in range(2)]
    assert sent is not None
    assert parked is not None
    await world.outbox.sent(sent, "D1", "1.1")
    await world.outbox.unknown(parked, "timeout")
    third = await world.outbox.claim(world.clock.now())
    assert third is not None
    await world.outbox.retry(third, world.clock.now() + timedelta(hours=1), "ratelimited")
    found = await world.log.read(delivery_health)
    assert found.counts == NOTHING | {"unknown": 1, "pending": 2}
    assert found.oldest == BEGIN + timedelta(hours=2)


async def test_what_is_parked_takes_what_comes_after_it_off_the_way(world: World) -> None:
    """Replies and updates behind an announcement that waits for its owner's word have no age."""
    decided = await world.decided()
    announcement = await world.outbox.claim(world.clock.now())
    assert announcement is not None
    assert (await world.log.read(delivery_health)).oldest == BEGIN
    note = Event("withdrawn", "U1", BEGIN)
    behind = [Delivery("T1/a", "T1", TeamPost(), "C1", BEGIN, parent=announcement.key)]
    behind.append(Delivery("T1/b", "T1", ThreadNote(note), "C1", BEGIN, parent="T1/a"))
    for each in behind:
        await world.store.add_delivery(each)
    await world.outbox.unknown(announcement, "timeout")
    found = await world.log.read(delivery_health)
    assert (found.counts["pending"], found.counts["unknown"], found.oldest) == (3, 1, None)
    assert decided.number == 1


async def test_a_workspace_that_takes_nothing_is_not_waited_for(world: World) -> None:
    """What an uninstalled workspace does not take has no age, be it a message or a digest."""
    later = BEGIN + timedelta(days=30)
    await world.decided()
    post = DigestPost(BEGIN, BEGIN, "U1", Visibility.PUBLIC)
    digest = Delivery("T1/digest", "T1", post, "C2", BEGIN)
    await world.store.add_delivery(digest)
    assert await world.services.digests.behind(later) == timedelta(days=30)
    claimed = await world.outbox.claim(world.clock.now())
    assert claimed is not None
    await world.outbox.wait_for_workspace(claimed, BEGIN, later, "account_inactive")
    found = await world.log.read(delivery_health)
    assert (found.counts["pending"], found.oldest) == (3, None)
    assert await world.services.digests.behind(later) == timedelta()


async def test_what_was_sent_does_not_slow_a_look_down(world: World) -> None:
    """Both questions walk along the index of states, and pass over no delivery that was sent."""
    asked = (health._COUNTS.format("'pending', 'failed'"), health._OLDEST)
    plans = await world.log.read(
        lambda db: [
            row[3] for query in asked for row in db.sqlite.execute(f"explain query plan {query}")
        ]
    )
    looked = [plan for plan in plans if plan.startswith(("SCAN", "SEARCH"))]
    assert len(looked) == 5
    assert all(plan.startswith("SEARCH") for plan in looked)
    assert len([plan for plan in looked if "(state=?" in plan]) == 2
