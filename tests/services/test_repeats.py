"""What was said already is neither asked for nor told again."""

from datetime import timedelta

from bot.decisions.model import Decision, ReviewOutcome, Workflow
from tests.services.world import ADA, BEN, PRODUCT, World


async def for_two(world: World) -> Decision:
    """Return a decision that Ada and Ben are to make."""
    draft = await world.drafted(workflow=Workflow(title="Answers", deciders=("U1", "U2")))
    return (await world.services.post(ADA, draft, PRODUCT)).decision


async def told(world: World) -> tuple[int, int]:
    """Return how many events there are, and how many messages to send."""
    return len(await world.rows("events")), len(await world.rows("deliveries"))


async def test_who_has_reviewed_is_not_asked(world: World) -> None:
    """On the day only those deciders are asked who have not said how it went, each once."""
    made = await for_two(world)
    await world.services.decisions.accept(ADA, made.number)
    await world.services.reviews.review(BEN, made.number, ReviewOutcome.WORKED, "")
    world.clock.advance(timedelta(days=100))
    assert (
        await world.services.reviews.request_due(),
        await world.services.reviews.request_due(),
    ) == (
        1,
        0,
    )
    asked = [
        row["channel"] for row in await world.rows("deliveries") if row["kind"] == "review_question"
    ]
    assert asked == ["U1"]
    (row,) = await world.rows("decisions")
    assert row["review_asked"] == row["review_on"]


async def test_the_same_review_twice_is_one(world: World) -> None:
    """Outcome and note said again leave no trace; another note does."""
    made = await for_two(world)
    await world.services.decisions.accept(ADA, made.number)
    await world.services.reviews.review(BEN, made.number, ReviewOutcome.WORKED, "Fine")
    before, said = await world.services.decision("T1", made.number), await told(world)
    world.clock.advance(timedelta(days=1))
    assert (
        await world.services.reviews.review(BEN, made.number, ReviewOutcome.WORKED, "Fine")
        == before
    )
    assert await told(world) == said
    await world.services.reviews.review(BEN, made.number, ReviewOutcome.WORKED, "Fine!")
    assert (await told(world))[0] == said[0] + 1


async def test_a_hand_over_to_the_same_people_is_none(world: World) -> None:
    """Users who decide already get no second message, in whatever order they are named."""
    made = await for_two(world)
    said = await told(world)
    assert await world.services.decisions.hand_over(ADA, made.number, ("U2", "U1")) == made
    assert await told(world) == said
    await world.services.decisions.hand_over(ADA, made.number, ("U2",))
    assert (await told(world))[0] == said[0] + 1


async def asked_to_decide(world: World) -> list[object]:
    """Return who was told by direct message that a decision is theirs to make."""
    return [r["channel"] for r in await world.rows("deliveries") if r["kind"] == "decider_message"]


async def test_deciders_are_told_once_that_it_is_theirs(world: World) -> None:
    """Those who do not drive it hear of it when it is opened, new ones when it is handed over."""
    made = await for_two(world)
    assert await asked_to_decide(world) == ["U2"]
    await world.services.decisions.hand_over(ADA, made.number, ("U2", "U3"))
    assert await asked_to_decide(world) == ["U2", "U3"]
    await world.services.decisions.hand_over(BEN, made.number, ("U1", "U2"))
    assert await asked_to_decide(world) == ["U2", "U3", "U1"]
    await world.services.decisions.hand_over(ADA, made.number, ("U1",))
    await world.services.decisions.accept(ADA, made.number)
    assert await asked_to_decide(world) == ["U2", "U3", "U1"]
