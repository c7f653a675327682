"""People of another company, in a channel that is shared with it."""

import pytest

from tests.scenarios.house import House, text_of

pytestmark = pytest.mark.usefixtures("bot")


async def test_who_hands_over_to_another_company_is_told(house: House) -> None:
    """Somebody of another company can't decide: who named them is told so privately."""
    ada = house.playground.user("ada")
    (other,) = [each for each in house.playground.workspace.users.values() if each.is_external]
    announcement, _ = await house.decide(ada)
    await ada.click(announcement, "menu", "hand_over:1")
    view = await house.modal_of(ada, "hand_over")
    assert (await ada.submit(view, {"deciders": [other.name, "ben"]})).ok
    words = f"<@{other.id}> belongs to another company and can't decide here"
    await house.playground.until(
        lambda: any(words in text_of(message) for message in ada.sees(ada.im.id))
    )
    assert not any("another company" in text_of(message) for message in ada.sees("product"))


async def test_a_channel_that_outsiders_are_in_is_told_of_itself_only(house: House) -> None:
    """Where somebody of another company presses a button, no digest of the workspace comes."""
    ada, eve = house.playground.user("ada"), house.playground.user("eve")
    everything = {"digest_scope": "workspace", "digest_insiders": ["on"]}
    await ada.command("partners", "/ragvsft", "digest")
    await ada.submit(await house.modal_of(ada, "digest"), everything)
    announcement, _ = await house.decide(ada, "partners")
    assert [row["scope"] for row in house.rows("digest_settings")] == ["workspace"]
    await eve.click(announcement, "accept")
    await house.message_with(ada, "tells of that channel's decisions only", ada.im.id)
    assert [row["scope"] for row in house.rows("digest_settings")] == ["channel"]
    await ada.command("partners", "/ragvsft", "digest")
    view = await house.modal_of(ada, "digest")
    await ada.submit(view, everything)
    assert "Somebody from another company is in this channel" in str(view.errors)
