"""Use cases of drafts: start, answer, resume, discard."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.decisions.access import opened_from
from bot.decisions.errors import (
    ActionNotPossible,
    AlreadyPosted,
    DraftGone,
    ExclusiveAnswer,
    NotTheirs,
    PlaybookVersionUnusable,
)
from bot.decisions.model import Draft, DraftPurpose, Person, Place, Source, Trail, Workflow
from bot.decisions.ports import Clock
from bot.decisions.questionnaire import Page, Questionnaire
from bot.decisions.transitions import DecisionAction, authorize
from bot.playbooks.engine import InvalidAnswers, RuleEngine
from bot.playbooks.library import Example
from bot.playbooks.model import Answer
from bot.storage.connection import Connection
from bot.storage.database import Database
from bot.storage.decisions import find_decision
from bot.storage.drafts import (
    add_draft,
    change_draft,
    delete_expired_drafts,
    discard_draft,
    find_draft,
    unposted_drafts,
)
from bot.storage.playbook_versions import PlaybookVersions, save_playbook

DRAFT_LIFETIME = timedelta(days=14)
_ACTIONS = {
    DraftPurpose.EDIT: DecisionAction.EDIT,
    DraftPurpose.SUPERSEDE: DecisionAction.SUPERSEDE,
    DraftPurpose.PERSPECTIVE: DecisionAction.ADD_VIEW,
}
"""What a finished draft does with the decision that it is about."""


class DraftService:
    """The use cases; each method is one.

    All but `start` and `discard` raise `DraftGone` if the driver has no such draft. Those that
    change it raise `AlreadyPosted` if it has become a decision.
    """

    def __init__(self, database: Database, clock: Clock, playbooks: PlaybookVersions) -> None:
        """Create the service."""
        self._database = database
        self._clock = clock
        self._playbooks = playbooks

    async def start(
        self,
        driver: Person,
        origin: Place | None,
        *,
        playbook_id: str | None = None,
        problem: str = "",
    ) -> Page:
        """Store a new draft and return its first page.

        Raises:
            UnknownPlaybook: there is none with that id.
        """
        version = self._playbooks.current(playbook_id)
        now = self._clock.now()
        draft = Draft(
            id=uuid.uuid4().hex,
            driver=driver,
            playbook_hash=version.text.hash,
            started_at=now,
            changed_at=now,
            origin=origin,
            workflow=Workflow(problem=problem, deciders=(driver.user,)),
        )

        def work(db: Connection) -> None:
            save_playbook(db, version.text)
            add_draft(db, draft)

        await self._database.write(work)
        return Questionnaire(version.engine, draft).first(version.examples)

    async def start_from(self, driver: Person, draft_id: str, example_id: str) -> Page:
        """Fill in the answers of an example, name the draft after it, and return the result.

        Raises:
            InvalidAnswers: the example has changed, or is gone.
        """
        draft = await self.open_draft(driver, draft_id)
        engine = await self._playbooks.engine(draft.playbook_hash)
        offered = self._playbooks.current(engine.playbook.id).examples
        example = next((each for each in offered if each.id == example_id), None)
        if example is None:
            raise InvalidAnswers((f"there is no example `{example_id}`",))
        draft = await self._store(
            driver, draft_id, example.answers, lambda old: _named_after(example, old)
        )
        return Questionnaire(engine, draft).result(example.title)

    async def describe(self, driver: Person, draft_id: str, workflow: Workflow) -> Draft:
        """Store the fields of the last page; return the draft."""
        return await self._change(driver, draft_id, lambda old: replace(old, workflow=workflow))

    async def answer(
        self,
        driver: Person,
        draft_id: str,
        answers: Mapping[str, Answer],
        trail: Trail = (),
        *,
        ends: bool = False,
    ) -> Page:
        """Store the answers of a page, and return the next page.

        Args:
            driver: who answers.
            draft_id: the draft.
            answers: by question, one for each question of the page; None is "don't know".
            trail: the questions of the pages before.
            ends: whether the result follows, whatever is answered.

        Raises:
            InvalidAnswers: the playbook has no such question or answer.
            ExclusiveAnswer: an answer like "none of these" was given with others.
        """
        asked = tuple(answers)

        def note_page(old: Draft) -> Draft:
            # A page after the result has no way back, and is none of the draft's pages.
            return replace(old, pages=(*trail, asked)) if trail or not ends else old

        draft = await self._store(driver, draft_id, answers, note_page)
        pages = await self._pages(draft)
        return pages.result() if ends else pages.after(asked, trail)

    async def save_answers(
        self, driver: Person, draft_id: str, answers: Mapping[str, Answer]
    ) -> None:
        """Store answers, like `answer`, without a next page."""
        await self._store(driver, draft_id, answers)

    async def choose(self, driver: Person, draft_id: str, answers: Mapping[str, Answer]) -> None:
        """Store what is chosen on a page that is not submitted yet.

        A press may arrive late: after the submission, or after posting. It changes no answer.
        """
        try:
            await self._change(
                driver, draft_id, lambda old: replace(old, chosen={**old.chosen, **answers})
            )
        except (AlreadyPosted, DraftGone):
            return

    async def save_entered(
        self,
        driver: Person,
        draft_id: str,
        answers: Mapping[str, Answer],
        workflow: Workflow | None,
    ) -> None:
        """Store what is entered on a page before a button leads to another one.

        Args:
            driver: who answers.
            draft_id: the draft.
            answers: what is chosen so far, by question; of answers that exclude each other,
                the others count.
            workflow: the fields of the last page, if it is that one.
        """

        def change(engine: RuleEngine, old: Draft) -> Draft:
            sound = {name: _sound(engine, name, answer) for name, answer in answers.items()}
            engine.check(sound)
            given = {**old.answers, **engine.fitting(sound)}
            return replace(old, answers=given, workflow=workflow or old.workflow)

        await self._change_by_rules(driver, draft_id, change)

    async def set_source(self, driver: Person, draft_id: str, source: Source) -> None:
        """Store the message that a draft was made from; a posted or missing draft is ignored."""
        try:
            await self._change(driver, draft_id, lambda old: replace(old, source=source))
        except (AlreadyPosted, DraftGone):
            return

    async def result(self, driver: Person, draft_id: str) -> Page:
        """Return the last page, with the recommendation so far."""
        return (await self._pages(await self.open_draft(driver, draft_id))).result()

    async def further(self, driver: Person, draft_id: str) -> Page:
        """Return a page of more questions, though the result is sure enough."""
        return (await self._pages(await self.open_draft(driver, draft_id))).further()

    async def change_page(self, driver: Person, draft_id: str, question: str) -> Page:
        """Return the page that changes one answer."""
        return (await self._pages(await self.open_draft(driver, draft_id))).change(question)

    async def previous_page(self, driver: Person, draft_id: str, trail: Trail) -> Page:
        """Return the last page of a trail; the first page if it is empty."""
        return (await self._pages(await self.open_draft(driver, draft_id))).before(trail)

    async def resume(self, driver: Person, draft_id: str, place: Place | None = None) -> Page:
        """Return the next page of a draft; the result of an edit, which has all answers.

        `place` is where it is resumed, None for App Home.

        Raises:
            ActionNotPossible: the decision that it is about has another status by now.
            NotTheirs: the driver may not change that decision any more.
        """
        await self._require_possible(await self.open_draft(driver, draft_id))
        draft = await self._database.write(
            lambda db: change_draft(db, driver, draft_id, lambda old: opened_from(old, place))
        )
        if draft is None:
            raise DraftGone(draft_id)
        return (await self._pages(draft)).resume()

    async def discard(self, driver: Person, draft_id: str) -> None:
        """Delete a draft; a missing one is ignored."""
        await self._database.write(lambda db: discard_draft(db, driver, draft_id))

    async def unfinished(self, driver: Person) -> list[Draft]:
        """Return the driver's drafts that have content and can be finished, newest first."""
        since = self._clock.now() - DRAFT_LIFETIME
        drafts = await self._database.read(lambda db: unposted_drafts(db, driver, since))
        held = [draft for draft in drafts if _has_content(draft)]
        return [draft for draft in held if await self._is_possible(draft)]

    async def resumable(self, driver: Person, playbook_id: str | None = None) -> list[Draft]:
        """Return the driver's unfinished drafts of a playbook, except perspectives.

        The first playbook if `playbook_id` is None.
        """
        wanted = self._playbooks.current(playbook_id).engine.playbook.id
        return [
            draft
            for draft in await self.unfinished(driver)
            if draft.purpose is not DraftPurpose.PERSPECTIVE
            and await self._playbook_of(draft) == wanted
        ]

    async def delete_expired(self) -> int:
        """Delete drafts unchanged for `DRAFT_LIFETIME`; return how many there were."""
        before = self._clock.now() - DRAFT_LIFETIME
        return await self._database.write(lambda db: delete_expired_drafts(db, before))

    async def open_draft(self, driver: Person, draft_id: str) -> Draft:
        """Return a draft that can still be changed."""
        draft = await self._found(driver, draft_id)
        _require_open(draft, self._clock.now())
        return draft

    async def postable(self, driver: Person, draft_id: str) -> Draft:
        """Return a draft that can be posted, or was posted."""
        draft = await self._found(driver, draft_id)
        if draft.decision is None:
            _require_open(draft, self._clock.now())
        return draft

    async def _is_possible(self, draft: Draft) -> bool:
        try:
            await self._require_possible(draft)
        except (ActionNotPossible, DraftGone, NotTheirs):
            return False
        return True

    async def _require_possible(self, draft: Draft) -> None:
        """Raise unless the draft can still be applied to the decision that it is about."""
        action = _ACTIONS.get(draft.purpose)
        if action is None:
            return
        about = (draft.driver.workspace, draft.about or 0)
        decision = await self._database.read(lambda db: find_decision(db, *about))
        if decision is None:
            raise DraftGone(draft.id)
        authorize(action, decision, draft.driver)

    async def _store(
        self,
        driver: Person,
        draft_id: str,
        answers: Mapping[str, Answer],
        also: Callable[[Draft], Draft] = lambda draft: draft,
    ) -> Draft:
        """Store answers; `also` is what else changes in the same transaction."""
        if not answers:
            return await self.open_draft(driver, draft_id)

        def change(engine: RuleEngine, old: Draft) -> Draft:
            for name, answer in answers.items():
                _require_compatible(engine, name, answer)
            engine.check(answers)
            given = {**old.answers, **engine.fitting(answers)}
            return also(replace(old, answers=given, chosen={}))

        return await self._change_by_rules(driver, draft_id, change)

    async def _change(
        self, driver: Person, draft_id: str, change: Callable[[Draft], Draft]
    ) -> Draft:
        return await self._change_in(driver, draft_id, lambda _, old: change(old))

    async def _change_by_rules(
        self, driver: Person, draft_id: str, change: Callable[[RuleEngine, Draft], Draft]
    ) -> Draft:
        """Change a draft, given the engine of its playbook's version, in one transaction."""

        def changed(db: Connection, old: Draft) -> Draft:
            return change(self._playbooks.engine_in(db, old.playbook_hash), old)

        return await self._change_in(driver, draft_id, changed)

    async def _change_in(
        self, driver: Person, draft_id: str, change: Callable[[Connection, Draft], Draft]
    ) -> Draft:
        now = self._clock.now()

        def work(db: Connection) -> Draft | None:
            def changed(old: Draft) -> Draft:
                _require_open(old, now)
                return replace(change(db, old), changed_at=now)

            return change_draft(db, driver, draft_id, changed)

        draft = await self._database.write(work)
        if draft is None:
            raise DraftGone(draft_id)
        return draft

    async def _found(self, driver: Person, draft_id: str) -> Draft:
        draft = await self._database.read(lambda db: find_draft(db, driver, draft_id))
        if draft is None:
            raise DraftGone(draft_id)
        return draft

    async def _playbook_of(self, draft: Draft) -> str | None:
        """Return the id of a draft's playbook; None if it cannot be used any more."""
        try:
            return (await self._playbooks.engine(draft.playbook_hash)).playbook.id
        except PlaybookVersionUnusable:
            return None

    async def _pages(self, draft: Draft) -> Questionnaire:
        return Questionnaire(await self._playbooks.engine(draft.playbook_hash), draft)


def _named_after(example: Example, draft: Draft) -> Draft:
    """Return a draft whose title says that its answers are those of an example."""
    if draft.workflow.problem:
        return draft
    return replace(draft, workflow=replace(draft.workflow, title=f"Example: {example.title}"))


def _require_compatible(engine: RuleEngine, name: str, answer: Answer) -> None:
    """Raise if an answer that excludes all others was given with another one.

    Raises:
        ExclusiveAnswer: it names the question and the answer.
    """
    for each in _exclusive(engine, name, answer):
        raise ExclusiveAnswer(name, engine.playbook.question(name).answers[each])


def _sound(engine: RuleEngine, name: str, answer: Answer) -> Answer:
    """Return an answer without those that exclude the others."""
    excluding = _exclusive(engine, name, answer)
    if not excluding or not isinstance(answer, tuple):
        return answer
    return tuple(each for each in answer if each not in excluding) or answer[:1]


def _exclusive(engine: RuleEngine, name: str, answer: Answer) -> list[str]:
    """Return the answers given together with others though they exclude them."""
    if not isinstance(answer, tuple) or len(answer) < 2:
        return []
    known = {question.id: question.alone for question in engine.playbook.questions}
    return [each for each in answer if each in known.get(name, ())]


def _has_content(draft: Draft) -> bool:
    """Return whether the driver has entered anything; all but new decisions start with content."""
    if draft.purpose is not DraftPurpose.OPEN:
        return draft.changed_at > draft.started_at
    return bool(draft.workflow.title or draft.entered)


def _require_open(draft: Draft, now: datetime) -> None:
    """Raise unless the draft can still be changed."""
    if draft.decision is not None:
        raise AlreadyPosted(draft.decision)
    if now - draft.changed_at > DRAFT_LIFETIME:
        raise DraftGone(draft.id)
