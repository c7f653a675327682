"""A team adds its views: blind, side by side, on request, and many at the same time."""

import asyncio
import json
from datetime import timedelta

import pytest

from bot.playground import slack_model
from bot.playground.events.message_responses import RESPONSE_URL_LIFETIME
from bot.playground.slack_model import SlackMessage
from bot.playground.user_session import UserSession
from tests.scenarios.harness import OTHER_ANSWERS, TIMEOUT, Harness, calls_of_requests
from tests.scenarios.messages import as_seen_by, button_ids, team_message, text_of

pytestmark = pytest.mark.usefixtures("bot")


async def _add_view(
    harness: Harness,
    person: UserSession,
    place: SlackMessage,
    answers: dict[str, str | None] | None = None,
) -> None:
    """Press the button, answer all questions, and save the view."""
    await person.click(place, "add_view", block_id="decision:1")
    await harness.wait_for_modal(person, "questions")
    view = await harness.answer_questions(person, answers or {})
    assert (await person.submit(view)).ok
    assert person.modal is None


async def _ask_for_views(
    harness: Harness, driver: UserSession, announcement: SlackMessage, *names: str
) -> None:
    await driver.click(as_seen_by(driver, announcement), "ask")
    view = await harness.wait_for_modal(driver, "ask")
    await driver.submit(view, {"people": list(names)})


async def _wait_for_private_reply(
    harness: Harness, person: UserSession, channel: str, words: str
) -> None:
    """Wait until a person gets a private reply in a channel or its threads."""
    await harness.playground.until(
        lambda: any(
            words in text_of(m) and m.ephemeral_to == person.id
            for m in harness.playground.messages(channel)
        ),
    )


async def test_views_are_compared_in_one_message(harness: Harness) -> None:
    """The team's message in the thread shows who differs from whom, and on what."""
    ada, ben, dev = (harness.playground.user(name) for name in ("ada", "ben", "dev"))
    announcement, _ = await harness.post_decision(ada)
    assert team_message(ada, announcement) is None
    await _add_view(harness, ben, announcement)
    text = await harness.wait_for_team_message(ada, announcement, f"<@{ben.id}>")
    assert "1 view beside the driver's" in text
    assert "You agree on" in text
    assert "You differ" not in text
    await _add_view(harness, dev, announcement, OTHER_ANSWERS)
    text = await harness.wait_for_team_message(ada, announcement, f"<@{dev.id}>")
    assert "2 views beside the driver's" in text
    assert "You differ" in text
    kinds = [event["kind"] for event in harness.rows("events")]
    assert kinds == ["opened", "view_added", "view_added"]


async def test_a_view_is_given_blind(harness: Harness) -> None:
    """No page of a view shows the recommendation or other people's answers."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    announcement, _ = await harness.post_decision(ada)
    await ben.click(announcement, "add_view")
    view = await harness.wait_for_modal(ben, "questions")
    while view.payload["callback_id"] != "review":
        words = json.dumps(view.payload)
        assert "Recommended" not in words
        assert "initial_option" not in words
        assert f"<@{ada.id}>" not in words
        fields = [b["block_id"] for b in view.blocks if b["block_id"].startswith("question:")]
        await ben.submit(view, dict.fromkeys(fields))
        assert ben.modal is not None
        view = ben.modal
    assert "By your answers" in json.dumps(view.payload)
    assert view.payload["submit"]["text"] == "Save my view"
    assert f"<@{ada.id}>" not in json.dumps(view.payload)


async def test_the_first_page_of_a_view_has_no_way_back(harness: Harness) -> None:
    """A view begins with the first questions; Back leads there from the second page."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    announcement, _ = await harness.post_decision(ada)
    await ben.click(announcement, "add_view")
    first = await harness.wait_for_modal(ben, "questions")
    assert "Step 1 of" in json.dumps(first.payload)
    assert [b["block_id"] for b in first.blocks if b["type"] == "actions"] == []
    await harness.answer_questions(ben)
    assert ben.modal is not None
    await ben.click(ben.modal, "back")
    await harness.wait_for_modal(ben, "questions")


async def test_a_view_can_be_changed(harness: Harness) -> None:
    """The button opens the author's own answers again, and the team message follows."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    announcement, _ = await harness.post_decision(ada)
    await _add_view(harness, ben, announcement)
    await harness.wait_for_team_message(ada, announcement, f"<@{ben.id}>")
    await ben.click(as_seen_by(ben, announcement), "add_view")
    view = await harness.wait_for_modal(ben, "questions")
    assert "initial_option" in json.dumps(view.payload)
    review = await harness.answer_questions(ben, OTHER_ANSWERS)
    await ben.submit(review)
    await harness.wait_for_team_message(ada, announcement, "You differ")
    (row,) = harness.rows("perspectives")
    assert json.loads(row["answers"])["need"] == "look_up"
    changed = harness.rows("events")[-1]
    assert changed["kind"] == "view_changed"
    assert json.loads(changed["detail"])["answers"]["need"][1] == "look_up"


async def test_the_drivers_view_is_the_decisions_own(harness: Harness) -> None:
    """The driver is referred to the decision's own answers and cannot add a second view."""
    ada = harness.playground.user("ada")
    announcement, _ = await harness.post_decision(ada)
    await ada.click(announcement, "add_view")
    await _wait_for_private_reply(harness, ada, "product", "Edit answers")
    assert ada.modal is None
    assert len(harness.rows("drafts")) == 1


async def test_no_view_is_added_to_a_closed_decision(harness: Harness) -> None:
    """A view submitted after the decision was accepted is refused with the reason."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    announcement, _ = await harness.post_decision(ada)
    await ben.click(announcement, "add_view")
    await harness.wait_for_modal(ben, "questions")
    review = await harness.answer_questions(ben)
    await ada.click(announcement, "accept")
    await ben.submit(review)
    assert ben.modal is not None
    assert "was accepted by" in json.dumps(ben.modal.payload)
    assert harness.rows("perspectives") == []
    await harness.playground.until(
        lambda: "add_view" not in button_ids(as_seen_by(ben, announcement))
    )


async def test_external_users_add_no_view(harness: Harness) -> None:
    """A person of another workspace gets a private reply and cannot add a view."""
    ada, eve = harness.playground.user("ada"), harness.playground.user("eve")
    announcement, _ = await harness.post_decision(ada, "partners")
    await eve.click(announcement, "add_view")
    await _wait_for_private_reply(harness, eve, "partners", "another workspace")
    assert eve.modal is None
    assert len(harness.rows("drafts")) == 1


async def test_requested_people_are_notified_and_listed(harness: Harness) -> None:
    """Each requested person gets a direct message; the thread lists who has not answered."""
    ada, ben, dev = (harness.playground.user(name) for name in ("ada", "ben", "dev"))
    announcement, _ = await harness.post_decision(ada)
    await _ask_for_views(harness, ada, announcement, "ben", "dev")
    text = await harness.wait_for_team_message(ada, announcement, "not answered yet")
    assert f"<@{ben.id}> and <@{dev.id}>" in text
    await harness.playground.until(lambda: ben.sees(ben.im.id))
    (wish,) = ben.sees(ben.im.id)
    assert f"<@{ada.id}> would like to have your view" in text_of(wish)
    assert "Recommended" not in text_of(wish)
    await _add_view(harness, ben, wish)
    text = await harness.wait_for_team_message(ada, announcement, "1 view beside")
    assert f"not answered yet: <@{dev.id}>" in text


async def test_people_are_requested_once(harness: Harness) -> None:
    """Requesting the same person again is refused at the field."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    announcement, _ = await harness.post_decision(ada)
    await _ask_for_views(harness, ada, announcement, "ben")
    await _ask_for_views(harness, ada, announcement, "ben", "ada")
    assert ada.modal is not None
    assert ada.modal.errors is not None
    assert ada.modal.errors.keys() == {"people"}
    await harness.playground.until(lambda: ben.sees(ben.im.id))
    assert len(harness.rows("view_requests")) == 1


async def test_missing_people_are_reminded_once_a_day(harness: Harness) -> None:
    """Only people who have not answered are reminded, at most once a day."""
    ada, ben, dev = (harness.playground.user(name) for name in ("ada", "ben", "dev"))
    announcement, _ = await harness.post_decision(ada)
    await _ask_for_views(harness, ada, announcement, "ben", "dev")
    await harness.wait_for_team_message(ada, announcement, "not answered yet")
    await _add_view(harness, ben, announcement)
    await harness.wait_for_team_message(ada, announcement, "1 view beside")
    team = team_message(ada, announcement)
    assert team is not None
    await ada.click(team, "nudge")
    await _wait_for_private_reply(harness, ada, "product", "less than a day ago")
    harness.playground.advance(hours=25)
    await ada.click(team, "nudge")
    await _wait_for_private_reply(harness, ada, "product", "I'm reminding")
    await harness.playground.until(lambda: len(dev.sees(dev.im.id)) == 2)
    assert "still looking forward" in text_of(dev.sees(dev.im.id)[-1])
    assert len(ben.sees(ben.im.id)) == 1
    await ada.click(team, "nudge")
    await harness.wait_for_row("events", lambda row: row["kind"] == "nudged")
    assert [event["kind"] for event in harness.rows("events")].count("nudged") == 1


async def test_only_the_driver_requests_and_reminds(harness: Harness) -> None:
    """Other people who request or remind get a private reply that names the driver."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    announcement, _ = await harness.post_decision(ada)
    await ben.click(as_seen_by(ben, announcement), "ask")
    await _wait_for_private_reply(harness, ben, "product", f"<@{ada.id}> to do")
    await _ask_for_views(harness, ada, announcement, "ben")
    await harness.wait_for_team_message(ada, announcement, "not answered yet")
    team = team_message(ben, announcement)
    assert team is not None
    await ben.click(team, "nudge")
    assert [event["kind"] for event in harness.rows("events")] == ["opened", "views_asked"]


async def test_a_person_outside_a_private_channel_can_answer(harness: Harness) -> None:
    """A requested person adds a view blind, and can read the private decision afterwards."""
    harness.playground.invite(harness.playground.bot_user_id, "leadership")
    ada, chloe = harness.playground.user("ada"), harness.playground.user("chloe")
    announcement, _ = await harness.post_decision(ada, "leadership")
    await ada.click(as_seen_by(ada, announcement), "ask")
    view = await harness.wait_for_modal(ada, "ask")
    assert "Whoever you ask, in that channel or not, can read" in json.dumps(view.payload)
    await ada.submit(view, {"people": ["chloe"]})
    wish = await harness.wait_for_message(chloe, "in a private channel", chloe.im.id)
    assert "Once you have given your view, you can read the whole decision" in wish
    shown = text_of(await harness.run_command(chloe, "show 1"))
    assert "would like to have your view" in shown
    assert "Recommended" not in shown
    await _add_view(harness, chloe, chloe.sees(chloe.im.id)[0])
    await harness.wait_for_team_message(ada, announcement, f"<@{chloe.id}>")
    people = {(row["user_id"], row["role"]) for row in harness.rows("decision_people")}
    assert (chloe.id, "contributor") in people
    assert "Recommended" in text_of(await harness.run_command(chloe, "show 1"))


async def test_a_view_request_is_updated(harness: Harness) -> None:
    """A request is updated after the view is added, and again after the decision is made."""
    ada, ben, dev = (harness.playground.user(name) for name in ("ada", "ben", "dev"))
    announcement, _ = await harness.post_decision(ada)
    await _ask_for_views(harness, ada, announcement, "ben", "dev")
    await harness.playground.until(lambda: ben.sees(ben.im.id) and dev.sees(dev.im.id))
    await _add_view(harness, ben, ben.sees(ben.im.id)[0])
    await harness.wait_for_message(ben, "You gave your view of a decision", ben.im.id)
    assert "Change my view" in json.dumps(ben.sees(ben.im.id)[0].blocks)
    await ada.click(as_seen_by(ada, announcement), "accept")
    await harness.wait_for_message(ben, "You gave your view; meanwhile it was accepted", ben.im.id)
    await harness.wait_for_message(dev, "asked for your view; meanwhile it was accepted", dev.im.id)
    for person in (ben, dev):
        (wish,) = person.sees(person.im.id)
        assert button_ids(wish) == []


async def test_app_home_lists_view_requests(harness: Harness) -> None:
    """App Home lists a requested view with a button until the view is added."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    announcement, _ = await harness.post_decision(ada)
    await _ask_for_views(harness, ada, announcement, "ben")
    await ben.open_home()
    await harness.playground.until(lambda: ben.home)
    assert ben.home is not None
    assert "asks for your view" in str(ben.home.blocks)
    await ben.click(ben.home, "add_view", block_id="decision:1")
    await harness.wait_for_modal(ben, "questions")
    assert (await ben.submit(await harness.answer_questions(ben))).ok
    await ben.open_home()
    await harness.playground.until(
        lambda: "Waiting for you" not in str(ben.home and ben.home.blocks)
    )


async def test_no_call_to_slack_comes_before_an_ack(harness: Harness) -> None:
    """Opening and saving a view, and requesting views, are acked before any Web API call."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    announcement, _ = await harness.post_decision(ada)
    sent = [await ben.click(announcement, "add_view")]
    await harness.wait_for_modal(ben, "questions")
    sent.append(await ben.submit(await harness.answer_questions(ben)))
    sent.append(await ada.click(as_seen_by(ada, announcement), "ask"))
    view = await harness.wait_for_modal(ada, "ask")
    sent.append(await ada.submit(view, {"people": ["dev"]}))
    log = harness.playground.request_log
    assert [calls_of_requests(log.calls_before_ack(each)) for each in sent] == [[]] * len(sent)


async def test_twenty_people_at_once_end_in_one_consistent_message(harness: Harness) -> None:
    """Twenty simultaneous views are stored once each and end in one message, within rate limits."""
    ada = harness.playground.user("ada")
    assert harness.playground.rate_limits.enabled
    announcement, _ = await harness.post_decision(ada)
    people = [_add_member(harness, number) for number in range(20)]
    for person in people:
        await person.click(announcement, "add_view")
    reviews = []
    for number, person in enumerate(people):
        await harness.wait_for_modal(person, "questions")
        reviews.append(await harness.answer_questions(person, OTHER_ANSWERS if number % 2 else {}))
    await people[0].submit(reviews[0])
    await harness.wait_for_team_message(ada, announcement, "1 view beside")
    await asyncio.gather(*(p.submit(v) for p, v in zip(people[1:], reviews[1:], strict=True)))
    rows = harness.rows("perspectives")
    assert sorted(row["user_id"] for row in rows) == sorted(person.id for person in people)
    kinds = [event["kind"] for event in harness.rows("events")]
    assert kinds == ["opened", *["view_added"] * 20]
    await harness.wait_for_team_message(ada, announcement, "20 views beside the driver's")
    await _wait_until_all_sent(harness)
    text = await harness.wait_for_team_message(ada, announcement, "You differ")
    assert "20 views beside the driver's" in text
    assert len(ada.thread(announcement)) == 2
    redrawn = [row for row in harness.rows("deliveries") if row["kind"] == "redraw"]
    assert 0 < len(redrawn) < 10


@pytest.mark.parametrize("transport", ["http"], indirect=True)
async def test_twenty_views_and_two_deciders_at_once_end_in_one_decision(harness: Harness) -> None:
    """With simultaneous views and accepts, database and thread agree on who decided."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    await harness.open_questionnaire(ada)
    await ada.submit(await harness.fill_questionnaire(ada, deciders=["ada", "ben"]))
    announcement, _ = await harness.wait_for_post(ada)
    people = [_add_member(harness, number) for number in range(20)]
    for person in people:
        await person.click(announcement, "add_view")
    views = []
    for person in people:
        await harness.wait_for_modal(person, "questions")
        views.append(await harness.answer_questions(person))
    adding = [person.submit(view) for person, view in zip(people, views, strict=True)]
    pressing = [each.click(as_seen_by(each, announcement), "accept") for each in (ada, ben)]
    await asyncio.gather(*adding[:10], *pressing, *adding[10:])
    (row,) = harness.rows("decisions")
    by = row["resolved_by"]
    loser = ben if by == ada.id else ada
    words = f"Decision #1 was accepted by <@{by}> in the meantime."
    await harness.playground.until(lambda: _private_replies(loser) == [words])
    events = harness.rows("events")
    assert [each["actor"] for each in events if each["kind"] == "accepted"] == [by]
    added = {each["actor"] for each in events if each["kind"] == "view_added"}
    assert added == {each["user_id"] for each in harness.rows("perspectives")}
    assert added <= {person.id for person in people}
    await _wait_until_all_sent(harness)
    thread = [text_of(reply) for reply in ada.thread(announcement)]
    assert sum("accepted the recommendation" in each for each in thread) == 1
    assert len(thread) == (3 if added else 2)
    if added:
        noun = "view" if len(added) == 1 else "views"
        assert any(f"{len(added)} {noun} beside the driver's" in each for each in thread)
    assert f"Accepted by <@{by}>" in text_of(as_seen_by(ada, announcement))


def _private_replies(person: UserSession) -> list[str]:
    """Return the texts of a person's private replies."""
    return [each.text for each in person.sees("product") if each.ephemeral_to == person.id]


async def _wait_until_all_sent(harness: Harness) -> None:
    """Wait until every delivery is sent."""
    async with asyncio.timeout(TIMEOUT):
        while {row["state"] for row in await asyncio.to_thread(harness.rows, "deliveries")} != {
            "sent"
        }:
            pass


def _add_member(harness: Harness, number: int) -> UserSession:
    """Add a person to the workspace and the channel."""
    team = harness.playground.workspace
    person = slack_model.SlackUser(f"U0NEW{number:02}", f"new{number}", f"New {number}", team.id)
    actor = harness.playground.add_user(person)
    harness.playground.channel("product").members.add(actor.id)
    return actor


async def test_a_request_is_confirmed_to_the_driver_only(harness: Harness) -> None:
    """A request is confirmed by a private reply, or by direct message if that is too late."""
    ada, ben, dev = (harness.playground.user(name) for name in ("ada", "ben", "dev"))
    announcement, _ = await harness.post_decision(ada)
    await ada.click(as_seen_by(ada, announcement), "ask")
    await ada.submit(await harness.wait_for_modal(ada, "ask"), {"people": ["ben"]})
    await harness.wait_for_message(ada, f"I'm asking <@{ben.id}> for their view.", "product")
    assert not any("I'm asking" in message.text for message in ben.sees("product"))

    await ada.click(as_seen_by(ada, announcement), "ask")
    view = await harness.wait_for_modal(ada, "ask")
    harness.playground.clock.advance(RESPONSE_URL_LIFETIME + timedelta(minutes=1))
    await ada.submit(view, {"people": ["dev", "ben", "ada"]})
    words = await harness.wait_for_message(
        ada, f"I'm asking <@{dev.id}> for their view.", ada.im.id
    )
    assert f"asked before or have given theirs: <@{ben.id}>." in words
