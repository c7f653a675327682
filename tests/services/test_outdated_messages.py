"""Actions on outdated messages are refused, so that deciders decide what they have read."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.decisions.errors import EditedMeanwhile
from bot.decisions.model import Decision, Status, Workflow, fingerprint
from bot.outbox.model import DeliveryKind
from bot.slack.handlers.errors import error_text
from tests.services.harness import ADA, BEN, PUBLIC, ServiceHarness


async def for_ben(harness: ServiceHarness) -> Decision:
    """Return a decision with Ben as decider, whose announcement is sent."""
    draft = await harness.create_draft(workflow=Workflow(title="Answers", deciders=("U2",)))
    decision = (await harness.services.post(ADA, draft, PUBLIC)).decision
    await send(harness)
    return decision


async def send(harness: ServiceHarness) -> None:
    """Mark all pending deliveries as sent."""
    harness.clock.advance(timedelta(seconds=2))
    while delivery := await harness.outbox.claim(harness.clock.now()):
        await harness.outbox.mark_sent(delivery, "C1", "1.0")
        harness.clock.advance(timedelta(seconds=2))


async def edited(harness: ServiceHarness, decision: Decision, **answers: str) -> Decision:
    """Edit a decision; its announcement in Slack is not redrawn yet."""
    page = await harness.services.decisions.begin_edit(ADA, decision.number)
    await harness.drafts.save_answers(ADA, page.draft.id, dict(answers))
    after = (await harness.services.post(ADA, page.draft.id, PUBLIC)).decision
    await send(harness)
    return after


async def redrawn(harness: ServiceHarness) -> int:
    """Return the number of pending updates."""
    rows = await harness.rows("deliveries")
    return sum(
        row["kind"] == DeliveryKind.REDRAW.value and row["state"] == "pending" for row in rows
    )


async def test_what_was_edited_since_is_not_accepted(harness: ServiceHarness) -> None:
    """Accepting an outdated recommendation changes nothing and redraws the announcement."""
    read = await for_ben(harness)
    now = await edited(harness, read, style="strict", facts="some")
    events = await harness.rows("events")
    with pytest.raises(EditedMeanwhile) as refused:
        await harness.services.decisions.accept(BEN, read.number, fingerprint(read))
    assert refused.value.recommended == "Tuning"
    assert await harness.services.decision("T1", read.number) == now
    assert await harness.rows("events") == events
    assert await redrawn(harness) == 1
    accepted = await harness.services.decisions.accept(BEN, read.number, fingerprint(now))
    assert (accepted.status, accepted.chosen) == (Status.ACCEPTED, "tuning")


async def test_the_refusal_shows_the_current_decision(harness: ServiceHarness) -> None:
    """After an edit of the title only, the reply names the current title and no answers."""
    read = await for_ben(harness)
    page = await harness.services.decisions.begin_edit(ADA, read.number)
    said = replace(page.draft.workflow, title="Answers for <sales>")
    await harness.drafts.describe(ADA, page.draft.id, said)
    await harness.services.post(ADA, page.draft.id, PUBLIC)
    with pytest.raises(EditedMeanwhile) as refused:
        await harness.services.decisions.accept(BEN, read.number, fingerprint(read))
    words = error_text(refused.value)
    assert "It's now “Answers for &lt;sales&gt;”, recommended: *RAG*." in words
    assert "The answers" not in words


async def test_an_outdated_recommendation_is_not_overridden(harness: ServiceHarness) -> None:
    """Overriding an outdated recommendation changes nothing."""
    read = await for_ben(harness)
    await edited(harness, read, style="strict", facts="some")
    with pytest.raises(EditedMeanwhile):
        await harness.services.decisions.override(
            BEN, read.number, "prompting", "We know how", "rag"
        )
    assert await redrawn(harness) == 1
    settled = await harness.services.decisions.override(
        BEN, read.number, "prompting", "We know how", "tuning"
    )
    assert settled.status is Status.OVERRIDDEN


async def test_only_an_edit_changes_the_mark(harness: ServiceHarness) -> None:
    """A hand-over or elapsed time keeps the fingerprint; another title changes it."""
    read = await for_ben(harness)
    harness.clock.advance(timedelta(days=1))
    handed = await harness.services.decisions.hand_over(ADA, read.number, ("U2", "U3"))
    assert fingerprint(handed) == fingerprint(read)
    page = await harness.services.decisions.begin_edit(ADA, read.number)
    await harness.drafts.describe(ADA, page.draft.id, Workflow(title="Other answers"))
    after = (await harness.services.post(ADA, page.draft.id, PUBLIC)).decision
    assert fingerprint(after) != fingerprint(read)
