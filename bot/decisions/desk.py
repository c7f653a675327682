"""The use cases: what people can do with a decision."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.advice import loader
from bot.advice.advisor import Advisor
from bot.decisions.delivery import Delivery, DeliveryKind
from bot.decisions.model import Decision, Draft, Person, Place, Status, Visibility, Workflow
from bot.decisions.ports import Clock, Playbooks, Store
from bot.decisions.questionnaire import (
    WORKFLOW_STEP,
    Page,
    page_after,
    page_at,
    page_before,
)

DRAFT_LIFETIME = timedelta(days=14)
HELD_UP_AFTER = timedelta(seconds=3)


class DraftGone(LookupError):
    """The draft does not exist, is somebody else's, or has expired."""


class AlreadyPosted(Exception):
    """The draft has become a decision; its answers are not changed any more."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class NotYours(PermissionError):
    """Only the decision's driver may do this; `driver` is their user id."""

    def __init__(self, driver: str) -> None:
        super().__init__(driver)
        self.driver = driver


class NothingToResend(LookupError):
    """The message has arrived, or was taken care of, in the meantime."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A decision that was logged.

    `held_up` says that Slack does not take messages just now, so that it will show later.
    """

    decision: Decision
    held_up: bool


class Desk:
    """Everything a person can do, as methods; each is one use case."""

    def __init__(
        self, store: Store, clock: Clock, playbooks: Playbooks, wake_delivery: Callable[[], None]
    ) -> None:
        """Make a desk.

        Args:
            store: the decision log.
            clock: the only source of time.
            playbooks: the playbooks in use.
            wake_delivery: called when there is something new to deliver.
        """
        self._store = store
        self._clock = clock
        self._playbooks = playbooks
        self._wake_delivery = wake_delivery
        self._advisors: dict[str, Advisor] = {}

    async def start(
        self,
        driver: Person,
        origin: Place | None,
        *,
        playbook_id: str | None = None,
        problem: str = "",
    ) -> Page:
        """Open a questionnaire: keep a new draft and return its first page.

        Raises:
            UnknownPlaybook: there is none of that name.
        """
        edition = self._playbooks.current(playbook_id)
        self._advisors[edition.text.hash] = edition.advisor
        now = self._clock.now()
        draft = Draft(
            id=uuid.uuid4().hex,
            driver=driver,
            playbook_hash=edition.text.hash,
            started_at=now,
            changed_at=now,
            origin=origin,
            workflow=Workflow(problem=problem, deciders=(driver.user,)),
        )
        await self._store.add_draft(draft, edition.text)
        return page_at(edition.advisor, draft, WORKFLOW_STEP)

    async def describe(self, driver: Person, draft_id: str, workflow: Workflow) -> Page:
        """Keep the first page's answers and return the next page.

        Raises:
            DraftGone: there is no such draft of this driver's.
            AlreadyPosted: it has become a decision.
        """
        draft = await self._change(driver, draft_id, lambda old: replace(old, workflow=workflow))
        return page_after(await self._advisor(draft.playbook_hash), draft, WORKFLOW_STEP)

    async def answer(
        self, driver: Person, draft_id: str, step: str, answers: Mapping[str, str | None]
    ) -> Page:
        """Keep the answers of a step and return the next page.

        Args:
            driver: who answers.
            draft_id: the draft.
            step: the step that was answered.
            answers: answer ids by question id; None is "don't know".

        Raises:
            DraftGone: there is no such draft of this driver's.
            AlreadyPosted: it has become a decision.
            InvalidAnswers: a question or an answer is not in the playbook.
        """
        draft, advisor = await self._keep(driver, draft_id, answers)
        return page_after(advisor, draft, step)

    async def keep(
        self, driver: Person, draft_id: str, answers: Mapping[str, str | None]
    ) -> None:
        """Keep answers without going on; it raises what `answer` raises."""
        await self._keep(driver, draft_id, answers)

    async def turn_back(self, driver: Person, draft_id: str, step: str) -> Page:
        """Return the page before a step.

        Raises:
            DraftGone: there is no such draft of this driver's.
            AlreadyPosted: it has become a decision.
        """
        draft, advisor = await self._open_draft(driver, draft_id)
        return page_before(advisor, draft, step)

    async def resume(self, driver: Person, draft_id: str) -> Page:
        """Return the page on which a draft was left: the first with something unanswered.

        Raises:
            DraftGone: there is no such draft of this driver's.
            AlreadyPosted: it has become a decision.
        """
        draft, advisor = await self._open_draft(driver, draft_id)
        if not draft.workflow.title:
            return page_at(advisor, draft, WORKFLOW_STEP)
        return page_after(advisor, draft, WORKFLOW_STEP)

    async def post(self, driver: Person, draft_id: str, place: Place) -> Posted:
        """Make a draft a decision, once, and send it on its way.

        Raises:
            DraftGone: there is no such draft of this driver's.
        """
        draft = await self._draft(driver, draft_id)
        if draft.decision is None:
            _require_open(draft, self._clock.now())
        decision, new = await self._logged(draft, place)
        if new:
            self._wake_delivery()
        return Posted(decision, await self._held_up(driver.workspace))

    async def redirect(self, actor: Person, number: int, place: Place | None) -> Decision:
        """Send a decision again that could not be posted, to another place if one is given.

        Raises:
            NotYours: somebody else drives it.
            NothingToResend: it has arrived in the meantime, or there is no such decision.
        """
        decision = await self._driven(actor, number)
        to = place or decision.place
        if not await self._store.redirect(decision, to, actor.user, self._clock.now()):
            raise NothingToResend(number)
        self._wake_delivery()
        return replace(decision, place=to)

    async def settle(self, actor: Person, number: int, key: str, *, resend: bool) -> None:
        """Send a message again of which nobody knows whether it arrived, or leave it.

        Raises:
            NotYours: somebody else drives the decision.
            NothingToResend: it was taken care of in the meantime.
        """
        await self._driven(actor, number)
        if not await self._store.settle_unknown(
            actor.workspace, key, resend=resend, at=self._clock.now()
        ):
            raise NothingToResend(number)
        self._wake_delivery()

    async def origin_of(self, driver: Person, draft_id: str) -> Place | None:
        """Return where a draft was opened; None if that was no conversation.

        Raises:
            DraftGone: there is no such draft of this driver's.
        """
        return (await self._draft(driver, draft_id)).origin

    async def promise_to_open(self, person: Person, draft_id: str) -> None:
        """Send a person a button that opens a draft, because it did not open by itself."""
        key = f"{person.workspace}/draft/{draft_id}/{DeliveryKind.COULD_NOT_OPEN}"
        await self._send(person, key, DeliveryKind.COULD_NOT_OPEN, {"draft": draft_id})

    async def tell(self, person: Person, text: str) -> None:
        """Send a person a direct message of one paragraph, in Slack's markup."""
        key = f"{person.workspace}/{DeliveryKind.NOTICE}/{uuid.uuid4().hex}"
        await self._send(person, key, DeliveryKind.NOTICE, {"text": text})

    async def decision(self, workspace: str, number: int) -> Decision | None:
        """Return a decision for those who render it; it asks nobody's permission."""
        return await self._store.decision(workspace, number)

    async def advisor_of(self, decision: Decision) -> Advisor:
        """Return the advisor of the playbook a decision was made with."""
        return await self._advisor(decision.playbook_hash)

    async def desk_of(self, person: Person) -> tuple[list[Draft], list[Decision]]:
        """Return what a person finds on their own desk: drafts, and recent decisions."""
        since = self._clock.now() - DRAFT_LIFETIME
        drafts = await self._store.unposted_drafts(person, since)
        decisions = await self._store.recent_decisions(person, limit=10)
        return [draft for draft in drafts if draft.workflow.title or draft.answers], decisions

    def playbook_titles(self) -> dict[str, str]:
        """Return each playbook's title by its id, the first one first."""
        return self._playbooks.titles()

    async def _logged(self, draft: Draft, place: Place) -> tuple[Decision, bool]:
        """Return the draft's decision as logged, and whether it was logged just now."""
        advisor = await self._advisor(draft.playbook_hash)
        now = self._clock.now()
        workflow = draft.workflow
        here = place
        if place.visibility is Visibility.DIRECT:
            here = Place(draft.driver.user, Visibility.DIRECT)
        decision = Decision(
            workspace=draft.driver.workspace,
            number=0,
            draft_id=draft.id,
            title=workflow.title,
            problem=workflow.problem,
            driver=draft.driver.user,
            deciders=workflow.deciders or (draft.driver.user,),
            review_on=workflow.review.due(now.date()),
            place=here,
            playbook_hash=draft.playbook_hash,
            answers=draft.answers,
            verdict=advisor.advise(draft.answers),
            status=Status.OPEN,
            opened_at=now,
        )
        return await self._store.open_decision(draft, decision)

    async def _held_up(self, workspace: str) -> bool:
        since = await self._store.overdue_since(workspace)
        return since is not None and self._clock.now() - since > HELD_UP_AFTER

    async def _driven(self, actor: Person, number: int) -> Decision:
        decision = await self._store.decision(actor.workspace, number)
        if decision is None:
            raise NothingToResend(number)
        if decision.driver != actor.user:
            raise NotYours(decision.driver)
        return decision

    async def _send(
        self, person: Person, key: str, kind: DeliveryKind, detail: Mapping[str, str]
    ) -> None:
        delivery = Delivery(
            key=key,
            workspace=person.workspace,
            kind=kind,
            channel=person.user,
            due_at=self._clock.now(),
            detail=detail,
        )
        await self._store.add_delivery(delivery)
        self._wake_delivery()

    async def _keep(
        self, driver: Person, draft_id: str, answers: Mapping[str, str | None]
    ) -> tuple[Draft, Advisor]:
        draft, advisor = await self._open_draft(driver, draft_id)
        advisor.check(answers)
        if answers:
            draft = await self._change(
                driver, draft_id, lambda old: replace(old, answers={**old.answers, **answers})
            )
        return draft, advisor

    async def _change(
        self, driver: Person, draft_id: str, change: Callable[[Draft], Draft]
    ) -> Draft:
        now = self._clock.now()

        def changed(draft: Draft) -> Draft:
            _require_open(draft, now)
            return replace(change(draft), changed_at=now)

        draft = await self._store.change_draft(driver, draft_id, changed)
        if draft is None:
            raise DraftGone(draft_id)
        return draft

    async def _open_draft(self, driver: Person, draft_id: str) -> tuple[Draft, Advisor]:
        draft = await self._draft(driver, draft_id)
        _require_open(draft, self._clock.now())
        return draft, await self._advisor(draft.playbook_hash)

    async def _draft(self, driver: Person, draft_id: str) -> Draft:
        draft = await self._store.draft(driver, draft_id)
        if draft is None:
            raise DraftGone(draft_id)
        return draft

    async def _advisor(self, playbook_hash: str) -> Advisor:
        """Return the advisor of an edition, made again from the log if need be."""
        if playbook_hash not in self._advisors:
            text = await self._store.playbook_text(playbook_hash)
            if text is None:
                raise LookupError(f"the log holds no playbook {playbook_hash}")
            self._advisors[playbook_hash] = Advisor(loader.parse(text))
        return self._advisors[playbook_hash]


def _require_open(draft: Draft, now: datetime) -> None:
    """Raise unless the draft can still be changed."""
    if draft.decision is not None:
        raise AlreadyPosted(draft.decision)
    if now - draft.changed_at > DRAFT_LIFETIME:
        raise DraftGone(draft.id)
