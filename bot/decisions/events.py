"""What happens to a decision: an event for the log, and what the channel is told of it."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.decisions.model import Decision
from bot.outbox.model import (
    Delivery,
    DeliveryKind,
    announcement_key,
    opening_deliveries,
    recommendation_key,
    redrawing,
    team_key,
)

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
    """A decision after an event, with the event and the deliveries that follow from it.

    `event` is None where nothing has happened: the decision stays as it is.
    `closes` is the id of the draft that the change comes from, which does its work once.
    """

    decision: Decision
    event: Event | None
    deliveries: tuple[Delivery, ...] = ()
    closes: str | None = None


def redrawn(decision: Decision, at: datetime) -> Change:
    """Return the change of nothing but the announcement, which shows the decision as it is."""
    announcement, *_ = opening_deliveries(decision)
    return Change(decision, None, (redrawing(announcement, at),))


def told(decision: Decision, event: Event) -> Change:
    """Return a change that the channel is told: its messages redrawn, a word in the thread."""
    redrawn = [announcement_key(decision), team_key(decision)]
    if event.kind == "edited":
        redrawn.append(recommendation_key(decision))
    updates = tuple(_delivery(decision, event, DeliveryKind.UPDATE, key, {}) for key in redrawn)
    word = _delivery(
        decision,
        event,
        DeliveryKind.WORD,
        announcement_key(decision),
        {"event": event.kind, "actor": event.actor, **event.detail},
    )
    return Change(decision, event, (*updates, word))


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


def _delivery(
    decision: Decision, event: Event, kind: DeliveryKind, after: str, detail: Mapping[str, str]
) -> Delivery:
    return Delivery(
        key=f"{after}/{kind}/{uuid.uuid4().hex}",
        workspace=decision.workspace,
        kind=kind,
        channel=decision.place.channel,
        due_at=event.at,
        decision=decision.number,
        after=after,
        detail=detail,
    )
