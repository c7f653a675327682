"""A team adds its views: blind, side by side, asked for and waited for."""

import json

import pytest

from bot.playground.slack_model import SlackMessage
from bot.playground.user_session import UserSession
from tests.scenarios.house import House, text_of
from tests.scenarios.test_finding import ask
from tests.scenarios.viewing import OTHERWISE, seen_by, team_message, team_says

pytestmark = pytest.mark.usefixtures("bot")


async def _add_view(
    house: House,
    person: UserSession,
    place: SlackMessage,
    answers: dict[str, str | None] | None = None,
) -> None:
    """Press the button, answer everything, and save."""
    await person.click(place, "add_view", block_id="decision:1")
    await house.modal_of(person, "questions")
    view = await house.on_to_review(person, answers or {})
    assert (await person.submit(view)).ok
    assert person.modal is None


async def _ask(house: House, driver: UserSession, announcement: SlackMessage, *names: str) -> None:
    await driver.click(seen_by(driver, announcement), "ask")
    view = await house.modal_of(driver, "ask")
    await driver.submit(view, {"people": list(names)})


async def _hears(house: House, person: UserSession, channel: str, words: str) -> None:
    """Wait until a person is told something privately, in a channel or its threads."""
    await house.playground.until(
        lambda: any(
            words in text_of(m) and m.ephemeral_to == person.id
            for m in house.playground.messages(channel)
        ),
    )


async def test_views_stand_side_by_side_in_one_message(house: House) -> None:
    """Two teammates add views; one message in the thread shows who differs, on what, from whom."""
    ada, ben, dev = (house.playground.user(name) for name in ("ada", "ben", "dev"))
    announcement, _ = await house.decide(ada)
    assert team_message(ada, announcement) is None
    await _add_view(house, ben, announcement)
    text = await team_says(house, ada, announcement, f"<@{ben.id}>")
    assert "1 view beside the driver's" in text
    assert "You agree on" in text
    assert "You differ" not in text
    await _add_view(house, dev, announcement, OTHERWISE)
    text = await team_says(house, ada, announcement, f"<@{dev.id}>")
    assert "2 views beside the driver's" in text
    assert "You differ" in text
    kinds = [event["kind"] for event in house.rows("events")]
    assert kinds == ["opened", "view_added", "view_added"]


async def test_a_view_is_given_blind(house: House) -> None:
    """No page shows the recommendation or another's answer; the title page is skipped."""
    ada, ben = house.playground.user("ada"), house.playground.user("ben")
    announcement, _ = await house.decide(ada)
    await ben.click(announcement, "add_view")
    view = await house.modal_of(ben, "questions")
    while view.payload["callback_id"] != "review":
        words = json.dumps(view.payload)
        assert "Recommended" not in words
        assert "initial_option" not in words
        assert f"<@{ada.id}>" not in words
        fields = [b["block_id"] for b in view.blocks if b["block_id"].startswith("question:")]
        await ben.submit(view, dict.fromkeys(fields, "dont_know"))
        assert ben.modal is not None
        view = ben.modal
    assert "By your answers" in json.dumps(view.payload)
    assert view.payload["submit"]["text"] == "Save my view"
    assert f"<@{ada.id}>" not in json.dumps(view.payload)


async def test_the_first_page_of_a_view_has_no_way_back(house: House) -> None:
    """A view begins with the first questions; from the second page Back leads to them again."""
    ada, ben = house.playground.user("ada"), house.playground.user("ben")
    announcement, _ = await house.decide(ada)
    await ben.click(announcement, "add_view")
    first = await house.modal_of(ben, "questions")
    assert "Step 1 of" in json.dumps(first.payload)
    assert [b["block_id"] for b in first.blocks if b["type"] == "actions"] == []
    await house.on_to_review(ben)
    assert ben.modal is not None
    await ben.click(ben.modal, "back")
    await house.modal_of(ben, "questions")


async def test_a_view_can_be_changed(house: House) -> None:
    """The button opens one's own answers again; the message follows, and the event stays."""
    ada, ben = house.playground.user("ada"), house.playground.user("ben")
    announcement, _ = await house.decide(ada)
    await _add_view(house, ben, announcement)
    await team_says(house, ada, announcement, f"<@{ben.id}>")
    await ben.click(seen_by(ben, announcement), "add_view")
    view = await house.modal_of(ben, "questions")
    assert "initial_option" in json.dumps(view.payload)
    review = await house.on_to_review(ben, OTHERWISE)
    await ben.submit(review)
    await team_says(house, ada, announcement, "You differ")
    (row,) = house.rows("perspectives")
    assert json.loads(row["answers"])["need"] == "look_up"
    changed = house.rows("events")[-1]
    assert changed["kind"] == "view_changed"
    assert json.loads(json.loads(changed["detail"])["answers"])["need"][1] == "look_up"


async def test_the_drivers_view_is_the_decisions_own(house: House) -> None:
    """The driver is told where their answers are, and gets no second sheet."""
    ada = house.playground.user("ada")
    announcement, _ = await house.decide(ada)
    await ada.click(announcement, "add_view")
    await _hears(house, ada, "product", "Edit answers")
    assert ada.modal is None
    assert len(house.rows("drafts")) == 1


async def test_nothing_is_added_once_it_is_settled(house: House) -> None:
    """A view under way when the decision is accepted is not kept; its author hears why."""
    ada, ben = house.playground.user("ada"), house.playground.user("ben")
    announcement, _ = await house.decide(ada)
    await ben.click(announcement, "add_view")
    await house.modal_of(ben, "questions")
    review = await house.on_to_review(ben)
    await ada.click(announcement, "accept")
    await ben.submit(review)
    assert ben.modal is not None
    assert "was accepted by" in json.dumps(ben.modal.payload)
    assert house.rows("perspectives") == []
    await house.playground.until(lambda: "add_view" not in _actions(seen_by(ben, announcement)))


async def test_outsiders_add_no_view(house: House) -> None:
    """Somebody from another workspace can read the message, and is told that no more."""
    ada, eve = house.playground.user("ada"), house.playground.user("eve")
    announcement, _ = await house.decide(ada, "partners")
    await eve.click(announcement, "add_view")
    await _hears(house, eve, "partners", "another workspace")
    assert eve.modal is None
    assert len(house.rows("drafts")) == 1


async def test_people_asked_get_a_message_and_are_waited_for(house: House) -> None:
    """Each gets the questions by direct message; the thread says who is missing until they add."""
    ada, ben, dev = (house.playground.user(name) for name in ("ada", "ben", "dev"))
    announcement, _ = await house.decide(ada)
    await _ask(house, ada, announcement, "ben", "dev")
    text = await team_says(house, ada, announcement, "not answered yet")
    assert f"<@{ben.id}> and <@{dev.id}>" in text
    await house.playground.until(lambda: ben.sees(ben.im.id))
    (wish,) = ben.sees(ben.im.id)
    assert f"<@{ada.id}> would like to have your view" in text_of(wish)
    assert "Recommended" not in text_of(wish)
    await _add_view(house, ben, wish)
    text = await team_says(house, ada, announcement, "1 view beside")
    assert f"not answered yet: <@{dev.id}>" in text


async def test_asking_the_same_people_again_says_so(house: House) -> None:
    """Nobody is asked twice: the field says that they were asked already."""
    ada, ben = house.playground.user("ada"), house.playground.user("ben")
    announcement, _ = await house.decide(ada)
    await _ask(house, ada, announcement, "ben")
    await _ask(house, ada, announcement, "ben", "ada")
    assert ada.modal is not None
    assert ada.modal.errors is not None
    assert ada.modal.errors.keys() == {"people"}
    await house.playground.until(lambda: ben.sees(ben.im.id))
    assert len(house.rows("view_requests")) == 1


async def test_who_is_missing_is_nudged_at_most_once_a_day(house: House) -> None:
    """Only who has not answered is nudged, and only a day after they last heard of it."""
    ada, ben, dev = (house.playground.user(name) for name in ("ada", "ben", "dev"))
    announcement, _ = await house.decide(ada)
    await _ask(house, ada, announcement, "ben", "dev")
    await team_says(house, ada, announcement, "not answered yet")
    await _add_view(house, ben, announcement)
    await team_says(house, ada, announcement, "1 view beside")
    team = team_message(ada, announcement)
    assert team is not None
    await ada.click(team, "nudge")
    await _hears(house, ada, "product", "less than a day ago")
    house.playground.advance(hours=25)
    await ada.click(team, "nudge")
    await _hears(house, ada, "product", "I'm reminding")
    await house.playground.until(lambda: len(dev.sees(dev.im.id)) == 2)
    assert "still looking forward" in text_of(dev.sees(dev.im.id)[-1])
    assert len(ben.sees(ben.im.id)) == 1
    await ada.click(team, "nudge")
    await house.until_logged("events", lambda row: row["kind"] == "nudged")
    assert [event["kind"] for event in house.rows("events")].count("nudged") == 1


async def test_only_the_driver_asks_and_nudges(house: House) -> None:
    """Somebody else who wants to ask or to nudge hears privately whose part that is."""
    ada, ben = house.playground.user("ada"), house.playground.user("ben")
    announcement, _ = await house.decide(ada)
    await ben.click(seen_by(ben, announcement), "ask")
    await _hears(house, ben, "product", f"<@{ada.id}> to do")
    await _ask(house, ada, announcement, "ben")
    await team_says(house, ada, announcement, "not answered yet")
    team = team_message(ben, announcement)
    assert team is not None
    await ben.click(team, "nudge")
    assert [event["kind"] for event in house.rows("events")] == ["opened", "views_asked"]


async def test_somebody_asked_from_outside_a_private_channel_can_answer(house: House) -> None:
    """Who was asked adds a view of a private decision blind, and reads all of it from then on."""
    house.playground.invite(house.playground.bot_user_id, "leadership")
    ada, chloe = house.playground.user("ada"), house.playground.user("chloe")
    announcement, _ = await house.decide(ada, "leadership")
    await ada.click(seen_by(ada, announcement), "ask")
    view = await house.modal_of(ada, "ask")
    assert "Whoever you ask, in that channel or not, can read" in json.dumps(view.payload)
    await ada.submit(view, {"people": ["chloe"]})
    wish = await house.message_with(chloe, "in a private channel", chloe.im.id)
    assert "Once you have given your view, you can read the whole decision" in wish
    shown = text_of(await ask(house, chloe, "show 1"))
    assert "would like to have your view" in shown
    assert "Recommended" not in shown
    await _add_view(house, chloe, chloe.sees(chloe.im.id)[0])
    await team_says(house, ada, announcement, f"<@{chloe.id}>")
    people = {(row["user_id"], row["role"]) for row in house.rows("decision_people")}
    assert (chloe.id, "contributor") in people
    assert "Recommended" in text_of(await ask(house, chloe, "show 1"))


async def test_what_asked_for_a_view_says_what_became_of_it(house: House) -> None:
    """Once a view is given its message offers to change it; once it is decided, nothing."""
    ada, ben, dev = (house.playground.user(name) for name in ("ada", "ben", "dev"))
    announcement, _ = await house.decide(ada)
    await _ask(house, ada, announcement, "ben", "dev")
    await house.playground.until(lambda: ben.sees(ben.im.id) and dev.sees(dev.im.id))
    await _add_view(house, ben, ben.sees(ben.im.id)[0])
    await house.message_with(ben, "You gave your view of a decision", ben.im.id)
    assert "Change my view" in json.dumps(ben.sees(ben.im.id)[0].blocks)
    await ada.click(seen_by(ada, announcement), "accept")
    await house.message_with(ben, "You gave your view; meanwhile it was accepted", ben.im.id)
    await house.message_with(dev, "asked for your view; meanwhile it was accepted", dev.im.id)
    for person in (ben, dev):
        (wish,) = person.sees(person.im.id)
        assert _actions(wish) == []


def _actions(message: SlackMessage) -> list[str]:
    return [
        element["action_id"]
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]


async def test_app_home_lists_views_asked_for(house: House) -> None:
    """App Home names the view that somebody was asked for, with a button, until it is given."""
    ada, ben = house.playground.user("ada"), house.playground.user("ben")
    announcement, _ = await house.decide(ada)
    await _ask(house, ada, announcement, "ben")
    await ben.open_home()
    await house.playground.until(lambda: ben.home)
    assert ben.home is not None
    assert "asks for your view" in str(ben.home.blocks)
    await ben.click(ben.home, "add_view", block_id="decision:1")
    await house.modal_of(ben, "questions")
    assert (await ben.submit(await house.on_to_review(ben))).ok
    await ben.open_home()
    await house.playground.until(lambda: "Waiting for you" not in str(ben.home and ben.home.blocks))
