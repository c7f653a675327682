"""A team adds its views: blind, side by side, on request, and many at the same time."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from bot.playground import slack_model
from bot.playground.events.message_responses import RESPONSE_URL_LIFETIME
from bot.playground.slack_model import SlackMessage, View
from bot.playground.user_session import UserSession
from tests.scenarios.harness import (
    OTHER_ANSWERS,
    TIMEOUT,
    Harness,
    calls_of_requests,
    first_answers,
    page_answers,
)
from tests.scenarios.messages import as_seen_by, button_ids, team_message, text_of, text_of_blocks

pytestmark = pytest.mark.usefixtures("bot")


async def _add_view(
    harness: Harness,
    person: UserSession,
    place: SlackMessage,
    answers: dict[str, str | None] | None = None,
) -> None:
    """Press the button, go on to all questions, answer them, and save the view."""
    await _open_all_questions(harness, person, place)
    view = await harness.answer_questions(person, answers or {})
    assert (await person.submit(view)).ok
    assert person.modal is None


async def _open_form(harness: Harness, person: UserSession, place: SlackMessage | View) -> View:
    mark = "" if isinstance(place, View) else "@T0NORTH|"
    await person.click(place, "add_view", block_id=f"{mark}decision:1")
    return await harness.wait_for_modal(person, "view")


async def _open_all_questions(
    harness: Harness, person: UserSession, place: SlackMessage | View
) -> View:
    """Open the form, and go on from it to all questions."""
    await person.click(await _open_form(harness, person, place), "answer_all")
    return await harness.wait_for_modal(person, "questions")


def _filled(view: View, choice: int, **more: str) -> dict[str, Any]:
    """Return the first answer to each question of the form, and an option by its place."""
    (options,) = (b["element"]["options"] for b in view.blocks if b.get("block_id") == "option")
    return {**page_answers(view, {}), "option": options[choice]["value"], **more}


async def _give_view(
    harness: Harness, person: UserSession, place: SlackMessage | View, choice: int = 0, **more: str
) -> None:
    """Fill in the form and save it."""
    view = await _open_form(harness, person, place)
    assert (await person.submit(view, _filled(view, choice, **more))).ok
    assert person.modal is None


async def _ask_for_views(
    harness: Harness, driver: UserSession, announcement: SlackMessage, *names: str
) -> None:
    await driver.click(as_seen_by(driver, announcement), "menu", "ask:1")
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
    assert f"1 view beside <@{ada.id}>'s" in text
    assert "You agree on" in text
    assert "You differ" not in text
    await _add_view(harness, dev, announcement, OTHER_ANSWERS)
    text = await harness.wait_for_team_message(ada, announcement, f"<@{dev.id}>")
    await harness.wait_for_reply(ada, announcement, f"<@{dev.id}> added a view")
    assert f"2 views beside <@{ada.id}>'s" in text
    assert "You differ" in text
    kinds = [event["kind"] for event in harness.rows("events")]
    assert kinds == ["opened", "view_added", "view_added"]


async def test_a_view_is_given_blind(harness: Harness) -> None:
    """No page of a view shows the recommendation or other people's answers."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    announcement, _ = await harness.post_decision(ada)
    form = await _open_form(harness, ben, announcement)
    assert "initial_option" not in json.dumps(form.payload)
    assert f"<@{ada.id}>" not in json.dumps(form.payload)
    await ben.click(form, "answer_all")
    view = await harness.wait_for_modal(ben, "questions")
    while view.payload["callback_id"] != "result":
        words = json.dumps(view.payload)
        assert "Go with" not in words
        assert "initial_option" not in words
        assert f"<@{ada.id}>" not in words
        await ben.submit(view, first_answers(view))
        assert ben.modal is not None
        view = ben.modal
    assert "by your answers alone" in json.dumps(view.payload)
    assert view.payload["submit"]["text"] == "Save my view"
    assert f"<@{ada.id}>" not in json.dumps(view.payload)


async def test_the_first_page_of_a_view_has_no_way_back(harness: Harness) -> None:
    """A view begins with the first questions; Back leads there from the second page."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    announcement, _ = await harness.post_decision(ada)
    first = await _open_all_questions(harness, ben, announcement)
    assert "'back'" not in str(first.blocks)
    asked = first_answers(first)
    await ben.submit(first)
    assert ben.modal is not None
    await ben.click(ben.modal, "back")
    await harness.playground.until(lambda: ben.modal and first_answers(ben.modal) == asked)


async def test_a_view_can_be_changed(harness: Harness) -> None:
    """The button opens the author's own answers again, and the team message follows."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    announcement, _ = await harness.post_decision(ada)
    await _add_view(harness, ben, announcement)
    await harness.wait_for_team_message(ada, announcement, f"<@{ben.id}>")
    await _open_all_questions(harness, ben, as_seen_by(ben, announcement))
    review = await harness.answer_questions(ben, OTHER_ANSWERS)
    await ben.submit(review)
    await harness.wait_for_team_message(ada, announcement, "You differ")
    (row,) = harness.rows("perspectives")
    assert json.loads(row["answers"])["need"] == ["look_up"]
    changed = harness.rows("events")[-1]
    assert changed["kind"] == "view_changed"
    assert json.loads(changed["detail"])["answers"]["need"][1] == ["look_up"]


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
    form = await _open_form(harness, ben, announcement)
    await ada.click(announcement, "accept")
    await ben.submit(form, _filled(form, 0, note="Ask legal first"))
    assert "Ask legal first" in json.dumps(ben.modal and ben.modal.payload)
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
    text = await harness.wait_for_team_message(ada, announcement, "Still to come")
    assert f"<@{ben.id}> and <@{dev.id}>" in text
    await harness.playground.until(lambda: ben.sees(ben.im.id))
    (wish,) = ben.sees(ben.im.id)
    assert f"<@{ada.id}> wants your view" in text_of(wish)
    assert "Go with" not in text_of(wish)
    await _add_view(harness, ben, wish)
    text = await harness.wait_for_team_message(ada, announcement, "1 view beside")
    assert f"Still to come: <@{dev.id}>" in text


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
    await harness.wait_for_team_message(ada, announcement, "Still to come")
    await _add_view(harness, ben, announcement)
    await harness.wait_for_team_message(ada, announcement, "1 view beside")
    team = team_message(ada, announcement)
    assert team is not None
    await ada.click(team, "nudge")
    await _wait_for_private_reply(harness, ada, "product", "I already reminded")
    harness.playground.advance(hours=25)
    await ada.click(team, "nudge")
    await _wait_for_private_reply(harness, ada, "product", "You can remind them again")
    replies = [m for m in ada.thread(announcement) if m.ephemeral_to == ada.id]
    assert len(replies) == 2
    await harness.playground.until(lambda: len(dev.sees(dev.im.id)) == 2)
    assert "is still hoping for your view" in text_of(dev.sees(dev.im.id)[-1])
    assert len(ben.sees(ben.im.id)) == 1
    await ada.click(team, "nudge")
    await harness.wait_for_row("events", lambda row: row["kind"] == "nudged")
    assert [event["kind"] for event in harness.rows("events")].count("nudged") == 1


async def test_only_the_driver_requests_and_reminds(harness: Harness) -> None:
    """Other people who request or remind get a private reply that names the driver."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    announcement, _ = await harness.post_decision(ada)
    await ben.click(as_seen_by(ben, announcement), "menu", "ask:1")
    await _wait_for_private_reply(harness, ben, "product", f"Only <@{ada.id}> can")
    await _ask_for_views(harness, ada, announcement, "ben")
    await harness.wait_for_team_message(ada, announcement, "Still to come")
    team = team_message(ben, announcement)
    assert team is not None
    await ben.click(team, "nudge")
    assert [event["kind"] for event in harness.rows("events")] == ["opened", "views_asked"]


async def test_a_person_outside_a_private_channel_can_answer(harness: Harness) -> None:
    """A requested person adds a view blind, and can read the private decision afterwards."""
    harness.playground.invite(harness.playground.bot_user_id, "leadership")
    ada, chloe = harness.playground.user("ada"), harness.playground.user("chloe")
    announcement, _ = await harness.post_decision(ada, "leadership")
    await ada.click(as_seen_by(ada, announcement), "menu", "ask:1")
    view = await harness.wait_for_modal(ada, "ask")
    assert "People you ask can read its title and problem" in json.dumps(view.payload)
    await ada.submit(view, {"people": ["chloe"]})
    wish = await harness.wait_for_message(chloe, "in a private channel", chloe.im.id)
    assert "After that you can read the whole decision" in wish
    shown = text_of(await harness.run_command(chloe, "show 1"))
    assert "wants your view" in shown
    assert "Go with" not in shown
    await _add_view(harness, chloe, chloe.sees(chloe.im.id)[0])
    await harness.wait_for_team_message(ada, announcement, f"<@{chloe.id}>")
    people = {(row["user_id"], row["role"]) for row in harness.rows("decision_people")}
    assert (chloe.id, "contributor") in people
    assert "Go with " in text_of_blocks((await harness.show_decision(chloe)).blocks)


async def test_a_view_request_is_updated(harness: Harness) -> None:
    """A request is updated after the view is added, and again after the decision is made."""
    ada, ben, dev = (harness.playground.user(name) for name in ("ada", "ben", "dev"))
    announcement, _ = await harness.post_decision(ada)
    await _ask_for_views(harness, ada, announcement, "ben", "dev")
    await harness.playground.until(lambda: ben.sees(ben.im.id) and dev.sees(dev.im.id))
    await _add_view(harness, ben, ben.sees(ben.im.id)[0])
    await harness.wait_for_message(ben, "Thanks, your view is in", ben.im.id)
    assert "Change my view" in json.dumps(ben.sees(ben.im.id)[0].blocks)
    await ada.click(as_seen_by(ada, announcement), "accept")
    await harness.wait_for_message(ben, "it's accepted now", ben.im.id)
    await harness.wait_for_message(dev, "it's accepted now", dev.im.id)
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
    assert "wants your view" in str(ben.home.blocks)
    await _give_view(harness, ben, ben.home)
    await ben.open_home()
    await harness.playground.until(
        lambda: "Waiting for you" not in str(ben.home and ben.home.blocks)
    )


async def test_no_call_to_slack_comes_before_an_ack(harness: Harness) -> None:
    """Opening and saving a view, and requesting views, are acked before any Web API call."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    announcement, _ = await harness.post_decision(ada)
    sent = [await ben.click(announcement, "add_view")]
    form = await harness.wait_for_modal(ben, "view")
    sent.append(await ben.submit(form, _filled(form, 0)))
    sent.append(await ben.click(await _open_form(harness, ben, announcement), "answer_all"))
    await harness.wait_for_modal(ben, "questions")
    sent.append(await ben.submit(await harness.answer_questions(ben)))
    sent.append(await ada.click(as_seen_by(ada, announcement), "menu", "ask:1"))
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
    views = []
    for number, person in enumerate(people):
        form = await harness.wait_for_modal(person, "view")
        person.fill(form, _filled(form, number % 2))
        views.append(form)
    await people[0].submit(views[0])
    await harness.wait_for_team_message(ada, announcement, "1 view beside")
    await asyncio.gather(*(p.submit(v) for p, v in zip(people[1:], views[1:], strict=True)))
    rows = harness.rows("perspectives")
    assert sorted(row["user_id"] for row in rows) == sorted(person.id for person in people)
    kinds = [event["kind"] for event in harness.rows("events")]
    assert kinds == ["opened", *["view_added"] * 20]
    await harness.wait_for_team_message(ada, announcement, "20 views beside")
    await _wait_until_all_sent(harness)
    text = await harness.wait_for_team_message(ada, announcement, "20 views beside")
    assert "10 people: " in text
    notes = [each for each in ada.thread(announcement) if "added a view" in each.text]
    assert (len(notes), len(ada.thread(announcement))) == (19, 21)
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
        form = await harness.wait_for_modal(person, "view")
        person.fill(form, _filled(form, 0))
        views.append(form)
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
    assert sum("added a view" in each for each in thread) == max(len(added) - 1, 0)
    assert len(thread) == 2 + len(added)
    if added:
        noun = "view" if len(added) == 1 else "views"
        assert any(f"{len(added)} {noun} beside" in each for each in thread)
    assert f"by <@{by}>" in text_of(as_seen_by(ada, announcement))


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
    await ada.click(as_seen_by(ada, announcement), "menu", "ask:1")
    await ada.submit(await harness.wait_for_modal(ada, "ask"), {"people": ["ben"]})
    await harness.wait_for_message(ada, f"I'm asking <@{ben.id}> for their view.", "product")
    assert not any("I'm asking" in message.text for message in ben.sees("product"))

    await ada.click(as_seen_by(ada, announcement), "menu", "ask:1")
    view = await harness.wait_for_modal(ada, "ask")
    harness.playground.clock.advance(RESPONSE_URL_LIFETIME + timedelta(minutes=1))
    await ada.submit(view, {"people": ["dev", "ben", "ada"]})
    words = await harness.wait_for_message(
        ada, f"I'm asking <@{dev.id}> for their view.", ada.im.id
    )
    assert f"Already asked or answered: <@{ben.id}>." in words


async def test_a_view_takes_one_page(harness: Harness) -> None:
    """The form asks for an option and three questions; answers, note and choice are compared."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    announcement, _ = await harness.post_decision(ada)
    form = await _open_form(harness, ben, announcement)
    asked = [b["block_id"] for b in form.blocks if b["block_id"].startswith("question:")]
    assert len(asked) == 3
    await ben.submit(form, {"option": _filled(form, 0)["option"], "note": "Ask legal first"})
    assert ben.modal is None
    text = await harness.wait_for_team_message(ada, announcement, f"<@{ben.id}>")
    assert "Ask legal first" in text
    assert not any("added a view" in reply.text for reply in ada.thread(announcement))
    (row,) = harness.rows("perspectives")
    assert json.loads(row["answers"]) == {}


async def test_a_view_can_be_changed_on_the_form(harness: Harness) -> None:
    """The form opens with what the person filled in, and replaces it."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    announcement, _ = await harness.post_decision(ada)
    await _give_view(harness, ben, announcement, note="Ask legal first")
    form = await _open_form(harness, ben, as_seen_by(ben, announcement))
    assert "Ask legal first" in json.dumps(form.payload)
    await ben.submit(form, _filled(form, 1, note="Legal says yes"))
    text = await harness.wait_for_team_message(ada, announcement, "Legal says yes")
    assert "Ask legal first" not in text
    assert [row["kind"] for row in harness.rows("events")][-1] == "view_changed"


async def test_the_whole_questionnaire_keeps_what_was_filled_in(harness: Harness) -> None:
    """Going on to all questions loses neither the option nor the note."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    announcement, _ = await harness.post_decision(ada)
    form = await _open_form(harness, ben, announcement)
    ben.fill(form, _filled(form, 1, note="Ask legal first"))
    await ben.click(form, "answer_all")
    await harness.wait_for_modal(ben, "questions")
    await ben.submit(await harness.answer_questions(ben))
    await harness.wait_for_team_message(ada, announcement, "Ask legal first")
    (row,) = harness.rows("perspectives")
    assert row["choice"] is not None


async def test_the_driver_hears_of_a_view_that_matters(harness: Harness) -> None:
    """The driver gets one message with a way to look; it follows the person's changes."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    announcement, _ = await harness.post_decision(ada)
    recommended = harness.rows("decisions")[0]["recommended"]
    form = await _open_form(harness, ben, announcement)
    values = [
        option["value"]
        for block in form.blocks
        if block["block_id"] == "option"
        for option in block["element"]["options"]
    ]
    other = next(each for each in values if each != recommended)
    await ben.submit(form, {"option": other})
    await harness.wait_for_message(ada, f"<@{ben.id}> would go for", ada.im.id)
    (news,) = ada.sees(ada.im.id)
    await ada.click(news, "show")
    form = await _open_form(harness, ben, as_seen_by(ben, announcement))
    await ben.submit(form, {"option": recommended})
    await harness.wait_for_message(ada, "doesn't change the recommendation", ada.im.id)
    kept = [m for m in ada.sees(ada.im.id) if m.ephemeral_to is None]
    assert len(kept) == 1


async def test_the_driver_can_decide_when_everyone_is_in(harness: Harness) -> None:
    """After the last view the driver gets a message, in which the decision can be accepted."""
    ada, ben, dev = (harness.playground.user(name) for name in ("ada", "ben", "dev"))
    announcement, _ = await harness.post_decision(ada)
    await _ask_for_views(harness, ada, announcement, "ben", "dev")
    await harness.playground.until(lambda: ben.sees(ben.im.id) and dev.sees(dev.im.id))
    await _give_view(harness, ben, ben.sees(ben.im.id)[0], 1)
    await _give_view(harness, dev, dev.sees(dev.im.id)[0], 1)
    await harness.wait_for_message(ada, "Everyone's in: time to decide?", ada.im.id)
    ready = next(m for m in ada.sees(ada.im.id) if "Everyone's in" in m.text)
    assert {"accept", "override", "show"} <= set(button_ids(ready))
    await ada.click(ready, "accept")
    await harness.wait_for_text(ada, announcement, "Decided: ")
    await harness.wait_for_message(ada, "It's accepted now", ada.im.id)


async def test_people_of_another_company_are_named_when_chosen(harness: Harness) -> None:
    """The modal says at once who can't be asked, and the field refuses them."""
    ada, eve = harness.playground.user("ada"), harness.playground.user("eve")
    announcement, _ = await harness.post_decision(ada, "partners")
    await ada.click(as_seen_by(ada, announcement), "menu", "ask:1")
    view = await harness.wait_for_modal(ada, "ask")
    await ada.click(view, "answer", ["eve", "ben"], block_id="people")
    await harness.playground.until(
        lambda: ada.modal and "to another company" in json.dumps(ada.modal.payload)
    )
    assert ada.modal is not None
    await ada.submit(ada.modal, {"people": ["eve", "ben"]})
    assert ada.modal is not None
    assert "to another company" in (ada.modal.errors or {})["people"]
    await ada.submit(ada.modal, {"people": ["ben"]})
    await harness.wait_for_row("view_requests", lambda row: row["user_id"] != eve.id)
    assert len(harness.rows("view_requests")) == 1
