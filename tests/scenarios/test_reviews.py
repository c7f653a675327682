"""Reviews: the question on the review day, the answer, and what is counted."""

from datetime import timedelta

import pytest

from bot.playground.slack_model import SlackMessage
from bot.playground.user_session import UserSession
from tests.scenarios.harness import Harness
from tests.scenarios.messages import as_seen_by, text_of


def _questions(person: UserSession) -> list[SlackMessage]:
    return [each for each in person.sees(person.im.id) if "How did it go?" in text_of(each)]


async def _question(harness: Harness, person: UserSession) -> SlackMessage:
    await harness.playground.until(lambda: bool(_questions(person)))
    (question,) = _questions(person)
    return question


async def _accepted(harness: Harness, person: UserSession, **first: object) -> SlackMessage:
    """An announcement of a decision that was accepted."""
    await harness.open_questionnaire(person)
    view = await harness.fill_questionnaire(person, **first)
    await person.submit(view)
    announcement, _ = await harness.wait_for_post(person)
    await person.click(announcement, "accept")
    await harness.playground.until(
        lambda: "Accepted by" in text_of(as_seen_by(person, announcement))
    )
    return announcement


@pytest.mark.usefixtures("bot")
async def test_on_the_day_a_decider_says_how_it_went(harness: Harness) -> None:
    """The decider is asked, answers with a note; thread, announcement and question show it."""
    ada = harness.playground.user("ada")
    announcement = await _accepted(harness, ada)
    assert _questions(ada) == []
    harness.playground.clock.advance(timedelta(days=91))
    question = await _question(harness, ada)
    await ada.click(question, "outcome:partly")
    view = await harness.wait_for_modal(ada, "outcome")
    await ada.submit(view, {"note": "Half of the questions <!channel>"})
    assert ada.modal is None
    await harness.playground.until(lambda: "Reviewed by" in text_of(as_seen_by(ada, announcement)))
    assert "it worked partly" in text_of(as_seen_by(ada, announcement))
    await harness.playground.until(
        lambda: any("looked back" in text_of(reply) for reply in ada.thread(announcement)),
    )
    await harness.playground.until(lambda: "You said on" in text_of(_questions(ada)[0]))
    (event,) = [each for each in harness.rows("events") if each["kind"] == "reviewed"]
    assert event["actor"] == ada.id


@pytest.mark.usefixtures("bot")
async def test_an_answer_can_be_changed(harness: Harness) -> None:
    """The menu opens the review early; a later answer takes the place of the earlier one."""
    ada = harness.playground.user("ada")
    announcement = await _accepted(harness, ada)
    for outcome in ("not_tried", "worked"):
        await ada.click(as_seen_by(ada, announcement), "menu", "review:1")
        await ada.submit(await harness.wait_for_modal(ada, "outcome"), {"outcome": outcome})
    await harness.playground.until(lambda: "it worked" in text_of(as_seen_by(ada, announcement)))
    assert "not tried" not in text_of(as_seen_by(ada, announcement))
    kinds = [event["kind"] for event in harness.rows("events")]
    assert kinds == ["opened", "accepted", "reviewed", "reviewed"]


@pytest.mark.usefixtures("bot")
async def test_the_rules_are_shown_with_how_they_have_done(harness: Harness) -> None:
    """`rules` names the playbooks privately, and counts outcomes by option, not by person."""
    ada = harness.playground.user("ada")
    announcement = await _accepted(harness, ada)
    await ada.click(as_seen_by(ada, announcement), "menu", "review:1")
    await ada.submit(await harness.wait_for_modal(ada, "outcome"), {"outcome": "partly"})
    await ada.command("product", "/ragvsft", "rules")
    await harness.playground.until(lambda: "The rules in use" in ada.sees("product")[-1].text)
    answer = ada.sees("product")[-1]
    assert answer.ephemeral_to == ada.id
    assert ": it worked partly" in text_of(answer)
    assert "No decision by them" in text_of(answer)
    assert ada.id not in text_of(answer)


@pytest.mark.usefixtures("bot")
async def test_others_have_no_part_in_a_review(harness: Harness) -> None:
    """Whoever does not decide is told privately whose review it is."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    announcement = await _accepted(harness, ada)
    await ben.click(as_seen_by(ben, announcement), "menu", "review:1")
    await harness.playground.until(lambda: "to do" in text_of(ben.sees("product")[-1]))
    assert ben.modal is None


async def test_a_bot_that_was_down_asks_late_and_once(harness: Harness) -> None:
    """Down over the day, each decider is asked after the start, and not again after the next."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    async with harness.run_bot():
        await _accepted(harness, ada, deciders=["ada", "ben"])
    harness.playground.clock.advance(timedelta(days=120))
    async with harness.run_bot():
        await _question(harness, ada)
        await _question(harness, ben)
    async with harness.run_bot() as bot:
        bot.check_due()
        await harness.wait_for_row("deliveries", lambda row: row["kind"] == "review_question")
    asked = [
        row["channel"] for row in harness.rows("deliveries") if row["kind"] == "review_question"
    ]
    assert sorted(asked) == sorted([ada.id, ben.id])
    assert len(_questions(ada)) == len(_questions(ben)) == 1


DAYS = {"30": 30, "60": 60, "date": 75, "never": None}
"""In how many days the review is, by what is chosen; a date is one in 75 days."""


def _asked(person: UserSession) -> dict[int, SlackMessage]:
    """What somebody has been asked, by the number of the decision."""
    questions = [each for each in person.sees(person.im.id) if "How did it go?" in text_of(each)]
    return {n: each for n in range(1, 5) for each in questions if f"#{n} " in text_of(each)}


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("transport", ["http"], indirect=True)
async def test_each_is_asked_about_on_its_day_and_counted(harness: Harness) -> None:
    """In 30 and in 60 days, on a date, or never, a decider is asked; what failed is counted.

    `rules` counts it by option and by the reasons that spoke for it; App Home names it as recent.
    """
    ada, clock = harness.playground.user("ada"), harness.playground.clock
    begun = clock.now()
    for number, (choice, days) in enumerate(DAYS.items(), start=1):
        day = {"review_day": f"{begun + timedelta(days=days):%Y-%m-%d}"} if choice == "date" else {}
        await harness.open_questionnaire(ada)
        await ada.submit(await harness.fill_questionnaire(ada, review_choice=choice, **day))
        announcement, _ = await harness.wait_for_post(ada)
        assert f"#{number} " in text_of(announcement)
        assert ("Review on" in text_of(announcement)) is (days is not None)
        await ada.click(announcement, "accept")
        await harness.wait_for_row(
            "decisions", lambda row, n=number: row["number"] == n and row["status"] == "accepted"
        )
    for number, days in ((1, 30), (2, 60), (3, 75)):
        clock.move_to(begun + timedelta(days=days - 1))
        assert list(_asked(ada)) == list(range(1, number))
        clock.move_to(begun + timedelta(days=days + 1))
        await harness.playground.until(lambda n=number: n in _asked(ada))
        await ada.click(_asked(ada)[number], "outcome:failed")
        await ada.submit(await harness.wait_for_modal(ada, "outcome"))
    clock.advance(timedelta(days=400))

    told = text_of(await harness.run_command(ada, "rules"))
    assert ": none of 3 worked" in told
    reasons = told.partition("By the reasons that spoke for it, where 3 or more were tried")[2]
    assert "” none of 3 worked" in reasons
    await ada.open_home()
    await harness.playground.until(lambda: "Recent" in str(ada.home and ada.home.blocks))
    home = str(ada.home and ada.home.blocks)
    assert home.count("it did not work") == 3
    assert "#4  Answers for support" in home
    assert list(_asked(ada)) == [1, 2, 3]
