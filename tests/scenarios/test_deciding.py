"""Deciders accept, choose differently, hand over, edit, withdraw and supersede."""

import asyncio
import json

import pytest

from bot.playground.slack_model import SlackMessage
from tests.scenarios.harness import Harness
from tests.scenarios.messages import as_seen_by, button_ids, text_of

pytestmark = pytest.mark.usefixtures("bot")


async def test_a_decider_accepts_and_the_message_locks(harness: Harness) -> None:
    """After an accept the announcement names decider and option and has no deciding buttons."""
    ada = harness.playground.user("ada")
    announcement, _ = await harness.post_decision(ada)
    assert button_ids(announcement)[:2] == ["accept", "override"]
    await ada.click(announcement, "accept")
    text = await harness.wait_for_text(ada, announcement, "Decided: ")
    assert f"<@{ada.id}>" in text
    assert not {"accept", "override"}.intersection(button_ids(as_seen_by(ada, announcement)))
    await harness.wait_for_reply(ada, announcement, "accepted the recommendation")
    (row,) = harness.rows("decisions")
    assert row["status"] == "accepted"


async def test_only_deciders_decide(harness: Harness) -> None:
    """A person who is no decider gets a private reply; the decision stays open."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    announcement, _ = await harness.post_decision(ada)
    await ben.click(as_seen_by(ben, announcement), "accept")
    await harness.playground.until(lambda: "Want a say?" in text_of(ben.sees("product")[-1]))
    assert ben.sees("product")[-1].ephemeral_to == ben.id
    assert harness.rows("decisions")[0]["status"] == "open"


async def test_choosing_differently_needs_a_reason(harness: Harness) -> None:
    """Another option needs a reason, which the announcement and the thread show."""
    ada = harness.playground.user("ada")
    announcement, _ = await harness.post_decision(ada)
    await ada.click(announcement, "override")
    view = await harness.wait_for_modal(ada, "override")
    option = view.blocks[1]["element"]["options"][0]["value"]
    await ada.submit(view, {"option": option, "reason": "  "})
    assert ada.modal is not None
    assert ada.modal.errors is not None
    assert ada.modal.errors.keys() == {"reason"}
    await ada.submit(ada.modal, {"option": option, "reason": "The pilot said so <!channel>"})
    assert ada.modal is None
    text = await harness.wait_for_text(ada, announcement, "Decided: ")
    assert "The pilot said so" in text
    await harness.wait_for_reply(ada, announcement, "instead of")
    assert harness.rows("decisions")[0]["status"] == "overridden"


async def test_two_deciders_at_once_leave_one_decision(harness: Harness) -> None:
    """Of two simultaneous accepts one wins; the other gets a reply that names the decider."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    await harness.open_questionnaire(ada)
    view = await harness.fill_questionnaire(ada, deciders=["ada", "ben"])
    await ada.submit(view)
    announcement, _ = await harness.wait_for_post(ada)
    await asyncio.gather(
        ada.click(announcement, "accept"), ben.click(as_seen_by(ben, announcement), "accept")
    )

    def refusals() -> list[SlackMessage]:
        return [m for person in (ada, ben) for m in person.sees("product") if m.ephemeral_to]

    await harness.playground.until(refusals)
    (second,) = refusals()
    first = ada if second.ephemeral_to == ben.id else ben
    assert f"was accepted by <@{first.id}> in the meantime" in text_of(second)
    kinds = [event["kind"] for event in harness.rows("events")]
    assert kinds == ["opened", "accepted"]


async def test_handing_over_replaces_the_decider(harness: Harness) -> None:
    """After a hand-over the new decider can accept and the driver cannot."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    announcement, _ = await harness.post_decision(ada)
    await ada.click(announcement, "menu", "hand_over:1")
    view = await harness.wait_for_modal(ada, "hand_over")
    await ada.submit(view, {"deciders": ["ben"]})
    await harness.wait_for_text(ada, announcement, f"<@{ben.id}> decides")
    await ada.click(as_seen_by(ada, announcement), "accept")
    assert harness.rows("decisions")[0]["status"] == "open"
    await ben.click(as_seen_by(ben, announcement), "accept")
    await harness.wait_for_text(ben, announcement, "Decided: ")


async def test_editing_says_in_the_thread_what_changed(harness: Harness) -> None:
    """An edit re-evaluates the answers, names the changed ones in the thread, and keeps others."""
    ada = harness.playground.user("ada")
    announcement, _ = await harness.post_decision(ada)
    await ada.click(announcement, "menu", "edit:1")
    view = await harness.wait_for_modal(ada, "result")
    ada.fill(view, {"title": "A better title"})
    change = next(block["accessory"] for block in view.blocks if "accessory" in block)
    page = await harness.press(ada, change["action_id"], "change")
    (question,) = (block for block in page.blocks if block["type"] == "input")
    other = question["element"]["options"][1]["value"]
    await ada.submit(page, {question["block_id"]: other})
    await ada.submit(await harness.wait_for_modal(ada, "result"))
    await harness.wait_for_text(ada, announcement, "A better title")
    await harness.wait_for_reply(ada, announcement, "changed the answers")
    assert len(harness.rows("decisions")) == 1
    assert [event["kind"] for event in harness.rows("events")] == ["opened", "edited"]


async def test_an_edit_leaves_a_hand_over_as_it_is(harness: Harness) -> None:
    """A hand-over that happens during an edit is kept."""
    ada, ben, chloe = (harness.playground.user(name) for name in ("ada", "ben", "chloe"))
    await harness.open_questionnaire(ada)
    await ada.submit(await harness.fill_questionnaire(ada, deciders=["ada", "ben"]))
    announcement, _ = await harness.wait_for_post(ada)
    await ada.click(announcement, "menu", "edit:1")
    await harness.wait_for_modal(ada, "result")
    review = await harness.fill_questionnaire(ada, title="Said better")
    await ben.click(as_seen_by(ben, announcement), "menu", "hand_over:1")
    await ben.submit(await harness.wait_for_modal(ben, "hand_over"), {"deciders": ["chloe"]})
    await ada.submit(review)
    await harness.wait_for_text(ada, announcement, "Said better")
    people = harness.rows("decision_people")
    assert [row["user_id"] for row in people if row["role"] == "decider"] == [chloe.id]
    edited = json.loads(harness.rows("events")[-1]["detail"])
    assert edited["title_was"] == "Answers for support"


async def test_accepting_an_outdated_announcement_is_refused(harness: Harness) -> None:
    """A press on an announcement that does not show the latest edit is refused with a reason."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    await harness.open_questionnaire(ada)
    await ada.submit(await harness.fill_questionnaire(ada, deciders=["ben"]))
    announcement, _ = await harness.wait_for_post(ada)
    harness.playground.faults.add("server_error", "chat.update")
    await ada.click(announcement, "menu", "edit:1")
    await harness.wait_for_modal(ada, "result")
    await ada.submit(
        await harness.fill_questionnaire(ada, answers={"need": "look_up", "failure": "lacks"})
    )
    await ben.click(as_seen_by(ben, announcement), "accept")
    await harness.playground.until(
        lambda: "was edited in the meantime" in text_of(ben.sees("product")[-1])
    )
    assert ben.sees("product")[-1].ephemeral_to == ben.id
    assert [event["kind"] for event in harness.rows("events")] == ["opened", "edited"]


async def test_an_edit_does_not_lose_a_typed_reason(harness: Harness) -> None:
    """A reason submitted after an edit is refused, and the modal shows its text again."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    await harness.open_questionnaire(ada)
    await ada.submit(await harness.fill_questionnaire(ada, deciders=["ben"]))
    announcement, _ = await harness.wait_for_post(ada)
    await ben.click(as_seen_by(ben, announcement), "override")
    view = await harness.wait_for_modal(ben, "override")
    await ada.click(announcement, "menu", "edit:1")
    await harness.wait_for_modal(ada, "result")
    await ada.submit(
        await harness.fill_questionnaire(ada, answers={"need": "look_up", "failure": "lacks"})
    )
    option = view.blocks[1]["element"]["options"][0]["value"]
    reason = "We know <how>, & have done it.\n" * 60
    await ben.submit(view, {"option": option, "reason": reason})
    notice = await harness.wait_for_modal(ben, "notice")
    heading, _, text = [block["text"] for block in notice.blocks]
    assert "edited in the meantime" in heading["text"]
    assert (text["type"], text["text"]) == ("plain_text", reason.strip())


async def test_superseding_links_both_ways(harness: Harness) -> None:
    """A superseding decision starts with the old one's fields; both name each other."""
    ada = harness.playground.user("ada")
    await harness.open_questionnaire(ada)
    first = await harness.fill_questionnaire(ada, answers={"need": "look_up"}, review_choice="30")
    await ada.submit(first)
    announcement, _ = await harness.wait_for_post(ada)
    await ada.click(announcement, "menu", "supersede:1")
    view = await harness.wait_for_modal(ada, "result")
    assert "Answers for support" in json.dumps(view.blocks)
    await ada.submit(view, {"title": "The second thought"})
    await harness.playground.until(
        lambda: any("Replaces #1" in text_of(m) for m in ada.sees("product"))
    )
    await harness.wait_for_text(ada, announcement, "Superseded by #2")
    old, new = harness.rows("decisions")
    assert (old["status"], new["status"]) == ("superseded", "open")
    assert json.loads(old["answers"])["need"] == ["look_up"]
    assert (new["answers"], new["review_on"]) == (old["answers"], old["review_on"])


async def test_withdrawing_needs_a_reason_and_ends_it(harness: Harness) -> None:
    """Withdrawing needs a reason, shows it, and leaves no other action."""
    ada = harness.playground.user("ada")
    announcement, _ = await harness.post_decision(ada)
    await ada.click(announcement, "menu", "withdraw:1")
    view = await harness.wait_for_modal(ada, "withdraw")
    await ada.submit(view, {"reason": "  "})
    assert view.errors is not None
    assert view.errors.keys() == {"reason"}
    await ada.submit(view, {"reason": "We stopped the project."})
    text = await harness.wait_for_text(ada, announcement, "Withdrawn* by")
    assert "We stopped the project." in text
    assert button_ids(as_seen_by(ada, announcement)) == ["show", "menu"]


async def test_a_decider_outside_decides_in_app_home(harness: Harness) -> None:
    """A decision posted by direct message is decided by another person in App Home."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    await harness.open_questionnaire(ada, ada.im.id)
    await ada.submit(await harness.fill_questionnaire(ada, title="Just us", deciders=["ben"]))
    await harness.wait_for_row("decisions", lambda row: row["number"] == 1)
    await ben.open_home()
    await harness.playground.until(lambda: ben.home and "Yours to decide" in str(ben.home.blocks))
    assert ben.home is not None
    assert "Go with " in str(ben.home.blocks)
    (row,) = [block for block in ben.home.blocks if "Yours to decide" in str(block)]
    await ben.click(ben.home, "show", block_id=row["block_id"])
    window = await harness.wait_for_modal(ben, "reader")
    await ben.click(window, "accept")
    await harness.playground.until(lambda: "Decided: " in str(window.blocks))
    await harness.playground.until(
        lambda: ben.home and "Yours to decide" not in str(ben.home.blocks)
    )
    (row,) = harness.rows("decisions")
    assert row["status"] == "accepted"


async def test_a_decider_outside_decides_where_it_is_shown(harness: Harness) -> None:
    """A decider who is not in the channel is notified and decides in the window that opens."""
    ada, chloe = harness.playground.user("ada"), harness.playground.user("chloe")
    harness.playground.invite(harness.playground.bot_user_id, "leadership")
    announcement, _ = await harness.post_decision(ada, "leadership")
    await ada.click(announcement, "menu", "hand_over:1")
    await ada.submit(await harness.wait_for_modal(ada, "hand_over"), {"deciders": ["chloe"]})
    request = await harness.wait_for_message(
        chloe, f"<@{ada.id}> asks you to decide in", chloe.im.id
    )
    assert "#1  Answers for support" in request
    before = [message.ts for message in ada.sees("product")]
    others = str((await harness.show_decision(ada)).blocks)
    assert "Choose differently" not in others
    assert f"Only <@{chloe.id}> can decide this one." in others
    assert [message.ts for message in ada.sees("product")] == before
    await chloe.click(chloe.sees(chloe.im.id)[-1], "show")
    await chloe.click(await harness.wait_for_modal(chloe, "reader"), "override")
    view = await harness.wait_for_modal(chloe, "override")
    option = view.blocks[1]["element"]["options"][0]["value"]
    await chloe.submit(view, {"option": option, "reason": "We know how"})
    assert chloe.modal is None
    assert harness.rows("decisions")[0]["status"] == "overridden"
