"""Summaries: what lists, digests and reminders read of a decision, without its verdict."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from bot.decisions.access import DecisionFilter, ReadScope
from bot.decisions.model import (
    DecisionSummary,
    ReviewAnswer,
    ReviewOutcome,
    Source,
    Status,
)
from bot.digest.schedule import Window
from bot.digest.settings import DigestSettings
from bot.storage.decisions import find_decision, summaries_by_number
from tests.services.factories import AT, make_decision, store_decisions
from tests.services.harness import ADA, BEN, PUBLIC, ServiceHarness

DAY = timedelta(days=1)


async def test_a_summary_has_all_but_the_verdict(harness: ServiceHarness) -> None:
    """Each field of a stored summary equals that of the decision, with and without details."""
    bare = make_decision(1, people=("U1", "U2", "U3"), answers={})
    detailed = replace(
        make_decision(2, status=Status.SUPERSEDED, chosen="rag", reason="Cheaper"),
        review_on=AT.date(),
        supersedes=1,
        superseded_by=3,
        reviews=(ReviewAnswer("U1", AT, ReviewOutcome.WORKED, "Fine"),),
        source=Source("C1", "https://example.slack.com/p1"),
    )
    await store_decisions(harness, bare, detailed)
    found = await harness.read(summaries_by_number, "T1", (1, 2))
    names = [each.name for each in fields(DecisionSummary)]
    for made in (bare, detailed):
        stored = found[made.number]
        assert [getattr(stored, each) for each in names] == [getattr(made, each) for each in names]
    assert (found[1].recommended, found[2].recommended) == (None, "rag")


async def test_lists_and_digests_read_no_verdict(harness: ServiceHarness) -> None:
    """With verdicts that cannot be parsed, everything but a single decision can be read."""
    accepted = make_decision(1, status=Status.ACCEPTED, chosen="rag", people=("U1", "U2"))
    due, asked = replace(accepted, review_on=AT.date()), make_decision(2)
    await store_decisions(harness, due, asked)
    services, scope = harness.services, ReadScope.of(BEN)
    await services.perspectives.ask(ADA, 2, [BEN.user])
    await services.reviews.review(ADA, 1, ReviewOutcome.WORKED, "")
    spoil = "update decisions set verdict = 'not JSON'"
    await harness.database.write(lambda db: db.execute(spoil))
    with pytest.raises(ValidationError):
        await harness.read(find_decision, "T1", 1)

    for wanted in (DecisionFilter(), DecisionFilter(words=("answers",))):
        found = await services.search.page(scope, wanted, None, 9)
        assert [each.number for each in found.decisions] == [2, 1]
    harness.clock.advance(100 * DAY)
    waiting = await services.reviews.waiting_for(BEN)
    assert [each.number for each in waiting.to_review] == [1]
    assert [each.number for each in waiting.to_contribute] == [2]
    assert await services.reviews.request_due() == 1
    assert (await services.reviews.calibration(scope, "small")).options["rag"].tried == 1
    settings = DigestSettings("T1", PUBLIC, "U1", AT)
    digest = await services.digests.read(settings, Window(AT - DAY, harness.clock.now()))
    assert [each.decision.number for each in digest.waiting.shown] == [2]
    assert [each.decision.number for each in digest.decided.shown] == [1]


async def test_the_first_to_decide_come_with_their_verdicts(harness: ServiceHarness) -> None:
    """Of seven decisions that wait, the five that App Home describes have a verdict beside them."""
    made = [make_decision(number) for number in range(1, 8)]
    await store_decisions(harness, *made)
    waiting = await harness.services.reviews.waiting_for(ADA)
    assert [each.number for each in waiting.to_decide] == [1, 2, 3, 4, 5, 6, 7]
    assert waiting.verdicts == {each.number: each.verdict for each in made[:5]}
