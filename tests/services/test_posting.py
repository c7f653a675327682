"""Posting drafts, and settling failed messages."""

import asyncio
from datetime import date, timedelta

import pytest

from bot.decisions.errors import (
    DraftGone,
    NoChannelChosen,
    NothingAnswered,
    NothingToResend,
    NotTheirs,
    ReviewInThePast,
)
from bot.decisions.model import (
    Decision,
    Person,
    Place,
    Review,
    ReviewChoice,
    Status,
    Visibility,
    Workflow,
)
from bot.outbox.model import Delivery, DeliveryState, NotPostedAlert, alert_for, announcement_key
from bot.services.drafts import DRAFT_LIFETIME
from bot.services.services import DELAYED_AFTER
from tests.services.harness import ADA, BEN, PRIVATE, PUBLIC, STRANGER, ServiceHarness

ELSEWHERE = Place("C2", Visibility.PUBLIC)


async def claimed(harness: ServiceHarness) -> Delivery:
    """Claim the next delivery that is due."""
    delivery = await harness.outbox.claim(harness.clock.now())
    assert delivery is not None
    return delivery


async def failed(harness: ServiceHarness) -> Decision:
    """Return a decision whose announcement failed."""
    decision = await harness.post_decision()
    delivery = await claimed(harness)
    alert = alert_for(NotPostedAlert, delivery, decision.driver, harness.clock.now(), "is_archived")
    await harness.outbox.mark_failed(delivery, "is_archived", [alert])
    return decision


async def states(harness: ServiceHarness) -> dict[str, tuple[object, object]]:
    """Return state and channel of each delivery by kind."""
    rows = await harness.rows("deliveries")
    return {str(row["kind"]): (row["state"], row["channel"]) for row in rows}


async def test_a_posted_draft_is_a_decision(harness: ServiceHarness) -> None:
    """Posting stores the decision with its verdict, its event and two deliveries."""
    draft = await harness.create_draft(ADA, workflow=Workflow(title="Answers", problem="Slow."))
    posted = await harness.services.post(ADA, draft, PUBLIC)
    decision = posted.decision
    assert (decision.number, decision.title, decision.problem) == (1, "Answers", "Slow.")
    assert (decision.driver, decision.deciders) == ("U1", ("U1",))
    assert (decision.status, decision.place) == (Status.OPEN, PUBLIC)
    assert decision.verdict.option == "rag"
    assert not posted.is_delayed
    assert await harness.services.decision("T1", 1) == decision
    (event,) = await harness.rows("events")
    assert (event["kind"], event["actor"], event["number"]) == ("opened", "U1", 1)
    announcement, recommendation = await harness.rows("deliveries")
    assert announcement["key"] == announcement_key(decision) == recommendation["parent"]
    assert harness.wakes == 1


async def test_posting_twice_makes_one_decision(harness: ServiceHarness) -> None:
    """A draft that is posted repeatedly, also concurrently, becomes one decision."""
    draft = await harness.create_draft()
    many = await asyncio.gather(*(harness.services.post(ADA, draft, PUBLIC) for _ in range(20)))
    harness.clock.advance(DRAFT_LIFETIME * 2)
    again = await harness.services.post(ADA, draft, ELSEWHERE)
    assert {posted.decision.number for posted in [*many, again]} == {1}
    assert again.decision.place == PUBLIC
    assert len(await harness.rows("decisions")) == 1
    assert len(await harness.rows("deliveries")) == 2


async def test_an_expired_draft_is_not_posted(harness: ServiceHarness) -> None:
    """An expired draft cannot be posted."""
    draft = await harness.create_draft()
    harness.clock.advance(DRAFT_LIFETIME + timedelta(seconds=1))
    with pytest.raises(DraftGone):
        await harness.services.post(ADA, draft, PUBLIC)
    assert await harness.rows("decisions") == []


@pytest.mark.parametrize("person", [BEN, STRANGER])
async def test_only_the_driver_posts_a_draft(harness: ServiceHarness, person: Person) -> None:
    """Only its driver can post a draft."""
    draft = await harness.create_draft(ADA)
    with pytest.raises(DraftGone):
        await harness.services.post(person, draft, PUBLIC)
    assert await harness.rows("decisions") == []


@pytest.mark.parametrize(
    ("review", "due"),
    [
        (Review(ReviewChoice.DAYS_30), date(2026, 2, 4)),
        (Review(ReviewChoice.DAYS_60), date(2026, 3, 6)),
        (Review(), date(2026, 4, 5)),
        (Review(ReviewChoice.ON_DATE, date(2027, 1, 1)), date(2027, 1, 1)),
        (Review(ReviewChoice.DAYS_30, date(2027, 1, 1)), date(2026, 2, 4)),
        (Review(ReviewChoice.NEVER, date(2027, 1, 1)), None),
    ],
)
async def test_the_day_of_the_review(
    harness: ServiceHarness, review: Review, due: date | None
) -> None:
    """The review is the chosen number of days after posting, on the chosen day, or never."""
    draft = await harness.create_draft(workflow=Workflow(title="Answers", review=review))
    assert (await harness.services.post(ADA, draft, PUBLIC)).decision.review_on == due


async def test_the_last_page_is_stored_with_the_post(harness: ServiceHarness) -> None:
    """The fields of the last page become part of the decision, posted where it was started."""
    draft = (await harness.drafts.start(ADA, PUBLIC)).draft.id
    await harness.drafts.save_answers(ADA, draft, {"facts": "many"})
    fields = Workflow("Our day", "It rains.", ("U2",), Review(ReviewChoice.DAYS_30))
    posted = await harness.services.post(ADA, draft, workflow=fields)
    decision = posted.decision
    assert (decision.title, decision.problem, decision.deciders) == (
        "Our day",
        "It rains.",
        ("U2",),
    )
    assert decision.review_on == date(2026, 2, 4)
    assert decision.place == PUBLIC
    assert not posted.is_elsewhere
    again = await harness.services.post(ADA, draft, workflow=Workflow("Another title"))
    assert again.decision == decision


@pytest.mark.parametrize("day", [date(2026, 1, 4), date(2026, 1, 5)])
async def test_a_review_day_has_to_be_ahead(harness: ServiceHarness, day: date) -> None:
    """A review day that is not after today is refused, and nothing is posted."""
    draft = await harness.create_draft()
    fields = Workflow("Our day", review=Review(ReviewChoice.ON_DATE, day))
    with pytest.raises(ReviewInThePast):
        await harness.services.post(ADA, draft, workflow=fields)
    assert await harness.rows("decisions") == []


async def test_a_draft_without_a_channel_needs_one(harness: ServiceHarness) -> None:
    """A draft from App Home is posted only where its driver says."""
    draft = (await harness.drafts.start(ADA, None)).draft.id
    await harness.drafts.save_answers(ADA, draft, {"facts": "many"})
    with pytest.raises(NoChannelChosen):
        await harness.services.post(ADA, draft)
    assert (await harness.services.post(ADA, draft, PUBLIC)).is_elsewhere


async def test_deciders_are_kept(harness: ServiceHarness) -> None:
    """Named deciders replace the driver as decider."""
    draft = await harness.create_draft(workflow=Workflow(title="Answers", deciders=("U2", "U3")))
    assert (await harness.services.post(ADA, draft, PUBLIC)).decision.deciders == ("U2", "U3")


async def test_a_direct_message_goes_to_the_driver(harness: ServiceHarness) -> None:
    """A decision from any direct message is posted in the driver's own one with the app."""
    draft = await harness.create_draft()
    place = Place("D999", Visibility.DIRECT)
    decision = (await harness.services.post(ADA, draft, place)).decision
    assert decision.place == Place("U1", Visibility.DIRECT)
    assert {row["channel"] for row in await harness.rows("deliveries")} == {"U1"}


async def test_a_decision_is_only_in_its_workspace(harness: ServiceHarness) -> None:
    """A number is valid only in its own workspace."""
    decision = await harness.post_decision(ADA)
    assert await harness.services.decision(STRANGER.workspace, decision.number) is None
    other = await harness.post_decision(STRANGER)
    assert other.number == 1
    assert await harness.services.decision("T1", 1) == decision


async def test_posting_reports_a_delay(harness: ServiceHarness) -> None:
    """The result of posting says if an earlier message of the workspace waits for a retry."""
    await harness.post_decision()
    delivery = await claimed(harness)
    await harness.outbox.retry(delivery, harness.clock.now() + timedelta(minutes=1), "unreachable")
    harness.clock.advance(DELAYED_AFTER)
    assert not (await harness.services.post(ADA, await harness.create_draft(), PUBLIC)).is_delayed
    harness.clock.advance(timedelta(seconds=1))
    assert (await harness.services.post(ADA, await harness.create_draft(), PUBLIC)).is_delayed
    assert not (
        await harness.services.post(STRANGER, await harness.create_draft(STRANGER), PUBLIC)
    ).is_delayed


async def test_a_failed_retry_does_not_reset_the_delay(harness: ServiceHarness) -> None:
    """A failed retry does not reset the delay: it counts from the creation of the message."""
    await harness.post_decision()
    later = timedelta(minutes=1)
    for _ in range(2):
        delivery = await claimed(harness)
        await harness.outbox.retry(delivery, harness.clock.now() + later, "unreachable")
        harness.clock.advance(later)
    again = await claimed(harness)
    assert (await harness.services.post(ADA, await harness.create_draft(), PUBLIC)).is_delayed
    await harness.outbox.retry(again, harness.clock.now() + later, "unreachable")
    assert (await harness.services.post(ADA, await harness.create_draft(), PUBLIC)).is_delayed


async def test_what_could_not_be_posted_is_sent_again(harness: ServiceHarness) -> None:
    """Resending sets announcement and thread to pending, and wakes the worker."""
    decision = await failed(harness)
    assert (await states(harness))["recommendation"] == ("failed", "C1")
    woken = harness.wakes
    await harness.services.delivery_issues.send_again(ADA, announcement_key(decision))
    assert await harness.services.decision("T1", decision.number) == decision
    assert await states(harness) == {
        "announcement": ("pending", "C1"),
        "recommendation": ("pending", "C1"),
        "not_posted": ("pending", "U1"),
    }
    assert harness.wakes == woken + 1


async def test_what_could_not_be_posted_goes_elsewhere(harness: ServiceHarness) -> None:
    """Posting elsewhere moves decision and messages to the channel, and stores an event."""
    decision = await failed(harness)
    await harness.services.delivery_issues.send_again(ADA, announcement_key(decision), ELSEWHERE)
    moved = await harness.services.decision("T1", decision.number)
    assert moved is not None
    assert moved.place == ELSEWHERE
    assert (await states(harness))["announcement"] == ("pending", "C2")
    assert (await states(harness))["recommendation"] == ("pending", "C2")
    _, event = await harness.rows("events")
    assert (event["kind"], event["detail"]) == ("moved", '{"channel":"C1","kind":"moved"}')


async def test_what_has_arrived_is_not_sent_again(harness: ServiceHarness) -> None:
    """A second press, an unknown number and another workspace's number raise an error."""
    decision = await failed(harness)
    key = announcement_key(decision)
    await harness.services.delivery_issues.send_again(ADA, key)
    for actor, named in ((ADA, key), (ADA, "T1/99/announcement"), (STRANGER, key)):
        with pytest.raises(NothingToResend):
            await harness.services.delivery_issues.send_again(actor, named, ELSEWHERE)
    assert (await states(harness))["announcement"] == ("pending", "C1")


async def test_only_the_driver_sends_again(harness: ServiceHarness) -> None:
    """Another user's press changes nothing, and the error names the driver."""
    decision = await failed(harness)
    for press in (
        harness.services.delivery_issues.send_again(BEN, announcement_key(decision), ELSEWHERE),
        harness.services.delivery_issues.settle(BEN, announcement_key(decision), resend=True),
    ):
        with pytest.raises(PermissionError, match="U1"):
            await press
    assert (await states(harness))["announcement"] == ("failed", "C1")


@pytest.mark.parametrize(
    ("resend", "state"), [(True, DeliveryState.PENDING), (False, DeliveryState.DISMISSED)]
)
async def test_an_unconfirmed_message_is_settled_once(
    harness: ServiceHarness, *, resend: bool, state: DeliveryState
) -> None:
    """The driver's answer resends or dismisses the message; a second answer is refused."""
    await harness.post_decision()
    delivery = await claimed(harness)
    await harness.outbox.mark_unknown(delivery, "TimeoutError")
    await harness.services.delivery_issues.settle(ADA, delivery.key, resend=resend)
    assert (await states(harness))["announcement"] == (state, "C1")
    with pytest.raises(NothingToResend):
        await harness.services.delivery_issues.settle(ADA, delivery.key, resend=not resend)
    assert (await states(harness))["announcement"] == (state, "C1")


async def test_a_message_of_another_decision_is_not_settled(harness: ServiceHarness) -> None:
    """A driver cannot settle a message of another decision."""
    await harness.post_decision(ADA)
    other = await harness.post_decision(BEN, PRIVATE)
    for _ in range(2):
        await harness.outbox.mark_unknown(await claimed(harness), "TimeoutError")
    with pytest.raises(NotTheirs):
        await harness.services.delivery_issues.settle(ADA, announcement_key(other), resend=True)
    rows = {row["key"]: row["state"] for row in await harness.rows("deliveries")}
    assert rows[announcement_key(other)] == DeliveryState.UNKNOWN


async def test_each_direct_message_is_a_delivery(harness: ServiceHarness) -> None:
    """Each direct message is a delivery of its own."""
    for _ in range(2):
        await harness.services.notify(ADA, "A sentence.")
        await harness.services.offer_modal(ADA, "draft")
    rows = await harness.rows("deliveries")
    assert [(row["kind"], row["channel"], row["payload"]) for row in rows] == [
        ("notice", "U1", '{"text":"A sentence."}'),
        ("open_modal", "U1", '{"draft":"draft"}'),
    ] * 2
    assert harness.wakes == 4


async def test_what_belongs_to_a_person(harness: ServiceHarness) -> None:
    """App Home shows a person's drafts, and the decisions they may read, newest first."""
    draft = await harness.create_draft(BEN)
    public = await harness.post_decision(ADA)
    await harness.post_decision(ADA, PRIVATE)
    await harness.post_decision(ADA, Place("D1", Visibility.DIRECT))
    named = await harness.services.post(
        ADA,
        await harness.create_draft(ADA, workflow=Workflow(title="T", deciders=("U2",))),
        PRIVATE,
    )
    await harness.post_decision(STRANGER)
    drafts, decisions = await harness.services.home_content(BEN)
    assert [each.id for each in drafts] == [draft]
    assert [each.number for each in decisions] == [named.decision.number, public.number]
    _, own = await harness.services.home_content(ADA)
    assert [each.number for each in own] == [4, 3, 2, 1]


async def test_nothing_is_posted_without_an_answer(harness: ServiceHarness) -> None:
    """A questionnaire with nothing but "don't know" becomes no decision; it stays a draft."""
    draft = await harness.create_draft(answers={"facts": None, "style": None})
    with pytest.raises(NothingAnswered):
        await harness.services.post(ADA, draft, PUBLIC)
    assert await harness.rows("decisions") == []
    assert [each.id for each in await harness.drafts.unfinished(ADA)] == [draft]
