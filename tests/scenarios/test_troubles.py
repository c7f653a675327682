"""What people are told when something goes wrong, and that nothing is lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.app import Application
from bot.playground.slack_model import SlackMessage
from tests.scenarios.house import House, text_of

CAN_SPEAK = timedelta(seconds=2)


def _in_reach_of(house: House, message: SlackMessage, channel: str) -> SlackMessage:
    """Put a copy of a message where a person can press its buttons, as a forger would."""
    where = house.playground.channel(channel).id
    copy = replace(message, channel=where, ephemeral_to=None, ts=f"{message.ts[:-1]}9")
    house.playground.workspace.messages.setdefault(where, []).append(copy)
    return copy


async def _out_of_quarantine(house: House) -> None:
    """Wait until a post has broken off, and then until it can't be on its way any more."""
    await house.until_logged("deliveries", lambda row: row["state"] == "sending" and row["error"])
    house.playground.clock.advance(timedelta(seconds=61))


@pytest.mark.usefixtures("bot")
async def test_a_private_channel_without_the_bot_is_told_how_to_invite_it(house: House) -> None:
    """The driver hears why nothing shows, invites the bot, and Try again posts it there."""
    ada = house.playground.user("ada")
    await house.start(ada, "leadership")
    view = await house.to_review(ada)
    assert "must be a member" in str(view.blocks)
    await ada.submit(view)
    text = await house.message_with(ada, "is saved, but not posted", ada.im.id)
    assert "/invite @ragvsft" in text
    assert house.rows("decisions")[0]["visibility"] == "private"

    house.playground.invite("bot", "leadership")
    notice = ada.sees(ada.im.id)[-1]
    await ada.click(notice, "retry_post")
    announcement, _ = await house.posted(ada, "leadership")
    assert "Only this private channel" in text_of(announcement)
    await house.message_with(ada, "Decision #1 is in <#C0LEADERS> now.", ada.im.id)


@pytest.mark.usefixtures("bot")
async def test_another_channel_can_be_chosen_when_posting_failed(house: House) -> None:
    """From the notice a public channel can be chosen; the decision moves there, once."""
    ada = house.playground.user("ada")
    await house.start(ada, "leadership")
    await ada.submit(await house.to_review(ada))
    await house.message_with(ada, "is saved, but not posted", ada.im.id)
    await ada.click(ada.sees(ada.im.id)[-1], "post_elsewhere", "general")
    await house.posted(ada, "general")
    (row,) = house.rows("decisions")
    assert (row["channel"], row["visibility"]) == (house.playground.channel("general").id, "public")
    assert [event["kind"] for event in house.rows("events")] == ["opened", "moved"]


@pytest.mark.usefixtures("bot")
async def test_an_archived_channel_is_named_as_the_reason(house: House) -> None:
    """A channel archived while the questionnaire was open is named, with the way out."""
    ada = house.playground.user("ada")
    await house.start(ada)
    view = await house.to_review(ada)
    house.playground.archive("product")
    await ada.submit(view)
    await house.message_with(ada, "That channel is archived.", ada.im.id)


@pytest.mark.usefixtures("bot")
async def test_an_expired_trigger_leaves_a_button_that_opens_the_modal(house: House) -> None:
    """Too slow for Slack, the command answers with a button, and the button opens the draft."""
    ada = house.playground.user("ada")
    house.playground.faults.add("expire_trigger", count=1)
    await ada.command("product", "/ragvsft")
    await house.message_with(ada, "Nothing is lost", "product")
    await ada.click(ada.sees("product")[-1], "resume")
    await house.modal_of(ada, "workflow")


@pytest.mark.usefixtures("bot")
async def test_when_slack_cannot_open_a_modal_the_button_comes_later(house: House) -> None:
    """A modal that Slack's own trouble kept shut is offered with a button."""
    ada = house.playground.user("ada")
    house.playground.faults.add("server_error", method="views.open", count=1)
    await ada.command("product", "/ragvsft")
    await house.message_with(ada, "Nothing is lost", "product")


@pytest.mark.usefixtures("bot")
async def test_an_unreachable_slack_gets_the_message_later(house: House) -> None:
    """While Slack fails, the decision is kept and a second driver is told; then both show."""
    ada, ben = house.playground.user("ada"), house.playground.user("ben")
    away = {"method": "chat.postMessage", "error": "service_unavailable"}
    house.playground.faults.add("refused", **away)
    await house.start(ada)
    await ada.submit(await house.to_review(ada))
    await house.until_logged("deliveries", lambda row: row["error"] == away["error"])
    house.playground.clock.advance(timedelta(seconds=10))
    await house.start(ben)
    await ben.submit(await house.to_review(ben, title="Second"))
    assert ben.modal is not None
    assert "Slack isn't taking messages" in str(ben.modal.blocks)

    house.playground.faults.clear()
    house.playground.clock.advance(timedelta(minutes=10))
    await house.message_with(ada, "Answers for support", "product")
    house.playground.clock.advance(CAN_SPEAK)
    await house.message_with(ada, "Second", "product")


@pytest.mark.usefixtures("bot")
async def test_a_rate_limit_is_obeyed(house: House) -> None:
    """After a 429 nothing is posted before Retry-After is over, and nothing is lost."""
    ada = house.playground.user("ada")
    house.playground.faults.add("rate_limited", method="chat.postMessage", seconds=60, count=1)
    await house.start(ada)
    await ada.submit(await house.to_review(ada))
    await house.until_logged("deliveries", lambda row: row["error"] == "ratelimited")
    assert not any(message.by_app for message in ada.sees("product"))
    house.playground.clock.advance(timedelta(seconds=61))
    await house.posted(ada)


@pytest.mark.usefixtures("bot")
async def test_a_connection_lost_after_posting_is_left_to_the_driver(house: House) -> None:
    """Nobody can tell whether it arrived: the driver is asked, and nothing is posted twice."""
    ada = house.playground.user("ada")
    house.playground.faults.add("drop_after", method="chat.postMessage", count=1)
    await house.start(ada)
    await ada.submit(await house.to_review(ada))
    await _out_of_quarantine(house)
    await house.message_with(ada, "Slack broke off", ada.im.id)
    await ada.click(ada.sees(ada.im.id)[-1], "dismiss")
    await house.message_with(ada, "stays as it is", ada.im.id)
    assert [m.text for m in ada.sees("product") if "Decision #1" in m.text] == [
        next(m.text for m in ada.sees("product") if m.by_app)
    ]
    await house.message_with(ada, "First steps", "product")

    announcement = next(m for m in ada.sees("product") if m.by_app)
    await ada.click(announcement, "accept")
    await house.message_with(ada, "Accepted by", "product")


@pytest.mark.usefixtures("bot")
async def test_a_connection_lost_before_posting_is_sent_again_on_demand(house: House) -> None:
    """What did not arrive is sent again when the driver says so."""
    ada = house.playground.user("ada")
    house.playground.faults.add("drop_before", method="chat.postMessage", count=1)
    await house.start(ada)
    await ada.submit(await house.to_review(ada))
    await _out_of_quarantine(house)
    await house.message_with(ada, "Slack broke off", ada.im.id)
    await ada.click(ada.sees(ada.im.id)[-1], "resend")
    await house.posted(ada)


@pytest.mark.usefixtures("bot")
async def test_only_the_driver_moves_a_decision(house: House) -> None:
    """A button that is somebody else's to press answers with a friendly no."""
    ada = house.playground.user("ada")
    house.playground.faults.add("drop_after", method="chat.postMessage", count=1)
    await house.start(ada)
    await ada.submit(await house.to_review(ada))
    await _out_of_quarantine(house)
    await house.message_with(ada, "Slack broke off", ada.im.id)
    notice = ada.sees(ada.im.id)[-1]
    ben = house.playground.user("ben")
    ben_notice = _in_reach_of(house, notice, ben.im.id)
    await ben.click(ben_notice, "resend")
    await house.message_with(ben, "Your word counts in the thread", ben.im.id)


@pytest.mark.usefixtures("bot")
async def test_an_invalid_answer_is_said_at_its_field(house: House) -> None:
    """A title of blanks and a review without its day are refused where they stand."""
    ada = house.playground.user("ada")
    view = await house.start(ada)
    await ada.submit(view, {"title": "   "})
    assert ada.modal is not None
    assert ada.modal.errors is not None
    assert ada.modal.errors.keys() == {"title"}
    await ada.submit(ada.modal, {"title": "Fine", "review_choice": "date"})
    assert ada.modal.errors is not None
    assert ada.modal.errors.keys() == {"review_day"}
    await ada.submit(ada.modal, {"review_day": "2020-01-01"})
    assert ada.modal.errors == {
        "review_day": "Pick a day after today: that is when you want to look back."
    }


async def test_a_draft_survives_a_restart(house: House) -> None:
    """A questionnaire begun before a restart goes on after it, with its answers."""
    ada = house.playground.user("ada")
    async with house.bot():
        view = await house.start(ada)
        await ada.submit(view, {"title": "Answers for support"})
    async with house.bot():
        view = await house.on_to_review(ada)
        await ada.submit(view)
        await house.posted(ada)


async def test_an_expired_draft_says_so(house: House, bot: Application) -> None:
    """A questionnaire left open for longer than two weeks ends with a sentence."""
    del bot
    ada = house.playground.user("ada")
    view = await house.start(ada)
    house.playground.clock.advance(timedelta(days=15))
    await ada.submit(view, {"title": "Too late"})
    assert ada.modal is not None
    assert "This questionnaire is over" in str(ada.modal.blocks)


@pytest.mark.usefixtures("bot")
async def test_somebody_from_outside_can_only_read(house: House) -> None:
    """A guest from another workspace gets a sentence instead of a questionnaire."""
    eve = house.playground.user("eve")
    assert eve.user.is_external
    ada = house.playground.user("ada")
    house.playground.faults.add("expire_trigger", count=1)
    await ada.command("partners", "/ragvsft")
    await house.message_with(ada, "Nothing is lost", "partners")
    button = _in_reach_of(house, ada.sees("partners")[-1], "partners")
    await eve.click(button, "resume")
    await house.message_with(eve, "belongs to another workspace", "partners")
    assert eve.modal is None
