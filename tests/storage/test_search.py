"""Searches of decisions: read access, order, pages, filters and words."""

from dataclasses import replace

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bot.decisions.access import Cursor, DecisionFilter, Direction, ReadScope
from bot.decisions.model import Decision, Person, Place, Status, Visibility
from bot.services.search import words_of
from bot.storage.connection import Connection
from bot.storage.decisions import save_decision
from bot.storage.search import answer_sheets, find_page, read_decision
from tests.engines import sqlite_only
from tests.services.factories import (
    OTHER_PRIVATE,
    make_decision,
    store_decisions,
    store_perspective,
)
from tests.services.harness import PRIVATE, PUBLIC, ServiceHarness

Made = tuple[str, list[str], Place, str]
"""Workspace, people (the driver first), place and a contributor, if any, of a decision."""

LETTERS = st.characters(
    categories=["L", "M", "N"],
    exclude_characters="".join(map(chr, [*range(0x19B0, 0x19CA), 0x1CF2, 0x1CF3])),
)
"""Letters, marks and numbers, except those that Python and SQLite classify differently."""
EVERYBODY = ReadScope("T1", "U9")
DIRECT = Place("G1", Visibility.DIRECT)
PLACES = st.sampled_from([PUBLIC, PRIVATE, OTHER_PRIVATE, DIRECT])
USERS = st.sampled_from(["U1", "U2", "U3"])
DECISIONS = st.lists(
    st.tuples(
        st.sampled_from(["T1", "T2"]),
        st.lists(USERS, min_size=1, max_size=3, unique=True),
        PLACES,
        st.sampled_from(["", "U1", "U2", "U3"]),
    ),
    max_size=8,
)
SIGHTS = st.builds(
    ReadScope, st.sampled_from(["T1", "T2"]), USERS, st.sampled_from([None, "C1", "G1", "G2"])
)


async def numbers(
    harness: ServiceHarness, wanted: DecisionFilter, sight: ReadScope = EVERYBODY
) -> list[int]:
    """Return the numbers of the first page."""
    found = await harness.read(find_page, sight, wanted, None, 100)
    return [each.number for each in found.decisions]


@given(made=DECISIONS, sight=SIGHTS)
@example(made=[("T1", ["U2"], DIRECT, "")], sight=ReadScope("T1", "U1", "G1"))
@example(
    made=[("T1", ["U2"], PRIVATE, "U1"), ("T2", ["U1"], PUBLIC, "")], sight=ReadScope("T1", "U1")
)
@settings(max_examples=60)
async def test_queries_agree_with_the_read_scope(
    harness: ServiceHarness, made: list[Made], sight: ReadScope
) -> None:
    """Each query returns exactly the decisions that `ReadScope.allows` allows."""
    await harness.database.write(_empty)
    shelf: dict[int, tuple[Decision, set[str]]] = {}
    for number, (workspace, people, place, contributor) in enumerate(made, start=1):
        each = make_decision(number, workspace=workspace, people=people, place=place, title="Word")
        await store_decisions(harness, each)
        if contributor:
            await store_perspective(harness, Person(workspace, contributor), number)
        shelf[number] = each, {contributor} - {""}
    expected = [
        n for n, (each, who) in sorted(shelf.items(), reverse=True) if sight.allows(each, who)
    ]
    assert await numbers(harness, DecisionFilter(), sight) == expected
    assert await numbers(harness, DecisionFilter(words=("word",)), sight) == expected
    sheets = await harness.read(answer_sheets, sight, "small", 100)
    assert [sheet.number for sheet in sheets] == expected
    read = [n for n in shelf if await harness.read(read_decision, sight, n) is not None]
    assert sorted(read, reverse=True) == expected


async def test_pages_go_both_ways(harness: ServiceHarness) -> None:
    """Pages in both directions cover all decisions and know whether there are more."""
    await store_decisions(harness, *(make_decision(number) for number in range(1, 8)))
    first = await harness.read(find_page, EVERYBODY, DecisionFilter(), None, 3)
    second = await harness.read(
        find_page, EVERYBODY, DecisionFilter(), Cursor(5, Direction.OLDER), 3
    )
    last = await harness.read(find_page, EVERYBODY, DecisionFilter(), Cursor(2, Direction.OLDER), 3)
    back = await harness.read(find_page, EVERYBODY, DecisionFilter(), Cursor(4, Direction.NEWER), 2)
    shown = [[each.number for each in page.decisions] for page in (first, second, last, back)]
    assert shown == [[7, 6, 5], [4, 3, 2], [1], [6, 5]]
    assert [page.newer for page in (first, second, last, back)] == [False, True, True, True]
    assert [page.older for page in (first, second, last, back)] == [True, True, False, True]


async def test_a_search_is_paged_like_a_list(harness: ServiceHarness) -> None:
    """Results of a word search are newest first, and continue from a number."""
    await store_decisions(
        harness, *(make_decision(number, title="Refunds") for number in range(1, 6))
    )
    wanted = DecisionFilter(words=("refunds",))
    older = await harness.read(find_page, EVERYBODY, wanted, Cursor(4, Direction.OLDER), 2)
    newer = await harness.read(find_page, EVERYBODY, wanted, Cursor(2, Direction.NEWER), 2)
    assert [each.number for each in older.decisions] == [3, 2]
    assert [each.number for each in newer.decisions] == [4, 3]


async def test_filters_hold_together(harness: ServiceHarness) -> None:
    """Filters of different kinds are combined with "and", several of one kind with "or"."""
    await store_decisions(
        harness,
        make_decision(1, people=("U9",)),
        make_decision(2, people=("U1", "U9"), status=Status.ACCEPTED, chosen="rag"),
        make_decision(3, status=Status.OVERRIDDEN, chosen="prompting"),
        make_decision(4, status=Status.WITHDRAWN),
    )
    assert await numbers(harness, DecisionFilter(mine=True)) == [2, 1]
    assert await numbers(harness, DecisionFilter(mine=True, statuses=(Status.OPEN,))) == [1]
    assert await numbers(
        harness, DecisionFilter(statuses=(Status.OVERRIDDEN, Status.ACCEPTED))
    ) == [
        3,
        2,
    ]
    assert await numbers(harness, DecisionFilter(options=("prompting",))) == [3]
    assert await numbers(harness, DecisionFilter(options=("rag", "prompting"))) == [4, 3, 2, 1]
    wanted = DecisionFilter(
        statuses=(Status.OVERRIDDEN,), options=("prompting",), words=("answers",)
    )
    assert await numbers(harness, wanted) == [3]


async def test_words_follow_every_change(harness: ServiceHarness) -> None:
    """The index follows each change of title, reason and deciders at once."""
    first = make_decision(1, title="Refund letters", place=PRIVATE, people=("U1",))
    await store_decisions(harness, first)
    settled = make_decision(1, status=Status.ACCEPTED, chosen="rag", reason="The auditors asked")
    changed = replace(
        first,
        title="Invoices",
        deciders=("U9",),
        status=settled.status,
        resolution=settled.resolution,
    )
    await harness.database.write(lambda db: save_decision(db, first, changed))
    assert await numbers(harness, DecisionFilter(words=("invoices",))) == [1]
    assert await numbers(
        harness, DecisionFilter(words=("auditor",), statuses=(Status.ACCEPTED,))
    ) == [1]
    assert await numbers(harness, DecisionFilter(mine=True, options=("rag",))) == [1]
    before = ReadScope("T1", "U1")
    assert await numbers(harness, DecisionFilter(words=("refund",)), before) == []
    moved = replace(changed, driver="U2")
    await harness.database.write(lambda db: save_decision(db, changed, moved))
    assert await numbers(harness, DecisionFilter(), before) == []
    assert await numbers(harness, DecisionFilter(words=("invoices",)), before) == []


async def test_words_are_found_in_any_form(harness: ServiceHarness) -> None:
    """Case, accents and word endings are ignored; every word must occur."""
    await store_decisions(
        harness, make_decision(1, title="Café CUSTOMERS", problem="They asked for refunds")
    )
    for typed in ("cafe", "customer", "ask refund"):
        assert await numbers(harness, DecisionFilter(words=words_of(typed))) == [1], typed
    assert await numbers(harness, DecisionFilter(words=words_of("refund elephant"))) == []


@given(word=st.text(LETTERS, min_size=1, max_size=12))
@example(word="Straße")
@example(word="İstanbul")
@example(word="ﬁne")
@example(word="cafe\u0301s")
@example(word="हिन्दी")
@settings(max_examples=50)
async def test_a_word_of_a_title_finds_it(harness: ServiceHarness, word: str) -> None:
    """A title is found by each of its own words, in any script."""
    assume(any(map(str.isalnum, word)))
    await harness.database.write(_empty)
    await store_decisions(
        harness, make_decision(1, title=f"About {word}, or not"), make_decision(2, title="Other")
    )
    assert await numbers(harness, DecisionFilter(words=words_of(f"about {word}"))) == [1]


async def test_what_is_more_than_another_case_is_found_by_plain_letters(
    harness: ServiceHarness,
) -> None:
    """A word typed with ß, a ligature or wide letters finds the same word without them."""
    await store_decisions(harness, make_decision(1, title="The file of Bahnhofstrasse 12"))
    for typed in ("Bahnhofstraße", "ﬁle", "１２"):
        assert await numbers(harness, DecisionFilter(words=words_of(typed))) == [1], typed


@given(
    typed=st.text(max_size=60) | st.lists(st.sampled_from('"*^:(){}+-'), max_size=9).map("".join)
)
@settings(max_examples=60)
async def test_no_text_breaks_a_search(harness: ServiceHarness, typed: str) -> None:
    """Any input is searched as words; query syntax has no effect."""
    words = words_of(f"{typed} x")
    assert await numbers(harness, DecisionFilter(words=words)) == []


@sqlite_only
@pytest.mark.parametrize("statement", ["vacuum", "reindex"])
async def test_housekeeping_changes_nothing(harness: ServiceHarness, statement: str) -> None:
    """After VACUUM a search still finds the right decision."""
    await store_decisions(harness, make_decision(1, title="One"), make_decision(2, title="Two"))
    await harness.database.write(lambda db: db.execute("delete from decisions where number = 1"))
    await harness.database.read(lambda db: db.execute(statement))
    assert await numbers(harness, DecisionFilter(words=("two",))) == [2]


def _empty(db: Connection) -> None:
    for name in ("perspectives", "reviews", "decisions", "decision_people", "decision_words"):
        db.execute(f"delete from {name}")
