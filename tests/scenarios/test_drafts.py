"""Questionnaires left alone: the command offers to go on, and forgets what is too old."""

import asyncio
from datetime import timedelta

import pytest

from bot.playground.slack_model import SlackMessage
from bot.playground.user_session import UserSession
from tests.scenarios.harness import TIMEOUT, Harness
from tests.scenarios.messages import text_of

pytestmark = pytest.mark.usefixtures("bot")


async def _left_alone(
    harness: Harness, person: UserSession, title: str, channel: str = "product"
) -> None:
    """Give a questionnaire a title, answer nothing, and close it."""
    view = await harness.open_questionnaire(person, channel)
    await person.submit(view, {"title": title})
    assert person.modal is not None
    await person.close(person.modal)


async def _offer(
    harness: Harness, person: UserSession, channel: str = "product", text: str = ""
) -> SlackMessage:
    """Type the command where there is something to go on with; return the answer."""
    sent = await person.command(channel, "/ragvsft", text)
    assert sent.ok, sent

    def offered() -> bool:
        return "under way" in text_of(person.sees(channel)[-1])

    await harness.playground.until(offered)
    return person.sees(channel)[-1]


async def test_the_command_offers_to_go_on(harness: Harness) -> None:
    """With a draft, the command answers privately with its title and age, and a button goes on."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    await _left_alone(harness, ada, "Half done <!channel>")
    offer = await _offer(harness, ada)
    assert offer.ephemeral_to == ada.id
    assert "Half done &lt;!channel&gt;" in text_of(offer)
    assert "No answers yet" in text_of(offer)
    assert "<!date^" in text_of(offer)
    assert ada.modal is None
    await ada.click(offer, "resume")
    await harness.wait_for_modal(ada, "questions")
    assert len(harness.rows("drafts")) == 1
    assert all("Half done" not in text_of(each) for each in ben.sees("product"))


async def test_starting_afresh_keeps_the_draft_and_the_place(harness: Harness) -> None:
    """Starting afresh opens an empty questionnaire for this channel; the draft stays."""
    ada = harness.playground.user("ada")
    await _left_alone(harness, ada, "Half done", "support-ai")
    await ada.click(await _offer(harness, ada, "support-ai"), "start:ragvsft")
    view = await harness.wait_for_modal(ada, "workflow")
    assert "initial_value" not in view.blocks[1]["element"]
    review = await harness.fill_questionnaire(ada, title="Afresh")
    await ada.submit(review)
    announcement, _ = await harness.wait_for_post(ada, "support-ai")
    assert "Afresh" in text_of(announcement)
    assert [row["decision"] for row in harness.rows("drafts")] == [None, 1]


async def test_a_discarded_draft_is_not_offered_again(harness: Harness) -> None:
    """Discarded in the offer or in App Home, a draft is gone, and others stay.

    What is left of the offer starts afresh with the playbook that was asked for.
    """
    ada = harness.playground.user("ada")
    await _left_alone(harness, ada, "First")
    await ada.click(await _offer(harness, ada), "start:ragvsft")
    await ada.submit(await harness.wait_for_modal(ada, "workflow"), {"title": "Second"})
    assert ada.modal is not None
    await ada.close(ada.modal)
    await _offer(harness, ada, text="start hosting")
    await harness.playground.until(lambda: "have 2" in text_of(ada.sees("product")[-1]))
    offer = ada.sees("product")[-1]
    newest = next(
        block["block_id"]
        for block in offer.blocks
        if any(each.get("action_id") == "discard" for each in block.get("elements", []))
    )
    assert (await ada.click(offer, "discard", block_id=newest)).ok
    async with asyncio.timeout(TIMEOUT):
        while len(await asyncio.to_thread(harness.rows, "drafts")) > 1:
            pass
    await harness.playground.until(lambda: "have 2" not in text_of(ada.sees("product")[-1]))
    assert "'start:hosting'" in str(ada.sees("product")[-1].blocks)
    await ada.open_home()
    await harness.playground.until(lambda: "First" in str(ada.home and ada.home.blocks))
    assert ada.home is not None
    assert "Second" not in str(ada.home.blocks)
    await ada.click(ada.home, "discard")
    await harness.playground.until(lambda: "First" not in str(ada.home and ada.home.blocks))
    assert harness.rows("drafts") == []
    await harness.open_questionnaire(ada)


async def test_a_private_channel_stays_private_when_starting_afresh(harness: Harness) -> None:
    """What is begun from the offer in a private channel belongs to that channel."""
    ada = harness.playground.user("ada")
    await _left_alone(harness, ada, "Half done", "leadership")
    await ada.click(await _offer(harness, ada, "leadership"), "start:ragvsft")
    await harness.wait_for_modal(ada, "workflow")
    assert [row["visibility"] for row in harness.rows("drafts")] == ["private", "private"]


async def test_after_two_weeks_a_draft_is_forgotten(harness: Harness) -> None:
    """A draft that nobody went on with is deleted, and the command opens at once again."""
    ada = harness.playground.user("ada")
    await _left_alone(harness, ada, "Half done")
    harness.playground.clock.advance(timedelta(days=13))
    await _offer(harness, ada)
    harness.playground.clock.advance(timedelta(days=2))
    async with asyncio.timeout(TIMEOUT):
        while await asyncio.to_thread(harness.rows, "drafts"):
            pass
    await harness.open_questionnaire(ada)


async def test_app_home_shows_what_waits(harness: Harness) -> None:
    """App Home names the decisions to make and the reviews due, and takes the answer there."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    await harness.open_questionnaire(ada)
    view = await harness.fill_questionnaire(ada, title="Yours, Ben", deciders=["ben"])
    await ada.submit(view)
    await harness.wait_for_post(ada)
    await ben.open_home()
    await harness.playground.until(lambda: ben.home)
    assert "Yours to decide" in str(ben.home and ben.home.blocks)
    await ben.click(ben.sees("product")[-1], "accept")
    await harness.wait_for_row("decisions", lambda row: row["status"] == "accepted")
    harness.playground.clock.advance(timedelta(days=91))
    await ben.open_home()
    await harness.playground.until(lambda: "How did it go?" in str(ben.home and ben.home.blocks))
    assert ben.home is not None
    await ben.click(ben.home, "outcome:worked")
    await ben.submit(await harness.wait_for_modal(ben, "outcome"))
    await harness.playground.until(
        lambda: "Waiting for you" not in str(ben.home and ben.home.blocks)
    )
    await ada.open_home()
    await harness.playground.until(lambda: ada.home)
    assert "Waiting for you" not in str(ada.home and ada.home.blocks)
