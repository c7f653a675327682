"""A decider decides what they have read: what was edited since is shown to them first."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.decisions.errors import EditedMeanwhile
from bot.decisions.model import Decision, Status, Workflow, fingerprint
from bot.outbox.model import DeliveryKind
from bot.slack.handlers.errors import error_text
from tests.services.world import ADA, BEN, PRODUCT, World


async def for_ben(world: World) -> Decision:
    """Return a decision that Ben is to make, with its announcement sent."""
    draft = await world.drafted(workflow=Workflow(title="Answers", deciders=("U2",)))
    decision = (await world.services.post(ADA, draft, PRODUCT)).decision
    await send(world)
    return decision


async def send(world: World) -> None:
    """Have everything sent that waits."""
    world.clock.advance(timedelta(seconds=2))
    while delivery := await world.outbox.claim(world.clock.now()):
        await world.outbox.mark_sent(delivery, "C1", "1.0")
        world.clock.advance(timedelta(seconds=2))


async def edited(world: World, decision: Decision, **answers: str) -> Decision:
    """Return the decision after an edit, which Slack has not shown yet."""
    page = await world.services.decisions.begin_edit(ADA, decision.number)
    await world.drafts.save_answers(ADA, page.draft.id, dict(answers))
    after = (await world.services.post(ADA, page.draft.id, PRODUCT)).decision
    await send(world)
    return after


async def redrawn(world: World) -> int:
    """Return how many updates wait to be sent."""
    rows = await world.rows("deliveries")
    return sum(
        row["kind"] == DeliveryKind.REDRAW.value and row["state"] == "pending" for row in rows
    )


async def test_what_was_edited_since_is_not_accepted(world: World) -> None:
    """Accepting an outdated recommendation changes nothing and redraws the announcement."""
    read = await for_ben(world)
    now = await edited(world, read, style="strict", facts="some")
    events = await world.rows("events")
    with pytest.raises(EditedMeanwhile) as refused:
        await world.services.decisions.accept(BEN, read.number, fingerprint(read))
    assert refused.value.recommended == "Tuning"
    assert await world.services.decision("T1", read.number) == now
    assert await world.rows("events") == events
    assert await redrawn(world) == 1
    accepted = await world.services.decisions.accept(BEN, read.number, fingerprint(now))
    assert (accepted.status, accepted.chosen) == (Status.ACCEPTED, "tuning")


async def test_whoever_is_held_up_is_told_what_it_is_now(world: World) -> None:
    """After an edit of the title only, the reply names the current title and no answers."""
    read = await for_ben(world)
    page = await world.services.decisions.begin_edit(ADA, read.number)
    said = replace(page.draft.workflow, title="Answers for <sales>")
    await world.drafts.describe(ADA, page.draft.id, said)
    await world.services.post(ADA, page.draft.id, PRODUCT)
    with pytest.raises(EditedMeanwhile) as refused:
        await world.services.decisions.accept(BEN, read.number, fingerprint(read))
    words = error_text(refused.value)
    assert "It is now “Answers for &lt;sales&gt;”, recommended: *RAG*." in words
    assert "The answers" not in words


async def test_choosing_differently_is_against_what_was_read(world: World) -> None:
    """An argument against an option that is recommended no more settles nothing."""
    read = await for_ben(world)
    await edited(world, read, style="strict", facts="some")
    with pytest.raises(EditedMeanwhile):
        await world.services.decisions.override(BEN, read.number, "prompting", "We know how", "rag")
    assert await redrawn(world) == 1
    settled = await world.services.decisions.override(
        BEN, read.number, "prompting", "We know how", "tuning"
    )
    assert settled.status is Status.OVERRIDDEN


async def test_only_an_edit_changes_the_mark(world: World) -> None:
    """What was handed over, or has waited, is still what was read; another title is not."""
    read = await for_ben(world)
    world.clock.advance(timedelta(days=1))
    handed = await world.services.decisions.hand_over(ADA, read.number, ("U2", "U3"))
    assert fingerprint(handed) == fingerprint(read)
    page = await world.services.decisions.begin_edit(ADA, read.number)
    await world.drafts.describe(ADA, page.draft.id, Workflow(title="Other answers"))
    after = (await world.services.post(ADA, page.draft.id, PRODUCT)).decision
    assert fingerprint(after) != fingerprint(read)
