"""Calibration: outcomes of decisions by option and by rule."""

from datetime import UTC, datetime
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from bot.decisions.access import ReadScope
from bot.decisions.calibration import Calibration, Tally, calibrate, outcome_of
from bot.decisions.model import ReviewAnswer, ReviewOutcome
from tests.services.harness import ADA, BEN, PRIVATE, PUBLIC, STRANGER, ServiceHarness

_AT = datetime(2026, 1, 5, tzinfo=UTC)


def _answers(*outcomes: ReviewOutcome) -> list[ReviewAnswer]:
    return [ReviewAnswer(f"U{place}", _AT, each) for place, each in enumerate(outcomes)]


def test_no_review_is_no_outcome() -> None:
    """Without reviews there is no outcome."""
    assert outcome_of([]) is None


@given(st.lists(st.sampled_from(ReviewOutcome), min_size=1))
def test_an_outcome_is_what_most_say(outcomes: list[ReviewOutcome]) -> None:
    """The outcome is the most frequent one, of equally frequent ones the worst."""
    found = outcome_of(_answers(*outcomes))
    experienced = [each for each in outcomes if each is not ReviewOutcome.NOT_TRIED]
    if not experienced:
        assert found is ReviewOutcome.NOT_TRIED
        return
    assert found in experienced
    worst_first = [ReviewOutcome.FAILED, ReviewOutcome.PARTLY, ReviewOutcome.WORKED]
    for other in set(experienced) - {found}:
        more = experienced.count(found) - experienced.count(other)
        assert more > 0 or (more == 0 and worst_first.index(found) < worst_first.index(other))


async def test_an_outcome_counts_for_what_was_chosen(harness: ServiceHarness) -> None:
    """Each reviewed decision counts once, for the option chosen and the rules that argued for it.

    The rules that argued for what was recommended in its place have no part in it.
    """
    answers = {"facts": "many", "freshness": "daily", "style": "strict"}
    for accepted, outcome in product((True, False), (ReviewOutcome.WORKED, ReviewOutcome.FAILED)):
        draft = await harness.create_draft(answers=answers)
        number = (await harness.services.post(ADA, draft, PUBLIC)).decision.number
        if accepted:
            await harness.services.decisions.accept(ADA, number)
        else:
            await harness.services.decisions.override(ADA, number, "tuning", "No")
        await harness.services.reviews.review(ADA, number, outcome, "")
    unreviewed = await harness.post_decision()
    await harness.services.decisions.accept(ADA, unreviewed.number)
    found = await harness.services.reviews.calibration(ReadScope.of(ADA), "small")
    one_each = {ReviewOutcome.WORKED: 1, ReviewOutcome.FAILED: 1}
    followed, overridden = Tally(followed=one_each), Tally(overridden=one_each)
    assert found.options == {"rag": followed, "tuning": overridden}
    assert found.rules == {"facts": followed, "fresh": followed, "strict": overridden}
    nothing = calibrate([], {})
    for person, playbook in ((STRANGER, "small"), (ADA, "other")):
        assert await harness.services.reviews.calibration(ReadScope.of(person), playbook) == nothing


async def test_only_what_one_may_read_is_counted(harness: ServiceHarness) -> None:
    """Outcomes of a private decision count only in its channel and for its people."""
    made = await harness.post_decision(ADA, PRIVATE)
    await harness.services.decisions.accept(ADA, made.number)
    await harness.services.reviews.review(ADA, made.number, ReviewOutcome.FAILED, "")
    calibration = harness.services.reviews.calibration
    for sight in (ReadScope.of(BEN, PRIVATE), ReadScope.of(ADA)):
        assert (await calibration(sight, "small")).options
    for sight in (ReadScope.of(BEN, PUBLIC), ReadScope.of(BEN), ReadScope.of(STRANGER, PRIVATE)):
        assert await calibration(sight, "small") == calibrate([], {})


def test_rules_with_enough_reviews_come_worst_first() -> None:
    """A rule needs three tried decisions; rules with more failures come first."""
    worked, partly, failed, untried = (
        {outcome: 3}
        for outcome in (
            ReviewOutcome.WORKED,
            ReviewOutcome.PARTLY,
            ReviewOutcome.FAILED,
            ReviewOutcome.NOT_TRIED,
        )
    )
    rules = {
        "good": Tally(worked),
        "few": Tally({ReviewOutcome.FAILED: 2}, {ReviewOutcome.NOT_TRIED: 5}),
        "half": Tally(partly),
        "bad": Tally(overridden=failed),
        "untried": Tally(untried),
        "mixed": Tally(worked, failed),
    }
    assert [rule for rule, _ in Calibration({}, rules).worst_rules()] == [
        "bad",
        "mixed",
        "half",
        "good",
    ]
