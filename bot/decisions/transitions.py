"""The states of a decision and the moves between them: one table, and who may make each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.decisions.errors import AlreadyClosed, NotTheirs
from bot.decisions.model import Closure, Decision, Person, Resolution, Status


class DecisionAction(StrEnum):
    """What can be done with a decision once it is posted."""

    ACCEPT = "accept"
    OVERRIDE = "override"
    EDIT = "edit"
    HAND_OVER = "hand_over"
    SUPERSEDE = "supersede"
    WITHDRAW = "withdraw"
    ADD_VIEW = "add_view"
    ASK = "ask"
    NUDGE = "nudge"
    REVIEW = "review"


class Role(StrEnum):
    """The role in which a person may act on a decision."""

    DECIDER = "decider"
    DRIVER = "driver"
    EITHER = "either"
    ANYONE = "anyone"
    """Every person who may read the decision; checked elsewhere."""


@dataclass(frozen=True, slots=True)
class Transition:
    """From which states a move is possible, where it leads, and who may make it.

    `after` is None where the decision stays in its state.
    """

    before: frozenset[Status]
    after: Status | None
    by: Role


_OPEN = frozenset({Status.OPEN})
_DECIDED = frozenset({Status.ACCEPTED, Status.OVERRIDDEN})

TRANSITIONS: Mapping[DecisionAction, Transition] = {
    DecisionAction.ACCEPT: Transition(_OPEN, Status.ACCEPTED, Role.DECIDER),
    DecisionAction.OVERRIDE: Transition(_OPEN, Status.OVERRIDDEN, Role.DECIDER),
    DecisionAction.EDIT: Transition(_OPEN, None, Role.DRIVER),
    DecisionAction.HAND_OVER: Transition(_OPEN, None, Role.EITHER),
    DecisionAction.SUPERSEDE: Transition(_OPEN | _DECIDED, Status.SUPERSEDED, Role.EITHER),
    DecisionAction.WITHDRAW: Transition(_OPEN | _DECIDED, Status.WITHDRAWN, Role.DRIVER),
    DecisionAction.ADD_VIEW: Transition(_OPEN, None, Role.ANYONE),
    DecisionAction.ASK: Transition(_OPEN, None, Role.DRIVER),
    DecisionAction.NUDGE: Transition(_OPEN, None, Role.DRIVER),
    DecisionAction.REVIEW: Transition(_DECIDED, None, Role.EITHER),
}


def authorize(move: DecisionAction, decision: Decision, actor: Person) -> None:
    """Raise unless this person may make this move now.

    Raises:
        NotTheirs: the move is for others to make.
        AlreadySettled: the decision is past the states that the move starts from.
    """
    rule = TRANSITIONS[move]
    allowed = {
        Role.DRIVER: {decision.driver},
        Role.DECIDER: set(decision.deciders),
        Role.EITHER: {decision.driver, *decision.deciders},
        Role.ANYONE: {actor.user},
    }[rule.by]
    if actor.user not in allowed:
        raise NotTheirs(tuple(sorted(allowed)))
    if decision.status not in rule.before:
        raise AlreadyClosed(decision)


def apply_action(
    move: DecisionAction,
    decision: Decision,
    actor: Person,
    at: datetime,
    *,
    option: str | None = None,
    reason: str = "",
) -> Decision:
    """Return a decision after a move that leads out of its state; what was decided is kept.

    Args:
        move: `ACCEPT`, `OVERRIDE`, `SUPERSEDE` or `WITHDRAW`.
        decision: the current one.
        actor: who moves it.
        at: when.
        option: what was chosen instead, for `OVERRIDE`.
        reason: in the actor's words.

    Raises:
        NotTheirs: the move is for others to make.
        AlreadySettled: the decision is past the states that the move starts from.
    """
    authorize(move, decision, actor)
    after = replace(decision, status=TRANSITIONS[move].after or decision.status)
    if decision.resolution is None:
        after = replace(after, review_on=review_after(decision, at.date(), decision.review_on))
    if after.is_closed:
        return replace(after, closure=Closure(actor.user, at, reason))
    chosen = option or decision.verdict.option
    return replace(after, resolution=Resolution(actor.user, at, reason, chosen))


def review_after(decision: Decision, today: date, planned: date | None) -> date | None:
    """Return the day that is planned for the review, put off where it has come already.

    As many days are left to try what is decided as there were from the opening to that day.
    """
    return postpone(planned, decision.opened_at.date(), today)


def postpone(planned: date | None, since: date, today: date) -> date | None:
    """Return a day that is ahead as it is, else one as far ahead as it was on the day `since`."""
    if planned is None or planned > today:
        return planned
    return today + max(planned - since, timedelta(days=1))


def possible_actions(decision: Decision) -> tuple[DecisionAction, ...]:
    """Return the actions that a person can take on a decision in its current state."""
    return tuple(move for move, rule in TRANSITIONS.items() if decision.status in rule.before)
