"""The transition table of decisions: who may do what in which status, and what follows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.decisions.errors import ActionNotPossible, NotTheirs
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
    """The statuses in which an action is possible, the next status, and who may act.

    `after` is None if the status does not change.
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


def authorize(
    action: DecisionAction, decision: Decision, actor: Person, *, takes_over: bool = False
) -> None:
    """Raise unless this person may do this now.

    Args:
        action: what they do.
        decision: the decision as it is now.
        actor: who acts.
        takes_over: whether they may act for the decision's people, because those have left.

    Raises:
        NotTheirs: the actor has not the role for it.
        ActionNotPossible: the status does not allow it.
    """
    transition = TRANSITIONS[action]
    allowed = {
        Role.DRIVER: {decision.driver},
        Role.DECIDER: set(decision.deciders),
        Role.EITHER: {decision.driver, *decision.deciders},
        Role.ANYONE: {actor.user},
    }[transition.by]
    if actor.user not in allowed and not takes_over:
        raise NotTheirs(tuple(sorted(allowed)))
    if decision.status not in transition.before:
        raise ActionNotPossible(decision)


def apply_action(
    action: DecisionAction,
    decision: Decision,
    actor: Person,
    at: datetime,
    *,
    option: str | None = None,
    reason: str = "",
) -> Decision:
    """Return a decision after an action that changes its status; an earlier resolution is kept.

    `option` is the option chosen, for `OVERRIDE`.

    Raises:
        NotTheirs: the actor has not the role for it.
        ActionNotPossible: the status does not allow it.
    """
    authorize(action, decision, actor)
    after = replace(decision, status=TRANSITIONS[action].after or decision.status)
    if decision.resolution is None:
        after = replace(after, review_on=review_after(decision, at.date(), decision.review_on))
    if after.is_closed:
        return replace(after, closure=Closure(actor.user, at, reason))
    chosen = option or decision.verdict.option
    return replace(after, resolution=Resolution(actor.user, at, reason, chosen))


def review_after(decision: Decision, today: date, planned: date | None) -> date | None:
    """Return the planned review day, postponed if it has passed.

    The new day leaves as many days as there were from the opening to the planned day.
    """
    return postpone(planned, decision.opened_at.date(), today)


def postpone(planned: date | None, since: date, today: date) -> date | None:
    """Return `planned` if it is in the future, else a day as far ahead as it was on `since`."""
    if planned is None or planned > today:
        return planned
    return today + max(planned - since, timedelta(days=1))


def possible_actions(decision: Decision) -> tuple[DecisionAction, ...]:
    """Return the actions that the decision's status allows."""
    return tuple(action for action, each in TRANSITIONS.items() if decision.status in each.before)
