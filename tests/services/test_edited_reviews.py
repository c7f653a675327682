"""Edits of the review date."""

from datetime import date, timedelta

import pytest

from bot.decisions.model import Review, ReviewChoice, Workflow
from tests.services.harness import ADA, PUBLIC, ServiceHarness


@pytest.mark.parametrize(
    ("review", "waits", "due"),
    [
        (Review(ReviewChoice.DAYS_30), 0, date(2026, 3, 16)),
        (Review(ReviewChoice.ON_DATE, date(2026, 2, 15)), 0, date(2026, 2, 15)),
        (Review(ReviewChoice.ON_DATE, date(2026, 2, 15)), 5, date(2026, 4, 1)),
        (Review(ReviewChoice.NEVER), 0, None),
    ],
)
async def test_a_review_counts_from_the_edit(
    harness: ServiceHarness, review: Review, waits: int, due: date | None
) -> None:
    """Days chosen in an edit count from the edit; a date passed before posting is postponed."""
    made = await harness.post_decision()
    harness.clock.advance(timedelta(days=40))
    page = await harness.services.decisions.begin_edit(ADA, made.number)
    await harness.drafts.describe(ADA, page.draft.id, Workflow(title="Better", review=review))
    harness.clock.advance(timedelta(days=waits))
    assert (await harness.services.post(ADA, page.draft.id, PUBLIC)).decision.review_on == due


@pytest.mark.parametrize("begun_before", [False, True])
@pytest.mark.parametrize("edits", [False, True])
async def test_a_day_that_has_come_is_put_off_where_it_is_filled_in(
    harness: ServiceHarness, *, edits: bool, begun_before: bool
) -> None:
    """After the review date, the last page prefills a date as many days ahead as before."""
    made = await harness.post_decision()
    deciding = harness.services.decisions
    begin = deciding.begin_edit if edits else deciding.begin_supersede
    harness.clock.advance(timedelta(days=85))
    if begun_before:
        draft = (await begin(ADA, made.number)).draft
        await harness.drafts.describe(ADA, draft.id, draft.workflow)
    harness.clock.advance(timedelta(days=10))
    filled_in = (await begin(ADA, made.number)).draft
    assert filled_in.workflow.review == Review.on(date(2026, 7, 9))
    await harness.drafts.describe(ADA, filled_in.id, filled_in.workflow)
    assert (await harness.services.post(ADA, filled_in.id, PUBLIC)).decision.review_on == date(
        2026, 7, 9
    )


async def test_a_day_that_comes_before_the_posting_is_put_off(harness: ServiceHarness) -> None:
    """If a decision is posted after its chosen review date, the date is postponed."""
    review = Review(ReviewChoice.ON_DATE, date(2026, 1, 10))
    draft = await harness.create_draft(workflow=Workflow(title="Answers", review=review))
    harness.clock.advance(timedelta(days=9))
    assert (await harness.services.post(ADA, draft, PUBLIC)).decision.review_on == date(2026, 1, 19)
