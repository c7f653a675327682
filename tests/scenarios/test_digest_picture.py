"""A digest's trend as a picture, and as a table where there can be none."""

import pytest

from bot.app import Application
from bot.decisions.model import Person, Place, Visibility, Workflow
from bot.playground.slack_model import SlackMessage
from tests.scenarios.house import House

PNG = b"\x89PNG\r\n"


@pytest.fixture
def transport() -> str:
    """How the bot hears from Slack: nothing of it matters here."""
    return "http"


async def _digest(house: House, bot: Application) -> SlackMessage:
    """Open a decision, have the channel's digest posted, and return it."""
    team = house.playground.workspace
    driver, place = Person(team.id, "U0ADA"), Place(team.channel("product").id, Visibility.PUBLIC)
    draft = (await bot.services.drafts.start(driver, place)).draft.id
    await bot.services.drafts.describe(driver, draft, Workflow(title="Answers for support"))
    await bot.services.drafts.keep(driver, draft, {"need": "look_up", "freshness": "weekly"})
    await bot.services.post(driver, draft, place)
    assert await bot.services.digests.post(driver, place, "once")

    def posted() -> list[SlackMessage]:
        return [m for m in house.playground.messages("product") if m.text.startswith("Decisions, ")]

    await house.playground.until(posted)
    (digest,) = posted()
    return digest


def _kinds(message: SlackMessage) -> set[str]:
    return {block["type"] for block in message.blocks} & {"image", "table"}


async def test_a_digest_shows_its_trend(house: House, bot: Application) -> None:
    """The digest in the channel has a picture, drawn and uploaded by the bot, with words for it."""
    digest = await _digest(house, bot)
    assert _kinds(digest) == {"image"}
    (image,) = (block for block in digest.blocks if block["type"] == "image")
    assert "1 decision was opened" in image["alt_text"]
    file = house.playground.workspace.files[image["slack_file"]["id"]]
    assert file.content is not None
    assert file.content.startswith(PNG)


async def test_a_digest_comes_without_its_picture(house: House, bot: Application) -> None:
    """Where the bot may not upload, the digest comes all the same, with the figures in a table."""
    house.playground.faults.add("refused", "files.*", error="missing_scope")
    digest = await _digest(house, bot)
    assert _kinds(digest) == {"table"}
    (table,) = (block for block in digest.blocks if block["type"] == "table")
    assert table["rows"][0][0]["text"] == "Week of"
