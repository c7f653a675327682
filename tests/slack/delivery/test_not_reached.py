"""Somebody asked for a view to whom no message gets through: another company's, or gone."""

import pytest

from bot.decisions.errors import NobodyToNudge
from tests.decisions.world import ADA, NAMELESS
from tests.slack.delivery.test_closed import texts_to
from tests.slack.tiny_slack import Delivering


@pytest.mark.parametrize("error", ["channel_not_found", "user_not_found"])
async def test_who_asked_somebody_out_of_reach_is_told(house: Delivering, error: str) -> None:
    """The one who asked hears it once and privately, and nobody is waited for any longer."""
    made = await house.world.decided(ADA, NAMELESS)
    await house.rest()
    await house.advance(seconds=1)
    house.slack.script = [error]
    await house.world.desk.perspectives.ask(ADA, made.number, ["U8"])
    await house.rest()
    await house.advance(minutes=1)
    await house.advance(days=1)
    (told,) = texts_to(house, ADA.user)
    assert "I can't reach <@U8> to ask for a view on decision #1" in told
    assert error in told
    team = await house.world.desk.perspectives.team("T1", made.number)
    assert (team.waiting(), team.people()) == ((), frozenset())
    with pytest.raises(NobodyToNudge):
        await house.world.desk.perspectives.nudge(ADA, made.number)
    assert [row["kind"] for row in await house.world.rows("events")] == [
        *("opened", "views_asked", "not_reached")
    ]
