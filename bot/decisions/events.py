"""Events of decisions, and changes: what is stored together with an event."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from bot.decisions.model import Decision, Perspective, ReviewOutcome, ViewRequest
from bot.playbooks.model import Answer

OPERATOR = "operator"
"""The actor of an event that the operator caused on the command line; no user has this id."""


ERASED = "erased-"
"""What the id of a person begins with whose data was erased."""


class EventKind(StrEnum):
    """What happened to a decision."""

    OPENED = "opened"
    EDITED = "edited"
    HANDED_OVER = "handed_over"
    MOVED = "moved"
    ACCEPTED = "accepted"
    OVERRIDDEN = "overridden"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    REVIEWED = "reviewed"
    VIEWS_ASKED = "views_asked"
    NUDGED = "nudged"
    NOT_REACHED = "not_reached"
    VIEW_ADDED = "view_added"
    VIEW_CHANGED = "view_changed"


AnswerChanges = Mapping[str, tuple[Answer, Answer]]
"""Changed answers before and after, by question id; "" is missing, None is "don't know"."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The decision was opened."""

    kind: Literal[EventKind.OPENED] = field(default=EventKind.OPENED, kw_only=True)


@dataclass(frozen=True, slots=True)
class Edited:
    """The driver edited the open decision.

    Attributes:
        answers: the answers that changed.
        was: the option recommended before; None if there was none.
        option: the option recommended now; None if there is none.
        title_was: the title before; None if it is unchanged.
        problem_was: the problem before; None if it is unchanged.
        review: the review date before and after; None if it is unchanged.
    """

    answers: AnswerChanges
    was: str | None
    option: str | None
    title_was: str | None = None
    problem_was: str | None = None
    review: tuple[date | None, date | None] | None = None
    kind: Literal[EventKind.EDITED] = field(default=EventKind.EDITED, kw_only=True)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The deciders were replaced, all by user id; `driver` is the new one if the old one left."""

    before: tuple[str, ...]
    deciders: tuple[str, ...]
    driver: str | None = None
    kind: Literal[EventKind.HANDED_OVER] = field(default=EventKind.HANDED_OVER, kw_only=True)


@dataclass(frozen=True, slots=True)
class Moved:
    """The decision could not be posted in this channel, and went to another one."""

    channel: str
    kind: Literal[EventKind.MOVED] = field(default=EventKind.MOVED, kw_only=True)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A decider accepted the recommended option."""

    option: str
    kind: Literal[EventKind.ACCEPTED] = field(default=EventKind.ACCEPTED, kw_only=True)


@dataclass(frozen=True, slots=True)
class Overridden:
    """A decider chose another option than the recommended one, if there was one."""

    option: str
    recommended: str | None
    reason: str
    kind: Literal[EventKind.OVERRIDDEN] = field(default=EventKind.OVERRIDDEN, kw_only=True)


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The driver withdrew the decision."""

    reason: str
    kind: Literal[EventKind.WITHDRAWN] = field(default=EventKind.WITHDRAWN, kw_only=True)


@dataclass(frozen=True, slots=True)
class Superseded:
    """The decision with the number `by` replaced this one."""

    by: int
    kind: Literal[EventKind.SUPERSEDED] = field(default=EventKind.SUPERSEDED, kw_only=True)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A person reviewed the decision."""

    outcome: ReviewOutcome
    note: str
    kind: Literal[EventKind.REVIEWED] = field(default=EventKind.REVIEWED, kw_only=True)


@dataclass(frozen=True, slots=True)
class ViewsAsked:
    """The driver asked users for their perspective."""

    users: tuple[str, ...]
    kind: Literal[EventKind.VIEWS_ASKED] = field(default=EventKind.VIEWS_ASKED, kw_only=True)


@dataclass(frozen=True, slots=True)
class Nudged:
    """The driver reminded users of the request for their perspective."""

    users: tuple[str, ...]
    kind: Literal[EventKind.NUDGED] = field(default=EventKind.NUDGED, kw_only=True)


@dataclass(frozen=True, slots=True)
class NotReached:
    """Slack rejected the request for a user's perspective with this error name."""

    user: str
    error: str
    kind: Literal[EventKind.NOT_REACHED] = field(default=EventKind.NOT_REACHED, kw_only=True)


@dataclass(frozen=True, slots=True)
class ViewAdded:
    """A person added a perspective.

    Attributes:
        answers: theirs.
        option: the option that they would choose, else the one that their answers lead to.
        note: what the others may have missed.
        matters: whether it differs in a way that would change the recommendation.
        completes: whether everybody who was asked has answered now.
        first: whether nobody had added a perspective, or been asked for one, before.
    """

    answers: AnswerChanges
    option: str | None
    note: str = ""
    matters: bool = False
    completes: bool = False
    first: bool = False
    kind: Literal[EventKind.VIEW_ADDED] = field(default=EventKind.VIEW_ADDED, kw_only=True)


@dataclass(frozen=True, slots=True)
class ViewChanged:
    """A person changed their perspective.

    Attributes:
        answers: those that changed.
        was: `option` before.
        option: the option that they would choose, else the one that their answers lead to.
        note: what the others may have missed.
        matters: whether it differs in a way that would change the recommendation.
    """

    answers: AnswerChanges
    was: str | None
    option: str | None
    note: str = ""
    matters: bool = False
    kind: Literal[EventKind.VIEW_CHANGED] = field(default=EventKind.VIEW_CHANGED, kw_only=True)


EventDetail = Annotated[
    Opened
    | Edited
    | HandedOver
    | Moved
    | Accepted
    | Overridden
    | Withdrawn
    | Superseded
    | Reviewed
    | ViewsAsked
    | Nudged
    | NotReached
    | ViewAdded
    | ViewChanged,
    Field(discriminator="kind"),
]


@dataclass(frozen=True, slots=True)
class Event:
    """What a user did to a decision, and when; never changed once it is stored."""

    detail: EventDetail
    actor: str
    at: datetime

    @property
    def kind(self) -> EventKind:
        """The kind of its detail."""
        return self.detail.kind


@dataclass(frozen=True, slots=True)
class Change:
    """A decision after an event.

    Attributes:
        decision: the decision as it is now.
        event: what happened; None if nothing did, and the decision stays as it is.
        closes: the id of the draft that the change comes from, which can be used once.
        outdated_at: when a person acted on an outdated announcement, which is redrawn.
    """

    decision: Decision
    event: Event | None
    closes: str | None = None
    outdated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ViewsChange:
    """A change of what a team adds to a decision.

    Attributes:
        event: what happened; None if nothing did.
        perspective: replaces the earlier one of the same person.
        requests: replace the earlier ones of the same people.
        withdrawn: the users whose requests are deleted.
        closes: the id of the draft that was used.
    """

    event: Event | None
    perspective: Perspective | None = None
    requests: tuple[ViewRequest, ...] = ()
    withdrawn: tuple[str, ...] = ()
    closes: str | None = None


def answer_changes(before: Mapping[str, Answer], after: Mapping[str, Answer]) -> AnswerChanges:
    """Return the answers that differ."""
    return {
        question: (before.get(question, ""), after.get(question, ""))
        for question in {**before, **after}
        if before.get(question, "") != after.get(question, "")
    }


def edited(before: Decision, after: Decision) -> Edited:
    """Return the detail of an edit: what it changed, and the values before."""
    return Edited(
        answers=answer_changes(before.answers, after.answers),
        was=before.recommended,
        option=after.recommended,
        title_was=None if before.title == after.title else before.title,
        problem_was=None if before.problem == after.problem else before.problem,
        review=None if before.review_on == after.review_on else (before.review_on, after.review_on),
    )


def perspective_event(
    before: Perspective | None,
    after: Perspective,
    *,
    matters: bool,
    completes: bool,
    first: bool,
) -> Event | None:
    """Return the event of a perspective that was added or changed; None if it is unchanged.

    `matters`, `completes` and `first` are those of `ViewAdded`.
    """
    detail: ViewAdded | ViewChanged
    if before is None:
        answers = answer_changes({}, after.answers)
        detail = ViewAdded(answers, after.favours, after.note, matters, completes, first)
    elif replace(before, changed_at=after.changed_at) == after:
        return None
    else:
        answers = answer_changes(before.answers, after.answers)
        detail = ViewChanged(answers, before.favours, after.favours, after.note, matters)
    return Event(detail, after.user, after.changed_at)
