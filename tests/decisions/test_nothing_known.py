"""What recommends nothing cannot be accepted; it can be decided all the same."""

import pytest

from bot.decisions.errors import NothingRecommended
from bot.decisions.model import Decision, Status
from bot.decisions.reading import Sight
from bot.decisions.records.madr import as_markdown
from bot.slack.views.announcement import announcement
from bot.slack.views.changes import word
from bot.slack.views.decide import override_modal
from tests.decisions.world import ADA, PRODUCT, World

UNKNOWN = {"facts": None, "style": None}


async def unknown(world: World) -> Decision:
    """Return a decision all of whose questions were answered with "don't know"."""
    draft = await world.drafted(answers=UNKNOWN)
    return (await world.desk.post(ADA, draft, PRODUCT)).decision


async def test_nothing_is_not_accepted(world: World) -> None:
    """There is no button to accept nothing, and the use case refuses it."""
    made = await unknown(world)
    playbook = world.playbooks.current().advisor.playbook
    said = str(announcement(made, playbook).blocks)
    assert "'accept'" not in said
    assert "'override'" in said
    with pytest.raises(NothingRecommended):
        await world.desk.deciding.accept(ADA, made.number)
    assert await world.desk.decision("T1", made.number) == made


async def test_any_option_can_be_chosen_where_nothing_is_recommended(world: World) -> None:
    """All options are offered; record and thread name none as recommended or given up."""
    made = await unknown(world)
    playbook = world.playbooks.current().advisor.playbook
    (choice,) = [
        each
        for each in override_modal(made, playbook)["blocks"]
        if each.get("block_id") == "option"
    ]
    offered = [each["value"] for each in choice["element"]["options"]]
    assert offered == list(playbook.options)
    option = made.verdict.option
    after = await world.desk.deciding.override(ADA, made.number, option, "We start small")
    assert (after.status, after.chosen) == (Status.OVERRIDDEN, option)
    record = (await world.desk.finding.show(Sight.of(ADA, PRODUCT), made.number)).record
    told = as_markdown(record)
    title = playbook.options[option].title
    assert f"Chosen option: **{title}**, with nothing recommended yet" in told
    assert "as recommended" not in told
    assert "instead of" not in told
    detail = {"event": "overridden", "actor": "U1", "option": option, "recommended": ""}
    said = word({**detail, "reason": "We start small"}, after, playbook).text
    assert f"decided for *{title}*." in said
