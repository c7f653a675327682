"""Use cases of reviews: ask the deciders on the review date, and record their answers."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

from bot.decisions.access import ReadScope
from bot.decisions.calibration import Calibration, calibrate
from bot.decisions.errors import PlaybookVersionUnusable
from bot.decisions.events import Change, Event, Reviewed
from bot.decisions.model import (
    Decision,
    DecisionSummary,
    Person,
    Place,
    ReviewAnswer,
    ReviewOutcome,
    Status,
)
from bot.decisions.ports import Clock, zone_named
from bot.decisions.review_schedule import (
    EARLIEST,
    ReviewRequests,
    TimeZones,
    latest_review_day,
    review_requests,
)
from bot.decisions.transitions import DecisionAction, authorize
from bot.outbox.model import ReviewQuestion, review_delivery
from bot.outbox.table import enqueue
from bot.playbooks.engine import RuleEngine
from bot.playbooks.verdict import Verdict
from bot.services.people import PeopleService
from bot.services.transactions import change_decision, for_reader
from bot.storage.channels import digest_zone
from bot.storage.connection import Connection
from bot.storage.database import Database
from bot.storage.decisions import decisions_by_number, find_decision
from bot.storage.perspectives import decisions_awaiting_view
from bot.storage.playbook_versions import PlaybookVersions
from bot.storage.reviews import (
    decisions_to_review,
    decisions_waiting_for,
    find_review_pending,
    mark_review_asked,
    reviewed_decisions,
)

DESCRIBED = 5
"""How many of the decisions that wait are described; the others are only counted."""
_AT_ONCE = 100
_MOST_COUNTED = 2000


@dataclass(frozen=True, slots=True)
class WaitingDecisions:
    """What waits for a person, oldest first: what to decide, to review and to contribute to.

    `verdicts` are those of the first `DESCRIBED` to decide, by number.
    """

    to_decide: tuple[DecisionSummary, ...] = ()
    to_review: tuple[DecisionSummary, ...] = ()
    to_contribute: tuple[DecisionSummary, ...] = ()
    verdicts: Mapping[int, Verdict] = field(default_factory=dict)


NOTHING_WAITS = WaitingDecisions()


class ReviewService:
    """The use cases; each method is one."""

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
        self._clock = clock
        self._playbooks = playbooks
        self._people = people
        self._wake_delivery = wake_delivery

    async def request_due(self) -> int:
        """Ask deciders for reviews that are due in their time zone, each once.

        Returns:
            How many questions were enqueued.
        """
        now, asked = self._clock.now(), 0
        last: DecisionSummary | None = None
        day = latest_review_day(now, EARLIEST)
        while due := await self._database.read(
            partial(decisions_to_review, day=day, after=last, limit=_AT_ONCE)
        ):
            last = due[-1]
            ask = partial(review_requests, now=now, zones=await self._zones(due))
            asked += await self._database.write(partial(_request_reviews, due=due, ask=ask, at=now))
        if asked:
            self._wake_delivery()
        return asked

    async def review(
        self,
        actor: Person,
        number: int,
        outcome: ReviewOutcome,
        note: str,
        place: Place | None = None,
    ) -> Decision:
        """Record the outcome of a decision, replacing this decider's earlier one.

        Recording the same outcome again changes nothing.

        Args:
            actor: who reviews it.
            number: the decision's.
            outcome: how it went.
            note: in their words.
            place: where they opened the modal; None outside a channel.

        Raises:
            NoSuchDecision: the actor sees none with that number.
            NotTheirs: the actor is neither decider nor driver.
            ActionNotPossible: the decision is not accepted or overridden.
        """
        now = self._clock.now()

        def change(decision: Decision) -> Change:
            authorize(DecisionAction.REVIEW, decision, actor)
            if any(_content(each) == (actor.user, outcome, note) for each in decision.reviews):
                return Change(decision, None)
            return reviewed(decision, ReviewAnswer(actor.user, now, outcome, note))

        workspace = actor.workspace
        scope = await self._people.cached_scope(actor, place)

        def work(db: Connection) -> Decision:
            return change_decision(db, workspace, number, change)

        decision = await self._database.write(
            partial(for_reader, work=work, scope=scope, number=number)
        )
        self._wake_delivery()
        return decision

    async def decider_unreachable(
        self, workspace: str, number: int, decider: str, reason: str
    ) -> None:
        """Ask the driver how a decision went: Slack rejected a decider with this error name."""
        decision = await self._database.read(lambda db: find_decision(db, workspace, number))
        if decision is None or decision.is_closed or decision.driver in decision.deciders:
            return
        instead = ReviewQuestion(instead_of=decider, reason=reason)
        asked = review_delivery(decision, decision.driver, self._clock.now(), instead)
        if decision.reviews:
            return
        if await self._database.write(lambda db: enqueue(db, [asked])):
            self._wake_delivery()

    async def waiting_for(self, person: Person) -> WaitingDecisions:
        """Return what waits for a person; a review waits from nine o'clock in their time zone."""
        zone = (await self._people.cached_zones([person])).get(person, UTC)
        day = latest_review_day(self._clock.now(), zone)

        def work(db: Connection) -> WaitingDecisions:
            found = decisions_waiting_for(db, person, day)
            to_decide = tuple(each for each in found if each.status is Status.OPEN)
            first = [each.number for each in to_decide[:DESCRIBED]]
            described = decisions_by_number(db, person.workspace, first)
            return WaitingDecisions(
                to_decide,
                tuple(each for each in found if each.status is not Status.OPEN),
                tuple(decisions_awaiting_view(db, person)),
                {number: each.verdict for number, each in described.items()},
            )

        return await self._database.read(work)

    async def calibration(self, scope: ReadScope, playbook_id: str) -> Calibration:
        """Return the outcomes of the newest decisions by a playbook, in any version.

        Only readable decisions are counted: a count of one reveals the outcome of that one.
        """
        found = await self._database.read(lambda db: reviewed_decisions(db, scope, _MOST_COUNTED))
        own = [each for each in found if each.playbook_id == playbook_id]
        engines: dict[str, RuleEngine] = {}
        for version in {each.playbook_hash for each in own}:
            with suppress(PlaybookVersionUnusable):
                engines[version] = await self._playbooks.engine(version)
        return calibrate(own, engines)

    async def _zones(self, decisions: Sequence[DecisionSummary]) -> TimeZones:
        """Return the time zones of the deciders. May call the directory."""
        deciders = (Person(each.workspace, user) for each in decisions for user in each.deciders)
        own = await self._people.zones_of(deciders)
        channels = dict.fromkeys((each.workspace, each.place.channel) for each in decisions)
        of_channels: dict[tuple[str, str], ZoneInfo] = {}
        for workspace, channel in channels:
            name = await self._database.read(
                partial(digest_zone, workspace=workspace, channel=channel)
            )
            zone = zone_named(name) if name else None
            if zone is not None:
                of_channels[workspace, channel] = zone
        return TimeZones(own, of_channels)


def _request_reviews(
    db: Connection,
    due: Sequence[DecisionSummary],
    ask: Callable[[DecisionSummary], ReviewRequests],
    at: datetime,
) -> int:
    """Enqueue questions for pending reviews; return how many."""
    asked = 0
    for each in due:
        decision = find_review_pending(db, each.workspace, each.number)
        if decision is None:
            continue
        requests = ask(decision)
        asked += enqueue(db, [review_delivery(decision, user, at) for user in requests.users])
        if requests.complete:
            mark_review_asked(db, decision)
    return asked


def reviewed(decision: Decision, answer: ReviewAnswer) -> Change:
    """Return the change by a review, which replaces an earlier one of the same person."""
    others = tuple(each for each in decision.reviews if each.by != answer.by)
    after = replace(decision, reviews=(*others, answer))
    return Change(after, Event(Reviewed(answer.outcome, answer.note), answer.by, answer.at))


def _content(answer: ReviewAnswer) -> tuple[str, ReviewOutcome, str]:
    return answer.by, answer.outcome, answer.note
