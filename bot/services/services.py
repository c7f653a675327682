"""All services of the bot, and the use cases that span several of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.decisions.access import DecisionFilter
from bot.decisions.errors import (
    AlreadyPosted,
    NoChannelChosen,
    NothingAnswered,
    ReviewInThePast,
)
from bot.decisions.model import (
    Decision,
    DecisionSummary,
    Draft,
    DraftPurpose,
    Person,
    Place,
    Status,
    Visibility,
    Workflow,
)
from bot.decisions.ports import Clock, Directory, NoDirectory
from bot.decisions.transitions import postpone
from bot.digest.service import DigestService
from bot.outbox.issues import DeliveryIssues, overdue_since
from bot.outbox.model import Delivery, DeliveryKind, OpenModalOffer, TextNotice, to_person
from bot.outbox.permalinks import LONGEST, Permalinks
from bot.outbox.table import enqueue
from bot.services.channels import ChannelService
from bot.services.decisions import DecisionService, superseded
from bot.services.drafts import DraftService
from bot.services.people import PeopleService
from bot.services.perspectives import PerspectiveService
from bot.services.reviews import ReviewService
from bot.services.search import SearchService
from bot.services.transactions import open_decision
from bot.storage.database import Database
from bot.storage.decisions import find_decision
from bot.storage.playbook_versions import Playbooks, PlaybookVersions

_RECENT = 10
DELAYED_AFTER = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Posted:
    """A decision that was stored.

    `is_delayed`: Slack accepts no messages at present, so the decision appears later.
    `is_elsewhere`: it appears in another conversation than the one where it was started.
    """

    decision: Decision
    is_delayed: bool
    is_elsewhere: bool = False


class Services:
    """The services; each method here is a use case that involves several of them."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        playbooks: Playbooks,
        wake_delivery: Callable[[], None],
        directory: Directory | None = None,
    ) -> None:
        """Create the services.

        Args:
            database: the database.
            clock: the only source of time.
            playbooks: the playbooks in use.
            wake_delivery: called when there is something new to deliver.
            directory: looks up people; without it only cached profiles are used.
        """
        self._database = database
        self._clock = clock
        self._wake_delivery = wake_delivery
        self.playbooks = PlaybookVersions(database, playbooks)
        self.people = PeopleService(database, clock, directory or NoDirectory())
        self.channels = ChannelService(database)
        self.drafts = DraftService(database, clock, self.playbooks)
        self.search = SearchService(database, self.playbooks, self.people)
        self.decisions = DecisionService(
            database, clock, self.playbooks, self.people, wake_delivery
        )
        self.perspectives = PerspectiveService(
            database, clock, self.playbooks, self.people, wake_delivery
        )
        self.digests = DigestService(database, clock, self.playbooks, wake_delivery)
        self.delivery_issues = DeliveryIssues(database, clock, wake_delivery)
        self.reviews = ReviewService(database, clock, self.playbooks, self.people, wake_delivery)

    def permalinks(self, longest: float = LONGEST) -> Permalinks:
        """Return a cache of permalinks; `longest` is its timeout in seconds."""
        return Permalinks(self._database, self._clock, longest)

    async def post(
        self,
        driver: Person,
        draft_id: str,
        place: Place | None = None,
        workflow: Workflow | None = None,
    ) -> Posted:
        """Finish a draft, once: post a decision, or save an edit or a perspective.

        Args:
            driver: who finishes it.
            draft_id: the draft.
            place: where to post; None for where the draft was started.
            workflow: the fields of the last page; None if they are stored already.

        Raises:
            DraftGone: the driver has no such draft.
            NothingAnswered: it has no answer, and in a view no option and no note either.
            NoChannelChosen: there is no place to post in.
            ReviewInThePast: the review day is not after today.
            NotTheirs: the driver may not change the decision that it edits or supersedes.
            ActionNotPossible: that decision has another status by now.
            NothingChanged: the edit changes nothing.
        """
        draft = await self.drafts.postable(driver, draft_id)
        if draft.is_empty:
            raise NothingAnswered(draft_id)
        if workflow is not None and draft.decision is None:
            draft = await self._described(draft, workflow)
        elsewhere = False
        if draft.purpose is DraftPurpose.EDIT:
            decision = await self._edited(draft)
        elif draft.purpose is DraftPurpose.PERSPECTIVE:
            decision = await self._contributed(draft)
        else:
            chosen = draft.origin if place is None or place == draft.origin else place
            if chosen is None:
                raise NoChannelChosen
            decision = await self._posted(draft, chosen)
            elsewhere = chosen != draft.origin or chosen.visibility is Visibility.DIRECT
            self._wake_delivery()
        return Posted(decision, await self._is_delayed(driver.workspace), elsewhere)

    async def offer_modal(self, person: Person, draft_id: str) -> None:
        """Send a person a button that opens a draft, because it did not open by itself."""
        await self._send(person, OpenModalOffer(draft_id))

    async def notify(self, person: Person, text: str) -> None:
        """Send a person a direct message of one paragraph, in Slack's markup."""
        await self._send(person, TextNotice(text))

    async def person_unreachable(self, message: Delivery, reason: str) -> None:
        """Adjust a decision after Slack rejected a direct message with this error name."""
        about = (message.workspace, message.decision or 0, message.channel, reason)
        match message.kind:
            case DeliveryKind.VIEW_REQUEST:
                await self.perspectives.user_unreachable(*about)
            case DeliveryKind.REVIEW_QUESTION:
                await self.reviews.decider_unreachable(*about)

    async def decision(self, workspace: str, number: int) -> Decision | None:
        """Return a decision for rendering, without a permission check."""
        return await self._database.read(lambda db: find_decision(db, workspace, number))

    async def home_content(self, person: Person) -> tuple[list[Draft], list[DecisionSummary]]:
        """Return a person's unfinished drafts and the recent decisions they may read."""
        drafts = await self.drafts.unfinished(person)
        scope = await self.people.scope(person, None)
        recent = await self.search.page(scope, DecisionFilter(), None, _RECENT)
        return drafts, list(recent.decisions)

    async def _described(self, draft: Draft, workflow: Workflow) -> Draft:
        """Store the fields of the last page; return the draft, which may be posted by now."""
        today = self._clock.now().date()
        due = workflow.review.due(today)
        if due is not None and due <= today:
            raise ReviewInThePast(due)
        try:
            return await self.drafts.describe(draft.driver, draft.id, workflow)
        except AlreadyPosted:
            return await self.drafts.postable(draft.driver, draft.id)

    async def _edited(self, draft: Draft) -> Decision:
        if draft.decision is not None:
            return await self.decisions.find(draft.driver, draft.decision)
        try:
            return await self.decisions.finish_edit(draft)
        except AlreadyPosted as error:
            return await self.decisions.find(draft.driver, error.number)

    async def _contributed(self, draft: Draft) -> Decision:
        if draft.decision is not None:
            return await self.decisions.find(draft.driver, draft.decision)
        return await self.perspectives.finish(draft)

    async def _posted(self, draft: Draft, place: Place) -> Decision:
        """Store the decision that a draft becomes; return it."""
        engine = await self.playbooks.engine(draft.playbook_hash)
        now = self._clock.now()
        workflow = draft.workflow
        decision = Decision(
            workspace=draft.driver.workspace,
            number=0,
            draft_id=draft.id,
            title=workflow.title,
            problem=workflow.problem,
            driver=draft.driver.user,
            deciders=workflow.deciders or (draft.driver.user,),
            review_on=postpone(
                workflow.review.due(now.date()), draft.started_at.date(), now.date()
            ),
            place=_own_messages(draft) if place.visibility is Visibility.DIRECT else place,
            playbook_hash=draft.playbook_hash,
            answers=draft.answers,
            verdict=engine.evaluate(draft.answers),
            status=Status.OPEN,
            opened_at=now,
            supersedes=draft.about,
            source=draft.source,
        )
        return await self._database.write(
            lambda db: open_decision(
                db, draft, decision, lambda old, new: superseded(old, new, draft.driver, now)
            )
        )

    async def _is_delayed(self, workspace: str) -> bool:
        since = await self._database.read(lambda db: overdue_since(db, workspace))
        return since is not None and self._clock.now() - since > DELAYED_AFTER

    async def _send(self, person: Person, payload: OpenModalOffer | TextNotice) -> None:
        delivery = to_person(person, payload, self._clock.now())
        await self._database.write(lambda db: enqueue(db, [delivery]))
        self._wake_delivery()


def _own_messages(draft: Draft) -> Place:
    """Return the driver's direct messages with the app; it can write to no others."""
    return Place(draft.driver.user, Visibility.DIRECT)
