"""Parsing of filters and words, similar decisions, and read access in searches."""

import pytest

from bot.decisions.access import AnswerSheet, DecisionFilter, ReadScope
from bot.decisions.errors import NoSuchDecision
from bot.decisions.model import Place, Status, Visibility
from bot.services.search import most_similar, words_of
from tests.services.factories import OTHER_PRIVATE, make_decision, store_decisions
from tests.services.harness import PRIVATE, PUBLIC, ServiceHarness

SHEET = {"a": "1", "b": "2", "c": "3", "d": None}


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("", DecisionFilter()),
        ("all", DecisionFilter()),
        ("mine open", DecisionFilter(mine=True, statuses=(Status.OPEN,))),
        ("RAG", DecisionFilter(options=("rag",))),
        ("decided", DecisionFilter(statuses=(Status.ACCEPTED, Status.OVERRIDDEN))),
        ("open open", DecisionFilter(statuses=(Status.OPEN,))),
        ("tuning refund rules", DecisionFilter(options=("tuning",), words=("refund", "rules"))),
        ("mine “refunds”, 2026!", DecisionFilter(mine=True, words=("refunds", "2026"))),
    ],
)
async def test_words_after_list(
    harness: ServiceHarness, typed: str, wanted: DecisionFilter
) -> None:
    """Known words filter by person, status and option; other words are searched."""
    assert harness.services.search.parse_filter(typed) == wanted


@pytest.mark.parametrize("typed", ["", '"', "🦆 👩‍👩‍👧", "()*^:-", "___", "\x00\n"])
def test_nothing_to_look_for(typed: str) -> None:
    """Text without letters and digits gives no search words."""
    assert words_of(typed) == ()


def test_endless_words_are_cut() -> None:
    """Number and length of search words are limited."""
    words = words_of(" ".join(f"{number}{'x' * 500}" for number in range(500)))
    assert len(words) == 12
    assert max(map(len, words)) == 64


def test_alike_counts_what_both_answered() -> None:
    """Similarity counts questions that both answered, without "don't know"; best match first."""
    sheets = [
        AnswerSheet(1, {"a": "1", "b": "2", "c": "x"}),
        AnswerSheet(2, {"a": "1", "b": "2", "c": "3", "d": "4"}),
        AnswerSheet(3, {"a": "1", "b": "x", "c": "x"}),
        AnswerSheet(4, {"a": "1", "b": "2"}),
        AnswerSheet(5, {"a": "1", "b": "2", "c": None, "e": "5"}),
    ]
    found = most_similar(SHEET, sheets)
    assert [(number, each.alike, each.compared) for number, each in found] == [(2, 3, 3), (1, 2, 3)]


def test_at_most_three_are_alike() -> None:
    """At most three similar decisions are returned, of equal ones the newest, never itself."""
    sheets = [AnswerSheet(number, SHEET) for number in range(1, 7)]
    assert [number for number, *_ in most_similar(SHEET, sheets, leave_out=6)] == [5, 4, 3]


async def test_what_is_hidden_is_not_there(harness: ServiceHarness) -> None:
    """An unreadable decision raises the same error as an unknown number."""
    await store_decisions(harness, make_decision(1, place=PRIVATE))
    refusals = []
    for number in (1, 2):
        with pytest.raises(NoSuchDecision) as refused:
            await harness.services.search.details(ReadScope("T1", "U9"), number)
        refusals.append(str(refused.value).replace(str(number), "N"))
    assert refusals[0] == refusals[1]


async def test_records_come_in_batches(harness: ServiceHarness) -> None:
    """An export holds each decision once, newest first, up to its limit."""
    await store_decisions(harness, *(make_decision(number) for number in range(1, 206)))
    sight = ReadScope("T1", "U9")
    every = [each.number async for each in harness.services.search.records(sight, 1000)]
    assert every == list(range(205, 0, -1))
    assert [each.number async for each in harness.services.search.records(sight, 2)] == [205, 204]


@pytest.mark.parametrize(
    ("place", "numbers"),
    [
        (PUBLIC, [1]),
        (PRIVATE, [2, 1]),
        (OTHER_PRIVATE, [3, 1]),
        (Place("U1", Visibility.DIRECT), [1]),
    ],
    ids=["public", "private", "another private", "direct"],
)
async def test_a_thread_names_what_all_its_readers_may_see(
    harness: ServiceHarness, place: Place, numbers: list[int]
) -> None:
    """Only earlier decisions that are public or of the same private channel are returned."""
    at_hand = make_decision(5, place=place)
    await store_decisions(
        harness,
        make_decision(1),
        make_decision(2, place=PRIVATE),
        make_decision(3, place=OTHER_PRIVATE),
        make_decision(4, place=Place("U1", Visibility.DIRECT)),
        at_hand,
        make_decision(6),
        make_decision(1, workspace="T2"),
    )
    found = await harness.services.search.similar_before(at_hand)
    assert [each.decision.number for each in found] == numbers
