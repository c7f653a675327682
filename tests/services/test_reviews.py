"""Review requests to deciders, and their reviews."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.decisions.errors import ActionNotPossible, NoSuchDecision, NotTheirs
from bot.decisions.model import Decision, Review, ReviewChoice, ReviewOutcome, Status, Workflow
from bot.outbox.model import DeliveryKind
from bot.services.reviews import WaitingDecisions
from bot.storage.database import Database
from tests.services.factories import make_decision, store_decisions
from tests.services.harness import ADA, BEN, PUBLIC, STRANGER, ServiceHarness

_DAY = timedelta(days=1)


async def _opened(harness: ServiceHarness, review: Review | None = None) -> Decision:
    """Return a decision with Ada and Ben as deciders."""
    workflow = Workflow(title="Answers", deciders=(ADA.user, BEN.user), review=review or Review())
    draft = await harness.create_draft(workflow=workflow)
    return (await harness.services.post(ADA, draft, PUBLIC)).decision


async def _accepted(harness: ServiceHarness, review: Review | None = None) -> Decision:
    decision = await _opened(harness, review)
    return await harness.services.decisions.accept(ADA, decision.number)


async def _asked(harness: ServiceHarness) -> list[object]:
    return [
        row["channel"]
        for row in await harness.rows("deliveries")
        if row["kind"] == DeliveryKind.REVIEW_QUESTION
    ]


async def test_each_decider_is_asked_on_the_day_and_once(harness: ServiceHarness) -> None:
    """No decider is asked a minute early; at nine each is asked, once for all checks."""
    decision = await _accepted(harness)
    assert decision.review_on == date(2026, 4, 5)
    harness.clock.advance(datetime(2026, 4, 5, 8, 59, tzinfo=UTC) - harness.clock.now())
    assert await harness.services.reviews.request_due() == 0
    harness.clock.advance(timedelta(minutes=1))
    assert [await harness.services.reviews.request_due() for _ in range(3)] == [2, 0, 0]
    assert await _asked(harness) == [ADA.user, BEN.user]


async def test_several_processes_ask_once(harness: ServiceHarness) -> None:
    """Five processes that check one database at the same time ask each decider once."""
    await _accepted(harness)
    databases = [await Database(harness.database.location).open() for _ in range(5)]
    others = [ServiceHarness(database) for database in databases]
    for other in others:
        other.clock.advance(100 * _DAY)
    counts = await asyncio.gather(*(other.services.reviews.request_due() for other in others))
    for database in databases:
        await database.close()
    assert sum(counts) == 2
    assert await _asked(harness) == [ADA.user, BEN.user]


async def test_many_that_are_due_are_all_asked_about(harness: ServiceHarness) -> None:
    """One round covers more decisions than one batch holds."""
    made = [make_decision(each, status=Status.ACCEPTED, chosen="rag") for each in range(1, 204)]
    await store_decisions(harness, *(replace(each, review_on=date(2026, 4, 5)) for each in made))
    harness.clock.advance(100 * _DAY)
    assert [await harness.services.reviews.request_due() for _ in range(2)] == [203, 0]


@pytest.mark.parametrize("move", ["none", "withdraw", "supersede"])
async def test_only_what_is_followed_is_asked_about(harness: ServiceHarness, move: str) -> None:
    """Nobody is asked about a decision that is open, withdrawn or superseded."""
    decision = await _opened(harness)
    if move == "withdraw":
        await harness.services.decisions.withdraw(ADA, decision.number, "Over")
    if move == "supersede":
        page = await harness.services.decisions.begin_supersede(ADA, decision.number)
        await harness.services.post(ADA, page.draft.id, PUBLIC)
    harness.clock.advance(200 * _DAY)
    assert await harness.services.reviews.request_due() == 0


async def test_never_is_never(harness: ServiceHarness) -> None:
    """With `NEVER` no decider is asked, but a review is possible."""
    decision = await _accepted(harness, Review(ReviewChoice.NEVER))
    harness.clock.advance(4000 * _DAY)
    assert await harness.services.reviews.request_due() == 0
    after = await harness.services.reviews.review(ADA, decision.number, ReviewOutcome.WORKED, "")
    assert [answer.outcome for answer in after.reviews] == [ReviewOutcome.WORKED]


async def test_a_review_is_put_off_by_a_late_decision(harness: ServiceHarness) -> None:
    """If it is decided after the review date, the date moves by the planned number of days."""
    decision = await _opened(harness, Review(ReviewChoice.DAYS_30))
    harness.clock.advance(50 * _DAY)
    accepted = await harness.services.decisions.accept(BEN, decision.number)
    assert accepted.review_on == harness.clock.now().date() + 30 * _DAY


async def test_a_later_review_replaces_an_earlier_one(harness: ServiceHarness) -> None:
    """Each decider has one review, the latest; each review is an event."""
    decision = await _accepted(harness)
    review = harness.services.reviews.review
    await review(ADA, decision.number, ReviewOutcome.NOT_TRIED, "")
    await review(BEN, decision.number, ReviewOutcome.WORKED, "Well")
    after = await review(ADA, decision.number, ReviewOutcome.FAILED, "Badly")
    assert [(each.by, each.outcome, each.note) for each in after.reviews] == [
        (BEN.user, ReviewOutcome.WORKED, "Well"),
        (ADA.user, ReviewOutcome.FAILED, "Badly"),
    ]
    assert await harness.services.decision("T1", decision.number) == after
    kinds = [row["kind"] for row in await harness.rows("events")]
    assert kinds.count("reviewed") == 3


async def test_only_deciders_of_a_decision_made_review_it(harness: ServiceHarness) -> None:
    """Reviews by others, of open and of unknown decisions are refused."""
    decision = await harness.post_decision()
    review = harness.services.reviews.review
    with pytest.raises(ActionNotPossible):
        await review(ADA, decision.number, ReviewOutcome.WORKED, "")
    await harness.services.decisions.accept(ADA, decision.number)
    with pytest.raises(NotTheirs):
        await review(BEN, decision.number, ReviewOutcome.WORKED, "")
    for actor, number in ((STRANGER, decision.number), (ADA, 99)):
        with pytest.raises(NoSuchDecision):
            await review(actor, number, ReviewOutcome.WORKED, "")
    assert await harness.rows("reviews") == []


@pytest.mark.parametrize(
    ("deciders", "gone", "asked"),
    [(("U2",), ("U2",), 1), (("U2", "U3"), ("U2", "U3"), 1), (("U1", "U2"), ("U2",), 0)],
)
async def test_the_driver_is_asked_for_unreachable_deciders(
    harness: ServiceHarness, deciders: tuple[str, ...], gone: tuple[str, ...], asked: int
) -> None:
    """The driver is asked once for all unreachable deciders, unless they are a decider too."""
    draft = await harness.create_draft(workflow=Workflow(title="Answers", deciders=deciders))
    made = (await harness.services.post(ADA, draft, PUBLIC)).decision
    for user in gone:
        await harness.services.reviews.decider_unreachable(
            "T1", made.number, user, "user_not_found"
        )
    assert await _asked(harness) == [ADA.user] * asked


async def test_what_waits_for_whom(harness: ServiceHarness) -> None:
    """Open decisions wait for their deciders; due reviews for deciders without a review."""
    first, second = await _opened(harness), await _accepted(harness)
    waiting = harness.services.reviews.waiting_for
    assert [each.number for each in (await waiting(BEN)).to_decide] == [first.number]
    assert (await waiting(BEN)).to_review == ()
    harness.clock.advance(100 * _DAY)
    await harness.services.reviews.review(ADA, second.number, ReviewOutcome.PARTLY, "")
    assert [each.number for each in (await waiting(BEN)).to_review] == [second.number]
    assert (await waiting(ADA)).to_review == ()
    assert await waiting(STRANGER) == WaitingDecisions()


async def test_a_view_waits_until_it_is_given_or_too_late(harness: ServiceHarness) -> None:
    """A request waits for the person asked until they answer or the decision is settled."""
    first, second = await harness.post_decision(), await harness.post_decision()
    views, waiting = harness.services.perspectives, harness.services.reviews.waiting_for
    for each in (first, second):
        await views.ask(ADA, each.number, [BEN.user])
    wanted = (await waiting(BEN)).to_contribute
    assert [each.number for each in wanted] == [first.number, second.number]
    assert (await waiting(ADA)).to_contribute == ()
    draft = (await views.begin(BEN, None, first.number)).draft.id
    await harness.drafts.save_answers(BEN, draft, {"facts": "never"})
    await harness.services.post(BEN, draft, first.place)
    assert [each.number for each in (await waiting(BEN)).to_contribute] == [second.number]
    await harness.services.decisions.accept(ADA, second.number)
    assert (await waiting(BEN)).to_contribute == ()


async def test_old_drafts_are_forgotten(harness: ServiceHarness) -> None:
    """An unposted draft is deleted two weeks after its last change."""
    await harness.post_decision()
    await harness.create_draft()
    harness.clock.advance(14 * _DAY)
    assert await harness.drafts.delete_expired() == 0
    harness.clock.advance(timedelta(seconds=1))
    assert await harness.drafts.delete_expired() == 1
    assert [row["decision"] for row in await harness.rows("drafts")] == [1]
