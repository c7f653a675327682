"""Drafts: their owner, their content and their expiry."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.decisions.errors import AlreadyPosted, DraftGone, UnknownPlaybook
from bot.decisions.model import Person, Place, Source, Workflow
from bot.decisions.questionnaire import QuestionsPage, ResultPage, draft_title
from bot.playbooks.engine import InvalidAnswers
from bot.playbooks.library import Example
from bot.playbooks.loader import PLAYBOOK, PlaybookText
from bot.services.drafts import DRAFT_LIFETIME, DraftService
from bot.storage.drafts import find_draft
from tests.services.harness import ADA, BEN, PRIVATE, PUBLIC, SMALL, STRANGER, ServiceHarness

OTHERS = pytest.mark.parametrize("person", [BEN, STRANGER])
ATTEMPTS = 11
"""Actions of `attempts`."""
A_MOMENT = timedelta(microseconds=1)


async def attempts(drafting: DraftService, person: Person, draft: str) -> list[type[Exception]]:
    """Try each action on a draft; return the types of the errors about the draft itself."""
    raised = []
    for work in (
        drafting.describe(person, draft, Workflow(title="Mine")),
        drafting.answer(person, draft, {"facts": "never"}),
        drafting.save_answers(person, draft, {"facts": "never"}),
        drafting.save_entered(person, draft, {"facts": "never"}, None),
        drafting.previous_page(person, draft, ()),
        drafting.result(person, draft),
        drafting.further(person, draft),
        drafting.change_page(person, draft, "facts"),
        drafting.start_from(person, draft, "nothing"),
        drafting.resume(person, draft),
        drafting.open_draft(person, draft),
    ):
        try:
            await work
        except (DraftGone, AlreadyPosted) as error:
            raised.append(type(error))
        except InvalidAnswers:
            continue
    return raised


async def test_a_new_draft_begins_with_the_first_page(harness: ServiceHarness) -> None:
    """A new draft is stored with its problem, and the driver as decider."""
    page = await harness.drafts.start(ADA, PRIVATE, problem="It is slow.")
    assert isinstance(page, QuestionsPage)
    assert page.playbook.title == "Small or large?"
    assert page.draft.workflow == Workflow(problem="It is slow.", deciders=("U1",))
    assert page.draft.origin == PRIVATE
    assert await harness.read(find_draft, ADA, page.draft.id) == page.draft


async def test_an_unknown_playbook_is_named(harness: ServiceHarness) -> None:
    """An unknown playbook raises an error with the known ids, and no draft is stored."""
    with pytest.raises(UnknownPlaybook) as raised:
        await harness.drafts.start(ADA, PUBLIC, playbook_id="large")
    assert raised.value.known == ("small",)
    assert await harness.rows("drafts") == []


async def test_the_way_through(harness: ServiceHarness) -> None:
    """From the first page through follow-ups to the result, each answer is stored."""
    draft = (await harness.drafts.start(ADA, PUBLIC)).draft.id
    answers = {"facts": "some", "freshness": "daily", "style": "free"}
    assert await harness.answer_pages(ADA, draft, answers) == 2
    assert (await harness.drafts.open_draft(ADA, draft)).answers == answers


@OTHERS
async def test_a_draft_of_another_person_is_gone(harness: ServiceHarness, person: Person) -> None:
    """Only the driver can read or change a draft: no colleague and no user of another workspace."""
    draft = await harness.create_draft(ADA)
    before = await harness.rows("drafts")
    assert await attempts(harness.drafts, person, draft) == [DraftGone] * ATTEMPTS
    await harness.drafts.choose(person, draft, {"facts": "never"})
    assert await harness.rows("drafts") == before
    assert await harness.drafts.unfinished(person) == []


async def test_a_draft_that_never_was_is_gone(harness: ServiceHarness) -> None:
    """An unknown id raises the same error as an expired draft."""
    assert await attempts(harness.drafts, ADA, "nonsense") == [DraftGone] * ATTEMPTS


async def test_a_draft_lives_two_weeks_after_its_last_change(harness: ServiceHarness) -> None:
    """A change up to the last moment extends a draft for another full lifetime."""
    draft = await harness.create_draft(ADA)
    harness.clock.advance(DRAFT_LIFETIME)
    await harness.drafts.save_answers(ADA, draft, {"facts": "some"})
    harness.clock.advance(DRAFT_LIFETIME)
    assert await attempts(harness.drafts, ADA, draft) == []
    harness.clock.advance(DRAFT_LIFETIME + A_MOMENT)
    assert await attempts(harness.drafts, ADA, draft) == [DraftGone] * ATTEMPTS
    with pytest.raises(DraftGone):
        await harness.drafts.postable(ADA, draft)
    assert await harness.drafts.unfinished(ADA) == []


async def test_a_posted_draft_is_not_changed(harness: ServiceHarness) -> None:
    """After posting, each change is refused with the decision's number, and no row changes."""
    decision = await harness.post_decision(ADA)
    before = await harness.rows("drafts"), await harness.rows("decisions")
    assert await attempts(harness.drafts, ADA, decision.draft_id) == [AlreadyPosted] * ATTEMPTS
    with pytest.raises(AlreadyPosted) as raised:
        await harness.drafts.save_answers(ADA, decision.draft_id, {"facts": "never"})
    assert raised.value.number == decision.number
    assert (await harness.rows("drafts"), await harness.rows("decisions")) == before


@pytest.mark.parametrize("answers", [{"fact": "many"}, {"facts": "lots"}, {"facts": ""}])
async def test_answers_that_are_not_in_the_playbook(
    harness: ServiceHarness, answers: dict[str, str]
) -> None:
    """A question or answer that is not in the playbook is refused, and nothing is stored."""
    draft = await harness.create_draft(ADA)
    before = await harness.rows("drafts")
    with pytest.raises(InvalidAnswers):
        await harness.drafts.answer(ADA, draft, answers)
    with pytest.raises(InvalidAnswers):
        await harness.drafts.save_answers(ADA, draft, answers)
    assert await harness.rows("drafts") == before


async def test_back_keeps_what_was_answered(harness: ServiceHarness) -> None:
    """Going back shows the previous page; the answers of both pages are kept."""
    draft = (await harness.drafts.start(ADA, PUBLIC)).draft.id
    answers = {"facts": "some", "freshness": "daily", "style": None}
    await harness.answer_pages(ADA, draft, answers)
    page = await harness.drafts.previous_page(ADA, draft, (("facts", "style"),))
    assert isinstance(page, QuestionsPage)
    assert [question.id for question in page.questions] == ["facts", "style"]
    assert page.draft.answers == answers


async def test_a_draft_resumes_where_it_was_left(harness: ServiceHarness) -> None:
    """It resumes with what is still to be asked, what was pressed filled in, then the result."""
    draft = (await harness.drafts.start(ADA, PUBLIC)).draft.id
    await harness.drafts.choose(ADA, draft, {"style": "strict"})
    await harness.drafts.answer(ADA, draft, {"facts": None})
    await harness.drafts.choose(ADA, draft, {"facts": "many", "style": "strict"})
    page = await harness.drafts.resume(ADA, draft)
    assert isinstance(page, QuestionsPage)
    assert [question.id for question in page.questions] == ["style"]
    assert page.draft.entered == {"facts": None, "style": "strict"}
    await harness.drafts.save_answers(ADA, draft, {"facts": "never"})
    assert isinstance(await harness.drafts.resume(ADA, draft), ResultPage)


async def test_a_late_press_changes_no_answer(harness: ServiceHarness) -> None:
    """A press that arrives after its page was submitted, or after posting, changes nothing."""
    draft = (await harness.drafts.start(ADA, PUBLIC)).draft.id
    await harness.drafts.answer(ADA, draft, {"facts": "many"})
    await harness.drafts.choose(ADA, draft, {"facts": "never"})
    decision = (await harness.services.post(ADA, draft)).decision
    assert decision.answers == {"facts": "many"}
    await harness.drafts.choose(ADA, draft, {"facts": "never"})
    found = await harness.services.decision("T1", decision.number)
    assert found == decision


async def test_drafts_of_another_playbook_are_not_offered(harness: ServiceHarness) -> None:
    """Only drafts of the playbook that is started are offered."""
    draft = await harness.create_draft(ADA)
    assert [each.id for each in await harness.drafts.resumable(ADA, "small")] == [draft]
    playbook = SMALL.files[PLAYBOOK].replace("id: small", "id: large")
    harness.playbooks.use(PlaybookText("large", {**SMALL.files, PLAYBOOK: playbook}))
    assert await harness.drafts.resumable(ADA, "large") == []


async def test_an_example_that_is_gone(harness: ServiceHarness) -> None:
    """An example that the playbook does not have is refused, and nothing is stored."""
    draft = (await harness.drafts.start(ADA, PUBLIC)).draft.id
    with pytest.raises(InvalidAnswers):
        await harness.drafts.start_from(ADA, draft, "gone")
    assert (await harness.drafts.open_draft(ADA, draft)).answers == {}


@pytest.mark.parametrize(
    ("begun", "opened", "origin"),
    [
        (PUBLIC, None, PUBLIC),
        (PUBLIC, PRIVATE, PUBLIC),
        (PRIVATE, PRIVATE, PRIVATE),
        (PRIVATE, None, None),
        (PRIVATE, PUBLIC, None),
        (None, PUBLIC, None),
        (None, PRIVATE, PRIVATE),
    ],
)
async def test_where_a_draft_belongs_when_resumed(
    harness: ServiceHarness, begun: Place | None, opened: Place | None, origin: Place | None
) -> None:
    """A private origin is kept only if the draft is opened there; a public one always is."""
    draft = (await harness.drafts.start(ADA, begun)).draft
    page = await harness.drafts.resume(ADA, draft.id, opened)
    assert page.draft == replace(draft, origin=origin)
    assert (await harness.drafts.open_draft(ADA, draft.id)).origin == origin


async def test_drafts_under_way(harness: ServiceHarness) -> None:
    """A person's unposted drafts with content are listed, newest first."""
    first = await harness.create_draft(ADA)
    harness.clock.advance(timedelta(minutes=1))
    second = await harness.create_draft(ADA)
    await harness.drafts.start(ADA, PUBLIC)
    await harness.post_decision(ADA)
    await harness.create_draft(BEN)
    assert [draft.id for draft in await harness.drafts.unfinished(ADA)] == [second, first]


async def test_a_draft_keeps_the_playbook_it_began_with(harness: ServiceHarness) -> None:
    """A draft keeps its questions when the playbook changes and after a restart."""
    draft = await harness.create_draft(ADA, answers={"facts": "some"})
    files = {**SMALL.files, PLAYBOOK: SMALL.files[PLAYBOOK].replace("Small or", "Tiny or")}
    harness.playbooks.use(PlaybookText("small", files))
    restarted = ServiceHarness(harness.database)
    restarted.playbooks.use(PlaybookText("small", files))
    for drafting in (harness.drafts, restarted.drafts):
        page = await drafting.resume(ADA, draft)
        assert isinstance(page, QuestionsPage)
        assert page.playbook.title == "Small or large?"
    new = await harness.drafts.start(ADA, PUBLIC)
    assert isinstance(new, QuestionsPage)
    assert new.playbook.title == "Tiny or large?"


async def test_the_message_it_came_from_stays_with_it(harness: ServiceHarness) -> None:
    """The link becomes part of the decision; it is ignored if it is late or from another user."""
    source = Source(PUBLIC.channel, "https://northwind.slack.com/archives/C1/p1")
    draft = await harness.create_draft()
    await harness.drafts.set_source(BEN, draft, source)
    assert (await harness.drafts.open_draft(ADA, draft)).source is None
    await harness.drafts.set_source(ADA, draft, source)
    decision = (await harness.services.post(ADA, draft, PUBLIC)).decision
    await harness.drafts.set_source(ADA, draft, Source("C9", "https://elsewhere.test"))
    found = await harness.services.decision("T1", decision.number)
    assert found is not None
    assert found.source_here == source.link
    assert replace(found, place=PRIVATE).source_here is None


async def test_an_example_names_its_draft(harness: ServiceHarness) -> None:
    """A draft that is filled in from an example is titled so, in lists too; its answers are set."""
    example = Example(id="meals", title="Support answers", answers={"facts": "many"})
    harness.playbooks.offer(example)
    draft = (await harness.drafts.start(ADA, PUBLIC)).draft.id
    page = await harness.drafts.start_from(ADA, draft, "meals")
    assert isinstance(page, ResultPage)
    assert page.draft.answers == {"facts": "many"}
    (kept,) = await harness.drafts.unfinished(ADA)
    assert draft_title(kept) == "Example: Support answers"


async def test_an_example_keeps_the_title_of_the_problem(harness: ServiceHarness) -> None:
    """A draft that was made from a message has its own problem, so its title is not changed."""
    harness.playbooks.offer(Example(id="meals", title="Support", answers={"facts": "many"}))
    draft = (await harness.drafts.start(ADA, PUBLIC, problem="It is slow.")).draft.id
    page = await harness.drafts.start_from(ADA, draft, "meals")
    assert draft_title(page.draft) == "It is slow"


async def test_a_resumed_draft_has_its_way_back(harness: ServiceHarness) -> None:
    """The page that was open comes again, with *Back* to the pages before it."""
    draft = (await harness.drafts.start(ADA, PUBLIC)).draft.id
    left = await harness.drafts.answer(ADA, draft, {"facts": "some", "style": None})
    again = await harness.drafts.resume(ADA, draft)
    assert isinstance(again, QuestionsPage)
    assert again == left
    assert again.trail == (("facts", "style"),)
