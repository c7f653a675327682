"""The queries of a digest: only what every reader of the channel may see."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.decisions.access import ReadScope
from bot.decisions.model import (
    Closure,
    Decision,
    DecisionSummary,
    Person,
    Place,
    Resolution,
    ReviewAnswer,
    ReviewOutcome,
    Status,
    Visibility,
)
from bot.digest.content import DigestData, DigestQuery, Truncated
from bot.digest.queries import digest_data, section_counts
from bot.digest.settings import DigestScope, DigestSection
from bot.storage.connection import Connection, Row
from tests.engines import sqlite_only
from tests.services.factories import (
    OTHER_PRIVATE,
    make_decision,
    store_decisions,
    store_perspective,
)
from tests.services.harness import PRIVATE, PUBLIC, ServiceHarness

NOW = datetime.fromisoformat("2026-03-02T09:00:00+00:00")
SINCE = NOW - timedelta(days=7)
WEEKS = tuple(NOW - timedelta(weeks=back, hours=9) for back in range(2, -1, -1))
SHOWN = 2
DECIDED = (Status.ACCEPTED, Status.OVERRIDDEN)
PLACES = [
    PUBLIC,
    Place("C2", Visibility.PUBLIC),
    PRIVATE,
    OTHER_PRIVATE,
    Place("G1", Visibility.PUBLIC),  # posted there before the channel became private
    Place("C1", Visibility.PRIVATE),  # posted there before the channel became public
    Place("U1", Visibility.DIRECT),
]


@dataclass(frozen=True)
class DecisionRow:
    """The fields of a decision to store, with the option of a perspective on it."""

    workspace: str
    place: Place
    status: Status
    days: tuple[int, int]
    view: str | None
    review: tuple[int, tuple[ReviewOutcome | None, ...]] | None
    option: str


ROWS = st.builds(
    DecisionRow,
    st.sampled_from(["T1", "T1", "T1", "T2"]),
    st.sampled_from(PLACES),
    st.sampled_from(Status),
    st.tuples(st.integers(0, 20), st.integers(0, 10)),
    st.sampled_from([None, "rag", "tuning"]),
    st.none()
    | st.tuples(
        st.integers(-3, 3),
        st.lists(st.sampled_from([None, *ReviewOutcome]), min_size=1, max_size=2).map(tuple),
    ),
    st.sampled_from(["rag", "tuning"]),
)
DIGESTS = st.tuples(st.sampled_from([PUBLIC, PRIVATE]), st.sampled_from(DigestScope))


def build(number: int, made: DecisionRow) -> Decision:
    """Build a decision; its days count back from now."""
    people = [f"U{place}" for place in range(len(made.review[1]) if made.review else 1)]
    plain = make_decision(number, workspace=made.workspace, place=made.place, people=("U8",))
    opened = NOW - timedelta(days=made.days[0], seconds=100 - number)
    settled = min(NOW, opened + timedelta(days=made.days[1]))
    reviews = [
        ReviewAnswer(user, settled, outcome)
        for user, outcome in zip(people, made.review[1] if made.review else (), strict=False)
        if outcome is not None
    ]
    decided = made.status in DECIDED
    closed = made.status not in {Status.OPEN, *DECIDED}
    resolution = Resolution("U1", settled, "", made.option) if decided else None
    if closed and number % 2:
        resolution = Resolution("U1", opened, "", made.option)
    return replace(
        plain,
        title=f"Canary{number}.",
        deciders=tuple(people),
        status=made.status,
        opened_at=opened,
        resolution=resolution,
        closure=Closure("U1", settled) if closed else None,
        superseded_by=number + 1 if made.status is Status.SUPERSEDED else None,
        review_on=NOW.date() + timedelta(days=made.review[0]) if made.review else None,
        reviews=tuple(reviews) if decided else (),
    )


def query_of(
    place: Place, scope: DigestScope, parts: Sequence[DigestSection] = tuple(DigestSection)
) -> DigestQuery:
    """Return the query for a digest of the last week."""
    return DigestQuery(
        scope=ReadScope.for_audience("T1", place),
        channel=place.channel,
        coverage=scope,
        sections=tuple(parts),
        since=SINCE,
        until=NOW,
        before=SINCE.date(),
        today=NOW.date(),
        weeks=WEEKS,
        playbooks=("today",),
        limit=SHOWN,
    )


async def store(
    harness: ServiceHarness, made: Sequence[DecisionRow]
) -> list[tuple[Decision, DecisionRow]]:
    """Store the decisions, numbered from 1, with their perspectives."""
    await harness.database.write(_empty)
    pairs = [(build(number, each), each) for number, each in enumerate(made, start=1)]
    await store_decisions(harness, *(each for each, _ in pairs))
    for each, how in pairs:
        if how.view:
            person = Person(each.workspace, "U9")
            await store_perspective(harness, person, each.number, option=how.view)
    return pairs


@given(made=st.lists(ROWS, max_size=14), digest=DIGESTS)
@example(
    made=[DecisionRow("T1", place, Status.OPEN, (1, 0), "tuning", None, "rag") for place in PLACES],
    digest=(PRIVATE, DigestScope.WORKSPACE),
)
@example(
    made=[
        DecisionRow("T1", PUBLIC, Status.OPEN, (ago, 0), None, None, "rag") for ago in (0, 15, 9, 4)
    ],
    digest=(PUBLIC, DigestScope.CHANNEL),
)
@settings(max_examples=40)
async def test_a_digest_has_only_what_its_readers_may_see(
    harness: ServiceHarness, made: list[DecisionRow], digest: tuple[Place, DigestScope]
) -> None:
    """Each section equals a naive filter over all decisions; no other title occurs."""
    pairs = await store(harness, made)
    place, scope = digest
    query = query_of(place, scope)
    data = await harness.database.read(lambda db: digest_data(db, query))
    counts = await harness.database.read(lambda db: section_counts(db, query))
    readable = [
        (each, how)
        for each, how in pairs
        if ReadScope.for_audience("T1", place).allows(each)
        and (scope is DigestScope.WORKSPACE or each.place.channel == place.channel)
    ]
    _check_lists(data, readable)
    seen = [each for each, _ in readable]
    _check_counts(data, seen)
    shown = (data.waiting, data.split, data.reviews, data.new, data.decided, data.closed)
    both = zip(astuple(data.private), shown, strict=True)
    assert astuple(counts) == tuple(private + own.count for private, own in both)
    assert data.private.waiting == (
        sum(each.status is Status.OPEN for each in _hidden(pairs, place))
        if scope is DigestScope.WORKSPACE
        else 0
    )
    if scope is DigestScope.WORKSPACE:
        elsewhere = [pair for pair in pairs if pair[0] in _hidden(pairs, place)]
        assert data.private.disagreements == len(_split(elsewhere))
        assert data.private.reviews == len(_due(each for each, _ in elsewhere))
        assert data.private.new == len(_opened(_hidden(pairs, place)))
        assert data.private.decided == len(_settled(_hidden(pairs, place)))
        assert data.private.closed == len(_ended(_hidden(pairs, place)))
    for each, _ in pairs:
        covered = ReadScope.for_audience("T1", place).allows(each)
        named = covered if _succeeds(each, data) else each in seen
        assert named or each.title not in repr(data)


def _check_lists(data: DigestData, readable: Sequence[tuple[Decision, DecisionRow]]) -> None:
    seen = [each for each, _ in readable]
    waiting = [each for each in seen if each.status is Status.OPEN]
    split, due = _split(readable), _due(seen)
    _check(data.waiting, waiting, lambda each: each.number)
    assert data.split.count == len(split)
    assert _numbers(each.item.decision for each in data.split.shown) == _numbers(split)[:SHOWN]
    _check(data.reviews, due, lambda each: each.review_on)
    assert data.new.count == len(_opened(seen))
    assert (
        _numbers(each.decision for each in data.new.shown)
        == [*reversed(_numbers(_opened(seen)))][:SHOWN]
    )
    _check(data.decided, _settled(seen), lambda each: NOW - each.resolution.at)
    _check(data.closed, _ended(seen), lambda each: NOW - each.closure.at)
    there = {each.number for each in seen}
    for each in data.closed.shown:
        successor = each.successor and each.successor.decision.number
        if each.decision.superseded_by in there:
            assert successor == each.decision.superseded_by


def _check_counts(data: DigestData, seen: Sequence[Decision]) -> None:
    reviewed = [each for each in seen if each.reviews]
    assert Counter((each.chosen, each.reviews) for each in data.reviewed) == Counter(
        (each.chosen, each.reviews) for each in reviewed
    )
    past = sorted((each.number for each in seen if each.status in DECIDED), reverse=True)
    assert [each.number for each in data.past_answers] == past
    trend = {
        option: tuple(
            sum(
                each.chosen == option and begin <= each.opened_at < begin + timedelta(weeks=1)
                for each in seen
            )
            for begin in WEEKS
        )
        for option in ("rag", "tuning")
    }
    assert data.trend == {option: counts for option, counts in trend.items() if any(counts)}


def _check(share: Truncated, expected: list[Decision], key: object) -> None:
    """Check the count, and the entries shown by a key that several may share."""
    assert share.count == len(expected)
    found = [each.decision for each in share.shown]
    assert [key(each) for each in found] == sorted(map(key, expected))[:SHOWN]
    assert set(_numbers(found)) <= set(_numbers(expected))


def _numbers(decisions: Iterable[DecisionSummary]) -> list[int]:
    return [each.number for each in decisions]


def _split(pairs: Sequence[tuple[Decision, DecisionRow]]) -> list[Decision]:
    return [
        each
        for each, how in pairs
        if each.status is Status.OPEN and how.view not in {None, each.verdict.option}
    ]


def _due(decisions: Iterable[Decision]) -> list[Decision]:
    return [
        each
        for each in decisions
        if each.status in DECIDED
        and each.review_on is not None
        and each.review_on <= NOW.date()
        and {answer.by for answer in each.reviews} != set(each.deciders)
    ]


def _opened(decisions: Iterable[Decision]) -> list[Decision]:
    """Return the new decisions of no other section in the order in which they were opened."""
    known = list(decisions)
    decided = [each for each in known if each.status in DECIDED]
    elsewhere = {each.number for each in (*_settled(known), *_due(known))}
    new = [each for each in decided if each.opened_at > SINCE and each.number not in elsewhere]
    return sorted(new, key=lambda each: (each.opened_at, each.number))


def _settled(decisions: Iterable[Decision]) -> list[Decision]:
    known = list(decisions)
    due = {each.number for each in _due(known)}
    return [
        each
        for each in known
        if each.status in DECIDED
        and each.resolution
        and each.resolution.at > SINCE
        and each.number not in due
    ]


def _ended(decisions: Iterable[Decision]) -> list[Decision]:
    return [each for each in decisions if each.closure and each.closure.at > SINCE]


def _succeeds(decision: Decision, data: DigestData) -> bool:
    """Return whether a decision superseded one that the digest shows."""
    return decision.number in {each.decision.superseded_by for each in data.closed.shown}


def _hidden(pairs: Sequence[tuple[Decision, DecisionRow]], place: Place) -> list[Decision]:
    """Return the decisions of private channels other than the digest's."""
    return [
        each
        for each, _ in pairs
        if each.workspace == "T1"
        and each.place.visibility is Visibility.PRIVATE
        and each.place != place
    ]


def _empty(db: Connection) -> None:
    for name in ("perspectives", "reviews", "decisions", "decision_people", "decision_words"):
        db.execute(f"delete from {name}")


@sqlite_only
@pytest.mark.parametrize("place", [PUBLIC, PRIVATE])
@pytest.mark.parametrize("scope", DigestScope)
async def test_no_query_reads_all_decisions(
    harness: ServiceHarness, monkeypatch: pytest.MonkeyPatch, place: Place, scope: DigestScope
) -> None:
    """Every query uses an index on decisions, so its time does not grow with the table."""
    asked: list[tuple[str, Any]] = []
    query_all = Connection.all

    def record(db: Connection, sql: str, values: Any = ()) -> list[Row]:
        asked.append((sql, values))
        return query_all(db, sql, values)

    monkeypatch.setattr(Connection, "all", record)
    await store_decisions(harness, make_decision(1))
    query = query_of(place, scope)
    await harness.database.read(lambda db: (digest_data(db, query), section_counts(db, query)))
    monkeypatch.undo()
    plans = [
        step["detail"]
        for sql, values in asked
        for step in await harness.database.read(
            lambda db, sql=sql, values=values: db.all(f"explain query plan {sql}", values)
        )
    ]
    used = [each for each in plans if " decisions" in each]
    assert len(used) > 20
    assert [each for each in used if not each.startswith("SEARCH")] == []
    assert [each for each in used if "INDEX" not in each] == []
    assert [each for each in used if each.endswith("(workspace=?)")] == []
