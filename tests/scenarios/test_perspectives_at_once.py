"""Views added at the same time by many: acks first, and one message that tells all of them."""

import asyncio

import pytest

from bot.playground import slack_model
from bot.playground.user_session import UserSession
from tests.scenarios.house import MADE_BY_ROUNDS, House, text_of
from tests.scenarios.quick import WITHIN
from tests.scenarios.viewing import OTHERWISE, seen_by, team_says

pytestmark = pytest.mark.usefixtures("bot")


async def test_no_call_to_slack_comes_before_an_ack(house: House) -> None:
    """Neither opening nor saving a view, nor asking and nudging, waits for the Web API."""
    ada, ben = house.playground.user("ada"), house.playground.user("ben")
    announcement, _ = await house.decide(ada)
    sent = [await ben.click(announcement, "add_view")]
    await house.modal_of(ben, "questions")
    sent.append(await ben.submit(await house.on_to_review(ben)))
    sent.append(await ada.click(seen_by(ada, announcement), "ask"))
    view = await house.modal_of(ada, "ask")
    sent.append(await ada.submit(view, {"people": ["dev"]}))
    before = [house.playground.request_log.calls_before_ack(delivery) for delivery in sent]
    assert not [call for calls in before for call in calls if call.method not in MADE_BY_ROUNDS]


async def test_twenty_people_at_once_end_in_one_consistent_message(house: House) -> None:
    """Under Slack's rates: every view is logged once, and one message shows all of them."""
    ada = house.playground.user("ada")
    assert house.playground.rate_limits.enabled
    announcement, _ = await house.decide(ada)
    people = [_newcomer(house, number) for number in range(20)]
    for person in people:
        await person.click(announcement, "add_view")
    reviews = []
    for number, person in enumerate(people):
        await house.modal_of(person, "questions")
        reviews.append(await house.on_to_review(person, OTHERWISE if number % 2 else {}))
    await people[0].submit(reviews[0])
    await team_says(house, ada, announcement, "1 view beside")
    await asyncio.gather(*(p.submit(v) for p, v in zip(people[1:], reviews[1:], strict=True)))
    rows = house.rows("perspectives")
    assert sorted(row["user_id"] for row in rows) == sorted(person.id for person in people)
    kinds = [event["kind"] for event in house.rows("events")]
    assert kinds == ["opened", *["view_added"] * 20]
    await team_says(house, ada, announcement, "20 views beside the driver's")
    await _until_all_sent(house)
    text = await team_says(house, ada, announcement, "You differ")
    assert "20 views beside the driver's" in text
    assert len(ada.thread(announcement)) == 2
    redrawn = [row for row in house.rows("deliveries") if row["kind"] == "update"]
    assert 0 < len(redrawn) < 10


@pytest.mark.parametrize("transport", ["http"], indirect=True)
async def test_twenty_views_and_two_deciders_at_once_end_in_one_decision(house: House) -> None:
    """Log and thread agree on who decided; the other decider hears of it in friendly words."""
    ada, ben = house.playground.user("ada"), house.playground.user("ben")
    await house.start(ada)
    await ada.submit(await house.to_review(ada, deciders=["ada", "ben"]))
    announcement, _ = await house.posted(ada)
    people = [_newcomer(house, number) for number in range(20)]
    for person in people:
        await person.click(announcement, "add_view")
    views = []
    for person in people:
        await house.modal_of(person, "questions")
        views.append(await house.on_to_review(person))
    adding = [person.submit(view) for person, view in zip(people, views, strict=True)]
    pressing = [each.click(seen_by(each, announcement), "accept") for each in (ada, ben)]
    await asyncio.gather(*adding[:10], *pressing, *adding[10:])
    (row,) = house.rows("decisions")
    by = row["resolved_by"]
    loser = ben if by == ada.id else ada
    words = f"Decision #1 was accepted by <@{by}> in the meantime."
    await house.playground.until(lambda: _private(loser) == [words])
    events = house.rows("events")
    assert [each["actor"] for each in events if each["kind"] == "accepted"] == [by]
    added = {each["actor"] for each in events if each["kind"] == "view_added"}
    assert added == {each["user_id"] for each in house.rows("perspectives")}
    assert added <= {person.id for person in people}
    await _until_all_sent(house)
    thread = [text_of(reply) for reply in ada.thread(announcement)]
    assert sum("accepted the recommendation" in each for each in thread) == 1
    assert len(thread) == (3 if added else 2)
    if added:
        noun = "view" if len(added) == 1 else "views"
        assert any(f"{len(added)} {noun} beside the driver's" in each for each in thread)
    assert f"Accepted by <@{by}>" in text_of(seen_by(ada, announcement))


def _private(person: UserSession) -> list[str]:
    return [each.text for each in person.sees("product") if each.ephemeral_to == person.id]


async def _until_all_sent(house: House) -> None:
    """Wait until every delivery has been sent; at most a few seconds."""
    async with asyncio.timeout(WITHIN):
        while {row["state"] for row in await asyncio.to_thread(house.rows, "deliveries")} != {
            "sent"
        }:
            pass


def _newcomer(house: House, number: int) -> UserSession:
    team = house.playground.workspace
    person = slack_model.SlackUser(f"U0NEW{number:02}", f"new{number}", f"New {number}", team.id)
    actor = house.playground.add_user(person)
    house.playground.channel("product").members.add(actor.id)
    return actor
