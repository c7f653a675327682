"""The states of a decision and the moves between them: one table, and who may make each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.decisions.errors import AlreadySettled, NotTheirs
from bot.decisions.model import Decision, Ending, Person, Settlement, Status


class Move(StrEnum):
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
    """In what capacity somebody may make a move."""

    DECIDER = "decider"
    DRIVER = "driver"
    EITHER = "either"
    ANYONE = "anyone"
    """Whoever may read the decision, which is looked at elsewhere."""


@dataclass(frozen=True, slots=True)
class Rule:
    """From which states a move is possible, where it leads, and who may make it.

    `after` is None where the decision stays in its state.
    """

    before: frozenset[Status]
    after: Status | None
    by: Role


_OPEN = frozenset({Status.OPEN})
_DECIDED = frozenset({Status.ACCEPTED, Status.OVERRIDDEN})

MOVES: Mapping[Move, Rule] = {
    Move.ACCEPT: Rule(_OPEN, Status.ACCEPTED, Role.DECIDER),
    Move.OVERRIDE: Rule(_OPEN, Status.OVERRIDDEN, Role.DECIDER),
    Move.EDIT: Rule(_OPEN, None, Role.DRIVER),
    Move.HAND_OVER: Rule(_OPEN, None, Role.EITHER),
    Move.SUPERSEDE: Rule(_OPEN | _DECIDED, Status.SUPERSEDED, Role.EITHER),
    Move.WITHDRAW: Rule(_OPEN | _DECIDED, Status.WITHDRAWN, Role.DRIVER),
    Move.ADD_VIEW: Rule(_OPEN, None, Role.ANYONE),
    Move.ASK: Rule(_OPEN, None, Role.DRIVER),
    Move.NUDGE: Rule(_OPEN, None, Role.DRIVER),
    Move.REVIEW: Rule(_DECIDED, None, Role.EITHER),
}


def require(move: Move, decision: Decision, actor: Person) -> None:
    """Raise unless this person may make this move now.

    Raises:
        NotTheirs: the move is for others to make.
        AlreadySettled: the decision is past the states that the move starts from.
    """
    rule = MOVES[move]
    allowed = {
        Role.DRIVER: {decision.driver},
        Role.DECIDER: set(decision.deciders),
        Role.EITHER: {decision.driver, *decision.deciders},
        Role.ANYONE: {actor.user},
    }[rule.by]
    if actor.user not in allowed:
        raise NotTheirs(tuple(sorted(allowed)))
    if decision.status not in rule.before:
        raise AlreadySettled(decision)


def moved(
    move: Move,
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
        decision: as it stands.
        actor: who moves it.
        at: when.
        option: what was chosen instead, for `OVERRIDE`.
        reason: in the actor's words.

    Raises:
        NotTheirs: the move is for others to make.
        AlreadySettled: the decision is past the states that the move starts from.
    """
    require(move, decision, actor)
    chosen = decision.verdict.option if move is Move.ACCEPT else option
    status = MOVES[move].after or decision.status
    if decision.settlement is not None:
        settlement = replace(decision.settlement, ended=Ending(actor.user, at, reason))
        return replace(decision, status=status, settlement=settlement)
    return replace(
        decision,
        status=status,
        settlement=Settlement(actor.user, at, reason, chosen),
        review_on=review_after(decision, at.date(), decision.review_on),
    )


def review_after(decision: Decision, today: date, planned: date | None) -> date | None:
    """Return the day that is planned for the review, put off where it has come already.

    As many days are left to try what is decided as there were from the opening to that day.
    """
    return put_off(planned, decision.opened_at.date(), today)


def put_off(planned: date | None, since: date, today: date) -> date | None:
    """Return a day that is ahead as it is, else one as far ahead as it was on the day `since`."""
    if planned is None or planned > today:
        return planned
    return today + max(planned - since, timedelta(days=1))


def possible(decision: Decision) -> tuple[Move, ...]:
    """Return the moves that somebody can make with a decision as it stands."""
    return tuple(move for move, rule in MOVES.items() if decision.status in rule.before)
