"""Deciders decide where they can, also those who are not where the decision stands."""

import pytest

from bot.playground.slack_model import SlackMessage
from tests.scenarios.house import House, text_of

pytestmark = pytest.mark.usefixtures("bot")


async def test_a_decider_outside_decides_in_app_home(house: House) -> None:
    """What somebody asked in their own messages is decided by another one in App Home."""
    ada, ben = house.playground.user("ada"), house.playground.user("ben")
    await house.start(ada, ada.im.id)
    await ada.submit(await house.to_review(ada, title="Just us", deciders=["ben"]))
    await house.until_logged("decisions", lambda row: row["number"] == 1)
    await ben.open_home()
    await house.playground.until(lambda: ben.home and "Yours to decide" in str(ben.home.blocks))
    assert ben.home is not None
    assert "Recommended: " in str(ben.home.blocks)
    await ben.click(ben.home, "accept")
    await house.playground.until(lambda: ben.home and "Yours to decide" not in str(ben.home.blocks))
    (row,) = house.rows("decisions")
    assert row["status"] == "accepted"


async def test_a_decider_outside_decides_where_it_is_shown(house: House) -> None:
    """Handed a decision of a channel they are not in, somebody is told, and decides from there."""
    ada, chloe = house.playground.user("ada"), house.playground.user("chloe")
    house.playground.invite(house.playground.bot_user_id, "leadership")
    announcement, _ = await house.decide(ada, "leadership")
    await ada.click(announcement, "menu", "hand_over:1")
    await ada.submit(await house.modal_of(ada, "hand_over"), {"deciders": ["chloe"]})
    told = await house.message_with(chloe, f"<@{ada.id}> asks you to decide in", chloe.im.id)
    assert "#1  Answers for support" in told
    await ada.command("product", "/ragvsft", "show 1")
    await chloe.click(chloe.sees(chloe.im.id)[-1], "show")

    def shown(person_sees: list[SlackMessage]) -> list[SlackMessage]:
        return [each for each in person_sees if "Export record" in text_of(each)]

    await house.playground.until(
        lambda: shown(chloe.sees(chloe.im.id)) and shown(ada.sees("product"))
    )
    assert "Choose differently" not in text_of(shown(ada.sees("product"))[0])
    await chloe.click(shown(chloe.sees(chloe.im.id))[0], "override")
    view = await house.modal_of(chloe, "override")
    option = view.blocks[1]["element"]["options"][0]["value"]
    await chloe.submit(view, {"option": option, "reason": "We know how"})
    assert chloe.modal is None
    assert house.rows("decisions")[0]["status"] == "overridden"
