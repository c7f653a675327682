"""The use cases of a review: ask the deciders when the day has come, and keep what they say."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo

from bot.decisions.calibration import Calibration, calibrate
from bot.decisions.delivery import Delivery, DeliveryKind, review_key
from bot.decisions.errors import NoSuchDecision
from bot.decisions.events import Change, Event, told
from bot.decisions.model import Decision, Outcome, Person, ReviewAnswer, Status
from bot.decisions.moves import Move, require
from bot.decisions.ports import Clock, Store

ASKED_FROM = timedelta(hours=9)
"""The time of day from which a review is asked for."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a person, oldest first: decisions to make, reviews and views to give."""

    to_decide: tuple[Decision, ...] = ()
    to_review: tuple[Decision, ...] = ()
    to_view: tuple[Decision, ...] = ()


NOTHING_WAITS = Waiting()


class Reviewing:
    """Everything done about the outcome of a decision; each method is one use case."""

    def __init__(self, store: Store, clock: Clock, wake_delivery: Callable[[], None]) -> None:
        """Make the use cases; `wake_delivery` is called when there is something to deliver."""
        self._store = store
        self._clock = clock
        self._wake_delivery = wake_delivery

    async def ask_due(self) -> int:
        """Ask the deciders of every decision whose review is due, each of them once.

        Returns:
            How many decisions they were asked about.
        """
        now = self._clock.now()
        asked = await self._store.ask_reviews(latest_due(now), lambda each: requests(each, now))
        if asked:
            self._wake_delivery()
        return asked

    async def review(self, actor: Person, number: int, outcome: Outcome, note: str) -> Decision:
        """Say how a decision went; in the place of what this decider said before, if anything.

        Raises:
            NoSuchDecision: there is none of that number.
            NotTheirs: the review is for the deciders to give.
            AlreadySettled: the decision is no longer one that is followed.
        """
        now = self._clock.now()

        def change(decision: Decision) -> Change:
            require(Move.REVIEW, decision, actor)
            return reviewed(decision, ReviewAnswer(actor.user, now, outcome, note))

        decision = await self._store.change_decision(actor.workspace, number, change)
        if decision is None:
            raise NoSuchDecision(number)
        self._wake_delivery()
        return decision

    async def waiting_for(self, person: Person) -> Waiting:
        """Return what waits for a person."""
        found = await self._store.waiting_for(person, latest_due(self._clock.now()))
        return Waiting(
            tuple(each for each in found if each.status is Status.OPEN),
            tuple(each for each in found if each.status is not Status.OPEN),
            tuple(await self._store.asked_of(person)),
        )

    async def calibration(self, workspace: str, playbook_id: str) -> Calibration:
        """Return how the recommendations by a playbook, in any edition, have gone."""
        found = await self._store.reviewed(workspace)
        return calibrate(each for each in found if each.verdict.playbook.id == playbook_id)


def latest_due(now: datetime, zone: tzinfo = UTC) -> date:
    """Return the last day whose reviews are due: today from nine o'clock on, else yesterday.

    Args:
        now: an aware time.
        zone: where it is nine o'clock.
    """
    return (now.astimezone(zone) - ASKED_FROM).date()


def requests(decision: Decision, at: datetime) -> tuple[Delivery, ...]:
    """Return the question how a decision went, to each of its deciders."""
    return tuple(
        Delivery(
            key=review_key(decision, decider),
            workspace=decision.workspace,
            kind=DeliveryKind.REVIEW,
            channel=decider,
            due_at=at,
            decision=decision.number,
        )
        for decider in dict.fromkeys(decision.deciders)
    )


def reviewed(decision: Decision, answer: ReviewAnswer) -> Change:
    """Return the change of a decision by a decider's answer: kept, and told to the channel."""
    others = tuple(each for each in decision.reviews if each.by != answer.by)
    after = replace(decision, reviews=(*others, answer))
    detail = {"outcome": answer.outcome.value, "note": answer.note}
    change = told(after, Event("reviewed", answer.by, answer.at, detail))
    return replace(change, deliveries=(*change.deliveries, _question_redrawn(after, answer)))


def _question_redrawn(decision: Decision, answer: ReviewAnswer) -> Delivery:
    """Return the update of the direct message in which the decider was asked."""
    question = review_key(decision, answer.by)
    return Delivery(
        key=f"{question}/{DeliveryKind.UPDATE}/{uuid.uuid4().hex}",
        workspace=decision.workspace,
        kind=DeliveryKind.UPDATE,
        channel=answer.by,
        due_at=answer.at,
        decision=decision.number,
        after=question,
    )
