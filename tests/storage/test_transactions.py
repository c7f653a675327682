"""Transactions: one decision for each draft, numbers without gaps, nothing partial."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.decisions.access import DecisionFilter, ReadScope
from bot.decisions.model import Person, Place, Review, ReviewChoice, Visibility, Workflow
from bot.storage.connection import Connection, DatabaseUnusable
from bot.storage.database import Database
from bot.storage.drafts import change_draft, unposted_drafts
from bot.storage.engines.sqlite import SqliteConnection
from bot.storage.playbook_versions import find_playbook
from bot.storage.search import find_page
from tests.engines import sqlite_only
from tests.services.harness import ADA, BEN, PRIVATE, PUBLIC, SMALL, STRANGER, ServiceHarness
from tests.storage.databases import schema

HOSTILE = [
    "'; drop table decisions; --",
    '"quoted" `and` [more]',
    "nul\x1b[0m \u202e right to left",
    "👩‍👩‍👧 <!channel> & <@U1>",
    '{"json": [null]}',
    "line\nbreak\r\n",
    "x" * 3000,
]


def break_changes(db: Connection, table: str, when: str) -> None:
    """Create a trigger that fails every change of a table."""
    trigger = f"create trigger broken before {when} on {table}"
    if isinstance(db, SqliteConnection):
        db.execute(f"{trigger} begin select raise(abort, 'broken on purpose'); end")
        return
    db.execute(
        "create function fail() returns trigger language plpgsql as"
        " $$ begin raise exception 'broken on purpose'; end $$"
    )
    db.execute(f"{trigger} execute function fail()")


def mend_changes(db: Connection, table: str) -> None:
    """Remove the trigger."""
    if isinstance(db, SqliteConnection):
        db.execute("drop trigger broken")
        return
    db.execute(f"drop trigger broken on {table}")
    db.execute("drop function fail")


async def everything(harness: ServiceHarness) -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table."""
    tables = ("playbooks", "drafts", "decisions", "events", "deliveries")
    return {table: await harness.rows(table) for table in tables}


async def test_fifty_posts_of_one_draft_make_one_decision(harness: ServiceHarness) -> None:
    """Fifty concurrent posts of one draft create one decision and return its number."""
    draft = await harness.create_draft()
    posted = await asyncio.gather(*(harness.services.post(ADA, draft, PUBLIC) for _ in range(50)))
    assert {each.decision.number for each in posted} == {1}
    found = await everything(harness)
    assert [len(found[table]) for table in ("decisions", "events", "deliveries")] == [1, 1, 2]


async def test_another_programs_database_is_left_as_it_is(tmp_path: Path) -> None:
    """A file with another program's tables is refused, and does not change."""
    path = tmp_path / "songs.db"
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("create table songs (title text)")
    before, database = path.read_bytes(), Database(path)
    with pytest.raises(DatabaseUnusable, match="another program's: set DATABASE_URL to a file"):
        await database.open()
    await database.close()
    assert path.read_bytes() == before


async def test_numbers_have_no_gaps(harness: ServiceHarness) -> None:
    """Concurrent posts get consecutive numbers from 1, separately in each workspace."""
    people = [ADA] * 20 + [STRANGER] * 10
    drafts = [(person, await harness.create_draft(person)) for person in people]
    posted = await asyncio.gather(*(harness.services.post(*each, PUBLIC) for each in drafts))
    numbers: dict[str, list[int]] = {}
    for each in posted:
        numbers.setdefault(each.decision.workspace, []).append(each.decision.number)
    assert {workspace: sorted(found) for workspace, found in numbers.items()} == {
        "T1": list(range(1, 21)),
        "T2": list(range(1, 11)),
    }


@pytest.mark.parametrize(
    ("table", "when"),
    [
        ("decisions", "insert"),
        ("drafts", "update"),
        ("deliveries", "insert"),
        ("events", "insert"),
    ],
)
async def test_a_post_that_breaks_in_the_middle_leaves_nothing(
    harness: ServiceHarness, table: str, when: str
) -> None:
    """If any statement of a post fails, no row remains, and the next try works."""
    draft = await harness.create_draft()
    before = await everything(harness)
    await harness.write(break_changes, table, when)
    with pytest.raises((sqlite3.Error, psycopg.Error), match="broken on purpose"):
        await harness.services.post(ADA, draft, PUBLIC)
    assert await everything(harness) == before
    await harness.write(mend_changes, table)
    assert (await harness.services.post(ADA, draft, PUBLIC)).decision.number == 1


async def test_a_change_that_raises_changes_nothing(harness: ServiceHarness) -> None:
    """An exception in a draft's change reaches the caller, and the draft does not change."""

    def breaking(_draft: object) -> Any:
        raise KeyError("broken on purpose")

    draft = await harness.create_draft()
    before = await everything(harness)
    with pytest.raises(KeyError):
        await harness.write(change_draft, ADA, draft, breaking)
    assert await everything(harness) == before


async def test_concurrent_changes_of_a_draft_all_count(harness: ServiceHarness) -> None:
    """Concurrent answers to a draft are all stored."""
    draft = await harness.create_draft(answers={"facts": "some"})
    given_answers = [{"freshness": "daily"}, {"style": "strict"}, {"examples": "many"}]
    await asyncio.gather(*(harness.drafts.save_answers(ADA, draft, each) for each in given_answers))
    kept = await harness.drafts.open_draft(ADA, draft)
    assert kept.answers == {
        "facts": "some",
        "freshness": "daily",
        "style": "strict",
        "examples": "many",
    }


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_values_come_back_as_they_were(harness: ServiceHarness, text: str) -> None:
    """Any text is stored unchanged, and the schema does not change."""
    before = await harness.read(schema)
    draft = await harness.create_draft(
        workflow=Workflow(title=text, problem=text, deciders=(text,))
    )
    decision = (await harness.services.post(ADA, draft, Place(text, Visibility.PRIVATE))).decision
    await harness.services.notify(Person("T1", text), text)
    kept = await harness.services.decision("T1", decision.number)
    assert kept == decision
    assert (kept.title, kept.problem, kept.deciders) == (text, text, (text,))
    assert await harness.read(schema) == before


async def test_a_nul_breaks_no_transaction(harness: ServiceHarness) -> None:
    """PostgreSQL cannot store U+0000 in a text: it is left out there, and kept by SQLite."""
    await harness.services.notify(ADA, "a\x00b")
    await harness.write(lambda db: db.execute("update deliveries set error = :e", {"e": "a\0b"}))
    (row,) = await harness.rows("deliveries")
    assert row["error"] in {"a\0b", "ab"}


@settings(
    max_examples=15,
)
@given(
    title=st.text(min_size=1, max_size=120),
    problem=st.text(max_size=3000),
    deciders=st.lists(st.text(min_size=1, max_size=11), min_size=1, max_size=10),
    review=st.builds(Review, st.sampled_from(ReviewChoice), st.dates(min_value=date(2100, 1, 1))),
)
def test_drafts_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory,
    title: str,
    problem: str,
    deciders: list[str],
    review: Review,
) -> None:
    """Any workflow is read from the database as it was written."""
    workflow = Workflow(title, problem, tuple(deciders), review)

    async def kept() -> Workflow:
        database = await Database(tmp_path_factory.mktemp("log") / "ragvsft.db").open()
        try:
            harness = ServiceHarness(database)
            draft = await harness.create_draft(workflow=workflow)
            return (await harness.drafts.open_draft(ADA, draft)).workflow
        finally:
            await database.close()

    assert asyncio.run(kept()) == workflow


async def test_a_playbook_is_kept_once(harness: ServiceHarness) -> None:
    """Drafts of the same playbook version share one stored text, which is read unchanged."""
    for _ in range(3):
        await harness.create_draft()
    assert len(await harness.rows("playbooks")) == 1
    assert await harness.read(find_playbook, SMALL.hash) == SMALL
    assert await harness.read(find_playbook, "other") is None


async def test_a_delivery_is_kept_once(harness: ServiceHarness) -> None:
    """A second delivery of the same key is not stored, and the result says so."""
    await harness.services.notify(ADA, "Once.")
    (row,) = await harness.rows("deliveries")
    delivery = await harness.outbox.claim(harness.clock.now())
    assert delivery is not None
    assert delivery.key == row["key"]
    assert not await harness.enqueue(delivery)
    assert len(await harness.rows("deliveries")) == 1


async def recent(harness: ServiceHarness, person: Person, limit: int) -> list[int]:
    """Return the numbers of the newest decisions that a person may read from App Home."""
    page = await harness.read(find_page, ReadScope.of(person), DecisionFilter(), None, limit)
    return [each.number for each in page.decisions]


async def test_who_sees_recent_decisions(harness: ServiceHarness) -> None:
    """Public decisions are for all; others for their driver and deciders, in one workspace."""
    public = await harness.post_decision(ADA)
    private = await harness.post_decision(ADA, PRIVATE)
    assert await recent(harness, BEN, 10) == [public.number]
    assert await recent(harness, ADA, 10) == [private.number, public.number]
    assert await recent(harness, ADA, 1) == [private.number]
    assert await recent(harness, STRANGER, 10) == []


async def test_a_like_named_decider_is_not_a_decider(harness: ServiceHarness) -> None:
    """A user whose id is part of a decider's id does not see what the decider sees."""
    draft = await harness.create_draft(workflow=Workflow(title="T", deciders=("U22",)))
    await harness.services.post(ADA, draft, PRIVATE)
    assert await recent(harness, BEN, 10) == []


async def test_drafts_are_listed_newest_first(harness: ServiceHarness) -> None:
    """Unposted drafts changed after a given time are sorted by their last change."""
    drafts = []
    for _ in range(3):
        drafts.append(await harness.create_draft())
        harness.clock.advance(timedelta(seconds=1))
    await harness.drafts.save_answers(ADA, drafts[0], {"facts": "some"})
    since = harness.clock.now() - timedelta(seconds=2)
    found = await harness.read(unposted_drafts, ADA, since)
    assert [draft.id for draft in found] == [drafts[0], drafts[2]]


@sqlite_only
async def test_every_index_of_a_query_is_there(harness: ServiceHarness) -> None:
    """The worker's query for due deliveries uses an index, without a table scan."""
    query = "select * from deliveries where state = 'pending' and due_at <= '2026'"
    plan = await harness.database.read(
        lambda db: db.sqlite.execute(f"explain query plan {query}").fetchall()
    )
    assert all("USING INDEX" in step[-1] for step in plan), plan
