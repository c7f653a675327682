"""`ragvsft backup` under load, `ragvsft restore` elsewhere, and a comparison of all tables."""

import asyncio
import itertools
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlite_utils
from click.testing import CliRunner

from bot.cli import root
from bot.decisions.model import Place, Visibility
from bot.digest.settings import DigestSettings
from bot.settings import NAMES
from bot.storage.connection import Connection
from bot.storage.database import Database
from bot.storage.decisions import UNKNOWN_GAP
from bot.storage.maintenance import backup
from tests.services.harness import ADA, BEN, PUBLIC, ServiceHarness

Tables = dict[str, list[dict[str, Any]]]

PEOPLE = 3
MORE = 25
"""Number of actions between the start of the backup and its first copied page."""
TIMEOUT_SECONDS = 60
RESET = frozenset({("deliveries", "state"), ("deliveries", "claimed_at"),
                      ("digest_settings", "active_since")})  # fmt: skip
"""Columns that a restore resets: pending posts become unconfirmed, digests are due from now."""


class Work:
    """People who use a database, one action after the other; `done` are the finished actions."""

    def __init__(self, harness: ServiceHarness) -> None:
        self.done: list[tuple[str, int | str]] = []
        self._harness, self._changed = harness, asyncio.Condition()

    async def live(self, person: int) -> None:
        """Decide, add a view, request one, accept and configure a digest, in a loop."""
        services = self._harness.services
        for iteration in itertools.count():
            number = (await self._harness.post_decision()).number
            await self._note("decided", number)
            view = (await services.perspectives.begin(BEN, PUBLIC, number)).draft
            await self._harness.drafts.save_answers(
                BEN, view.id, {"facts": "some", "style": "free"}
            )
            await services.post(BEN, view.id, PUBLIC)
            await self._note("view", number)
            await services.perspectives.ask(ADA, number, ["U3"])
            await self._note("asked", number)
            if iteration % 2:
                await services.decisions.accept(ADA, number)
                await self._note("accepted", number)
            channel = Place(f"C{person}-{iteration}", Visibility.PUBLIC)
            now = self._harness.clock.now()
            await services.digests.change(DigestSettings("T1", channel, "U1", now))
            await self._note("digest", channel.channel)

    async def until(self, done: int) -> None:
        """Wait until this number of actions is done."""
        async with asyncio.timeout(TIMEOUT_SECONDS), self._changed:
            await self._changed.wait_for(lambda: len(self.done) >= done)

    async def _note(self, what: str, which: int | str) -> None:
        async with self._changed:
            self.done.append((what, which))
            self._changed.notify_all()


@contextmanager
def _watched(work: Work) -> Iterator[list[Tables]]:
    """Record the tables at the start of a backup, and delay its copy until more actions are done.

    Pages are copied one by one, so that people continue in between.
    """
    moments: list[Tables] = []
    loop, opened, copy = asyncio.get_running_loop(), backup._opened, backup._copy

    def opened_alone(source: Path) -> sqlite3.Connection:
        with closing(
            sqlite3.connect(source, timeout=TIMEOUT_SECONDS, isolation_level=None)
        ) as writer:
            writer.execute("BEGIN IMMEDIATE")  # no other write in between
            seen = opened(source)
            moments.append(_tables(writer))
            writer.execute("ROLLBACK")
        return seen

    def copy_later(*arguments: Any) -> None:
        going_on = work.until(len(work.done) + MORE)
        asyncio.run_coroutine_threadsafe(going_on, loop).result(TIMEOUT_SECONDS)
        copy(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backup, "_PAGES", 1)
        patch.setattr(backup, "_opened", opened_alone)
        patch.setattr(backup, "_copy", copy_later)
        yield moments


async def test_a_backup_under_load_is_consistent(tmp_path: Path) -> None:
    """Backed up under load and restored elsewhere, each table is as of the start of the backup."""
    path, saved = tmp_path / "ragvsft.db", tmp_path / "saved.db"
    log = await Database(path).open()
    await log.write(_fill)
    work = Work(ServiceHarness(log))
    async with _at_work(work):
        await work.until(MORE)
        await log.write(_deliver)
        before = list(work.done)
        with _watched(work) as moments:
            await asyncio.to_thread(_run, path, "backup", saved)
    await log.close()
    elsewhere = tmp_path / "elsewhere" / "ragvsft.db"
    _run(elsewhere, "restore", saved)
    (moment,) = moments
    assert [name for name, rows in moment.items() if not rows] == []
    assert _of(saved) == moment
    restored = _of(elsewhere)
    assert _without_resets(restored, moment) == _without_resets(moment, moment)
    _check_integrity(elsewhere, restored)
    assert set(before) <= _actions(restored)
    assert len(set(work.done) - _actions(restored)) >= MORE


@asynccontextmanager
async def _at_work(work: Work) -> AsyncIterator[None]:
    """Run people's actions for the length of a `with` block."""
    tasks = [asyncio.create_task(work.live(person)) for person in range(PEOPLE)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert [end for end in ends if not isinstance(end, asyncio.CancelledError)] == []


def _run(log: Path, command: str, file: Path) -> None:
    environ = dict.fromkeys((*NAMES, "DYNO")) | {"DATABASE_URL": f"sqlite:///{log}"}
    result = CliRunner().invoke(root, [command, str(file)], env=environ)
    assert result.exit_code == 0, result.output


def _tables(connection: sqlite3.Connection) -> Tables:
    """Return the rows of all tables, those of the search index included."""
    db = sqlite_utils.Database(connection)
    return {name: list(db.table(name).rows) for name in db.table_names()}


def _of(path: Path) -> Tables:
    with closing(sqlite3.connect(path)) as connection:
        return _tables(connection)


def _fill(db: Connection) -> None:
    """Insert a row into each table that this test does not write to; SQLite owns the index."""
    for table in db.sqlite.tables:
        is_index = table.name.startswith("decision_words")
        if not (table.count or table.foreign_keys or is_index):
            kinds = {column.name: column.type for column in table.columns}
            table.insert({n: 1 if kind == "INTEGER" else "x" for n, kind in kinds.items()})


def _deliver(db: Connection) -> None:
    db.execute("update deliveries set state = 'sent', sent_channel = 'C1', ts = key")


def _without_resets(found: Tables, moment: Tables) -> Tables:
    """Return the tables without what a restore resets or adds: number floors, new renderings."""
    shown = {
        name: [{c: v for c, v in row.items() if (name, c) not in RESET} for row in rows]
        for name, rows in found.items()
    }
    known = {row["id"] for row in moment["deliveries"]}
    shown["deliveries"] = [row for row in shown["deliveries"] if row["id"] in known]
    floors = {row["workspace"] for row in moment["number_floors"]}
    shown["number_floors"] = [
        {"workspace": row["workspace"]}
        for row in shown["number_floors"]
        if row["workspace"] in floors
    ]
    return shown


def _actions(found: Tables) -> set[tuple[str, int | str]]:
    """Return the actions that the database has."""
    return {
        *(("decided", row["number"]) for row in found["decisions"]),
        *(("view", row["number"]) for row in found["perspectives"]),
        *(("asked", row["number"]) for row in found["view_requests"]),
        *(("accepted", row["number"]) for row in found["events"] if row["kind"] == "accepted"),
        *(("digest", row["channel"]) for row in found["digest_settings"]),
    }


def _check_integrity(path: Path, found: Tables) -> None:
    """Check foreign keys, integrity, and the rows that belong to each decision."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("pragma foreign_key_check").fetchall() == []
        assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
    events = {(row["number"], row["kind"]) for row in found["events"]}
    keys = {row["key"] for row in found["deliveries"]}
    for row in found["decisions"]:
        number = row["number"]
        assert (number, "opened") in events
        assert ((number, "accepted") in events) == (row["status"] == "accepted")
        assert {f"T1/{number}/announcement", f"T1/{number}/recommendation"} <= keys
    highest = max(row["number"] for row in found["decisions"])
    floors = {row["workspace"]: row["number"] for row in found["number_floors"]}
    assert floors["T1"] == highest + UNKNOWN_GAP
