"""Failures of Slack and refused posts: what people read, and that nothing is lost."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.app import Application
from bot.playground.slack_model import SlackMessage
from tests.scenarios.harness import Harness, first_answers
from tests.scenarios.messages import text_of

PACE = timedelta(seconds=2)
"""Longer than the bot waits between two posts in a channel."""


def _forge_copy(harness: Harness, message: SlackMessage, channel: str) -> SlackMessage:
    """Copy a message into a channel, as an attacker would forge its buttons."""
    where = harness.playground.channel(channel).id
    copy = replace(message, channel=where, ephemeral_to=None, ts=f"{message.ts[:-1]}9")
    harness.playground.workspace.messages.setdefault(where, []).append(copy)
    return copy


async def _wait_until_unconfirmed(harness: Harness) -> None:
    """Wait until a post has failed without confirmation, and until it is certain to have ended."""
    await harness.wait_for_row("deliveries", lambda row: row["state"] == "sending" and row["error"])
    harness.playground.clock.advance(timedelta(seconds=61))


@pytest.mark.usefixtures("bot")
async def test_a_private_channel_without_the_bot(harness: Harness) -> None:
    """A notice asks the driver to invite the bot, and "Try again" posts the decision."""
    ada = harness.playground.user("ada")
    await harness.open_questionnaire(ada, "leadership")
    view = await harness.fill_questionnaire(ada)
    assert "must be a member" in str(view.blocks)
    await ada.submit(view)
    text = await harness.wait_for_message(ada, "is saved, but I couldn't post", ada.im.id)
    assert "/invite @ragvsft" in text
    assert harness.rows("decisions")[0]["visibility"] == "private"

    harness.playground.invite("bot", "leadership")
    notice = ada.sees(ada.im.id)[-1]
    await ada.click(notice, "retry_post")
    announcement, _ = await harness.wait_for_post(ada, "leadership")
    assert "Private: <#" in text_of(announcement)
    await harness.wait_for_message(ada, "Decision #1 is in <#C0LEADERS> now.", ada.im.id)


@pytest.mark.usefixtures("bot")
async def test_another_channel_can_be_chosen_when_posting_failed(harness: Harness) -> None:
    """A decision that could not be posted moves to the channel chosen in the notice, once."""
    ada = harness.playground.user("ada")
    await harness.open_questionnaire(ada, "leadership")
    await ada.submit(await harness.fill_questionnaire(ada))
    await harness.wait_for_message(ada, "is saved, but I couldn't post", ada.im.id)
    await ada.click(ada.sees(ada.im.id)[-1], "post_elsewhere", "general")
    await harness.wait_for_post(ada, "general")
    (row,) = harness.rows("decisions")
    assert (row["channel"], row["visibility"]) == (
        harness.playground.channel("general").id,
        "public",
    )
    assert [event["kind"] for event in harness.rows("events")] == ["opened", "moved"]


@pytest.mark.usefixtures("bot")
async def test_an_archived_channel_is_named_as_the_reason(harness: Harness) -> None:
    """If the channel was archived meanwhile, the notice says so."""
    ada = harness.playground.user("ada")
    await harness.open_questionnaire(ada)
    view = await harness.fill_questionnaire(ada)
    harness.playground.archive("product")
    await ada.submit(view)
    await harness.wait_for_message(ada, "That channel is archived.", ada.im.id)


@pytest.mark.usefixtures("bot")
async def test_an_expired_trigger_leaves_a_button_that_opens_the_modal(harness: Harness) -> None:
    """If the trigger expired, the reply has a button that opens the draft."""
    ada = harness.playground.user("ada")
    harness.playground.faults.add("expire_trigger", count=1)
    await ada.command("product", "/ragvsft")
    await harness.wait_for_message(ada, "Nothing is lost", "product")
    await ada.click(ada.sees("product")[-1], "resume")
    await harness.wait_for_modal(ada, "questions")


@pytest.mark.usefixtures("bot")
async def test_a_failed_views_open_leaves_a_button(harness: Harness) -> None:
    """If Slack fails to open the modal, the reply has a button that opens the draft."""
    ada = harness.playground.user("ada")
    harness.playground.faults.add("server_error", method="views.open", count=1)
    await ada.command("product", "/ragvsft")
    await harness.wait_for_message(ada, "Nothing is lost", "product")


@pytest.mark.usefixtures("bot")
async def test_posts_wait_while_slack_is_unavailable(harness: Harness) -> None:
    """While Slack fails, posts wait and modals say so; afterwards they are sent."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    away = {"method": "chat.postMessage", "error": "service_unavailable"}
    harness.playground.faults.add("refused", **away)
    await harness.open_questionnaire(ada)
    await ada.submit(await harness.fill_questionnaire(ada))
    await harness.wait_for_row("deliveries", lambda row: row["error"] == away["error"])
    harness.playground.clock.advance(timedelta(seconds=10))
    await harness.open_questionnaire(ben)
    await ben.submit(await harness.fill_questionnaire(ben, title="Second"))
    assert ben.modal is not None
    assert "Slack isn't taking my messages" in str(ben.modal.blocks)

    harness.playground.faults.clear()
    harness.playground.clock.advance(timedelta(minutes=10))
    await harness.wait_for_message(ada, "Answers for support", "product")
    harness.playground.clock.advance(PACE)
    await harness.wait_for_message(ada, "Second", "product")


@pytest.mark.usefixtures("bot")
async def test_a_rate_limit_is_obeyed(harness: Harness) -> None:
    """After a 429 nothing is posted before Retry-After has passed, and nothing is lost."""
    ada = harness.playground.user("ada")
    harness.playground.faults.add("rate_limited", method="chat.postMessage", seconds=60, count=1)
    await harness.open_questionnaire(ada)
    await ada.submit(await harness.fill_questionnaire(ada))
    await harness.wait_for_row("deliveries", lambda row: row["error"] == "ratelimited")
    assert not any(message.by_app for message in ada.sees("product"))
    harness.playground.clock.advance(timedelta(seconds=61))
    await harness.wait_for_post(ada)


@pytest.mark.usefixtures("bot")
async def test_a_connection_lost_after_posting_is_left_to_the_driver(harness: Harness) -> None:
    """If a post is unconfirmed, the driver is asked, and nothing is posted twice."""
    ada = harness.playground.user("ada")
    harness.playground.faults.add("drop_after", method="chat.postMessage", count=1)
    await harness.open_questionnaire(ada)
    await ada.submit(await harness.fill_questionnaire(ada))
    await _wait_until_unconfirmed(harness)
    await harness.wait_for_message(ada, "Slack didn't answer", ada.im.id)
    await ada.click(ada.sees(ada.im.id)[-1], "dismiss")
    await harness.wait_for_message(ada, "stays as it is", ada.im.id)
    assert [m.text for m in ada.sees("product") if "Decision #1" in m.text] == [
        next(m.text for m in ada.sees("product") if m.by_app)
    ]
    await harness.wait_for_message(ada, "Next steps", "product")

    announcement = next(m for m in ada.sees("product") if m.by_app)
    await ada.click(announcement, "accept")
    await harness.wait_for_message(ada, "Decided: ", "product")


@pytest.mark.usefixtures("bot")
async def test_a_connection_lost_before_posting_is_sent_again_on_demand(harness: Harness) -> None:
    """An unconfirmed post is sent again when the driver says that it is missing."""
    ada = harness.playground.user("ada")
    harness.playground.faults.add("drop_before", method="chat.postMessage", count=1)
    await harness.open_questionnaire(ada)
    await ada.submit(await harness.fill_questionnaire(ada))
    await _wait_until_unconfirmed(harness)
    await harness.wait_for_message(ada, "Slack didn't answer", ada.im.id)
    await ada.click(ada.sees(ada.im.id)[-1], "resend")
    await harness.wait_for_post(ada)


@pytest.mark.usefixtures("bot")
async def test_only_the_owner_answers_a_notice(harness: Harness) -> None:
    """Another person who presses a notice's button is refused."""
    ada = harness.playground.user("ada")
    harness.playground.faults.add("drop_after", method="chat.postMessage", count=1)
    await harness.open_questionnaire(ada)
    await ada.submit(await harness.fill_questionnaire(ada))
    await _wait_until_unconfirmed(harness)
    await harness.wait_for_message(ada, "Slack didn't answer", ada.im.id)
    notice = ada.sees(ada.im.id)[-1]
    ben = harness.playground.user("ben")
    ben_notice = _forge_copy(harness, notice, ben.im.id)
    await ben.click(ben_notice, "resend")
    await harness.wait_for_message(ben, "Want a say?", ben.im.id)


@pytest.mark.usefixtures("bot")
async def test_invalid_input_is_refused_at_its_field(harness: Harness) -> None:
    """A blank title and a missing or past review day are refused at their fields."""
    ada = harness.playground.user("ada")
    await harness.open_questionnaire(ada)
    view = await harness.show_result(ada)
    await ada.submit(view, {"title": "   "})
    assert view.errors is not None
    assert view.errors.keys() == {"title"}
    await ada.submit(view, {"title": "Fine", "review_choice": "date"})
    assert view.errors is not None
    assert view.errors.keys() == {"review_choice"}
    await harness.fill_questionnaire(ada, review_day="2020-01-01")
    await ada.submit(view)
    assert view.errors == {"review_day": "Pick a day after today."}


async def test_a_draft_survives_a_restart(harness: Harness) -> None:
    """A questionnaire started before a restart can be finished after it."""
    ada = harness.playground.user("ada")
    async with harness.run_bot():
        await ada.submit(await harness.open_questionnaire(ada))
    async with harness.run_bot():
        view = await harness.answer_questions(ada)
        await ada.submit(view)
        await harness.wait_for_post(ada)


async def test_an_expired_draft_says_so(harness: Harness, bot: Application) -> None:
    """A page submitted after two weeks shows that the questionnaire has expired."""
    del bot
    ada = harness.playground.user("ada")
    view = await harness.open_questionnaire(ada)
    harness.playground.clock.advance(timedelta(days=15))
    await ada.submit(view)
    assert ada.modal is not None
    assert "This questionnaire has expired" in str(ada.modal.blocks)


@pytest.mark.usefixtures("bot")
async def test_external_users_cannot_open_a_questionnaire(harness: Harness) -> None:
    """A person of another workspace gets a private reply in place of a questionnaire."""
    eve = harness.playground.user("eve")
    assert eve.user.is_external
    ada = harness.playground.user("ada")
    harness.playground.faults.add("expire_trigger", count=1)
    await ada.command("partners", "/ragvsft")
    await harness.wait_for_message(ada, "Nothing is lost", "partners")
    button = _forge_copy(harness, ada.sees("partners")[-1], "partners")
    await eve.click(button, "resume")
    await harness.wait_for_message(eve, "belongs to another workspace", "partners")
    assert eve.modal is None


@pytest.mark.usefixtures("bot")
async def test_a_refused_token_loses_nothing(harness: Harness) -> None:
    """While Slack refuses the token, a decision waits; with a valid token it is posted."""
    ada = harness.playground.user("ada")
    await harness.open_questionnaire(ada)
    view = await harness.fill_questionnaire(ada)
    installation = harness.playground.workspace.installation
    token, installation.bot_token = installation.bot_token, "xoxb-another"
    await ada.submit(view)
    await harness.wait_for_row("deliveries", lambda row: row["error"] == "invalid_auth")
    harness.playground.violations.clear()
    installation.bot_token = token
    harness.playground.clock.advance(timedelta(minutes=2))
    await harness.wait_for_post(ada)


@pytest.mark.usefixtures("bot")
async def test_a_modal_that_does_not_open_asks_for_another_press(harness: Harness) -> None:
    """If a decision's modal does not open, a private reply asks to press again."""
    ada = harness.playground.user("ada")
    announcement, _ = await harness.post_decision(ada)
    harness.playground.faults.add("expire_trigger", count=1)
    await ada.click(announcement, "override")
    await harness.wait_for_message(ada, "Nothing is lost: press again", "product")
    harness.playground.faults.add("drop_before", method="views.open", count=1)
    await ada.click(announcement, "menu", "withdraw:1")
    await harness.playground.until(
        lambda: sum("Nothing is lost: press again" in text_of(m) for m in ada.sees("product")) == 2,
    )


@pytest.mark.usefixtures("bot")
async def test_a_lost_connection_leaves_a_button_for_the_questionnaire(harness: Harness) -> None:
    """If the connection breaks while the questionnaire opens, the reply has a button too."""
    ada = harness.playground.user("ada")
    harness.playground.faults.add("drop_before", method="views.open", count=1)
    await ada.command("product", "/ragvsft")
    await harness.wait_for_message(ada, "Nothing is lost", "product")


@pytest.mark.usefixtures("bot")
async def test_back_pressed_twice_is_back_pressed_once(harness: Harness) -> None:
    """Of two simultaneous presses of Back the second has no effect and no error."""
    ada = harness.playground.user("ada")
    view = await harness.open_questionnaire(ada)
    asked = first_answers(view)
    await ada.submit(view)
    page = ada.modal
    assert page is not None
    calls = harness.playground.calls
    await asyncio.gather(ada.click(page, "back"), ada.click(page, "back"))
    await harness.playground.until(
        lambda: sum(c.method == "views.update" and c.answer is not None for c in calls) == 2,
    )
    assert first_answers(page) == asked
    assert not ada.sees(ada.im.id)
    harness.playground.violations.clear()


@pytest.mark.usefixtures("bot")
async def test_a_thread_that_cannot_be_continued_does_not_move_the_decision(
    harness: Harness,
) -> None:
    """A failed reply in a private thread does not move the decision to another channel."""
    ada = harness.playground.user("ada")
    harness.playground.invite("bot", "leadership")
    await harness.open_questionnaire(ada, "leadership")
    await ada.submit(await harness.fill_questionnaire(ada))
    await harness.playground.until(lambda: ada.sees("leadership")[-1].by_app)
    harness.playground.archive("leadership")
    harness.playground.clock.advance(PACE)
    text = await harness.wait_for_message(ada, "couldn't add the recommendation", ada.im.id)
    assert "That channel is archived." in text
    (row,) = harness.rows("decisions")
    assert row["visibility"] == "private"


@pytest.mark.usefixtures("bot")
async def test_a_channel_stays_in_order_behind_a_rate_limit(harness: Harness) -> None:
    """Later posts of a channel wait behind one that is rate limited."""
    ada = harness.playground.user("ada")
    await harness.open_questionnaire(ada)
    view = await harness.fill_questionnaire(ada)
    harness.playground.faults.add("rate_limited", method="chat.postMessage", seconds=60, count=1)
    await ada.submit(view)
    await harness.wait_for_row("deliveries", lambda row: row["error"] == "ratelimited")
    ben = harness.playground.user("ben")
    await harness.open_questionnaire(ben)
    await ben.submit(await harness.fill_questionnaire(ben, title="Second"))
    harness.playground.clock.advance(timedelta(seconds=5))
    await harness.open_questionnaire(harness.playground.user("chloe"), "general")
    assert not any(message.by_app for message in ada.sees("product"))
    harness.playground.clock.advance(timedelta(seconds=60))
    await harness.wait_for_message(ada, "Answers for support", "product")


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
async def test_an_unconfirmed_post_is_found_in_the_history(harness: Harness, fault: str) -> None:
    """With history scopes the bot finds its post itself: one announcement, and no question."""
    harness.playground.workspace.installation.scopes.add("channels:history")
    harness.playground.invite("bot", "product")
    ada = harness.playground.user("ada")
    harness.playground.faults.add(fault, method="chat.postMessage", count=1)
    await harness.open_questionnaire(ada)
    await ada.submit(await harness.fill_questionnaire(ada))
    await harness.wait_for_row("deliveries", lambda row: row["state"] == "sending" and row["error"])
    harness.playground.clock.advance(timedelta(seconds=61))
    announcement, _ = await harness.wait_for_post(ada)
    assert "#1" in text_of(announcement)
    assert sum(message.by_app for message in harness.playground.messages("product")) == 2
    assert not ada.sees(ada.im.id)


@pytest.mark.usefixtures("bot")
async def test_a_reopened_channel_gets_held_posts(harness: Harness) -> None:
    """The driver of a decision in an archived channel gets one notice, and can send it later.

    The notice is then updated.
    """
    ada = harness.playground.user("ada")
    announcement, _ = await harness.post_decision(ada)
    harness.playground.archive("product")
    harness.playground.clock.advance(PACE)
    await ada.click(announcement, "accept")
    await harness.wait_for_message(ada, "is in <#C0PRODUCT>, but I couldn't", ada.im.id)
    await harness.wait_for_row("deliveries", lambda row: row["state"] == "held")
    assert "Decided: " not in text_of(announcement)

    harness.playground.channel("product").is_archived = False
    await ada.click(ada.sees(ada.im.id)[-1], "retry_post")
    for _ in range(4):
        harness.playground.clock.advance(PACE)
    await harness.wait_for_message(ada, "Decision #1 is complete in <#C0PRODUCT> now.", ada.im.id)
    await harness.wait_for_message(ada, "Decided: ", "product")
    await harness.wait_for_row(
        "deliveries", lambda row: row["kind"] == "thread_note" and bool(row["ts"])
    )
    assert sum(message.by_app for message in ada.sees(ada.im.id)) == 1
    assert harness.rows("channel_blocks") == []
