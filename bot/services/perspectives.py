"""Use cases of perspectives: add or change one's own, ask for others', remind people.

Perspectives are blind: neither the form nor the questionnaire shows others' answers or results.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot.decisions.access import ReadScope
from bot.decisions.comparison import Comparison, TeamViews, compare, judged
from bot.decisions.errors import (
    DriversOwn,
    NobodyToAsk,
    NobodyToNudge,
    NoSuchDecision,
    TooSoonToNudge,
)
from bot.decisions.events import (
    Event,
    NotReached,
    Nudged,
    ViewsAsked,
    ViewsChange,
    perspective_event,
)
from bot.decisions.model import (
    Decision,
    Draft,
    DraftPurpose,
    Person,
    Perspective,
    Place,
    ViewRequest,
    Workflow,
)
from bot.decisions.ports import Clock
from bot.decisions.questionnaire import Page, Questionnaire
from bot.decisions.transitions import DecisionAction, authorize
from bot.decisions.view_form import GivenView, ViewForm, deciding_questions
from bot.playbooks.engine import InvalidAnswers, RuleEngine
from bot.services.drafts import DRAFT_LIFETIME
from bot.services.people import PeopleService
from bot.services.transactions import change_views, for_reader
from bot.storage.connection import Connection
from bot.storage.database import Database
from bot.storage.drafts import add_draft, change_draft, unposted_drafts
from bot.storage.perspectives import find_team
from bot.storage.playbook_versions import PlaybookVersions

NUDGE_AFTER = timedelta(days=1)
"""Minimum time between a request or reminder and the next reminder of the same person."""


@dataclass(frozen=True, slots=True)
class AskResult:
    """The user ids that were asked for a perspective (`new`).

    `known` were not asked: they had been asked before or had answered.
    """

    new: tuple[str, ...]
    known: tuple[str, ...]


class PerspectiveService:
    """The use cases; each method is one.

    Each raises `NoSuchDecision` if the person sees no decision with that number, and
    `ActionNotPossible` if it is not open.
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

    async def form(self, person: Person, place: Place | None, number: int) -> ViewForm:
        """Return the form for a person's view, with what they filled in before.

        `place` is where they pressed the button, None outside a channel.

        Raises:
            DriversOwn: the person is the driver.
        """
        team = await self._visible(await self._people.scope(person, place), number)
        _require_contributor(team.decision, person)
        engine = await self._playbooks.of(team.decision)
        questions = deciding_questions(team.decision, engine)
        return ViewForm(team.decision, engine.playbook, questions, _own_view(team, person))

    async def give(
        self, person: Person, number: int, given: GivenView, place: Place | None = None
    ) -> Decision:
        """Save what a person filled in; answers that they gave before are kept.

        Args:
            person: who gives their view.
            number: the decision.
            given: what they filled in.
            place: where they opened the form; None outside a channel.

        Raises:
            DriversOwn: the person is the driver.
            InvalidAnswers: the playbook has no such option, question or answer.
        """
        scope = await self._people.cached_scope(person, place)
        decision = (await self._visible(scope, number)).decision
        engine = await self._playbooks.of(decision)
        draft = await self._unfinished(person, number)
        return await self._save(person, number, given, engine, draft)

    async def begin(
        self,
        person: Person,
        place: Place | None,
        number: int,
        given: GivenView | None = None,
    ) -> Page:
        """Open the whole questionnaire for a person's perspective, with their earlier answers.

        Args:
            person: who wants to add or change their perspective.
            place: where they pressed the button; None outside a channel.
            number: the decision.
            given: what they have filled in of the form; it is kept.

        Raises:
            DriversOwn: the person is the driver.
            InvalidAnswers: the playbook has no such option, question or answer.
        """
        scope = await self._people.cached_scope(person, place)
        return await self._begin(await self._visible(scope, number), person, given)

    async def finish(self, draft: Draft) -> Decision:
        """Save the perspective of a draft; it replaces an earlier one."""
        engine = await self._playbooks.engine(draft.playbook_hash)
        given = GivenView(draft.choice, draft.note, draft.answers)
        return await self._save(draft.driver, draft.about or 0, given, engine, draft.id)

    async def ask(
        self, actor: Person, number: int, users: Sequence[str], place: Place | None = None
    ) -> AskResult:
        """Ask people for their perspective; each new one gets a direct message.

        Args:
            actor: who asks.
            number: the decision.
            users: the user ids of those who are asked.
            place: where the actor opened the modal; None outside a channel.

        Returns:
            Who was asked, and who had been asked before; the driver is left out.

        Raises:
            NotTheirs: the actor is not the driver.
            NobodyToAsk: all of them were asked before, have answered, or drive it.
        """
        now, named = self._clock.now(), tuple(dict.fromkeys(users))
        new: list[str] = []

        def change(team: TeamViews) -> ViewsChange:
            decision = team.decision
            authorize(DecisionAction.ASK, decision, actor)
            known = {decision.driver, *team.people()}
            new[:] = [user for user in named if user not in known]
            if not new:
                raise NobodyToAsk(number)
            return ViewsChange(
                event=Event(ViewsAsked(tuple(new)), actor.user, now),
                requests=tuple(ViewRequest(user, actor.user, now) for user in new),
            )

        decision = await self._change(actor, number, change, place)
        known = (user for user in named if user not in {decision.driver, *new})
        return AskResult(tuple(new), tuple(known))

    async def nudge(
        self, actor: Person, number: int, place: Place | None = None
    ) -> tuple[str, ...]:
        """Remind people who were asked and have not answered, each at most once a day.

        Args:
            actor: who reminds them.
            number: the decision.
            place: where the actor pressed the button; None outside a channel.

        Returns:
            The user ids that were reminded.

        Raises:
            NotTheirs: the actor is not the driver.
            NobodyToNudge: no answer is missing.
            TooSoonToNudge: all of them were asked or reminded within a day.
        """
        now = self._clock.now()
        nudged: list[str] = []

        def change(team: TeamViews) -> ViewsChange:
            authorize(DecisionAction.NUDGE, team.decision, actor)
            due = _due(team, now)
            nudged[:] = [each.user for each in due]
            return ViewsChange(
                event=Event(Nudged(tuple(nudged)), actor.user, now),
                requests=tuple(replace(each, nudged_at=now) for each in due),
            )

        await self._change(actor, number, change, place)
        return tuple(nudged)

    async def user_unreachable(self, workspace: str, number: int, user: str, reason: str) -> None:
        """Withdraw a request for a perspective; `reason` is Slack's error name."""
        now = self._clock.now()

        def change(team: TeamViews) -> ViewsChange:
            asked = next((each for each in team.waiting() if each.user == user), None)
            if asked is None:
                return ViewsChange(None)
            return ViewsChange(
                event=Event(NotReached(user, reason), asked.by, now),
                withdrawn=(user,),
            )

        try:
            await self._database.write(lambda db: change_views(db, workspace, number, change))
        except NoSuchDecision:
            return
        self._wake_delivery()

    async def team(self, workspace: str, number: int) -> TeamViews:
        """Return a decision with its perspectives, without a permission check."""
        team = await self._database.read(lambda db: find_team(db, workspace, number))
        if team is None:
            raise NoSuchDecision(number)
        return team

    async def comparison(self, team: TeamViews) -> Comparison:
        """Compare the perspectives of a decision."""
        return compare(team, await self._playbooks.of(team.decision))

    async def invited(self, person: Person, number: int) -> Decision | None:
        """Return a decision if the person was asked for a perspective and has not answered.

        A person who may not read all of it may only see its title and problem.
        """
        team = await self._database.read(lambda db: find_team(db, person.workspace, number))
        waiting = {each.user for each in team.waiting()} if team else set[str]()
        if team and ReadScope.of(person).allows_contribution(team.decision, waiting):
            return team.decision
        return None

    async def _visible(self, scope: ReadScope, number: int) -> TeamViews:
        """Return a decision that a person may read, or was asked for a perspective of."""
        team = await self.team(scope.workspace, number)
        contributors = {each.user for each in team.perspectives}
        asked = {each.user for each in team.asked}
        if scope.allows(team.decision, contributors) or scope.allows_contribution(
            team.decision, asked
        ):
            return team
        raise NoSuchDecision(number)

    async def _begin(self, team: TeamViews, person: Person, given: GivenView | None) -> Page:
        _require_contributor(team.decision, person)
        engine = await self._playbooks.of(team.decision)
        if given is not None:
            _check(given, engine)
        now, number = self._clock.now(), team.decision.number

        def work(db: Connection) -> Draft:
            draft = _draft_of(db, person, number, now)
            if draft is None:
                draft = _blank(team, person, now)
                add_draft(db, draft)
            if given is None:
                return draft
            filled = _filled_in(draft, given, engine, now)
            return change_draft(db, person, draft.id, lambda _: filled) or filled

        draft = await self._database.write(work)
        return Questionnaire(engine, draft).first()

    async def _unfinished(self, person: Person, number: int) -> str | None:
        """Return the id of the person's unfinished questionnaire; None if there is none."""
        now = self._clock.now()
        draft = await self._database.read(lambda db: _draft_of(db, person, number, now))
        return draft.id if draft else None

    async def _save(
        self, person: Person, number: int, given: GivenView, engine: RuleEngine, closes: str | None
    ) -> Decision:
        """Save a person's view, and close the draft that it replaces."""
        _check(given, engine)
        now, answers = self._clock.now(), engine.fitting(given.answers)

        def change(team: TeamViews) -> ViewsChange:
            _require_contributor(team.decision, person)
            before = team.of(person.user)
            everything = {**(before.answers if before else {}), **answers}
            view = Perspective(
                workspace=person.workspace,
                decision=number,
                user=person.user,
                answers=everything,
                option=None,
                strength=team.decision.verdict.strength,
                added_at=before.added_at if before else now,
                changed_at=now,
                choice=given.choice,
                note=given.note,
            )
            after = judged(view, team.decision, engine)
            alone = compare(TeamViews(team.decision, (after,)), engine)
            event = perspective_event(
                before,
                after,
                matters=alone.matters(person.user),
                completes={each.user for each in team.waiting()} == {person.user},
                first=not team.people(),
            )
            return ViewsChange(event, after if event else None, closes=closes)

        return await self._change(person, number, change)

    async def _change(
        self,
        actor: Person,
        number: int,
        change: Callable[[TeamViews], ViewsChange],
        place: Place | None = None,
    ) -> Decision:
        workspace = actor.workspace
        scope = await self._people.cached_scope(actor, place)

        def work(db: Connection) -> Decision:
            return change_views(db, workspace, number, change)

        decision = await self._database.write(
            partial(for_reader, work=work, scope=scope, number=number)
        )
        self._wake_delivery()
        return decision


def _check(given: GivenView, engine: RuleEngine) -> None:
    """Check that a view fits the playbook.

    Raises:
        InvalidAnswers: it has no such option, question or answer.
    """
    engine.check(given.answers)
    if given.choice is not None and given.choice not in engine.playbook.options:
        raise InvalidAnswers((f"unknown option `{given.choice}`",))


def _draft_of(db: Connection, person: Person, number: int, now: datetime) -> Draft | None:
    """Return the person's unfinished draft of a perspective; None if there is none."""
    for draft in unposted_drafts(db, person, now - DRAFT_LIFETIME):
        if (draft.purpose, draft.about) == (DraftPurpose.PERSPECTIVE, number):
            return draft
    return None


def _filled_in(draft: Draft, given: GivenView, engine: RuleEngine, now: datetime) -> Draft:
    answers = {**draft.answers, **engine.fitting(given.answers)}
    return replace(draft, choice=given.choice, note=given.note, answers=answers, changed_at=now)


def _own_view(team: TeamViews, person: Person) -> GivenView:
    """Return a person's own earlier view; an empty one without any."""
    own = team.of(person.user)
    return GivenView(own.choice, own.note, own.answers) if own else GivenView()


def _require_contributor(decision: Decision, person: Person) -> None:
    authorize(DecisionAction.ADD_VIEW, decision, person)
    if person.user == decision.driver:
        raise DriversOwn(decision.number)


def _due(team: TeamViews, now: datetime) -> list[ViewRequest]:
    """Return the requests to remind of now.

    Raises:
        NobodyToNudge: no answer is missing.
        TooSoonToNudge: all of them were asked or reminded within a day.
    """
    again = {each: (each.nudged_at or each.at) + NUDGE_AFTER for each in team.waiting()}
    if not again:
        raise NobodyToNudge(team.decision.number)
    due = [each for each, at in again.items() if at <= now]
    if not due:
        raise TooSoonToNudge(tuple(each.user for each in again), min(again.values()))
    return due


def _blank(team: TeamViews, person: Person, now: datetime) -> Draft:
    """Return a draft with the person's own earlier answers only."""
    decision, own = team.decision, _own_view(team, person)
    return Draft(
        id=uuid.uuid4().hex,
        driver=person,
        playbook_hash=decision.playbook_hash,
        started_at=now,
        changed_at=now,
        origin=decision.place,
        workflow=Workflow(decision.title, decision.problem, decision.deciders),
        answers=own.answers,
        purpose=DraftPurpose.PERSPECTIVE,
        about=decision.number,
        choice=own.choice,
        note=own.note,
    )
