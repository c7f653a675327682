"""A questionnaire under way: whose it is, what it keeps, and when it ends."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.decisions.errors import AlreadyPosted, DraftGone, UnknownPlaybook
from bot.decisions.model import Person, Place, Source, Workflow
from bot.decisions.questionnaire import QuestionsPage, ReviewPage, WorkflowPage
from bot.playbooks.engine import InvalidAnswers
from bot.playbooks.loader import PLAYBOOK, PlaybookText
from bot.services.drafts import DRAFT_LIFETIME, DraftService
from bot.storage.drafts import find_draft
from tests.services.world import ADA, BEN, NAMELESS, PRODUCT, SMALL, STRANGER, World

OTHERS = pytest.mark.parametrize("person", [BEN, STRANGER])
A_MOMENT = timedelta(microseconds=1)


async def attempts(drafting: DraftService, person: Person, draft: str) -> list[type[Exception]]:
    """Try everything that a driver can do with a draft; return what was raised."""
    raised = []
    for work in (
        drafting.describe(person, draft, Workflow(title="Mine")),
        drafting.answer(person, draft, "knowledge", {"facts": "never"}),
        drafting.save_answers(person, draft, {"facts": "never"}),
        drafting.previous_page(person, draft, "behaviour"),
        drafting.resume(person, draft),
        drafting.open_draft(person, draft),
    ):
        try:
            await work
        except (DraftGone, AlreadyPosted) as error:
            raised.append(type(error))
    return raised


async def test_a_new_draft_begins_with_the_first_page(world: World) -> None:
    """Starting keeps a draft with the problem it came with, and the driver as decider."""
    page = await world.drafts.start(ADA, NAMELESS, problem="It is slow.")
    assert isinstance(page, WorkflowPage)
    assert page.playbook_title == "Small or large?"
    assert page.draft.workflow == Workflow(problem="It is slow.", deciders=("U1",))
    assert await world.drafts.origin_of(ADA, page.draft.id) == NAMELESS
    assert await world.read(find_draft, ADA, page.draft.id) == page.draft


async def test_an_unknown_playbook_is_named(world: World) -> None:
    """Asking for a playbook that does not exist tells which there are, and keeps nothing."""
    with pytest.raises(UnknownPlaybook) as raised:
        await world.drafts.start(ADA, PRODUCT, playbook_id="large")
    assert raised.value.known == ("small",)
    assert await world.rows("drafts") == []


async def test_the_way_through(world: World) -> None:
    """First page, questions, follow-up, next step, review: every answer is kept on the way."""
    draft = (await world.drafts.start(ADA, PRODUCT)).draft.id
    answers = {"facts": "many", "freshness": "daily", "style": "free"}
    assert await world.walked(ADA, draft, answers) == 3
    kept = await world.drafts.open_draft(ADA, draft)
    assert kept.answers == answers
    assert kept.workflow.title == "Answers"


@OTHERS
async def test_a_draft_of_another_person_is_gone(world: World, person: Person) -> None:
    """Only its driver reads or changes a draft: no colleague, and no user of another workspace."""
    draft = await world.drafted(ADA)
    before = await world.rows("drafts")
    assert await attempts(world.drafts, person, draft) == [DraftGone] * 6
    with pytest.raises(DraftGone):
        await world.drafts.origin_of(person, draft)
    assert await world.rows("drafts") == before
    assert await world.drafts.unfinished(person) == []


async def test_a_draft_that_never_was_is_gone(world: World) -> None:
    """A made-up id is answered like any draft that is gone."""
    assert await attempts(world.drafts, ADA, "nonsense") == [DraftGone] * 6


async def test_a_draft_lives_two_weeks_after_its_last_change(world: World) -> None:
    """To the last moment it can be changed, which gives it its whole time again."""
    draft = await world.drafted(ADA)
    world.clock.advance(DRAFT_LIFETIME)
    await world.drafts.save_answers(ADA, draft, {"facts": "some"})
    world.clock.advance(DRAFT_LIFETIME)
    assert await attempts(world.drafts, ADA, draft) == []
    world.clock.advance(DRAFT_LIFETIME + A_MOMENT)
    assert await attempts(world.drafts, ADA, draft) == [DraftGone] * 6
    with pytest.raises(DraftGone):
        await world.drafts.postable(ADA, draft)
    assert await world.drafts.unfinished(ADA) == []


async def test_a_posted_draft_is_not_changed(world: World) -> None:
    """Once posted, every change is refused with the decision's number, and nothing moves."""
    decision = await world.decided(ADA)
    before = await world.rows("drafts"), await world.rows("decisions")
    assert await attempts(world.drafts, ADA, decision.draft_id) == [AlreadyPosted] * 6
    with pytest.raises(AlreadyPosted) as raised:
        await world.drafts.save_answers(ADA, decision.draft_id, {"facts": "never"})
    assert raised.value.number == decision.number
    assert (await world.rows("drafts"), await world.rows("decisions")) == before


@pytest.mark.parametrize("answers", [{"fact": "many"}, {"facts": "lots"}, {"facts": ""}])
async def test_answers_that_are_not_in_the_playbook(world: World, answers: dict[str, str]) -> None:
    """A question or answer that the playbook does not have is refused, and nothing is kept."""
    draft = await world.drafted(ADA)
    before = await world.rows("drafts")
    with pytest.raises(InvalidAnswers):
        await world.drafts.answer(ADA, draft, "knowledge", answers)
    with pytest.raises(InvalidAnswers):
        await world.drafts.save_answers(ADA, draft, answers)
    assert await world.rows("drafts") == before


async def test_back_keeps_what_was_answered(world: World) -> None:
    """Turning back shows the page before with its answers, those of the page left included."""
    draft = (await world.drafts.start(ADA, PRODUCT)).draft.id
    answers = {"facts": "many", "freshness": "daily"}
    await world.walked(ADA, draft, {**answers, "style": None})
    page = await world.drafts.previous_page(ADA, draft, "behaviour")
    assert isinstance(page, QuestionsPage)
    assert page.step.id == "knowledge"
    assert page.draft.answers == {**answers, "style": None}


async def test_a_draft_resumes_where_it_was_left(world: World) -> None:
    """Untitled it resumes at the first page, half done at its first gap, done at the review."""
    draft = (await world.drafts.start(ADA, PRODUCT)).draft.id
    assert isinstance(await world.drafts.resume(ADA, draft), WorkflowPage)
    await world.drafts.describe(ADA, draft, Workflow(title="Answers"))
    await world.drafts.answer(ADA, draft, "knowledge", {"facts": None})
    page = await world.drafts.resume(ADA, draft)
    assert isinstance(page, QuestionsPage)
    assert page.step.id == "behaviour"
    await world.drafts.save_answers(ADA, draft, {"facts": "never"})
    assert isinstance(await world.drafts.resume(ADA, draft), ReviewPage)


@pytest.mark.parametrize(
    ("begun", "opened", "origin"),
    [
        (PRODUCT, None, PRODUCT),
        (PRODUCT, NAMELESS, PRODUCT),
        (NAMELESS, NAMELESS, NAMELESS),
        (NAMELESS, None, None),
        (NAMELESS, PRODUCT, None),
        (None, PRODUCT, None),
        (None, NAMELESS, NAMELESS),
    ],
)
async def test_where_a_draft_belongs_when_resumed(
    world: World, begun: Place | None, opened: Place | None, origin: Place | None
) -> None:
    """Of a private channel only where it is opened in it; what is of a public one stays so."""
    draft = (await world.drafts.start(ADA, begun)).draft
    page = await world.drafts.resume(ADA, draft.id, opened)
    assert page.draft == replace(draft, origin=origin)
    assert await world.drafts.origin_of(ADA, draft.id) == origin


async def test_drafts_under_way(world: World) -> None:
    """One's drafts that hold something come newest first, without posted and empty ones."""
    first = await world.drafted(ADA)
    world.clock.advance(timedelta(minutes=1))
    second = await world.drafted(ADA)
    await world.drafts.start(ADA, PRODUCT)
    await world.decided(ADA)
    await world.drafted(BEN)
    assert [draft.id for draft in await world.drafts.unfinished(ADA)] == [second, first]


async def test_a_draft_keeps_the_playbook_it_began_with(world: World) -> None:
    """A playbook that changes meanwhile, and a restart, leave a draft's questions as they were."""
    draft = await world.drafted(ADA, answers={"facts": "many"})
    files = {**SMALL.files, PLAYBOOK: SMALL.files[PLAYBOOK].replace("Knowledge", "Facts")}
    world.playbooks.use(PlaybookText("small", files))
    restarted = World(world.log)
    restarted.playbooks.use(PlaybookText("small", files))
    for drafting in (world.drafts, restarted.drafts):
        page = await drafting.resume(ADA, draft)
        assert isinstance(page, QuestionsPage)
        assert page.step.title == "Knowledge"
    new = await world.drafts.describe(
        ADA, (await world.drafts.start(ADA, PRODUCT)).draft.id, Workflow(title="New")
    )
    assert isinstance(new, QuestionsPage)
    assert new.step.title == "Facts"


async def test_the_message_it_came_from_stays_with_it(world: World) -> None:
    """The link becomes part of the decision; it is ignored if it is late or from another user."""
    source = Source(PRODUCT.channel, "https://northwind.slack.com/archives/C1/p1")
    draft = await world.drafted()
    await world.drafts.set_source(BEN, draft, source)
    assert (await world.drafts.open_draft(ADA, draft)).source is None
    await world.drafts.set_source(ADA, draft, source)
    decision = (await world.services.post(ADA, draft, PRODUCT)).decision
    await world.drafts.set_source(ADA, draft, Source("C9", "https://elsewhere.test"))
    found = await world.services.decision("T1", decision.number)
    assert found is not None
    assert found.source_here == source.link
    assert replace(found, place=NAMELESS).source_here is None
