"""Deliveries: outgoing Slack messages that must not be lost."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.decisions.model import Decision


class DeliveryKind(StrEnum):
    """What a delivery tells."""

    ANNOUNCEMENT = "announcement"
    RECOMMENDATION = "recommendation"
    UPDATE = "update"
    """The announcement, the recommendation or the perspectives, redrawn where they stand."""
    TEAM = "team"
    """The perspectives side by side, in the announcement's thread."""
    ASKED = "asked"
    """To a person: somebody would like to have their perspective of a decision."""
    TO_DECIDE = "to_decide"
    """To a decider: a decision is theirs to make."""
    WORD = "word"
    """What happened to a decision, in its thread."""
    NOT_POSTED = "not_posted"
    """To its owner: a message could not be delivered, and what to do."""
    UNCERTAIN = "uncertain"
    """To its owner: nobody can tell whether a message arrived; send again or leave it."""
    NOTICE = "notice"
    """To a person: one paragraph."""
    REVIEW = "review"
    """To a decider: the question how a decision went."""
    DIGEST = "digest"
    """A channel's digest."""
    COULD_NOT_OPEN = "could_not_open"
    """To a person: the questionnaire did not open; a button that opens it."""


class DeliveryState(StrEnum):
    """How far a delivery has come."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    """Handed to Slack, and no answer came: it may or may not be there. Its owner is asked."""
    HELD = "held"
    """Its channel takes nothing from us; it waits until that is mended."""
    FAILED = "failed"
    DISMISSED = "dismissed"


class Attempt(StrEnum):
    """What came of one try to hand a delivery to Slack."""

    SENT = "sent"
    LIMITED = "limited"
    """Slack wants to have it more slowly."""
    AWAY = "away"
    """Slack took nothing up: no connection, or it is out of service."""
    UNCLEAR = "unclear"
    """The connection broke, or Slack failed over it: it may have arrived."""
    CLOSED = "closed"
    """The channel, or the whole workspace, takes nothing from us."""
    REFUSED = "refused"
    """Slack will never take this message."""
    FAULTY = "faulty"
    """It failed on our side, before Slack was asked."""


COME_ONCE = frozenset(
    {
        DeliveryKind.ANNOUNCEMENT,
        DeliveryKind.RECOMMENDATION,
        DeliveryKind.TEAM,
        DeliveryKind.WORD,
        DeliveryKind.DIGEST,
    }
)
"""What everybody in a channel reads, and must not find there twice.

Of the others, an update shows the same when it comes twice, and a word to one person that is said
twice is better than lost.
"""
SHOWS = "shows"
"""Where the detail of an update says of which kind the message is that it redraws."""
PROBES = frozenset({DeliveryKind.ANNOUNCEMENT, DeliveryKind.DIGEST})
"""What is tried once even where a channel takes nothing: somebody waits to see it there."""
NOTICES = frozenset({DeliveryKind.NOT_POSTED, DeliveryKind.UNCERTAIN})
"""What tells the owner of a delivery that it is in trouble."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One outgoing message.

    `key` is unique: the same key is never delivered twice. `channel` is a channel's or a
    user's id. `after` is the key of the delivery that must have been sent first: the one in
    whose thread this one goes, or which it redraws. `detail` holds what the message
    tells beside the decision. `ts` and `sent_channel` are Slack's, once sent.
    `failing_since` is when the tries began that all failed through no fault of the channel's or
    of the connection.
    """

    key: str
    workspace: str
    kind: DeliveryKind
    channel: str
    due_at: datetime
    decision: int | None = None
    after: str | None = None
    detail: Mapping[str, str] = field(default_factory=dict)
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    ts: str | None = None
    sent_channel: str | None = None
    failing_since: datetime | None = None


def announcement_key(decision: Decision) -> str:
    """Return the key of the message in the channel that announces the decision."""
    return f"{decision.workspace}/{decision.number}/announcement"


def recommendation_key(decision: Decision) -> str:
    """Return the key of the recommendation in the announcement's thread."""
    return f"{decision.workspace}/{decision.number}/recommendation"


def team_key(decision: Decision) -> str:
    """Return the key of the message with the perspectives in the announcement's thread."""
    return f"{decision.workspace}/{decision.number}/team"


def review_key(decision: Decision, decider: str) -> str:
    """Return the key of the question to a decider how it went, asked once for each due date."""
    return f"{decision.workspace}/{decision.number}/review/{decision.review_on}/{decider}"


def opening_deliveries(decision: Decision) -> tuple[Delivery, ...]:
    """Return what goes out when a decision is opened: announcement, thread, word to deciders."""
    announcement = Delivery(
        key=announcement_key(decision),
        workspace=decision.workspace,
        kind=DeliveryKind.ANNOUNCEMENT,
        channel=decision.place.channel,
        due_at=decision.opened_at,
        decision=decision.number,
    )
    recommendation = Delivery(
        key=recommendation_key(decision),
        workspace=decision.workspace,
        kind=DeliveryKind.RECOMMENDATION,
        channel=decision.place.channel,
        due_at=decision.opened_at,
        decision=decision.number,
        after=announcement.key,
    )
    others = [user for user in decision.deciders if user != decision.driver]
    asked = asked_to_decide(decision, others, decision.driver, decision.opened_at)
    return announcement, recommendation, *asked


def asked_to_decide(
    decision: Decision, users: Sequence[str], by: str, at: datetime
) -> tuple[Delivery, ...]:
    """Return the direct messages that tell deciders, who may not be in its channel, of a decision.

    Args:
        decision: what they are to decide.
        users: their user ids.
        by: the user id of who wants them to.
        at: when.
    """
    return direct_messages(decision, DeliveryKind.TO_DECIDE, users, at, {"by": by})


def direct_messages(
    decision: Decision,
    kind: DeliveryKind,
    users: Sequence[str],
    at: datetime,
    detail: Mapping[str, str],
) -> tuple[Delivery, ...]:
    """Return a message of `kind` about a decision to each of `users`, by user id, once each."""
    return tuple(
        Delivery(
            key=f"{decision.workspace}/{decision.number}/{kind.value}/{user}/{at.isoformat()}",
            workspace=decision.workspace,
            kind=kind,
            channel=user,
            due_at=at,
            decision=decision.number,
            detail=detail,
        )
        for user in dict.fromkeys(users)
    )


def trouble_notice(
    kind: DeliveryKind, about: Delivery, owner: str, at: datetime, reason: str
) -> Delivery:
    """Return the message that tells the owner of a delivery in trouble about it.

    Args:
        kind: `NOT_POSTED` or `UNCERTAIN`.
        about: the delivery in trouble.
        owner: the user id of the decision's driver, or of who wants the digest.
        at: when to send the notice.
        reason: Slack's name for the error.
    """
    return Delivery(
        key=f"{notices_of(about.key)}{kind}/{about.attempts}",
        workspace=about.workspace,
        kind=kind,
        channel=owner,
        due_at=at,
        decision=about.decision,
        detail={"about": about.key, "channel": about.channel, "reason": reason},
    )


def notices_of(key: str) -> str:
    """Return what the keys of all notices about a delivery begin with."""
    return f"{key}/"


def redrawing(message: Delivery, at: datetime) -> Delivery:
    """Return the update that shows in a message how things stand by then."""
    return Delivery(
        key=f"{message.key}/{DeliveryKind.UPDATE}/{uuid.uuid4().hex}",
        workspace=message.workspace,
        kind=DeliveryKind.UPDATE,
        channel=message.channel,
        due_at=at,
        decision=message.decision,
        after=message.key,
        detail={**message.detail, SHOWS: message.kind.value},
    )
