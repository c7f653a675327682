"""Reviews: the question on the review day, the answer, and what is counted."""

from datetime import timedelta

import pytest

from bot.playground.slack_model import SlackMessage
from bot.playground.user_session import UserSession
from tests.scenarios.harness import Harness
from tests.scenarios.messages import as_seen_by, text_of, text_of_blocks


def _questions(person: UserSession) -> list[SlackMessage]:
    """Return the review questions in a person's direct messages."""
    return [each for each in person.sees(person.im.id) if "How did it go?" in text_of(each)]


async def _wait_for_question(harness: Harness, person: UserSession) -> SlackMessage:
    """Wait for the only review question of a person."""
    await harness.playground.until(lambda: bool(_questions(person)))
    (question,) = _questions(person)
    return question


async def _post_accepted(harness: Harness, person: UserSession, **first: object) -> SlackMessage:
    """Post and accept a decision; return its announcement."""
    await harness.open_questionnaire(person)
    view = await harness.fill_questionnaire(person, **first)
    await person.submit(view)
    announcement, _ = await harness.wait_for_post(person)
    await person.click(announcement, "accept")
    await harness.playground.until(lambda: "Decided: " in text_of(as_seen_by(person, announcement)))
    return announcement


@pytest.mark.usefixtures("bot")
async def test_a_decider_is_asked_on_the_review_day(harness: Harness) -> None:
    """The decider answers with a note; thread, announcement and question show the answer."""
    ada = harness.playground.user("ada")
    announcement = await _post_accepted(harness, ada)
    assert _questions(ada) == []
    harness.playground.clock.advance(timedelta(days=91))
    question = await _wait_for_question(harness, ada)
    await ada.click(question, "outcome:partly")
    view = await harness.wait_for_modal(ada, "outcome")
    await ada.submit(view, {"note": "Half of the questions <!channel>"})
    assert ada.modal is None
    await harness.wait_for_text(ada, announcement, f"*It worked partly*, says <@{ada.id}>")
    shown = text_of_blocks((await harness.show_decision(ada)).blocks)
    assert "Half of the questions &lt;!channel&gt;" in shown
    await harness.playground.until(
        lambda: any("looked back" in text_of(reply) for reply in ada.thread(announcement)),
    )
    await harness.playground.until(lambda: "You said on" in text_of(_questions(ada)[0]))
    (event,) = [each for each in harness.rows("events") if each["kind"] == "reviewed"]
    assert event["actor"] == ada.id


@pytest.mark.usefixtures("bot")
async def test_an_answer_can_be_changed(harness: Harness) -> None:
    """A review can be opened early from the menu; a later answer replaces the earlier one."""
    ada = harness.playground.user("ada")
    announcement = await _post_accepted(harness, ada)
    for outcome in ("not_tried", "worked"):
        await ada.click(as_seen_by(ada, announcement), "menu", "review:1")
        await ada.submit(await harness.wait_for_modal(ada, "outcome"), {"outcome": outcome})
    await harness.playground.until(lambda: "It worked*" in text_of(as_seen_by(ada, announcement)))
    assert "not tried" not in text_of(as_seen_by(ada, announcement))
    kinds = [event["kind"] for event in harness.rows("events")]
    assert kinds == ["opened", "accepted", "reviewed", "reviewed"]


@pytest.mark.usefixtures("bot")
async def test_rules_shows_the_calibration(harness: Harness) -> None:
    """`rules` lists the playbooks privately and counts outcomes by option, not by person."""
    ada = harness.playground.user("ada")
    announcement = await _post_accepted(harness, ada)
    await ada.click(as_seen_by(ada, announcement), "menu", "review:1")
    await ada.submit(await harness.wait_for_modal(ada, "outcome"), {"outcome": "partly"})
    await ada.command("product", "/ragvsft", "rules")
    await harness.playground.until(lambda: "The rules in use" in ada.sees("product")[-1].text)
    answer = ada.sees("product")[-1]
    assert answer.ephemeral_to == ada.id
    assert ": it worked partly" in text_of(answer)
    assert "No results yet" in text_of(answer)
    assert ada.id not in text_of(answer)


@pytest.mark.usefixtures("bot")
async def test_only_deciders_review(harness: Harness) -> None:
    """A person who is no decider gets a private reply that names the decider."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    announcement = await _post_accepted(harness, ada)
    await ben.click(as_seen_by(ben, announcement), "menu", "review:1")
    await harness.playground.until(lambda: "Want a say?" in text_of(ben.sees("product")[-1]))
    assert ben.modal is None


async def test_a_missed_review_day_is_asked_once(harness: Harness) -> None:
    """After downtime on the review day each decider is asked once, at the next start."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    async with harness.run_bot():
        await _post_accepted(harness, ada, deciders=["ada", "ben"])
    harness.playground.clock.advance(timedelta(days=120))
    async with harness.run_bot():
        await _wait_for_question(harness, ada)
        await _wait_for_question(harness, ben)
    async with harness.run_bot() as bot:
        bot.check_due()
        await harness.wait_for_row("deliveries", lambda row: row["kind"] == "review_question")
    asked = [
        row["channel"] for row in harness.rows("deliveries") if row["kind"] == "review_question"
    ]
    assert sorted(asked) == sorted([ada.id, ben.id])
    assert len(_questions(ada)) == len(_questions(ben)) == 1


DAYS = {"30": 30, "60": 60, "date": 75, "never": None}
"""Days until the review, by choice; the chosen date is in 75 days."""


def _questions_by_number(person: UserSession) -> dict[int, SlackMessage]:
    """Return a person's review questions by the number of their decision."""
    questions = [each for each in person.sees(person.im.id) if "How did it go?" in text_of(each)]
    return {n: each for n in range(1, 5) for each in questions if f"#{n} " in text_of(each)}


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("transport", ["http"], indirect=True)
async def test_reviews_follow_the_chosen_days_and_are_counted(harness: Harness) -> None:
    """Each decision is reviewed on its chosen day or never, and failures are counted.

    `rules` counts them by option and by supporting reason; App Home lists them as recent.
    """
    ada, clock = harness.playground.user("ada"), harness.playground.clock
    begun = clock.now()
    for number, (choice, days) in enumerate(DAYS.items(), start=1):
        day = {"review_day": f"{begun + timedelta(days=days):%Y-%m-%d}"} if choice == "date" else {}
        await harness.open_questionnaire(ada)
        await ada.submit(await harness.fill_questionnaire(ada, review_choice=choice, **day))
        announcement, _ = await harness.wait_for_post(ada)
        assert f"#{number} " in text_of(announcement)
        shown = text_of_blocks((await harness.show_decision(ada, number)).blocks)
        assert ("Check-in " in shown) is (days is not None)
        await ada.click(announcement, "accept")
        await harness.wait_for_row(
            "decisions", lambda row, n=number: row["number"] == n and row["status"] == "accepted"
        )
    for number, days in ((1, 30), (2, 60), (3, 75)):
        clock.move_to(begun + timedelta(days=days - 1))
        assert list(_questions_by_number(ada)) == list(range(1, number))
        clock.move_to(begun + timedelta(days=days + 1))
        await harness.playground.until(lambda n=number: n in _questions_by_number(ada))
        await ada.click(_questions_by_number(ada)[number], "outcome:failed")
        await ada.submit(await harness.wait_for_modal(ada, "outcome"))
    clock.advance(timedelta(days=400))

    text = text_of(await harness.run_command(ada, "rules"))
    assert ": none of 3 worked" in text
    reasons = text.partition("By the reasons that spoke for it, where 3 or more were tried")[2]
    assert "” none of 3 worked" in reasons
    await ada.open_home()
    await harness.playground.until(lambda: "Recent" in str(ada.home and ada.home.blocks))
    home = str(ada.home and ada.home.blocks)
    assert home.count("it did not work") == 3
    assert "#4  Answers for support" in home
    assert list(_questions_by_number(ada)) == [1, 2, 3]
