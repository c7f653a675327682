"""How recommendations turned out, by option and by rule."""

from datetime import UTC, datetime
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from bot.decisions.calibration import Tally, calibrate, outcome_of
from bot.decisions.model import Outcome, ReviewAnswer
from tests.decisions.world import ADA, World

_AT = datetime(2026, 1, 5, tzinfo=UTC)


def _answers(*outcomes: Outcome) -> list[ReviewAnswer]:
    return [ReviewAnswer(f"U{place}", _AT, each) for place, each in enumerate(outcomes)]


def test_no_review_is_no_outcome() -> None:
    """Where nobody has said anything there is no outcome."""
    assert outcome_of([]) is None


@given(st.lists(st.sampled_from(Outcome), min_size=1))
def test_an_outcome_is_what_most_say(outcomes: list[Outcome]) -> None:
    """Nothing that somebody experienced was said more often, and nothing worse as often."""
    found = outcome_of(_answers(*outcomes))
    experienced = [each for each in outcomes if each is not Outcome.NOT_TRIED]
    if not experienced:
        assert found is Outcome.NOT_TRIED
        return
    assert found in experienced
    worst_first = [Outcome.FAILED, Outcome.PARTLY, Outcome.WORKED]
    for other in set(experienced) - {found}:
        more = experienced.count(found) - experienced.count(other)
        assert more > 0 or (more == 0 and worst_first.index(found) < worst_first.index(other))


async def test_tallies_tell_followed_from_overridden(world: World) -> None:
    """Each reviewed decision counts once, for its option and for each rule that argued for it."""
    for accepted, outcome in product((True, False), (Outcome.WORKED, Outcome.FAILED)):
        decision = await world.decided()
        if accepted:
            await world.desk.deciding.accept(ADA, decision.number)
        else:
            await world.desk.deciding.override(ADA, decision.number, "prompting", "No")
        await world.desk.reviewing.review(ADA, decision.number, outcome, "")
    unreviewed = await world.decided()
    await world.desk.deciding.accept(ADA, unreviewed.number)
    found = await world.desk.reviewing.calibration("T1", "small")
    one_each = {Outcome.WORKED: 1, Outcome.FAILED: 1}
    assert found.options == {"rag": Tally(one_each, one_each)}
    rules = {reason.rule for reason in unreviewed.verdict.reasons}
    assert rules
    assert found.rules == dict.fromkeys(rules, Tally(one_each, one_each))
    for workspace, playbook in (("T2", "small"), ("T1", "other")):
        assert await world.desk.reviewing.calibration(workspace, playbook) == calibrate([])
