"""Views in the log: each kept once, nothing half, and messages merged."""

import asyncio
import json
from datetime import timedelta

import pytest

from bot.decisions.access import ReadScope
from bot.decisions.errors import (
    ActionNotPossible,
    DriversOwn,
    NobodyToAsk,
    NobodyToNudge,
    NoSuchDecision,
    NotTheirs,
    TooSoonToNudge,
)
from bot.decisions.model import Decision, Person, Place, Visibility
from bot.decisions.questionnaire import QuestionsPage
from bot.decisions.transitions import DecisionAction
from bot.outbox.model import DeliveryKind, team_key
from bot.services.perspectives import NUDGE_AFTER, AskResult
from bot.storage.search import read_decision
from tests.services.world import ADA, BEN, NAMELESS, PRODUCT, STRANGER, World

CHLOE = Person("T1", "U3")
MANY = {"facts": "many"}
NEVER = {"facts": "never"}


async def viewed(
    world: World, decision: Decision, person: Person, answers: dict[str, str | None]
) -> None:
    """Add a person's view of a decision."""
    page = await world.services.perspectives.begin(person, PRODUCT, decision.number)
    await world.drafts.save_answers(person, page.draft.id, answers)
    await world.services.post(person, page.draft.id, PRODUCT)


async def kinds(world: World) -> list[object]:
    """Return the kinds of the events in order."""
    return [row["kind"] for row in await world.rows("events")]


async def sent(world: World) -> None:
    """Note everything that is due as sent."""
    world.clock.advance(timedelta(minutes=1))
    while delivery := await world.outbox.claim(world.clock.now()):
        await world.outbox.mark_sent(delivery, delivery.channel, "1.0")
        world.clock.advance(timedelta(seconds=2))


async def of_the_team(world: World, decision: Decision) -> list[tuple[object, object]]:
    """Return kind and state of the deliveries of the team's message."""
    key = team_key(decision)
    return [
        (row["kind"], row["state"])
        for row in await world.rows("deliveries")
        if key in {row["key"], row["parent"]}
    ]


async def test_a_view_is_kept_with_its_verdict_and_its_event(world: World) -> None:
    """A view is a row of its own; the decision stays as it is, and its draft is done."""
    decision = await world.decided()
    await viewed(world, decision, BEN, NEVER)
    team = await world.services.perspectives.team("T1", decision.number)
    (view,) = team.perspectives
    assert (view.user, view.answers, view.option) == (BEN.user, NEVER, None)
    assert team.decision == decision
    assert await kinds(world) == ["opened", "view_added"]
    assert await world.drafts.unfinished(BEN) == []


async def test_a_view_begins_blank_and_again_with_ones_own_answers(world: World) -> None:
    """A perspective starts without the driver's answers, and later with the person's own."""
    decision = await world.decided()
    page = await world.services.perspectives.begin(BEN, PRODUCT, decision.number)
    assert isinstance(page, QuestionsPage)
    assert page.draft.answers == {}
    assert await world.drafts.unfinished(BEN) == []
    await world.drafts.save_answers(BEN, page.draft.id, NEVER)
    again = await world.services.perspectives.begin(BEN, PRODUCT, decision.number)
    assert (again.draft.id, again.draft.answers) == (page.draft.id, NEVER)
    assert await world.drafts.unfinished(BEN) == [again.draft]
    await world.services.post(BEN, page.draft.id, PRODUCT)
    later = await world.services.perspectives.begin(BEN, PRODUCT, decision.number)
    assert later.draft.id != page.draft.id
    assert later.draft.answers == NEVER


async def test_a_changed_view_replaces_the_row_and_keeps_the_event(world: World) -> None:
    """One row a person; what it was before is in the event, and no change is no event."""
    decision = await world.decided()
    await viewed(world, decision, BEN, NEVER)
    world.clock.advance(timedelta(hours=1))
    await viewed(world, decision, BEN, NEVER)
    assert await kinds(world) == ["opened", "view_added"]
    await viewed(world, decision, BEN, MANY)
    (row,) = await world.rows("perspectives")
    assert row["added_at"] != row["changed_at"]
    event = (await world.rows("events"))[-1]
    detail = json.loads(str(event["detail"]))
    assert (detail["was"], detail["option"]) == ("", "rag")
    assert json.loads(detail["answers"]) == {"facts": ["never", "many"]}


async def test_the_same_submission_many_times_is_one_view(world: World) -> None:
    """However often Slack repeats itself, there is one view and one event."""
    decision = await world.decided()
    page = await world.services.perspectives.begin(BEN, PRODUCT, decision.number)
    await world.drafts.save_answers(BEN, page.draft.id, NEVER)
    await asyncio.gather(*(world.services.post(BEN, page.draft.id, PRODUCT) for _ in range(20)))
    assert len(await world.rows("perspectives")) == 1
    assert await kinds(world) == ["opened", "view_added"]


async def test_many_views_make_one_message_and_merged_updates(world: World) -> None:
    """The team's message is posted once; while it or its update waits, no other is kept."""
    decision = await world.decided()
    people = [Person("T1", f"U{number}") for number in range(10, 30)]
    await asyncio.gather(*(viewed(world, decision, person, MANY) for person in people[:10]))
    assert await of_the_team(world, decision) == [("team", "pending")]
    await sent(world)
    await asyncio.gather(*(viewed(world, decision, person, MANY) for person in people[10:]))
    assert await of_the_team(world, decision) == [("team", "sent"), ("redraw", "pending")]
    team = await world.services.perspectives.team("T1", decision.number)
    assert {view.user for view in team.perspectives} == {person.user for person in people}


async def test_without_views_no_team_message_is_redrawn(world: World) -> None:
    """What happens to a decision redraws the team's message only where there is one."""
    decision = await world.decided()
    await sent(world)
    await world.services.decisions.hand_over(ADA, decision.number, (BEN.user,))
    assert await of_the_team(world, decision) == []
    await viewed(world, decision, BEN, MANY)
    await sent(world)
    await world.services.decisions.accept(BEN, decision.number)
    assert await of_the_team(world, decision) == [("team", "sent"), ("redraw", "pending")]
    await sent(world)
    states = {row["state"] for row in await world.rows("deliveries")}
    assert states == {"sent"}


async def test_a_contributor_belongs_to_the_decision(world: World) -> None:
    """A contributor is one of the decision's people and may read it."""
    decision = await world.decided(place=NAMELESS)
    await world.services.perspectives.ask(ADA, decision.number, [BEN.user])
    assert await world.read(read_decision, ReadScope.of(BEN), decision.number) is None
    await viewed(world, decision, BEN, MANY)
    assert await world.read(read_decision, ReadScope.of(BEN), decision.number) is not None
    await world.services.decisions.hand_over(ADA, decision.number, (CHLOE.user,))
    assert await world.read(read_decision, ReadScope.of(BEN), decision.number) is not None


@pytest.mark.parametrize(
    ("posted", "pressed", "person", "allowed"),
    [
        (PRODUCT, Place("C9", Visibility.PUBLIC), BEN, True),
        (NAMELESS, NAMELESS, BEN, True),
        (NAMELESS, PRODUCT, BEN, False),
        (NAMELESS, Place("G9", Visibility.PRIVATE), BEN, False),
        (NAMELESS, Place("U2", Visibility.DIRECT), BEN, False),
        (Place("U1", Visibility.DIRECT), PRODUCT, BEN, False),
        (PRODUCT, PRODUCT, STRANGER, False),
    ],
)
async def test_only_who_may_read_it_adds_a_view(
    world: World, posted: Place, pressed: Place, person: Person, *, allowed: bool
) -> None:
    """A decision outside a person's scope does not exist for them."""
    decision = await world.decided(place=posted)
    if allowed:
        await world.services.perspectives.begin(person, pressed, decision.number)
    else:
        with pytest.raises(NoSuchDecision):
            await world.services.perspectives.begin(person, pressed, decision.number)
    assert len(await world.rows("drafts")) == 1 + allowed


async def test_who_was_asked_may_answer_from_anywhere(world: World) -> None:
    """A wish for a view of a private decision can be followed from one's direct messages."""
    decision = await world.decided(place=NAMELESS)
    await world.services.perspectives.ask(ADA, decision.number, [BEN.user])
    direct = Place(BEN.user, Visibility.DIRECT)
    page = await world.services.perspectives.begin(BEN, direct, decision.number)
    assert page.draft.about == decision.number


async def test_a_settled_decision_takes_no_view_and_asks_nobody(world: World) -> None:
    """After the decision every one of these moves is refused, and nothing is logged."""
    decision = await world.decided()
    page = await world.services.perspectives.begin(BEN, PRODUCT, decision.number)
    await world.services.decisions.accept(ADA, decision.number)
    moves = [
        world.services.perspectives.begin(CHLOE, PRODUCT, decision.number),
        world.services.post(BEN, page.draft.id, PRODUCT),
        world.services.perspectives.ask(ADA, decision.number, [BEN.user]),
        world.services.perspectives.nudge(ADA, decision.number),
    ]
    for move in moves:
        with pytest.raises(ActionNotPossible):
            await move
    assert await kinds(world) == ["opened", "accepted"]
    assert await world.rows("perspectives") == []


async def test_the_driver_has_no_second_sheet(world: World) -> None:
    """The driver's view is the decision's own answers."""
    decision = await world.decided()
    with pytest.raises(DriversOwn):
        await world.services.perspectives.begin(ADA, PRODUCT, decision.number)


async def test_people_are_asked_once(world: World) -> None:
    """Neither the driver nor who was asked or has answered is asked again; each gets one wish."""
    decision = await world.decided()
    await viewed(world, decision, CHLOE, MANY)
    asked = [ADA.user, BEN.user, BEN.user, CHLOE.user]
    wishes = await world.services.perspectives.ask(ADA, decision.number, asked)
    assert wishes == AskResult(new=(BEN.user,), known=(CHLOE.user,))
    with pytest.raises(NobodyToAsk):
        await world.services.perspectives.ask(ADA, decision.number, asked)
    wishes = [
        row for row in await world.rows("deliveries") if row["kind"] == DeliveryKind.VIEW_REQUEST
    ]
    assert [row["channel"] for row in wishes] == [BEN.user]
    assert [row["user_id"] for row in await world.rows("view_requests")] == [BEN.user]


async def test_nudging_waits_a_day_for_each(world: World) -> None:
    """Who was asked or nudged within a day is left alone; who has answered always is."""
    decision = await world.decided()
    services, number = world.services.perspectives, decision.number
    with pytest.raises(NobodyToNudge):
        await services.nudge(ADA, number)
    await services.ask(ADA, number, [BEN.user])
    world.clock.advance(NUDGE_AFTER / 2)
    await services.ask(ADA, number, [CHLOE.user])
    with pytest.raises(TooSoonToNudge) as caught:
        await services.nudge(ADA, number)
    assert caught.value.waiting == (BEN.user, CHLOE.user)
    assert caught.value.again_at == world.clock.now() + NUDGE_AFTER / 2
    world.clock.advance(NUDGE_AFTER / 2)
    assert await services.nudge(ADA, number) == (BEN.user,)
    with pytest.raises(TooSoonToNudge):
        await services.nudge(ADA, number)
    await viewed(world, decision, BEN, MANY)
    world.clock.advance(NUDGE_AFTER)
    assert await services.nudge(ADA, number) == (CHLOE.user,)
    await viewed(world, decision, CHLOE, MANY)
    with pytest.raises(NobodyToNudge):
        await services.nudge(ADA, number)


async def test_many_nudges_at_once_are_one(world: World) -> None:
    """Pressed twice, or by two devices, each person gets one reminder."""
    decision = await world.decided()
    await world.services.perspectives.ask(ADA, decision.number, [BEN.user])
    world.clock.advance(NUDGE_AFTER)
    presses = (world.services.perspectives.nudge(ADA, decision.number) for _ in range(10))
    found = await asyncio.gather(*presses, return_exceptions=True)
    assert sorted(map(type, found), key=str) == [TooSoonToNudge] * 9 + [tuple]
    assert (await kinds(world)).count("nudged") == 1


async def test_asking_and_nudging_are_the_drivers(world: World) -> None:
    """Other people are refused, with the names of those allowed."""
    decision = await world.decided()
    with pytest.raises(NotTheirs):
        await world.services.decisions.find_for(BEN, decision.number, DecisionAction.ASK)
    with pytest.raises(NotTheirs):
        await world.services.perspectives.ask(BEN, decision.number, [CHLOE.user])
    with pytest.raises(NotTheirs):
        await world.services.perspectives.nudge(BEN, decision.number)
    assert await kinds(world) == ["opened"]


async def test_what_cannot_be_logged_leaves_nothing(world: World) -> None:
    """A number that does not exist, and another workspace's, are refused."""
    decision = await world.decided()
    for person, number in ((BEN, decision.number + 1), (STRANGER, decision.number)):
        with pytest.raises(NoSuchDecision):
            await world.services.perspectives.nudge(person, number)
    assert await world.rows("view_requests") == []
