"""Changing the answers of a decision that is posted."""

from dataclasses import replace

import pytest

from bot.decisions.errors import NothingChanged
from tests.decisions.world import ADA, PRODUCT, World


async def test_an_edit_that_changes_nothing_leaves_no_trace(world: World) -> None:
    """It is refused, its draft is forgotten, and no event or delivery is kept of it."""
    decision = await world.decided()
    events, deliveries = await world.rows("events"), await world.rows("deliveries")
    page = await world.desk.deciding.begin_edit(ADA, decision.number)
    with pytest.raises(NothingChanged):
        await world.desk.post(ADA, page.draft.id, PRODUCT)
    assert await world.rows("events") == events
    assert await world.rows("deliveries") == deliveries
    assert await world.drafting.under_way(ADA) == []


async def test_an_edit_leaves_place_and_deciders_alone(world: World) -> None:
    """Only what an edit offers to change is changed by it."""
    decision = await world.decided()
    page = await world.desk.deciding.begin_edit(ADA, decision.number)
    said = replace(page.draft.workflow, title="Said better", deciders=("U9",))
    await world.drafting.describe(ADA, page.draft.id, said)
    edited = (await world.desk.post(ADA, page.draft.id, replace(PRODUCT, channel="C9"))).decision
    assert edited == replace(decision, title="Said better")
