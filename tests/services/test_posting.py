"""What becomes of a draft that is posted, and of a message in trouble."""

import asyncio
from datetime import date, timedelta

import pytest

from bot.decisions.errors import DraftGone, NothingToResend, NotTheirs
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
from tests.services.world import ADA, BEN, NAMELESS, PRODUCT, STRANGER, World

ELSEWHERE = Place("C2", Visibility.PUBLIC)


async def claimed(world: World) -> Delivery:
    """Return the next delivery that is due, as taken by the courier."""
    delivery = await world.outbox.claim(world.clock.now())
    assert delivery is not None
    return delivery


async def failed(world: World) -> Decision:
    """Return a decision whose announcement Slack refused."""
    decision = await world.decided()
    delivery = await claimed(world)
    alert = alert_for(NotPostedAlert, delivery, decision.driver, world.clock.now(), "is_archived")
    await world.outbox.mark_failed(delivery, "is_archived", [alert])
    return decision


async def states(world: World) -> dict[str, tuple[object, object]]:
    """Return the kind of each delivery with its state and channel."""
    rows = await world.rows("deliveries")
    return {str(row["kind"]): (row["state"], row["channel"]) for row in rows}


async def test_a_posted_draft_is_a_decision(world: World) -> None:
    """Posting logs the decision with its verdict, its event, and the two messages to send."""
    draft = await world.drafted(ADA, workflow=Workflow(title="Answers", problem="Slow."))
    posted = await world.services.post(ADA, draft, PRODUCT)
    decision = posted.decision
    assert (decision.number, decision.title, decision.problem) == (1, "Answers", "Slow.")
    assert (decision.driver, decision.deciders) == ("U1", ("U1",))
    assert (decision.status, decision.place) == (Status.OPEN, PRODUCT)
    assert decision.verdict.option == "rag"
    assert not posted.is_delayed
    assert await world.services.decision("T1", 1) == decision
    (event,) = await world.rows("events")
    assert (event["kind"], event["actor"], event["number"]) == ("opened", "U1", 1)
    announcement, recommendation = await world.rows("deliveries")
    assert announcement["key"] == announcement_key(decision) == recommendation["parent"]
    assert world.woken == 1


async def test_posting_twice_makes_one_decision(world: World) -> None:
    """However often a draft is posted, at once or later, it becomes one decision."""
    draft = await world.drafted()
    many = await asyncio.gather(*(world.services.post(ADA, draft, PRODUCT) for _ in range(20)))
    world.clock.advance(DRAFT_LIFETIME * 2)
    again = await world.services.post(ADA, draft, ELSEWHERE)
    assert {posted.decision.number for posted in [*many, again]} == {1}
    assert again.decision.place == PRODUCT
    assert len(await world.rows("decisions")) == 1
    assert len(await world.rows("deliveries")) == 2


async def test_an_expired_draft_is_not_posted(world: World) -> None:
    """A draft that has expired is gone for posting too."""
    draft = await world.drafted()
    world.clock.advance(DRAFT_LIFETIME + timedelta(seconds=1))
    with pytest.raises(DraftGone):
        await world.services.post(ADA, draft, PRODUCT)
    assert await world.rows("decisions") == []


@pytest.mark.parametrize("person", [BEN, STRANGER])
async def test_nobody_posts_a_draft_of_another(world: World, person: Person) -> None:
    """Only its driver can post a draft."""
    draft = await world.drafted(ADA)
    with pytest.raises(DraftGone):
        await world.services.post(person, draft, PRODUCT)
    assert await world.rows("decisions") == []


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
async def test_the_day_of_the_review(world: World, review: Review, due: date | None) -> None:
    """The review is as many days after posting as was chosen, on the day chosen, or never."""
    draft = await world.drafted(workflow=Workflow(title="Answers", review=review))
    assert (await world.services.post(ADA, draft, PRODUCT)).decision.review_on == due


async def test_deciders_are_kept(world: World) -> None:
    """Those who were named decide, not the driver."""
    draft = await world.drafted(workflow=Workflow(title="Answers", deciders=("U2", "U3")))
    assert (await world.services.post(ADA, draft, PRODUCT)).decision.deciders == ("U2", "U3")


async def test_a_direct_message_goes_to_the_driver(world: World) -> None:
    """A decision made in any direct message is posted in the driver's own with the app."""
    draft = await world.drafted()
    place = Place("D999", Visibility.DIRECT)
    decision = (await world.services.post(ADA, draft, place)).decision
    assert decision.place == Place("U1", Visibility.DIRECT)
    assert {row["channel"] for row in await world.rows("deliveries")} == {"U1"}


async def test_a_decision_is_only_in_its_workspace(world: World) -> None:
    """A decision's number means nothing in another workspace."""
    decision = await world.decided(ADA)
    assert await world.services.decision(STRANGER.workspace, decision.number) is None
    other = await world.decided(STRANGER)
    assert other.number == 1
    assert await world.services.decision("T1", 1) == decision


async def test_held_up_says_that_slack_takes_no_messages(world: World) -> None:
    """Posting tells when an earlier message of the workspace has been waiting for a retry."""
    await world.decided()
    delivery = await claimed(world)
    await world.outbox.retry(delivery, world.clock.now() + timedelta(minutes=1), "unreachable")
    world.clock.advance(DELAYED_AFTER)
    assert not (await world.services.post(ADA, await world.drafted(), PRODUCT)).is_delayed
    world.clock.advance(timedelta(seconds=1))
    assert (await world.services.post(ADA, await world.drafted(), PRODUCT)).is_delayed
    assert not (
        await world.services.post(STRANGER, await world.drafted(STRANGER), PRODUCT)
    ).is_delayed


async def test_held_up_counts_from_when_a_message_was_kept(world: World) -> None:
    """Right after another vain try Slack is as much away as it was before it."""
    await world.decided()
    later = timedelta(minutes=1)
    for _ in range(2):
        delivery = await claimed(world)
        await world.outbox.retry(delivery, world.clock.now() + later, "unreachable")
        world.clock.advance(later)
    again = await claimed(world)
    assert (await world.services.post(ADA, await world.drafted(), PRODUCT)).is_delayed
    await world.outbox.retry(again, world.clock.now() + later, "unreachable")
    assert (await world.services.post(ADA, await world.drafted(), PRODUCT)).is_delayed


async def test_what_could_not_be_posted_is_sent_again(world: World) -> None:
    """Trying again puts announcement and thread back as they were, and wakes the delivery."""
    decision = await failed(world)
    assert (await states(world))["recommendation"] == ("failed", "C1")
    woken = world.woken
    await world.services.delivery_issues.send_again(ADA, announcement_key(decision))
    assert await world.services.decision("T1", decision.number) == decision
    assert await states(world) == {
        "announcement": ("pending", "C1"),
        "recommendation": ("pending", "C1"),
        "not_posted": ("pending", "U1"),
    }
    assert world.woken == woken + 1


async def test_what_could_not_be_posted_goes_elsewhere(world: World) -> None:
    """Another channel takes both messages and the decision, and the move is on record."""
    decision = await failed(world)
    await world.services.delivery_issues.send_again(ADA, announcement_key(decision), ELSEWHERE)
    moved = await world.services.decision("T1", decision.number)
    assert moved is not None
    assert moved.place == ELSEWHERE
    assert (await states(world))["announcement"] == ("pending", "C2")
    assert (await states(world))["recommendation"] == ("pending", "C2")
    _, event = await world.rows("events")
    assert (event["kind"], event["detail"]) == ("moved", '{"from":"C1"}')


async def test_what_has_arrived_is_not_sent_again(world: World) -> None:
    """A second press, an unknown number and another workspace's number find nothing."""
    decision = await failed(world)
    key = announcement_key(decision)
    await world.services.delivery_issues.send_again(ADA, key)
    for actor, named in ((ADA, key), (ADA, "T1/99/announcement"), (STRANGER, key)):
        with pytest.raises(NothingToResend):
            await world.services.delivery_issues.send_again(actor, named, ELSEWHERE)
    assert (await states(world))["announcement"] == ("pending", "C1")


async def test_only_the_driver_sends_again(world: World) -> None:
    """A press by another user changes nothing, and the error names the driver."""
    decision = await failed(world)
    for press in (
        world.services.delivery_issues.send_again(BEN, announcement_key(decision), ELSEWHERE),
        world.services.delivery_issues.settle(BEN, announcement_key(decision), resend=True),
    ):
        with pytest.raises(PermissionError, match="U1"):
            await press
    assert (await states(world))["announcement"] == ("failed", "C1")


@pytest.mark.parametrize(
    ("resend", "state"), [(True, DeliveryState.PENDING), (False, DeliveryState.DISMISSED)]
)
async def test_a_message_of_which_nobody_knows_is_settled_once(
    world: World, *, resend: bool, state: DeliveryState
) -> None:
    """The driver's answer sends the message again or leaves it; a second answer finds nothing."""
    await world.decided()
    delivery = await claimed(world)
    await world.outbox.mark_unknown(delivery, "TimeoutError")
    await world.services.delivery_issues.settle(ADA, delivery.key, resend=resend)
    assert (await states(world))["announcement"] == (state, "C1")
    with pytest.raises(NothingToResend):
        await world.services.delivery_issues.settle(ADA, delivery.key, resend=not resend)
    assert (await states(world))["announcement"] == (state, "C1")


async def test_a_message_of_another_decision_is_not_settled(world: World) -> None:
    """Driving one decision gives no say over another's messages."""
    await world.decided(ADA)
    other = await world.decided(BEN, NAMELESS)
    for _ in range(2):
        await world.outbox.mark_unknown(await claimed(world), "TimeoutError")
    with pytest.raises(NotTheirs):
        await world.services.delivery_issues.settle(ADA, announcement_key(other), resend=True)
    rows = {row["key"]: row["state"] for row in await world.rows("deliveries")}
    assert rows[announcement_key(other)] == DeliveryState.UNKNOWN


async def test_people_are_told_directly(world: World) -> None:
    """Each notice to a person is a delivery of its own."""
    for _ in range(2):
        await world.services.notify(ADA, "A sentence.")
        await world.services.offer_modal(ADA, "draft")
    rows = await world.rows("deliveries")
    assert [(row["kind"], row["channel"], row["payload"]) for row in rows] == [
        ("notice", "U1", '{"text":"A sentence."}'),
        ("open_modal", "U1", '{"draft":"draft"}'),
    ] * 2
    assert world.woken == 4


async def test_what_belongs_to_a_person(world: World) -> None:
    """App Home shows one's drafts, and the decisions that one may see, newest first."""
    draft = await world.drafted(BEN)
    public = await world.decided(ADA)
    await world.decided(ADA, NAMELESS)
    await world.decided(ADA, Place("D1", Visibility.DIRECT))
    named = await world.services.post(
        ADA, await world.drafted(ADA, workflow=Workflow(title="T", deciders=("U2",))), NAMELESS
    )
    await world.decided(STRANGER)
    drafts, decisions = await world.services.home_content(BEN)
    assert [each.id for each in drafts] == [draft]
    assert decisions == [named.decision, public]
    _, own = await world.services.home_content(ADA)
    assert [each.number for each in own] == [4, 3, 2, 1]
