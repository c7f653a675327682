"""Abandoned questionnaires: the command offers to resume them; old ones are deleted."""

import asyncio
import json
from datetime import timedelta

import pytest

from bot.playground.slack_model import SlackMessage
from bot.playground.user_session import UserSession
from tests.scenarios.harness import TIMEOUT, Harness
from tests.scenarios.messages import text_of

pytestmark = pytest.mark.usefixtures("bot")


async def _abandon_draft(
    harness: Harness, person: UserSession, title: str, channel: str = "product"
) -> None:
    """Start a questionnaire, enter a title on its last page, and close it on another one."""
    await harness.open_questionnaire(person, channel)
    await _enter_title(harness, person, title)


async def _enter_title(harness: Harness, person: UserSession, title: str) -> None:
    """Enter a title on the last page of the open questionnaire, and close it on another one."""
    person.fill(await harness.show_result(person), {"title": title})
    await person.close(await harness.press(person, "go_on", "questions"))


async def _wait_for_resume_offer(
    harness: Harness, person: UserSession, channel: str = "product", text: str = ""
) -> SlackMessage:
    """Run the command with drafts present; return the reply that offers to resume."""
    sent = await person.command(channel, "/ragvsft", text)
    assert sent.ok, sent

    def offered() -> bool:
        return "Pick up where you left off?" in text_of(person.sees(channel)[-1])

    await harness.playground.until(offered)
    return person.sees(channel)[-1]


async def test_the_command_offers_to_resume(harness: Harness) -> None:
    """With a draft, the command replies privately with title, age and a button that resumes it."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    await _abandon_draft(harness, ada, "Half done <!channel>")
    offer = await _wait_for_resume_offer(harness, ada)
    assert offer.ephemeral_to == ada.id
    assert "Half done &lt;!channel&gt;" in text_of(offer)
    assert "1 answer so far" in text_of(offer)
    assert "<!date^" in text_of(offer)
    assert ada.modal is None
    await ada.click(offer, "resume")
    await harness.wait_for_modal(ada, "questions")
    assert len(harness.rows("drafts")) == 1
    assert all("Half done" not in text_of(each) for each in ben.sees("product"))
    await harness.playground.until(lambda: "Pick up" not in str(ada.sees("product")))


async def test_starting_new_keeps_the_draft_and_the_channel(harness: Harness) -> None:
    """Starting new opens an empty questionnaire for this channel and keeps the draft."""
    ada = harness.playground.user("ada")
    await _abandon_draft(harness, ada, "Half done", "support-ai")
    await ada.click(await _wait_for_resume_offer(harness, ada, "support-ai"), "start:ragvsft")
    await harness.wait_for_modal(ada, "questions")
    await harness.playground.until(lambda: "Pick up" not in str(ada.sees("support-ai")))
    assert "Half done" not in str((await harness.answer_questions(ada)).blocks)
    review = await harness.fill_questionnaire(ada, title="Afresh")
    await ada.submit(review)
    announcement, _ = await harness.wait_for_post(ada, "support-ai")
    assert "Afresh" in text_of(announcement)
    drafts = harness.rows("drafts")
    titles = {json.loads(row["workflow"])["title"]: row["decision"] for row in drafts}
    assert titles == {"Half done": None, "Afresh": 1}


async def test_a_discarded_draft_is_not_offered_again(harness: Harness) -> None:
    """A draft discarded in the offer or in App Home is deleted, and others are kept.

    The updated offer still starts the playbook that was requested.
    """
    ada = harness.playground.user("ada")
    await _abandon_draft(harness, ada, "First")
    await ada.click(await _wait_for_resume_offer(harness, ada), "start:ragvsft")
    await harness.wait_for_modal(ada, "questions")
    await _enter_title(harness, ada, "Second")
    await _wait_for_resume_offer(harness, ada, text="start ragvsft")
    await harness.playground.until(lambda: "Second" in text_of(ada.sees("product")[-1]))
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
    await harness.playground.until(lambda: "Second" not in text_of(ada.sees("product")[-1]))
    assert "'start:ragvsft'" in str(ada.sees("product")[-1].blocks)
    await ada.open_home()
    await harness.playground.until(lambda: "First" in str(ada.home and ada.home.blocks))
    assert ada.home is not None
    assert "Second" not in str(ada.home.blocks)
    await ada.click(ada.home, "discard")
    await harness.playground.until(lambda: "First" not in str(ada.home and ada.home.blocks))
    assert harness.rows("drafts") == []
    await harness.open_questionnaire(ada)


async def test_starting_new_in_a_private_channel_stays_private(harness: Harness) -> None:
    """A questionnaire started from an offer in a private channel belongs to that channel."""
    ada = harness.playground.user("ada")
    await _abandon_draft(harness, ada, "Half done", "leadership")
    await ada.click(await _wait_for_resume_offer(harness, ada, "leadership"), "start:ragvsft")
    await harness.wait_for_modal(ada, "questions")
    assert [row["visibility"] for row in harness.rows("drafts")] == ["private", "private"]


async def test_a_draft_is_deleted_after_two_weeks(harness: Harness) -> None:
    """A draft unchanged for two weeks is deleted, and the command opens a questionnaire at once."""
    ada = harness.playground.user("ada")
    await _abandon_draft(harness, ada, "Half done")
    harness.playground.clock.advance(timedelta(days=13))
    await _wait_for_resume_offer(harness, ada)
    harness.playground.clock.advance(timedelta(days=2))
    async with asyncio.timeout(TIMEOUT):
        while await asyncio.to_thread(harness.rows, "drafts"):
            pass
    await harness.open_questionnaire(ada)


async def test_app_home_lists_pending_work(harness: Harness) -> None:
    """App Home lists decisions to make and reviews due, and takes the answers."""
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
