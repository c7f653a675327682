"""Several people decide: accept, choose differently, hand over, change their minds."""

import asyncio
import json

import pytest

from bot.playground.slack_model import SlackMessage
from bot.playground.user_session import UserSession
from tests.scenarios.house import House, text_of

pytestmark = pytest.mark.usefixtures("bot")


async def _reads(house: House, person: UserSession, ts: str, words: str) -> str:
    """Wait until a person's copy of a message has these words; return all it says."""
    await house.playground.until(lambda: words in text_of(_message(person, ts)))
    return text_of(_message(person, ts))


def _message(person: UserSession, ts: str) -> SlackMessage:
    (found,) = [message for message in person.sees("product") if message.ts == ts]
    return found


async def _thread_says(
    house: House, person: UserSession, announcement: SlackMessage, words: str
) -> None:
    await house.playground.until(
        lambda: any(words in text_of(reply) for reply in person.thread(announcement))
    )


def _actions(message: SlackMessage) -> list[str]:
    return [
        element["action_id"]
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]


async def test_a_decider_accepts_and_the_message_locks(house: House) -> None:
    """Accepted: the message says by whom and what, and has no deciding buttons any more."""
    ada = house.playground.user("ada")
    announcement, _ = await house.decide(ada)
    assert _actions(announcement)[:2] == ["accept", "override"]
    await ada.click(announcement, "accept")
    text = await _reads(house, ada, announcement.ts, "Accepted by")
    assert f"<@{ada.id}>" in text
    assert not {"accept", "override"}.intersection(_actions(_message(ada, announcement.ts)))
    await _thread_says(house, ada, announcement, "accepted the recommendation")
    (row,) = house.rows("decisions")
    assert row["status"] == "accepted"


async def test_others_get_a_friendly_no(house: House) -> None:
    """Somebody who is no decider is told privately whose decision it is; nothing changes."""
    ada, ben = house.playground.user("ada"), house.playground.user("ben")
    announcement, _ = await house.decide(ada)
    await ben.click(_message(ben, announcement.ts), "accept")
    await house.playground.until(lambda: "to do" in text_of(ben.sees("product")[-1]))
    assert ben.sees("product")[-1].ephemeral_to == ben.id
    assert house.rows("decisions")[0]["status"] == "open"


async def test_choosing_differently_needs_a_reason(house: House) -> None:
    """Another option is chosen with its reason, which the message and the thread show."""
    ada = house.playground.user("ada")
    announcement, _ = await house.decide(ada)
    await ada.click(announcement, "override")
    view = await house.modal_of(ada, "override")
    option = view.blocks[1]["element"]["options"][0]["value"]
    await ada.submit(view, {"option": option, "reason": "  "})
    assert ada.modal is not None
    assert ada.modal.errors is not None
    assert ada.modal.errors.keys() == {"reason"}
    await ada.submit(ada.modal, {"option": option, "reason": "The pilot said so <!channel>"})
    assert ada.modal is None
    text = await _reads(house, ada, announcement.ts, "Decided differently by")
    assert "The pilot said so" in text
    await _thread_says(house, ada, announcement, "instead of")
    assert house.rows("decisions")[0]["status"] == "overridden"


async def test_two_deciders_at_once_leave_one_decision(house: House) -> None:
    """The second of two who press at once hears that it was decided, and by whom."""
    ada, ben = house.playground.user("ada"), house.playground.user("ben")
    await house.start(ada)
    view = await house.to_review(ada, deciders=["ada", "ben"])
    await ada.submit(view)
    announcement, _ = await house.posted(ada)
    await asyncio.gather(
        ada.click(announcement, "accept"), ben.click(_message(ben, announcement.ts), "accept")
    )

    def told() -> list[SlackMessage]:
        return [m for person in (ada, ben) for m in person.sees("product") if m.ephemeral_to]

    await house.playground.until(told)
    (second,) = told()
    first = ada if second.ephemeral_to == ben.id else ben
    assert f"was accepted by <@{first.id}> in the meantime" in text_of(second)
    kinds = [event["kind"] for event in house.rows("events")]
    assert kinds == ["opened", "accepted"]


async def test_handing_over_lets_somebody_else_decide(house: House) -> None:
    """The driver hands over; then the new decider can accept and the driver can't."""
    ada, ben = house.playground.user("ada"), house.playground.user("ben")
    announcement, _ = await house.decide(ada)
    await ada.click(announcement, "menu", "hand_over:1")
    view = await house.modal_of(ada, "hand_over")
    await ada.submit(view, {"deciders": ["ben"]})
    await _reads(house, ada, announcement.ts, f"<@{ben.id}> decides")
    await ada.click(_message(ada, announcement.ts), "accept")
    assert house.rows("decisions")[0]["status"] == "open"
    await ben.click(_message(ben, announcement.ts), "accept")
    await _reads(house, ben, announcement.ts, "Accepted by")


async def test_editing_says_in_the_thread_what_changed(house: House) -> None:
    """Changed answers are evaluated anew; the thread names them, and nothing is lost."""
    ada = house.playground.user("ada")
    announcement, _ = await house.decide(ada)
    await ada.click(announcement, "menu", "edit:1")
    view = await house.modal_of(ada, "workflow")
    await ada.submit(view, {"title": "A better title"})
    page = ada.modal
    assert page is not None
    question = next(block for block in page.blocks if block["type"] == "input")
    other = question["element"]["options"][1]["value"]
    await ada.submit(page, {question["block_id"]: other})
    review = await house.on_to_review(ada, keep=True)
    await ada.submit(review)
    await _reads(house, ada, announcement.ts, "A better title")
    await _thread_says(house, ada, announcement, "changed the answers")
    assert len(house.rows("decisions")) == 1
    assert [event["kind"] for event in house.rows("events")] == ["opened", "edited"]


async def test_an_edit_leaves_a_hand_over_as_it_is(house: House) -> None:
    """Handed over while an edit is under way, the decision stays with the new decider."""
    ada, ben, chloe = (house.playground.user(name) for name in ("ada", "ben", "chloe"))
    await house.start(ada)
    await ada.submit(await house.to_review(ada, deciders=["ada", "ben"]))
    announcement, _ = await house.posted(ada)
    await ada.click(announcement, "menu", "edit:1")
    await house.modal_of(ada, "workflow")
    review = await house.to_review(ada, title="Said better")
    await ben.click(_message(ben, announcement.ts), "menu", "hand_over:1")
    await ben.submit(await house.modal_of(ben, "hand_over"), {"deciders": ["chloe"]})
    await ada.submit(review)
    await _reads(house, ada, announcement.ts, "Said better")
    people = house.rows("decision_people")
    assert [row["user_id"] for row in people if row["role"] == "decider"] == [chloe.id]
    edited = json.loads(house.rows("events")[-1]["detail"])
    assert edited["title_was"] == "Answers for support"


async def test_what_a_decider_has_not_seen_is_not_accepted(house: House) -> None:
    """A press on an announcement that does not show an edit yet decides nothing, and tells why."""
    ada, ben = house.playground.user("ada"), house.playground.user("ben")
    await house.start(ada)
    await ada.submit(await house.to_review(ada, deciders=["ben"]))
    announcement, _ = await house.posted(ada)
    house.playground.faults.add("server_error", "chat.update")
    await ada.click(announcement, "menu", "edit:1")
    await house.modal_of(ada, "workflow")
    await ada.submit(await house.to_review(ada, answers={"need": "look_up", "failure": "lacks"}))
    await ben.click(_message(ben, announcement.ts), "accept")
    await house.playground.until(lambda: "was edited meanwhile" in text_of(ben.sees("product")[-1]))
    assert ben.sees("product")[-1].ephemeral_to == ben.id
    assert [event["kind"] for event in house.rows("events")] == ["opened", "edited"]


async def test_a_reason_outlives_an_edit(house: House) -> None:
    """Edited while a decider writes why, the modal says so and still shows what was written."""
    ada, ben = house.playground.user("ada"), house.playground.user("ben")
    await house.start(ada)
    await ada.submit(await house.to_review(ada, deciders=["ben"]))
    announcement, _ = await house.posted(ada)
    await ben.click(_message(ben, announcement.ts), "override")
    view = await house.modal_of(ben, "override")
    await ada.click(announcement, "menu", "edit:1")
    await house.modal_of(ada, "workflow")
    await ada.submit(await house.to_review(ada, answers={"need": "look_up", "failure": "lacks"}))
    option = view.blocks[1]["element"]["options"][0]["value"]
    reason = "We know <how>, & have done it.\n" * 60
    await ben.submit(view, {"option": option, "reason": reason})
    notice = await house.modal_of(ben, "notice")
    told, _, kept = [block["text"] for block in notice.blocks]
    assert "edited meanwhile" in told["text"]
    assert (kept["type"], kept["text"]) == ("plain_text", reason.strip())


async def test_superseding_links_both_ways(house: House) -> None:
    """In the place of another: filled in with all that was said, and each names the other."""
    ada = house.playground.user("ada")
    await house.start(ada)
    first = await house.to_review(ada, answers={"need": "look_up"}, review_choice="30")
    await ada.submit(first)
    announcement, _ = await house.posted(ada)
    await ada.click(announcement, "menu", "supersede:1")
    view = await house.modal_of(ada, "workflow")
    assert "Answers for support" in json.dumps(view.blocks)
    await ada.submit(view, {"title": "The second thought"})
    review = await house.on_to_review(ada, keep=True)
    await ada.submit(review)
    await house.playground.until(
        lambda: any("Takes the place of #1" in text_of(m) for m in ada.sees("product"))
    )
    await _reads(house, ada, announcement.ts, "See decision #2")
    old, new = house.rows("decisions")
    assert (old["status"], new["status"]) == ("superseded", "open")
    assert json.loads(old["answers"])["need"] == "look_up"
    assert (new["answers"], new["review_on"]) == (old["answers"], old["review_on"])


async def test_withdrawing_needs_a_reason_and_ends_it(house: House) -> None:
    """Withdrawn: the message says why, and nothing more can be done with it."""
    ada = house.playground.user("ada")
    announcement, _ = await house.decide(ada)
    await ada.click(announcement, "menu", "withdraw:1")
    view = await house.modal_of(ada, "withdraw")
    await ada.submit(view, {"reason": "  "})
    assert view.errors is not None
    assert view.errors.keys() == {"reason"}
    await ada.submit(view, {"reason": "We stopped the project."})
    text = await _reads(house, ada, announcement.ts, "Withdrawn by")
    assert "We stopped the project." in text
    assert _actions(_message(ada, announcement.ts)) == ["menu"]
