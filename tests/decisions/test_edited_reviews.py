"""The day of the review, chosen anew in an edit."""

from datetime import date, timedelta

import pytest

from bot.decisions.model import Review, ReviewChoice, Workflow
from tests.decisions.world import ADA, PRODUCT, World


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
    world: World, review: Review, waits: int, due: date | None
) -> None:
    """Days chosen 40 days later count from then; what has passed when it is posted is put off."""
    made = await world.decided()
    world.clock.advance(timedelta(days=40))
    page = await world.desk.deciding.begin_edit(ADA, made.number)
    await world.drafting.describe(ADA, page.draft.id, Workflow(title="Better", review=review))
    world.clock.advance(timedelta(days=waits))
    assert (await world.desk.post(ADA, page.draft.id, PRODUCT)).decision.review_on == due
