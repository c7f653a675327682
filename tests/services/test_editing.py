"""Changing the answers of a decision that is posted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.decisions.errors import ActionNotPossible, NothingChanged
from bot.storage.drafts import find_draft
from tests.services.world import ADA, BEN, PRODUCT, World


async def test_an_edit_that_changes_nothing_leaves_no_trace(world: World) -> None:
    """It is refused, its draft is forgotten, and no event or delivery is kept of it."""
    decision = await world.decided()
    events, deliveries = await world.rows("events"), await world.rows("deliveries")
    page = await world.services.decisions.begin_edit(ADA, decision.number)
    with pytest.raises(NothingChanged):
        await world.services.post(ADA, page.draft.id, PRODUCT)
    assert await world.rows("events") == events
    assert await world.rows("deliveries") == deliveries
    assert await world.drafts.unfinished(ADA) == []


async def test_an_edit_leaves_place_and_deciders_alone(world: World) -> None:
    """Only what an edit offers to change is changed by it."""
    decision = await world.decided()
    page = await world.services.decisions.begin_edit(ADA, decision.number)
    said = replace(page.draft.workflow, title="Said better", deciders=("U9",))
    await world.drafts.describe(ADA, page.draft.id, said)
    edited = (
        await world.services.post(ADA, page.draft.id, replace(PRODUCT, channel="C9"))
    ).decision
    assert edited == replace(decision, title="Said better")


async def test_pressed_again_an_edit_goes_on(world: World) -> None:
    """Edit and supersede have one draft each for a decision and a person, begun once."""
    deciding, number = world.services.decisions, (await world.decided()).number
    edit = (await deciding.begin_edit(ADA, number)).draft
    new = (await deciding.begin_supersede(ADA, number)).draft
    world.clock.advance(timedelta(minutes=1))
    assert await world.drafts.resumable(ADA) == []
    await world.drafts.save_answers(ADA, edit.id, {"facts": "some"})
    again = (await deciding.begin_edit(ADA, number)).draft
    assert (again.id, again.answers) == (edit.id, {"facts": "some"})
    assert await world.drafts.resumable(ADA) == [again]
    assert (await deciding.begin_supersede(ADA, number)).draft == new


async def test_what_is_older_than_an_edit_begins_anew(world: World) -> None:
    """A draft that supersedes a decision starts from the decision's latest edit."""
    deciding, number = world.services.decisions, (await world.decided()).number
    old = (await deciding.begin_supersede(ADA, number)).draft
    edit = (await deciding.begin_edit(ADA, number)).draft
    world.clock.advance(timedelta(minutes=1))
    await world.drafts.save_answers(ADA, edit.id, {"facts": "some"})
    await world.services.post(ADA, edit.id, PRODUCT)
    world.clock.advance(timedelta(minutes=1))
    new = (await deciding.begin_supersede(ADA, number)).draft
    assert (new.id == old.id, new.answers) == (False, {"facts": "some"})
    assert await world.read(find_draft, ADA, old.id) is None


async def test_what_can_no_longer_be_finished_is_not_offered(world: World) -> None:
    """Once decided, an edit and a view under way are over, and say so; a successor goes on."""
    deciding, number = world.services.decisions, (await world.decided()).number
    edit = (await deciding.begin_edit(ADA, number)).draft
    new = (await deciding.begin_supersede(ADA, number)).draft
    view = (await world.services.perspectives.begin(BEN, PRODUCT, number)).draft
    world.clock.advance(timedelta(minutes=1))
    for draft in (edit, new, view):
        await world.drafts.save_answers(draft.driver, draft.id, {"facts": "some"})
    await deciding.accept(ADA, number)
    assert [each.id for each in await world.drafts.unfinished(ADA)] == [new.id]
    assert await world.drafts.unfinished(BEN) == []
    for draft in (edit, view):
        with pytest.raises(ActionNotPossible):
            await world.drafts.resume(draft.driver, draft.id)
    await deciding.withdraw(ADA, number, "Over")
    assert await world.drafts.resumable(ADA) == []
