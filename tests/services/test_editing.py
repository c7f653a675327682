"""Edits of posted decisions."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.decisions.errors import ActionNotPossible, NothingChanged
from bot.storage.drafts import find_draft
from tests.services.harness import ADA, BEN, PUBLIC, ServiceHarness


async def test_an_edit_that_changes_nothing_leaves_no_trace(harness: ServiceHarness) -> None:
    """An edit without changes is refused; its draft is deleted, no event or delivery is stored."""
    decision = await harness.post_decision()
    events, deliveries = await harness.rows("events"), await harness.rows("deliveries")
    page = await harness.services.decisions.begin_edit(ADA, decision.number)
    with pytest.raises(NothingChanged):
        await harness.services.post(ADA, page.draft.id, PUBLIC)
    assert await harness.rows("events") == events
    assert await harness.rows("deliveries") == deliveries
    assert await harness.drafts.unfinished(ADA) == []


async def test_an_edit_leaves_place_and_deciders_alone(harness: ServiceHarness) -> None:
    """An edit changes only the fields that it offers."""
    decision = await harness.post_decision()
    page = await harness.services.decisions.begin_edit(ADA, decision.number)
    said = replace(page.draft.workflow, title="Said better", deciders=("U9",))
    await harness.drafts.describe(ADA, page.draft.id, said)
    edited = (
        await harness.services.post(ADA, page.draft.id, replace(PUBLIC, channel="C9"))
    ).decision
    assert edited == replace(decision, title="Said better")


async def test_pressed_again_an_edit_goes_on(harness: ServiceHarness) -> None:
    """Edit and supersede have one draft each for a decision and a person, which is reused."""
    deciding, number = harness.services.decisions, (await harness.post_decision()).number
    edit = (await deciding.begin_edit(ADA, number)).draft
    new = (await deciding.begin_supersede(ADA, number)).draft
    harness.clock.advance(timedelta(minutes=1))
    assert await harness.drafts.resumable(ADA) == []
    await harness.drafts.save_answers(ADA, edit.id, {"facts": "some"})
    again = (await deciding.begin_edit(ADA, number)).draft
    assert (again.id, again.answers) == (edit.id, {"facts": "some"})
    assert await harness.drafts.resumable(ADA) == [again]
    assert (await deciding.begin_supersede(ADA, number)).draft == new


async def test_drafts_older_than_an_edit_start_again(harness: ServiceHarness) -> None:
    """A draft that supersedes a decision starts from the decision's latest edit."""
    deciding, number = harness.services.decisions, (await harness.post_decision()).number
    old = (await deciding.begin_supersede(ADA, number)).draft
    edit = (await deciding.begin_edit(ADA, number)).draft
    harness.clock.advance(timedelta(minutes=1))
    await harness.drafts.save_answers(ADA, edit.id, {"facts": "some"})
    await harness.services.post(ADA, edit.id, PUBLIC)
    harness.clock.advance(timedelta(minutes=1))
    new = (await deciding.begin_supersede(ADA, number)).draft
    assert (new.id == old.id, new.answers) == (False, {"facts": "some"})
    assert await harness.read(find_draft, ADA, old.id) is None


async def test_what_can_no_longer_be_finished_is_not_offered(harness: ServiceHarness) -> None:
    """Once decided, an edit and a view under way are over, and say so; a successor goes on."""
    deciding, number = harness.services.decisions, (await harness.post_decision()).number
    edit = (await deciding.begin_edit(ADA, number)).draft
    new = (await deciding.begin_supersede(ADA, number)).draft
    view = (await harness.services.perspectives.begin(BEN, PUBLIC, number)).draft
    harness.clock.advance(timedelta(minutes=1))
    for draft in (edit, new, view):
        await harness.drafts.save_answers(draft.driver, draft.id, {"facts": "some"})
    await deciding.accept(ADA, number)
    assert [each.id for each in await harness.drafts.unfinished(ADA)] == [new.id]
    assert await harness.drafts.unfinished(BEN) == []
    for draft in (edit, view):
        with pytest.raises(ActionNotPossible):
            await harness.drafts.resume(draft.driver, draft.id)
    await deciding.withdraw(ADA, number, "Over")
    assert await harness.drafts.resumable(ADA) == []
