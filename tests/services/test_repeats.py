"""Repeated actions create no further requests, events or messages."""

from datetime import timedelta

from bot.decisions.model import Decision, ReviewOutcome, Workflow
from tests.services.harness import ADA, BEN, PUBLIC, ServiceHarness


async def for_two(harness: ServiceHarness) -> Decision:
    """Return a decision with Ada and Ben as deciders."""
    draft = await harness.create_draft(workflow=Workflow(title="Answers", deciders=("U1", "U2")))
    return (await harness.services.post(ADA, draft, PUBLIC)).decision


async def told(harness: ServiceHarness) -> tuple[int, int]:
    """Return the numbers of events and of deliveries."""
    return len(await harness.rows("events")), len(await harness.rows("deliveries"))


async def test_who_has_reviewed_is_not_asked(harness: ServiceHarness) -> None:
    """On the review date only deciders without a review are asked, each once."""
    made = await for_two(harness)
    await harness.services.decisions.accept(ADA, made.number)
    await harness.services.reviews.review(BEN, made.number, ReviewOutcome.WORKED, "")
    harness.clock.advance(timedelta(days=100))
    assert (
        await harness.services.reviews.request_due(),
        await harness.services.reviews.request_due(),
    ) == (
        1,
        0,
    )
    asked = [
        row["channel"]
        for row in await harness.rows("deliveries")
        if row["kind"] == "review_question"
    ]
    assert asked == ["U1"]
    (row,) = await harness.rows("decisions")
    assert row["review_asked"] == row["review_on"]


async def test_the_same_review_twice_is_one(harness: ServiceHarness) -> None:
    """Repeating outcome and note stores no event; another note does."""
    made = await for_two(harness)
    await harness.services.decisions.accept(ADA, made.number)
    await harness.services.reviews.review(BEN, made.number, ReviewOutcome.WORKED, "Fine")
    before, said = await harness.services.decision("T1", made.number), await told(harness)
    harness.clock.advance(timedelta(days=1))
    assert (
        await harness.services.reviews.review(BEN, made.number, ReviewOutcome.WORKED, "Fine")
        == before
    )
    assert await told(harness) == said
    await harness.services.reviews.review(BEN, made.number, ReviewOutcome.WORKED, "Fine!")
    assert (await told(harness))[0] == said[0] + 1


async def test_a_hand_over_to_the_same_people_is_none(harness: ServiceHarness) -> None:
    """A hand-over to the same deciders, in any order, sends no message."""
    made = await for_two(harness)
    said = await told(harness)
    assert await harness.services.decisions.hand_over(ADA, made.number, ("U2", "U1")) == made
    assert await told(harness) == said
    await harness.services.decisions.hand_over(ADA, made.number, ("U2",))
    assert (await told(harness))[0] == said[0] + 1


async def asked_to_decide(harness: ServiceHarness) -> list[object]:
    """Return who got a direct message that a decision is theirs to make."""
    return [
        r["channel"] for r in await harness.rows("deliveries") if r["kind"] == "decider_message"
    ]


async def test_deciders_get_one_message(harness: ServiceHarness) -> None:
    """Deciders except the driver get one message, at the opening or at their hand-over."""
    made = await for_two(harness)
    assert await asked_to_decide(harness) == ["U2"]
    await harness.services.decisions.hand_over(ADA, made.number, ("U2", "U3"))
    assert await asked_to_decide(harness) == ["U2", "U3"]
    await harness.services.decisions.hand_over(BEN, made.number, ("U1", "U2"))
    assert await asked_to_decide(harness) == ["U2", "U3", "U1"]
    await harness.services.decisions.hand_over(ADA, made.number, ("U1",))
    await harness.services.decisions.accept(ADA, made.number)
    assert await asked_to_decide(harness) == ["U2", "U3", "U1"]
