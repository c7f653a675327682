"""What Slack itself does wrong, and what people are told of it."""

import asyncio
from datetime import timedelta

import pytest

from tests.scenarios.house import House, text_of

CAN_SPEAK = timedelta(seconds=2)


@pytest.mark.usefixtures("bot")
async def test_a_refused_token_loses_nothing(house: House) -> None:
    """While Slack refuses the token a decision waits; once it is mended, it is posted."""
    ada = house.playground.user("ada")
    await house.start(ada)
    view = await house.to_review(ada)
    installation = house.playground.workspace.installation
    token, installation.bot_token = installation.bot_token, "xoxb-another"
    await ada.submit(view)
    await house.until_logged("deliveries", lambda row: row["error"] == "invalid_auth")
    house.playground.violations.clear()
    installation.bot_token = token
    house.playground.clock.advance(timedelta(minutes=2))
    await house.posted(ada)


@pytest.mark.usefixtures("bot")
async def test_a_small_window_that_does_not_open_says_so(house: House) -> None:
    """Too slow for Slack, a decision's window asks for another press, and blames nobody."""
    ada = house.playground.user("ada")
    announcement, _ = await house.decide(ada)
    house.playground.faults.add("expire_trigger", count=1)
    await ada.click(announcement, "override")
    await house.message_with(ada, "please press again", "product")
    house.playground.faults.add("drop_before", method="views.open", count=1)
    await ada.click(announcement, "menu", "withdraw:1")
    await house.playground.until(
        lambda: sum("please press again" in text_of(m) for m in ada.sees("product")) == 2,
    )


@pytest.mark.usefixtures("bot")
async def test_a_lost_connection_leaves_a_button_for_the_questionnaire(house: House) -> None:
    """A connection that breaks while the questionnaire opens leaves the button too."""
    ada = house.playground.user("ada")
    house.playground.faults.add("drop_before", method="views.open", count=1)
    await ada.command("product", "/ragvsft")
    await house.message_with(ada, "Nothing is lost", "product")


@pytest.mark.usefixtures("bot")
async def test_back_pressed_twice_is_back_pressed_once(house: House) -> None:
    """The second press finds a newer page and gives way to it, without a word."""
    ada = house.playground.user("ada")
    view = await house.start(ada)
    await ada.submit(view, {"title": "Answers for support"})
    page = ada.modal
    assert page is not None
    calls = house.playground.calls
    await asyncio.gather(ada.click(page, "back"), ada.click(page, "back"))
    await house.playground.until(
        lambda: sum(c.method == "views.update" and c.answer is not None for c in calls) == 2,
    )
    await house.modal_of(ada, "workflow")
    assert not ada.sees(ada.im.id)
    house.playground.violations.clear()


@pytest.mark.usefixtures("bot")
async def test_a_thread_that_cannot_be_continued_does_not_move_the_decision(house: House) -> None:
    """Announced in a private channel, a decision stays there whatever channel is picked later."""
    ada = house.playground.user("ada")
    house.playground.invite("bot", "leadership")
    await house.start(ada, "leadership")
    await ada.submit(await house.to_review(ada))
    await house.playground.until(lambda: ada.sees("leadership")[-1].by_app)
    house.playground.archive("leadership")
    house.playground.clock.advance(CAN_SPEAK)
    text = await house.message_with(ada, "couldn't add the recommendation", ada.im.id)
    assert "That channel is archived." in text
    (row,) = house.rows("decisions")
    assert row["visibility"] == "private"


@pytest.mark.usefixtures("bot")
async def test_a_channel_stays_in_order_behind_a_rate_limit(house: House) -> None:
    """What follows in a channel does not slip past a message that waits for Retry-After."""
    ada = house.playground.user("ada")
    await house.start(ada)
    view = await house.to_review(ada)
    house.playground.faults.add("rate_limited", method="chat.postMessage", seconds=60, count=1)
    await ada.submit(view)
    await house.until_logged("deliveries", lambda row: row["error"] == "ratelimited")
    ben = house.playground.user("ben")
    await house.start(ben)
    await ben.submit(await house.to_review(ben, title="Second"))
    house.playground.clock.advance(timedelta(seconds=5))
    await house.start(house.playground.user("chloe"), "general")
    assert not any(message.by_app for message in ada.sees("product"))
    house.playground.clock.advance(timedelta(seconds=60))
    await house.message_with(ada, "Answers for support", "product")


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
async def test_a_post_that_broke_off_is_found_in_the_channel(house: House, fault: str) -> None:
    """Where the bot may read the channel it looks there: one announcement, and nobody is asked."""
    house.playground.workspace.installation.scopes.add("channels:history")
    house.playground.invite("bot", "product")
    ada = house.playground.user("ada")
    house.playground.faults.add(fault, method="chat.postMessage", count=1)
    await house.start(ada)
    await ada.submit(await house.to_review(ada))
    await house.until_logged("deliveries", lambda row: row["state"] == "sending" and row["error"])
    house.playground.clock.advance(timedelta(seconds=61))
    announcement, _ = await house.posted(ada)
    assert "#1" in text_of(announcement)
    assert sum(message.by_app for message in house.playground.messages("product")) == 2
    assert not ada.sees(ada.im.id)


@pytest.mark.usefixtures("bot")
async def test_a_channel_that_opens_again_gets_what_it_missed(house: House) -> None:
    """Archived, a channel misses a decision made in it; the driver is told once, and tries again.

    The notice then says that all is there.
    """
    ada = house.playground.user("ada")
    announcement, _ = await house.decide(ada)
    house.playground.archive("product")
    house.playground.clock.advance(CAN_SPEAK)
    await ada.click(announcement, "accept")
    await house.message_with(ada, "stands in <#C0PRODUCT>, but I couldn't", ada.im.id)
    await house.until_logged("deliveries", lambda row: row["state"] == "held")
    assert "Accepted" not in text_of(announcement)

    house.playground.channel("product").is_archived = False
    await ada.click(ada.sees(ada.im.id)[-1], "retry_post")
    for _ in range(4):
        house.playground.clock.advance(CAN_SPEAK)
    await house.message_with(ada, "Decision #1 is complete in <#C0PRODUCT> now.", ada.im.id)
    await house.message_with(ada, "Accepted by", "product")
    await house.until_logged("deliveries", lambda row: row["kind"] == "word" and bool(row["ts"]))
    assert sum(message.by_app for message in ada.sees(ada.im.id)) == 1
    assert house.rows("stops") == []
