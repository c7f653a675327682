"""Direct messages about a decision are redrawn when they are outdated."""

from dataclasses import replace
from datetime import timedelta

from bot.decisions.model import Decision, Place, Visibility, Workflow
from bot.outbox.model import DeliveryKind, announcement_key
from bot.outbox.table import to_delivery
from tests.services.harness import ADA, PUBLIC, ServiceHarness

ELSEWHERE = Place("C9", Visibility.PUBLIC)


async def for_ben(harness: ServiceHarness) -> Decision:
    """Return a decision with Ben as decider, whose direct message is sent."""
    draft = await harness.create_draft(workflow=Workflow(title="Answers", deciders=("U2",)))
    decision = (await harness.services.post(ADA, draft, PUBLIC)).decision
    while (taken := await harness.outbox.claim(harness.clock.now())) is not None:
        if taken.kind is DeliveryKind.ANNOUNCEMENT:
            await harness.outbox.mark_failed(taken, "not_allowed")
        else:
            await harness.outbox.mark_sent(taken, taken.channel, "1.0")
        harness.clock.advance(timedelta(seconds=1))
    return decision


async def drawn_anew(harness: ServiceHarness) -> list[tuple[str, str]]:
    """Return kind and recipient of the direct messages to redraw."""
    waiting = [to_delivery(row) for row in await harness.rows("deliveries")]
    kinds = {each.key: each.kind for each in waiting}
    redraws = [each for each in waiting if each.kind is DeliveryKind.REDRAW]
    return [(kinds[str(each.parent)], each.channel) for each in redraws if each.channel == "U2"]


async def test_an_edit_redraws_direct_messages(harness: ServiceHarness) -> None:
    """After an edit of the title, a decider's direct message is redrawn."""
    decision = await for_ben(harness)
    assert await drawn_anew(harness) == []
    page = await harness.services.decisions.begin_edit(ADA, decision.number)
    said = replace(page.draft.workflow, title="Said better")
    await harness.drafts.describe(ADA, page.draft.id, said)
    await harness.services.post(ADA, page.draft.id, PUBLIC)
    assert await drawn_anew(harness) == [("decider_message", "U2")]


async def test_another_channel_redraws_direct_messages(harness: ServiceHarness) -> None:
    """After a decision moves to another channel, its decider's direct message is redrawn."""
    decision = await for_ben(harness)
    await harness.services.delivery_issues.send_again(ADA, announcement_key(decision), ELSEWHERE)
    assert await drawn_anew(harness) == [("decider_message", "U2")]
