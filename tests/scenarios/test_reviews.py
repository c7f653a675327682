"""How it went: the question on the day, the answer in the thread and on the announcement."""

from datetime import timedelta

import pytest

from bot.playground.slack_model import SlackMessage
from bot.playground.user_session import UserSession
from tests.scenarios.house import House, text_of


def _message(person: UserSession, ts: str) -> SlackMessage:
    (found,) = [message for message in person.sees("product") if message.ts == ts]
    return found


def _questions(person: UserSession) -> list[SlackMessage]:
    return [each for each in person.sees(person.im.id) if "How did it go?" in text_of(each)]


async def _question(house: House, person: UserSession) -> SlackMessage:
    await house.playground.until(lambda: bool(_questions(person)))
    (question,) = _questions(person)
    return question


async def _accepted(house: House, person: UserSession, **first: object) -> SlackMessage:
    """An announcement of a decision that was accepted."""
    await house.start(person)
    view = await house.to_review(person, **first)
    await person.submit(view)
    announcement, _ = await house.posted(person)
    await person.click(announcement, "accept")
    await house.playground.until(
        lambda: "Accepted by" in text_of(_message(person, announcement.ts))
    )
    return announcement


@pytest.mark.usefixtures("bot")
async def test_on_the_day_a_decider_says_how_it_went(house: House) -> None:
    """The decider is asked, answers with a note; thread, announcement and question show it."""
    ada = house.playground.user("ada")
    announcement = await _accepted(house, ada)
    assert _questions(ada) == []
    house.playground.clock.advance(timedelta(days=91))
    question = await _question(house, ada)
    await ada.click(question, "outcome:partly")
    view = await house.modal_of(ada, "outcome")
    await ada.submit(view, {"note": "Half of the questions <!channel>"})
    assert ada.modal is None
    await house.playground.until(lambda: "Reviewed by" in text_of(_message(ada, announcement.ts)))
    assert "it worked partly" in text_of(_message(ada, announcement.ts))
    await house.playground.until(
        lambda: any("looked back" in text_of(reply) for reply in ada.thread(announcement)),
    )
    await house.playground.until(lambda: "You said on" in text_of(_questions(ada)[0]))
    (event,) = [each for each in house.rows("events") if each["kind"] == "reviewed"]
    assert event["actor"] == ada.id


@pytest.mark.usefixtures("bot")
async def test_an_answer_can_be_changed(house: House) -> None:
    """The menu opens the review early; a later answer takes the place of the earlier one."""
    ada = house.playground.user("ada")
    announcement = await _accepted(house, ada)
    for outcome in ("not_tried", "worked"):
        await ada.click(_message(ada, announcement.ts), "menu", "review:1")
        await ada.submit(await house.modal_of(ada, "outcome"), {"outcome": outcome})
    await house.playground.until(lambda: "it worked" in text_of(_message(ada, announcement.ts)))
    assert "not tried" not in text_of(_message(ada, announcement.ts))
    kinds = [event["kind"] for event in house.rows("events")]
    assert kinds == ["opened", "accepted", "reviewed", "reviewed"]


@pytest.mark.usefixtures("bot")
async def test_the_rules_are_shown_with_how_they_have_done(house: House) -> None:
    """`rules` names the playbooks privately, and counts outcomes by option, not by person."""
    ada = house.playground.user("ada")
    announcement = await _accepted(house, ada)
    await ada.click(_message(ada, announcement.ts), "menu", "review:1")
    await ada.submit(await house.modal_of(ada, "outcome"), {"outcome": "partly"})
    await ada.command("product", "/ragvsft", "rules")
    await house.playground.until(lambda: "The rules in use" in ada.sees("product")[-1].text)
    answer = ada.sees("product")[-1]
    assert answer.ephemeral_to == ada.id
    assert ": it worked partly" in text_of(answer)
    assert "No decision by them" in text_of(answer)
    assert ada.id not in text_of(answer)


@pytest.mark.usefixtures("bot")
async def test_others_have_no_part_in_a_review(house: House) -> None:
    """Whoever does not decide is told privately whose review it is."""
    ada, ben = house.playground.user("ada"), house.playground.user("ben")
    announcement = await _accepted(house, ada)
    await ben.click(_message(ben, announcement.ts), "menu", "review:1")
    await house.playground.until(lambda: "to do" in text_of(ben.sees("product")[-1]))
    assert ben.modal is None


async def test_a_bot_that_was_down_asks_late_and_once(house: House) -> None:
    """Down over the day, each decider is asked after the start, and not again after the next."""
    ada, ben = house.playground.user("ada"), house.playground.user("ben")
    async with house.bot():
        await _accepted(house, ada, deciders=["ada", "ben"])
    house.playground.clock.advance(timedelta(days=120))
    async with house.bot():
        await _question(house, ada)
        await _question(house, ben)
    async with house.bot() as bot:
        bot.check_due()
        await house.until_logged("deliveries", lambda row: row["kind"] == "review")
    asked = [row["channel"] for row in house.rows("deliveries") if row["kind"] == "review"]
    assert sorted(asked) == sorted([ada.id, ben.id])
    assert len(_questions(ada)) == len(_questions(ben)) == 1
