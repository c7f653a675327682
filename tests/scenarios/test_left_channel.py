"""Somebody has left a private channel in which they began something."""

import json

import pytest

from bot.playground.request_log import ClientError
from tests.scenarios.house import House, text_of

pytestmark = pytest.mark.usefixtures("bot")


@pytest.fixture
def transport() -> str:
    """The same over one transport: what is told here does not depend on it."""
    return "http"


async def test_a_draft_resumed_outside_knows_nothing_of_its_channel(house: House) -> None:
    """Gone on with from App Home it names nothing of the channel, and is not posted there."""
    ada, ben = house.playground.user("ada"), house.playground.user("ben")
    await house.start(ada, "leadership")
    await house.to_review(ada, title="Half done")
    assert ada.modal is not None
    assert "Only its members" in json.dumps(ada.modal.blocks)
    await ada.close(ada.modal)
    house.playground.remove("ada", "leadership")
    await house.start(ben, "leadership")
    await ben.submit(await house.to_review(ben, title="Fire the vendor"))
    await house.until_logged("decisions", lambda row: row["title"] == "Fire the vendor")

    await ada.open_home()
    await house.playground.until(lambda: ada.home)
    assert ada.home is not None
    await ada.click(ada.home, "resume")
    review = await house.modal_of(ada, "review")
    words = json.dumps(review.blocks)
    assert "type the command there" in words
    assert "Fire the vendor" not in words
    assert "leadership" not in words
    with pytest.raises(ClientError, match="required"):
        await ada.submit(review)
    await ada.submit(review, {"other_channel": "product"})
    announcement, _ = await house.posted(ada)
    assert "Half done" in text_of(announcement)
