"""Perspectives: stored once each, in one transaction, with merged messages."""

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
from bot.decisions.view_form import GivenView
from bot.outbox.model import DeliveryKind, team_key
from bot.playbooks.engine import InvalidAnswers
from bot.services.perspectives import NUDGE_AFTER, AskResult
from bot.storage.search import read_decision
from tests.services.harness import ADA, BEN, PRIVATE, PUBLIC, STRANGER, ServiceHarness

CHLOE = Person("T1", "U3")
MANY = {"facts": "many"}
NEVER = {"facts": "never"}


async def viewed(
    harness: ServiceHarness, decision: Decision, person: Person, answers: dict[str, str | None]
) -> None:
    """Add a person's perspective of a decision."""
    page = await harness.services.perspectives.begin(person, PUBLIC, decision.number)
    await harness.drafts.save_answers(person, page.draft.id, answers)
    await harness.services.post(person, page.draft.id, PUBLIC)


async def kinds(harness: ServiceHarness) -> list[object]:
    """Return the kinds of the events in order."""
    return [row["kind"] for row in await harness.rows("events")]


async def sent(harness: ServiceHarness) -> None:
    """Mark all deliveries that are due as sent."""
    harness.clock.advance(timedelta(minutes=1))
    while delivery := await harness.outbox.claim(harness.clock.now()):
        await harness.outbox.mark_sent(delivery, delivery.channel, "1.0")
        harness.clock.advance(timedelta(seconds=2))


async def of_the_team(harness: ServiceHarness, decision: Decision) -> list[tuple[object, object]]:
    """Return kind and state of the deliveries of the perspectives message."""
    key = team_key(decision)
    return [
        (row["kind"], row["state"])
        for row in await harness.rows("deliveries")
        if key in {row["key"], row["parent"]}
    ]


async def test_a_view_is_kept_with_its_verdict_and_its_event(harness: ServiceHarness) -> None:
    """A perspective is a row with its verdict; the decision is unchanged, the draft is closed."""
    decision = await harness.post_decision()
    await viewed(harness, decision, BEN, NEVER)
    team = await harness.services.perspectives.team("T1", decision.number)
    (view,) = team.perspectives
    assert (view.user, view.answers, view.option) == (BEN.user, NEVER, None)
    assert team.decision == decision
    assert await kinds(harness) == ["opened", "view_added"]
    assert await harness.drafts.unfinished(BEN) == []


async def test_a_perspective_starts_blank_or_with_own_answers(harness: ServiceHarness) -> None:
    """A perspective starts without the driver's answers, and later with the person's own."""
    decision = await harness.post_decision()
    page = await harness.services.perspectives.begin(BEN, PUBLIC, decision.number)
    assert isinstance(page, QuestionsPage)
    assert page.draft.answers == {}
    assert await harness.drafts.unfinished(BEN) == []
    harness.clock.advance(timedelta(seconds=1))
    await harness.drafts.save_answers(BEN, page.draft.id, NEVER)
    again = await harness.services.perspectives.begin(BEN, PUBLIC, decision.number)
    assert (again.draft.id, again.draft.answers) == (page.draft.id, NEVER)
    assert await harness.drafts.unfinished(BEN) == [again.draft]
    await harness.services.post(BEN, page.draft.id, PUBLIC)
    later = await harness.services.perspectives.begin(BEN, PUBLIC, decision.number)
    assert later.draft.id != page.draft.id
    assert later.draft.answers == NEVER


async def test_a_changed_view_replaces_the_row_and_keeps_the_event(harness: ServiceHarness) -> None:
    """Each person has one row; the event has the old answers, and no change means no event."""
    decision = await harness.post_decision()
    await viewed(harness, decision, BEN, NEVER)
    harness.clock.advance(timedelta(hours=1))
    await viewed(harness, decision, BEN, NEVER)
    assert await kinds(harness) == ["opened", "view_added"]
    await viewed(harness, decision, BEN, MANY)
    (row,) = await harness.rows("perspectives")
    assert row["added_at"] != row["changed_at"]
    event = (await harness.rows("events"))[-1]
    detail = json.loads(str(event["detail"]))
    assert (detail["was"], detail["option"]) == (None, "rag")
    assert detail["answers"] == {"facts": ["never", "many"]}


async def test_the_same_submission_many_times_is_one_view(harness: ServiceHarness) -> None:
    """Repeated submissions store one perspective and one event."""
    decision = await harness.post_decision()
    page = await harness.services.perspectives.begin(BEN, PUBLIC, decision.number)
    await harness.drafts.save_answers(BEN, page.draft.id, NEVER)
    await asyncio.gather(*(harness.services.post(BEN, page.draft.id, PUBLIC) for _ in range(20)))
    assert len(await harness.rows("perspectives")) == 1
    assert await kinds(harness) == ["opened", "view_added"]


async def test_many_views_make_one_message_and_merged_updates(harness: ServiceHarness) -> None:
    """The perspectives message is posted once, with at most one pending update."""
    decision = await harness.post_decision()
    people = [Person("T1", f"U{number}") for number in range(10, 30)]
    await asyncio.gather(*(viewed(harness, decision, person, MANY) for person in people[:10]))
    assert await of_the_team(harness, decision) == [("team", "pending")]
    await sent(harness)
    await asyncio.gather(*(viewed(harness, decision, person, MANY) for person in people[10:]))
    assert await of_the_team(harness, decision) == [("team", "sent"), ("redraw", "pending")]
    team = await harness.services.perspectives.team("T1", decision.number)
    assert {view.user for view in team.perspectives} == {person.user for person in people}


async def test_without_views_no_team_message_is_redrawn(harness: ServiceHarness) -> None:
    """Actions on a decision redraw the perspectives message only if there is one."""
    decision = await harness.post_decision()
    await sent(harness)
    await harness.services.decisions.hand_over(ADA, decision.number, (BEN.user,))
    assert await of_the_team(harness, decision) == []
    await viewed(harness, decision, BEN, MANY)
    await sent(harness)
    await harness.services.decisions.accept(BEN, decision.number)
    assert await of_the_team(harness, decision) == [("team", "sent"), ("redraw", "pending")]
    await sent(harness)
    states = {row["state"] for row in await harness.rows("deliveries")}
    assert states == {"sent"}


async def test_a_contributor_belongs_to_the_decision(harness: ServiceHarness) -> None:
    """A contributor is one of the decision's people and may read it."""
    decision = await harness.post_decision(place=PRIVATE)
    await harness.services.perspectives.ask(ADA, decision.number, [BEN.user])
    assert await harness.read(read_decision, ReadScope.of(BEN), decision.number) is None
    await viewed(harness, decision, BEN, MANY)
    assert await harness.read(read_decision, ReadScope.of(BEN), decision.number) is not None
    await harness.services.decisions.hand_over(ADA, decision.number, (CHLOE.user,))
    assert await harness.read(read_decision, ReadScope.of(BEN), decision.number) is not None


@pytest.mark.parametrize(
    ("posted", "pressed", "person", "allowed"),
    [
        (PUBLIC, Place("C9", Visibility.PUBLIC), BEN, True),
        (PRIVATE, PRIVATE, BEN, True),
        (PRIVATE, PUBLIC, BEN, False),
        (PRIVATE, Place("G9", Visibility.PRIVATE), BEN, False),
        (PRIVATE, Place("U2", Visibility.DIRECT), BEN, False),
        (Place("U1", Visibility.DIRECT), PUBLIC, BEN, False),
        (PUBLIC, PUBLIC, STRANGER, False),
    ],
)
async def test_only_who_may_read_it_adds_a_view(
    harness: ServiceHarness, posted: Place, pressed: Place, person: Person, *, allowed: bool
) -> None:
    """Adding a perspective outside a person's read scope raises `NoSuchDecision`."""
    decision = await harness.post_decision(place=posted)
    if allowed:
        await harness.services.perspectives.begin(person, pressed, decision.number)
    else:
        with pytest.raises(NoSuchDecision):
            await harness.services.perspectives.begin(person, pressed, decision.number)
    assert len(await harness.rows("drafts")) == 1 + allowed


async def test_who_was_asked_may_answer_from_anywhere(harness: ServiceHarness) -> None:
    """A person asked for a perspective of a private decision can add it from a direct message."""
    decision = await harness.post_decision(place=PRIVATE)
    await harness.services.perspectives.ask(ADA, decision.number, [BEN.user])
    direct = Place(BEN.user, Visibility.DIRECT)
    page = await harness.services.perspectives.begin(BEN, direct, decision.number)
    assert page.draft.about == decision.number


async def test_a_settled_decision_takes_no_view_and_asks_nobody(harness: ServiceHarness) -> None:
    """After the decision each of these actions is refused, and nothing is stored."""
    decision = await harness.post_decision()
    page = await harness.services.perspectives.begin(BEN, PUBLIC, decision.number)
    await harness.drafts.save_answers(BEN, page.draft.id, {"facts": "some"})
    await harness.services.decisions.accept(ADA, decision.number)
    moves = [
        harness.services.perspectives.begin(CHLOE, PUBLIC, decision.number),
        harness.services.post(BEN, page.draft.id, PUBLIC),
        harness.services.perspectives.ask(ADA, decision.number, [BEN.user]),
        harness.services.perspectives.nudge(ADA, decision.number),
    ]
    for move in moves:
        with pytest.raises(ActionNotPossible):
            await move
    assert await kinds(harness) == ["opened", "accepted"]
    assert await harness.rows("perspectives") == []


async def test_the_driver_adds_no_perspective(harness: ServiceHarness) -> None:
    """The driver cannot add a perspective: their answers are those of the decision."""
    decision = await harness.post_decision()
    with pytest.raises(DriversOwn):
        await harness.services.perspectives.begin(ADA, PUBLIC, decision.number)


async def test_people_are_asked_once(harness: ServiceHarness) -> None:
    """Each person gets one request; the driver and people who answered get none."""
    decision = await harness.post_decision()
    await viewed(harness, decision, CHLOE, MANY)
    asked = [ADA.user, BEN.user, BEN.user, CHLOE.user]
    wishes = await harness.services.perspectives.ask(ADA, decision.number, asked)
    assert wishes == AskResult(new=(BEN.user,), known=(CHLOE.user,))
    with pytest.raises(NobodyToAsk):
        await harness.services.perspectives.ask(ADA, decision.number, asked)
    wishes = [
        row for row in await harness.rows("deliveries") if row["kind"] == DeliveryKind.VIEW_REQUEST
    ]
    assert [row["channel"] for row in wishes] == [BEN.user]
    assert [row["user_id"] for row in await harness.rows("view_requests")] == [BEN.user]


async def test_nudging_waits_a_day_for_each(harness: ServiceHarness) -> None:
    """A person asked or reminded within a day, or who answered, gets no reminder."""
    decision = await harness.post_decision()
    services, number = harness.services.perspectives, decision.number
    with pytest.raises(NobodyToNudge):
        await services.nudge(ADA, number)
    await services.ask(ADA, number, [BEN.user])
    harness.clock.advance(NUDGE_AFTER / 2)
    await services.ask(ADA, number, [CHLOE.user])
    with pytest.raises(TooSoonToNudge) as caught:
        await services.nudge(ADA, number)
    assert caught.value.waiting == (BEN.user, CHLOE.user)
    assert caught.value.again_at == harness.clock.now() + NUDGE_AFTER / 2
    harness.clock.advance(NUDGE_AFTER / 2)
    assert await services.nudge(ADA, number) == (BEN.user,)
    with pytest.raises(TooSoonToNudge):
        await services.nudge(ADA, number)
    await viewed(harness, decision, BEN, MANY)
    harness.clock.advance(NUDGE_AFTER)
    assert await services.nudge(ADA, number) == (CHLOE.user,)
    await viewed(harness, decision, CHLOE, MANY)
    with pytest.raises(NobodyToNudge):
        await services.nudge(ADA, number)


async def test_many_nudges_at_once_are_one(harness: ServiceHarness) -> None:
    """Concurrent presses send one reminder to each person."""
    decision = await harness.post_decision()
    await harness.services.perspectives.ask(ADA, decision.number, [BEN.user])
    harness.clock.advance(NUDGE_AFTER)
    presses = (harness.services.perspectives.nudge(ADA, decision.number) for _ in range(10))
    found = await asyncio.gather(*presses, return_exceptions=True)
    assert sorted(map(type, found), key=str) == [TooSoonToNudge] * 9 + [tuple]
    assert (await kinds(harness)).count("nudged") == 1


async def test_asking_and_nudging_are_the_drivers(harness: ServiceHarness) -> None:
    """Only the driver can ask and remind; the error names who is allowed."""
    decision = await harness.post_decision()
    with pytest.raises(NotTheirs):
        await harness.services.decisions.find_for(BEN, decision.number, DecisionAction.ASK)
    with pytest.raises(NotTheirs):
        await harness.services.perspectives.ask(BEN, decision.number, [CHLOE.user])
    with pytest.raises(NotTheirs):
        await harness.services.perspectives.nudge(BEN, decision.number)
    assert await kinds(harness) == ["opened"]


async def test_what_cannot_be_logged_leaves_nothing(harness: ServiceHarness) -> None:
    """Unknown numbers and those of another workspace are refused."""
    decision = await harness.post_decision()
    for person, number in ((BEN, decision.number + 1), (STRANGER, decision.number)):
        with pytest.raises(NoSuchDecision):
            await harness.services.perspectives.nudge(person, number)
    assert await harness.rows("view_requests") == []


async def test_the_form_asks_what_can_flip_the_decision(harness: ServiceHarness) -> None:
    """It asks at most three questions that apply: open ones that flip it first, then known ones."""
    decision = await harness.post_decision()
    form = await harness.services.perspectives.form(BEN, PUBLIC, decision.number)
    engine = await harness.services.playbooks.of(decision)
    assert [each.id for each in form.questions] == ["style", "facts", "freshness"]
    flips = engine.score({**decision.answers, "style": "strict"}).recommended
    assert flips == "tuning" != decision.verdict.recommended
    assert form.own == GivenView()


async def test_the_form_is_the_same_whatever_others_answered(harness: ServiceHarness) -> None:
    """Neither questions nor contents of the form depend on perspectives of others."""
    decision = await harness.post_decision()
    before = await harness.services.perspectives.form(BEN, PUBLIC, decision.number)
    given = GivenView("tuning", "Ask Chloe", {"style": "strict"})
    await harness.services.perspectives.give(CHLOE, decision.number, given)
    assert await harness.services.perspectives.form(BEN, PUBLIC, decision.number) == before
    own = await harness.services.perspectives.form(CHLOE, PUBLIC, decision.number)
    assert own.own == given


async def test_a_view_is_given_with_an_option_and_a_few_answers(harness: ServiceHarness) -> None:
    """Choice, note and answers are kept; the option is that of the driver's sheet with them."""
    decision = await harness.post_decision()
    await harness.services.perspectives.give(
        BEN, decision.number, GivenView("prompting", "Ask legal", {"style": "strict"})
    )
    (view,) = (await harness.services.perspectives.team("T1", decision.number)).perspectives
    assert (view.choice, view.note, view.answers) == ("prompting", "Ask legal", {"style": "strict"})
    assert (view.option, view.favours) == ("tuning", "prompting")
    detail = json.loads(str((await harness.rows("events"))[-1]["detail"]))
    assert (detail["option"], detail["note"], detail["matters"]) == ("prompting", "Ask legal", True)
    await harness.services.perspectives.give(
        BEN, decision.number, GivenView("rag", "", {"freshness": "daily"})
    )
    (view,) = (await harness.services.perspectives.team("T1", decision.number)).perspectives
    assert view.answers == {"style": "strict", "freshness": "daily"}
    assert (view.choice, view.note) == ("rag", "")
    assert (await kinds(harness))[-1] == "view_changed"


async def test_what_does_not_fit_the_playbook_is_refused(harness: ServiceHarness) -> None:
    """Unknown options and answers raise `InvalidAnswers`, and nothing is stored."""
    decision = await harness.post_decision()
    for given in (GivenView("magic"), GivenView("rag", "", {"style": "loud"})):
        with pytest.raises(InvalidAnswers):
            await harness.services.perspectives.give(BEN, decision.number, given)
        with pytest.raises(InvalidAnswers):
            await harness.services.perspectives.begin(BEN, PUBLIC, decision.number, given)
    assert await harness.rows("perspectives") == []


async def test_the_questionnaire_keeps_what_the_form_had(harness: ServiceHarness) -> None:
    """Going on to all questions keeps choice, note and answers, up to the perspective."""
    decision = await harness.post_decision()
    given = GivenView("tuning", "Ask legal", {"style": "strict"})
    page = await harness.services.perspectives.begin(BEN, PUBLIC, decision.number, given)
    assert page.draft.answers == {"style": "strict"}
    await harness.drafts.save_answers(BEN, page.draft.id, MANY)
    await harness.services.post(BEN, page.draft.id, PUBLIC)
    (view,) = (await harness.services.perspectives.team("T1", decision.number)).perspectives
    assert (view.choice, view.note) == ("tuning", "Ask legal")
    assert view.answers == {"style": "strict", **MANY}
    assert await harness.drafts.unfinished(BEN) == []


async def test_a_given_view_closes_the_unfinished_questionnaire(harness: ServiceHarness) -> None:
    """A person who gives their view on the form has no questionnaire left to finish."""
    decision = await harness.post_decision()
    await harness.services.perspectives.begin(BEN, PUBLIC, decision.number, GivenView())
    await harness.services.perspectives.give(BEN, decision.number, GivenView("rag"))
    rows = [row for row in await harness.rows("drafts") if row["purpose"] == "perspective"]
    assert [row["decision"] for row in rows] == [decision.number]


async def test_an_edit_judges_views_again(harness: ServiceHarness) -> None:
    """After an edit of the driver's answers, views lead to what they lead to with the new ones."""
    decision = await harness.post_decision()
    services, number = harness.services, decision.number
    await services.perspectives.give(BEN, number, GivenView(answers={"style": "strict"}))
    page = await services.decisions.begin_edit(ADA, number)
    await harness.drafts.save_answers(ADA, page.draft.id, {"freshness": "daily"})
    await services.post(ADA, page.draft.id, PUBLIC)
    (view,) = (await services.perspectives.team("T1", number)).perspectives
    assert view.option == "rag"


async def news(harness: ServiceHarness) -> list[tuple[object, object]]:
    """Return kind and recipient of the news about views, oldest first."""
    wanted = {DeliveryKind.VIEW_NEWS, DeliveryKind.ALL_VIEWS}
    rows = await harness.rows("deliveries")
    return [(row["kind"], row["channel"]) for row in rows if row["kind"] in wanted]


async def test_the_driver_hears_of_a_view_that_matters_once(harness: ServiceHarness) -> None:
    """One message for each person whose view matters; changes redraw it, agreement sends none."""
    decision = await harness.post_decision()
    give, number = harness.services.perspectives.give, decision.number
    await give(CHLOE, number, GivenView("rag", "", MANY))
    assert await news(harness) == []
    await give(BEN, number, GivenView("rag", "", {"style": "strict"}))
    assert await news(harness) == [("view_news", ADA.user)]
    await sent(harness)
    await give(BEN, number, GivenView("tuning", "", {"style": "free"}))
    redrawn = [row for row in await harness.rows("deliveries") if row["kind"] == "redraw"]
    assert any("view_news" in str(row["parent"]) for row in redrawn)
    assert await news(harness) == [("view_news", ADA.user)]


async def test_the_driver_hears_that_everyone_has_answered(harness: ServiceHarness) -> None:
    """The last view of those asked sends one message, instead of the one about that view."""
    decision = await harness.post_decision()
    views, number = harness.services.perspectives, decision.number
    await views.ask(ADA, number, [BEN.user, CHLOE.user])
    await views.give(BEN, number, GivenView("rag"))
    await views.give(Person("T1", "U4"), number, GivenView("rag"))
    assert await news(harness) == []
    await views.give(CHLOE, number, GivenView("tuning"))
    assert await news(harness) == [("all_views", ADA.user)]
    await views.give(CHLOE, number, GivenView("prompting"))
    assert await news(harness) == [("all_views", ADA.user), ("view_news", ADA.user)]


async def test_news_follow_later_requests_and_deciders(harness: ServiceHarness) -> None:
    """The message that everyone has answered is redrawn when more are asked, or others decide."""
    decision = await harness.post_decision()
    views, number = harness.services.perspectives, decision.number
    await views.ask(ADA, number, [BEN.user])
    await views.give(BEN, number, GivenView("rag"))
    await sent(harness)
    for change in (
        views.ask(ADA, number, [CHLOE.user]),
        harness.services.decisions.hand_over(ADA, number, (BEN.user,)),
    ):
        await change
        waiting = [
            str(row["parent"])
            for row in await harness.rows("deliveries")
            if (row["kind"], row["state"]) == ("redraw", "pending")
        ]
        assert any("all_views" in parent for parent in waiting)
        await sent(harness)


async def test_each_new_view_is_noted_in_the_thread_once(harness: ServiceHarness) -> None:
    """Each person's first view is one reply in the thread; that of the team is the very first."""
    decision = await harness.post_decision()
    for person in (BEN, CHLOE):
        for option in ("rag", "tuning"):
            await harness.services.perspectives.give(person, decision.number, GivenView(option))
    kinds_posted = [row["kind"] for row in await harness.rows("deliveries")]
    assert (kinds_posted.count("team"), kinds_posted.count("thread_note")) == (1, 1)
