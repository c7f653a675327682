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
    NotTheirs,
    ReviewInThePast,
)
from bot.decisions.model import Draft, DraftPurpose, Person, Place, Source, Workflow
from bot.decisions.ports import Clock
from bot.decisions.questionnaire import WORKFLOW_STEP, Page, Questionnaire
from bot.decisions.transitions import DecisionAction, authorize
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
        return Questionnaire(version.engine, draft).first()

    async def describe(self, driver: Person, draft_id: str, workflow: Workflow) -> Page:
        """Store the fields of the first page and return the next page.

        Raises:
            ReviewInThePast: the review day is not after today.
        """
        today = self._clock.now().date()
        due = workflow.review.due(today)
        if due is not None and due <= today:
            raise ReviewInThePast(due)
        draft = await self._change(driver, draft_id, lambda old: replace(old, workflow=workflow))
        return (await self._pages(draft)).after(WORKFLOW_STEP)

    async def answer(
        self, driver: Person, draft_id: str, step: str, answers: Mapping[str, Answer]
    ) -> Page:
        """Store the answers of a step and return the next page.

        Args:
            driver: who answers.
            draft_id: the draft.
            step: the step that was answered.
            answers: answer ids by question id; None is "don't know".

        Raises:
            InvalidAnswers: the playbook has no such question or answer.
        """
        draft = await self._store(driver, draft_id, answers)
        return (await self._pages(draft)).after(step)

    async def save_answers(
        self, driver: Person, draft_id: str, answers: Mapping[str, Answer]
    ) -> None:
        """Store answers, like `answer`, without a next page."""
        await self._store(driver, draft_id, answers)

    async def set_source(self, driver: Person, draft_id: str, source: Source) -> None:
        """Store the message that a draft was made from; a posted or missing draft is ignored."""
        try:
            await self._change(driver, draft_id, lambda old: replace(old, source=source))
        except (AlreadyPosted, DraftGone):
            return

    async def previous_page(self, driver: Person, draft_id: str, step: str) -> Page:
        """Return the page before a step."""
        draft = await self.open_draft(driver, draft_id)
        return (await self._pages(draft)).before(step)

    async def resume(self, driver: Person, draft_id: str, place: Place | None = None) -> Page:
        """Return the first page of a draft with something missing.

        Args:
            driver: who resumes it.
            draft_id: the draft.
            place: where they resume it; None for App Home.

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
        pages = await self._pages(draft)
        return pages.unfinished() if draft.workflow.title else pages.first()

    async def discard(self, driver: Person, draft_id: str) -> None:
        """Delete a draft; a missing one is ignored."""
        await self._database.write(lambda db: discard_draft(db, driver, draft_id))

    async def origin_of(self, driver: Person, draft_id: str) -> Place | None:
        """Return the default channel of a draft; None if it has none."""
        return (await self._found(driver, draft_id)).origin

    async def unfinished(self, driver: Person) -> list[Draft]:
        """Return the driver's drafts that have content and can be finished, newest first."""
        since = self._clock.now() - DRAFT_LIFETIME
        drafts = await self._database.read(lambda db: unposted_drafts(db, driver, since))
        held = [draft for draft in drafts if _has_content(draft)]
        return [draft for draft in held if await self._is_possible(draft)]

    async def resumable(self, driver: Person) -> list[Draft]:
        """Return the driver's unfinished drafts, except perspectives."""
        drafts = await self.unfinished(driver)
        return [each for each in drafts if each.purpose is not DraftPurpose.PERSPECTIVE]

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

    async def _store(self, driver: Person, draft_id: str, answers: Mapping[str, Answer]) -> Draft:
        draft = await self.open_draft(driver, draft_id)
        engine = await self._playbooks.engine(draft.playbook_hash)
        engine.check(answers)
        if not answers:
            return draft
        given = engine.fitting(answers)
        return await self._change(
            driver, draft_id, lambda old: replace(old, answers={**old.answers, **given})
        )

    async def _change(
        self, driver: Person, draft_id: str, change: Callable[[Draft], Draft]
    ) -> Draft:
        now = self._clock.now()

        def changed(draft: Draft) -> Draft:
            _require_open(draft, now)
            return replace(change(draft), changed_at=now)

        draft = await self._database.write(lambda db: change_draft(db, driver, draft_id, changed))
        if draft is None:
            raise DraftGone(draft_id)
        return draft

    async def _found(self, driver: Person, draft_id: str) -> Draft:
        draft = await self._database.read(lambda db: find_draft(db, driver, draft_id))
        if draft is None:
            raise DraftGone(draft_id)
        return draft

    async def _pages(self, draft: Draft) -> Questionnaire:
        return Questionnaire(await self._playbooks.engine(draft.playbook_hash), draft)


def _has_content(draft: Draft) -> bool:
    """Return whether the driver has entered anything; all but new decisions start with content."""
    if draft.purpose is not DraftPurpose.OPEN:
        return draft.changed_at > draft.started_at
    return bool(draft.workflow.title or draft.answers)


def _require_open(draft: Draft, now: datetime) -> None:
    """Raise unless the draft can still be changed."""
    if draft.decision is not None:
        raise AlreadyPosted(draft.decision)
    if now - draft.changed_at > DRAFT_LIFETIME:
        raise DraftGone(draft.id)
