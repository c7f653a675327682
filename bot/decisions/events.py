"""Events of decisions, and changes: what is stored together with an event."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.decisions.model import Decision, Perspective, ViewRequest

NO_REVIEW = "never"
"""The review date in the event of an edit, if there is none."""


class EventKind(StrEnum):
    """What happened to a decision."""

    OPENED = "opened"
    EDITED = "edited"
    HANDED_OVER = "handed_over"
    """It got other deciders."""
    MOVED = "moved"
    """It could not be posted, and went to another channel."""
    ACCEPTED = "accepted"
    OVERRIDDEN = "overridden"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    REVIEWED = "reviewed"
    VIEWS_ASKED = "views_asked"
    NUDGED = "nudged"
    NOT_REACHED = "not_reached"
    """Slack rejected the request for a perspective."""
    VIEW_ADDED = "view_added"
    VIEW_CHANGED = "view_changed"


@dataclass(frozen=True, slots=True)
class Event:
    """What a user did to a decision, and when; never changed once it is stored.

    `detail` depends on the kind: options, a reason, user ids separated by spaces, or the values
    before an edit.
    """

    kind: EventKind
    actor: str
    at: datetime
    detail: Mapping[str, str] = field(default_factory=dict)


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


def answer_changes(before: Mapping[str, str | None], after: Mapping[str, str | None]) -> str:
    """Return the answers that differ, as JSON: question to [before, after].

    A missing answer is the empty string, "don't know" is null.
    """
    return json.dumps(
        {
            question: [before.get(question, ""), after.get(question, "")]
            for question in {**before, **after}
            if before.get(question, "") != after.get(question, "")
        }
    )


def edited(before: Decision, after: Decision) -> dict[str, str]:
    """Return the detail of an edit's event: what it changed, and the values before."""
    detail = {
        "answers": answer_changes(before.answers, after.answers),
        "was": before.verdict.recommended or "",
        "option": after.verdict.recommended or "",
    }
    if before.title != after.title:
        detail["title_was"] = before.title
    if before.problem != after.problem:
        detail["problem_was"] = before.problem
    if before.review_on != after.review_on:
        detail["review_was"], detail["review"] = _review(before), _review(after)
    return detail


def _review(decision: Decision) -> str:
    return decision.review_on.isoformat() if decision.review_on else NO_REVIEW


def perspective_event(before: Perspective | None, after: Perspective) -> Event | None:
    """Return the event of a perspective that was added or changed; None if it is unchanged."""
    if before is None:
        detail = {"answers": answer_changes({}, after.answers), "option": after.option or ""}
        return Event(EventKind.VIEW_ADDED, after.user, after.changed_at, detail)
    if before.answers == after.answers:
        return None
    detail = {
        "answers": answer_changes(before.answers, after.answers),
        "was": before.option or "",
        "option": after.option or "",
    }
    return Event(EventKind.VIEW_CHANGED, after.user, after.changed_at, detail)
