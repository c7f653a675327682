"""Answers for one person alone: where they acted, else by direct message."""

from datetime import timedelta

import pytest

from bot.playground.events.message_responses import RESPONSE_URL_LIFETIME
from tests.scenarios.house import House
from tests.scenarios.viewing import seen_by


@pytest.mark.usefixtures("bot")
async def test_a_driver_is_told_privately_who_was_asked(house: House) -> None:
    """Asking is confirmed where the button is, to the driver alone; by direct message if late."""
    ada, ben, dev = (house.playground.user(name) for name in ("ada", "ben", "dev"))
    announcement, _ = await house.decide(ada)
    await ada.click(seen_by(ada, announcement), "ask")
    await ada.submit(await house.modal_of(ada, "ask"), {"people": ["ben"]})
    await house.message_with(ada, f"I'm asking <@{ben.id}> for their view.", "product")
    assert not any("I'm asking" in message.text for message in ben.sees("product"))

    await ada.click(seen_by(ada, announcement), "ask")
    view = await house.modal_of(ada, "ask")
    house.playground.clock.advance(RESPONSE_URL_LIFETIME + timedelta(minutes=1))
    await ada.submit(view, {"people": ["dev", "ben", "ada"]})
    words = await house.message_with(ada, f"I'm asking <@{dev.id}> for their view.", ada.im.id)
    assert f"asked before or have given theirs: <@{ben.id}>." in words
