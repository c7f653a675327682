"""Use cases of a posted decision: accept, override, withdraw, hand over, edit, supersede."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import partial

from bot.decisions.access import opened_from
from bot.decisions.errors import (
    EditedMeanwhile,
    NoSuchDecision,
    NothingChanged,
    NothingRecommended,
    SameOption,
)
from bot.decisions.events import (
    OPERATOR,
    Accepted,
    Change,
    Event,
    EventKind,
    HandedOver,
    Overridden,
    Superseded,
    Withdrawn,
    edited,
)
from bot.decisions.model import (
    Decision,
    Draft,
    DraftPurpose,
    Person,
    Place,
    Review,
    Status,
    Visibility,
    Workflow,
    fingerprint,
)
from bot.decisions.ports import Clock
from bot.decisions.questionnaire import Page, Questionnaire
from bot.decisions.records.words import recommended_words
from bot.decisions.transitions import DecisionAction, apply_action, authorize, review_after
from bot.outbox.issues import record_place
from bot.services.drafts import DRAFT_LIFETIME
from bot.services.people import PeopleService
from bot.services.transactions import change_decision, for_reader, rejudge_views, who_left
from bot.storage.connection import Connection
from bot.storage.database import Database
from bot.storage.decisions import find_decision, find_events
from bot.storage.drafts import add_draft, change_draft, discard_draft, unposted_drafts
from bot.storage.people import find_profiles
from bot.storage.playbook_versions import PlaybookVersions


class DecisionService:
    """The use cases; each method is one.

    Each raises `NoSuchDecision` if the actor sees none with that number, `NotTheirs` if they may
    not do this, and `ActionNotPossible` if the decision's status does not allow it. `place` is
    where they act, None outside a channel.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        playbooks: PlaybookVersions,
        people: PeopleService,
        wake_delivery: Callable[[], None],
    ) -> None:
        """Create the service; `wake_delivery` is called when there is something to deliver."""
        self._database = database
        self._people = people
        self._clock = clock
        self._playbooks = playbooks
        self._wake_delivery = wake_delivery

    async def accept(
        self, actor: Person, number: int, seen: str | None = None, place: Place | None = None
    ) -> Decision:
        """Accept the recommendation.

        Args:
            actor: who accepts it.
            number: the decision's.
            seen: the fingerprint of what they have read, if it is known.
            place: where they do.

        Raises:
            EditedMeanwhile: it was edited since they read it; the announcement is redrawn.
            NothingRecommended: there is no recommendation to accept.
        """
        now = self._clock.now()

        def change(decision: Decision) -> Change:
            authorize(DecisionAction.ACCEPT, decision, actor)
            if seen not in {None, fingerprint(decision)}:
                return Change(decision, None, outdated_at=now)
            if not decision.verdict.anything_known:
                raise NothingRecommended
            after = apply_action(DecisionAction.ACCEPT, decision, actor, now)
            accepted = Accepted(decision.verdict.option)
            return Change(after, Event(accepted, actor.user, now))

        return await self._unless_edited(await self._change(actor, number, change, place))

    async def override(
        self,
        actor: Person,
        number: int,
        option: str,
        reason: str,
        against: str | None = None,
        place: Place | None = None,
    ) -> Decision:
        """Choose another option than the recommended one.

        Args:
            actor: who chooses.
            number: the decision's.
            option: the id of the option chosen.
            reason: in their words.
            against: the option recommended when they opened the modal, if it is known.
            place: where they do.

        Raises:
            EditedMeanwhile: another option is recommended now; the announcement is redrawn.
            SameOption: the option is the recommended one.
        """
        now = self._clock.now()

        def change(decision: Decision) -> Change:
            authorize(DecisionAction.OVERRIDE, decision, actor)
            if against not in {None, decision.verdict.option}:
                return Change(decision, None, outdated_at=now)
            recommended = decision.recommended
            if option == recommended:
                raise SameOption(option)
            after = apply_action(
                DecisionAction.OVERRIDE, decision, actor, now, option=option, reason=reason
            )
            return Change(after, Event(Overridden(option, recommended, reason), actor.user, now))

        return await self._unless_edited(await self._change(actor, number, change, place))

    async def withdraw(
        self, actor: Person, number: int, reason: str, place: Place | None = None
    ) -> Decision:
        """Withdraw a decision."""
        now = self._clock.now()

        def change(decision: Decision) -> Change:
            after = apply_action(DecisionAction.WITHDRAW, decision, actor, now, reason=reason)
            return Change(after, Event(Withdrawn(reason), actor.user, now))

        return await self._change(actor, number, change, place)

    async def hand_over(
        self, actor: Person, number: int, deciders: tuple[str, ...], place: Place | None = None
    ) -> Decision:
        """Replace the deciders by these user ids, at least one; the same ones change nothing.

        An admin of the workspace may do so where driver and deciders have left. A driver who has
        left is replaced by the first new decider.
        """
        now = self._clock.now()

        def work(db: Connection) -> Decision:
            def change(decision: Decision) -> Change:
                left = who_left(db, decision)
                takes_over = _is_abandoned(decision, left) and _is_admin(db, actor)
                authorize(DecisionAction.HAND_OVER, decision, actor, takes_over=takes_over)
                return _handed_over(decision, deciders, left, actor.user, now)

            return change_decision(db, actor.workspace, number, change)

        return await self._act(actor, number, work, place)

    async def hand_over_by_operator(
        self, workspace: str, number: int, deciders: tuple[str, ...]
    ) -> Decision:
        """Replace the deciders, and a driver who is not among them: the operator may always.

        Raises:
            NoSuchDecision: there is none with that number.
            ActionNotPossible: it is not open.
        """
        now = self._clock.now()

        def change(decision: Decision) -> Change:
            first = Person(workspace, deciders[0])
            authorize(DecisionAction.HAND_OVER, decision, first, takes_over=True)
            return _handed_over(decision, deciders, {decision.driver}, OPERATOR, now)

        return await self._store(lambda db: change_decision(db, workspace, number, change))

    async def begin_edit(self, actor: Person, number: int, place: Place | None = None) -> Page:
        """Open a questionnaire to edit the decision, filled with its answers."""
        return await self._begin(actor, number, DecisionAction.EDIT, DraftPurpose.EDIT, place)

    async def begin_supersede(self, actor: Person, number: int, place: Place | None = None) -> Page:
        """Open a questionnaire for a decision that replaces this one, filled with its answers.

        `place` is None for App Home.
        """
        return await self._begin(
            actor, number, DecisionAction.SUPERSEDE, DraftPurpose.SUPERSEDE, place
        )

    async def finish_edit(self, draft: Draft) -> Decision:
        """Apply a draft to the decision that it edits, once, and evaluate it again.

        The deciders are not changed; `hand_over` does that.

        Raises:
            NothingChanged: the draft changes nothing; it is deleted.
        """
        now = self._clock.now()
        engine = await self._playbooks.engine(draft.playbook_hash)
        verdict = engine.evaluate(draft.answers)
        workflow = draft.workflow

        def change(decision: Decision) -> Change:
            authorize(DecisionAction.EDIT, decision, draft.driver)
            today = now.date()
            after = replace(
                decision,
                title=workflow.title,
                problem=workflow.problem,
                review_on=review_after(decision, today, workflow.review.due(today)),
                playbook_hash=draft.playbook_hash,
                answers=draft.answers,
                verdict=verdict,
            )
            if after == decision:
                raise NothingChanged(decision.number)
            event = Event(edited(decision, after), draft.driver.user, now)
            return Change(after, event, closes=draft.id)

        def work(db: Connection) -> Decision:
            after = change_decision(db, draft.driver.workspace, draft.about or 0, change)
            rejudge_views(db, after, engine)
            return after

        try:
            return await self._store(work)
        except NothingChanged:
            await self._database.write(lambda db: discard_draft(db, draft.driver, draft.id))
            raise

    async def find(self, person: Person, number: int) -> Decision:
        """Return a decision without a permission check."""
        workspace = person.workspace
        decision = await self._database.read(lambda db: find_decision(db, workspace, number))
        if decision is None:
            raise NoSuchDecision(number)
        return decision

    async def confirm_announcement(
        self, actor: Person, number: int, channel: str, ts: str, called: str = ""
    ) -> None:
        """Record where an announcement is, and its channel's name, after a press on it.

        Handlers call this after the ack. A missing decision is ignored: their own call reports it;
        so is a press in another conversation than the one that it was posted in.
        """
        workspace = actor.workspace
        decision = await self._database.read(lambda db: find_decision(db, workspace, number))
        if decision is None or not _is_announced_in(decision, channel, actor):
            return
        now = self._clock.now()
        await record_place(self._database, decision, channel, ts, now, called)

    async def find_for(
        self, actor: Person, number: int, action: DecisionAction, place: Place | None = None
    ) -> Decision:
        """Return a decision if this person may do this with it now.

        May call the directory: whether people have left decides who may hand a decision over.
        """
        decision = await self.find(actor, number)
        if actor.user not in {decision.driver, *decision.deciders}:
            for user in (decision.driver, *decision.deciders, actor.user):
                await self._people.refresh_profile(Person(actor.workspace, user))

        def work(db: Connection) -> Decision:
            left = who_left(db, decision)
            takes_over = (
                action is DecisionAction.HAND_OVER
                and _is_abandoned(decision, left)
                and _is_admin(db, actor)
            )
            authorize(action, decision, actor, takes_over=takes_over)
            return decision

        scope = await self._people.scope(actor, place)
        return await self._database.read(partial(for_reader, work=work, scope=scope, number=number))

    async def _begin(
        self,
        actor: Person,
        number: int,
        action: DecisionAction,
        purpose: DraftPurpose,
        place: Place | None,
    ) -> Page:
        decision = await self.find_for(actor, number, action, place)
        engine = await self._playbooks.engine(decision.playbook_hash)
        now = self._clock.now()

        def work(db: Connection) -> Draft:
            draft = _unfinished_draft(db, decision, actor, purpose, now)
            if draft is None:
                draft = opened_from(_prefilled(decision, actor, purpose, now), place)
                add_draft(db, draft)
                return draft
            return change_draft(db, actor, draft.id, lambda old: opened_from(old, place)) or draft

        draft = await self._database.write(work)
        shown = _with_review_ahead(draft, decision, now.date())
        return Questionnaire(engine, shown).resume()

    async def _unless_edited(self, decision: Decision) -> Decision:
        """Return the decision unless it is still open.

        Raises:
            EditedMeanwhile: it is open, because it was edited after the decider had read it.
        """
        if decision.status is not Status.OPEN:
            return decision
        playbook = (await self._playbooks.of(decision)).playbook
        recommended = recommended_words(playbook, decision.recommended)
        raise EditedMeanwhile(decision.number, decision.title, recommended)

    async def _change(
        self,
        actor: Person,
        number: int,
        change: Callable[[Decision], Change],
        place: Place | None,
    ) -> Decision:
        workspace = actor.workspace
        return await self._act(
            actor, number, lambda db: change_decision(db, workspace, number, change), place
        )

    async def _act(
        self,
        actor: Person,
        number: int,
        work: Callable[[Connection], Decision],
        place: Place | None,
    ) -> Decision:
        """Store a change by a person who may see the decision.

        Raises:
            NoSuchDecision: they may not: a number tells nothing about a decision.
        """
        scope = await self._people.cached_scope(actor, place)
        return await self._store(partial(for_reader, work=work, scope=scope, number=number))

    async def _store(self, work: Callable[[Connection], Decision]) -> Decision:
        decision = await self._database.write(work)
        self._wake_delivery()
        return decision


def _is_abandoned(decision: Decision, left: set[str]) -> bool:
    return {decision.driver, *decision.deciders} <= left


def _is_admin(db: Connection, person: Person) -> bool:
    found = find_profiles(db, person.workspace, [person.user])
    return person.user in found and found[person.user].known.admin


def _handed_over(
    decision: Decision, deciders: tuple[str, ...], left: set[str], actor: str, at: datetime
) -> Change:
    """Return the change of a decision that goes to other deciders; `left` are people who left."""
    stays = decision.driver not in left or decision.driver in deciders
    driver = decision.driver if stays else deciders[0]
    if set(deciders) == set(decision.deciders) and driver == decision.driver:
        return Change(decision, None)
    after = replace(decision, deciders=deciders, driver=driver)
    detail = HandedOver(decision.deciders, deciders, None if stays else driver)
    return Change(after, Event(detail, actor, at))


def _is_announced_in(decision: Decision, channel: str, actor: Person) -> bool:
    """Return whether a press in a conversation can be one on the decision's announcement.

    The place of a direct message is the id of its user, and Slack reports that of the conversation.
    """
    if decision.place.visibility is Visibility.DIRECT:
        return channel.startswith("D") and decision.place.channel == actor.user
    return channel == decision.place.channel


def superseded(old: Decision, new: Decision, actor: Person, at: datetime) -> Change:
    """Return the change of a decision that a new one replaces.

    Raises:
        NotTheirs: the actor may not supersede it.
        ActionNotPossible: it was withdrawn or superseded already.
    """
    after = replace(
        apply_action(DecisionAction.SUPERSEDE, old, actor, at), superseded_by=new.number
    )
    return Change(after, Event(Superseded(new.number), actor.user, at))


def _unfinished_draft(
    db: Connection, decision: Decision, actor: Person, purpose: DraftPurpose, now: datetime
) -> Draft | None:
    """Return the actor's unfinished draft for a decision; delete those older than its last edit."""
    events = find_events(db, decision.workspace, decision.number)
    edited_at = max((each.at for each in events if each.kind is EventKind.EDITED), default=None)
    found: Draft | None = None
    for draft in unposted_drafts(db, actor, now - DRAFT_LIFETIME):
        if (draft.purpose, draft.about) != (purpose, decision.number):
            continue
        if edited_at is not None and edited_at >= draft.started_at:
            discard_draft(db, actor, draft.id)
        else:
            found = found or draft
    return found


def _with_review_ahead(draft: Draft, decision: Decision, today: date) -> Draft:
    """Return the draft; a review day that has passed since is postponed."""
    planned = draft.workflow.review.due(today)
    due = review_after(decision, today, planned)
    if due == planned:
        return draft
    return replace(draft, workflow=replace(draft.workflow, review=Review.on(due)))


def _prefilled(decision: Decision, actor: Person, purpose: DraftPurpose, now: datetime) -> Draft:
    review = Review.on(decision.review_on)
    return Draft(
        id=uuid.uuid4().hex,
        driver=actor,
        playbook_hash=decision.playbook_hash,
        started_at=now,
        changed_at=now,
        origin=Place(decision.place.channel, decision.place.visibility),
        workflow=Workflow(decision.title, decision.problem, decision.deciders, review),
        answers=decision.answers,
        purpose=purpose,
        about=decision.number,
    )
