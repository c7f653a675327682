"""Events of decisions, and changes: a decision after an event."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.decisions.model import Decision

NO_REVIEW = "never"
"""Stands for the day of a review in the event of an edit where there is none."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that somebody did to a decision. `detail` is kept as it is, never changed."""

    kind: str
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


def answer_changes(before: Mapping[str, str | None], after: Mapping[str, str | None]) -> str:
    """Return the answers that differ, as JSON: question to [before, after].

    An answer that was not given at all is the empty string, "don't know" is null.
    """
    return json.dumps(
        {
            question: [before.get(question, ""), after.get(question, "")]
            for question in {**before, **after}
            if before.get(question, "") != after.get(question, "")
        }
    )


def edited(before: Decision, after: Decision) -> dict[str, str]:
    """Return what an edit changed, for its event: what was said otherwise before is kept."""
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
