"""Deliveries: outgoing Slack messages, with a typed payload for each kind."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from bot.decisions.events import Event
from bot.decisions.model import Decision, DecisionSummary, Person, Visibility


class DeliveryKind(StrEnum):
    """The kind of message that a delivery posts."""

    ANNOUNCEMENT = "announcement"
    RECOMMENDATION = "recommendation"
    TEAM = "team"
    THREAD_NOTE = "thread_note"
    REDRAW = "redraw"
    VIEW_REQUEST = "view_request"
    DECIDER_MESSAGE = "decider_message"
    VIEW_NEWS = "view_news"
    ALL_VIEWS = "all_views"
    REVIEW_QUESTION = "review_question"
    DIGEST = "digest"
    NOT_POSTED = "not_posted"
    UNCONFIRMED = "unconfirmed"
    NOTICE = "notice"
    UNREACHABLE = "unreachable"
    OPEN_MODAL = "open_modal"


class DeliveryState(StrEnum):
    """The state of a delivery."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    """Slack gave no answer, and the history does not tell; the owner is asked."""
    HELD = "held"
    """The channel is blocked; the delivery waits until it is unblocked."""
    FAILED = "failed"
    DISMISSED = "dismissed"


class Attempt(StrEnum):
    """The result of one attempt to post, as the metrics count it."""

    SENT = "sent"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    """Slack did not accept the request: no connection, or out of service."""
    UNKNOWN = "unknown"
    """The connection broke, or Slack failed: the message may have been posted."""
    BLOCKED = "blocked"
    """Slack refuses the channel or the whole workspace."""
    REJECTED = "rejected"
    """Slack refuses this message."""
    INTERNAL_ERROR = "internal_error"
    """The bot failed before it called Slack."""


AT_MOST_ONCE = frozenset(
    {
        DeliveryKind.ANNOUNCEMENT,
        DeliveryKind.RECOMMENDATION,
        DeliveryKind.TEAM,
        DeliveryKind.THREAD_NOTE,
        DeliveryKind.DIGEST,
    }
)
"""Posts in a channel, which must not appear twice. The others are posted at least once: a redraw is
idempotent, and a repeated direct message is better than a lost one."""
BACKGROUND_KINDS = frozenset({DeliveryKind.DIGEST, DeliveryKind.REVIEW_QUESTION})
"""Kinds that nobody waits for, and that are due for many workspaces at one time. The others go
first."""
EXPIRED = "expired"
"""The error of a delivery that was dismissed because its time had passed."""
DIRECT_KINDS = frozenset(
    {
        DeliveryKind.VIEW_REQUEST,
        DeliveryKind.DECIDER_MESSAGE,
        DeliveryKind.VIEW_NEWS,
        DeliveryKind.ALL_VIEWS,
        DeliveryKind.REVIEW_QUESTION,
    }
)
"""Direct messages about a decision, which are redrawn when it changes."""


@dataclass(frozen=True, slots=True)
class AnnouncementPost:
    """Announce a decision in its channel."""

    kind: ClassVar = DeliveryKind.ANNOUNCEMENT


@dataclass(frozen=True, slots=True)
class RecommendationPost:
    """Post the recommendation in the announcement's thread."""

    kind: ClassVar = DeliveryKind.RECOMMENDATION


@dataclass(frozen=True, slots=True)
class TeamPost:
    """Post the comparison of perspectives in the announcement's thread."""

    kind: ClassVar = DeliveryKind.TEAM


@dataclass(frozen=True, slots=True)
class ThreadNote:
    """Post an event of a decision in the announcement's thread."""

    kind: ClassVar = DeliveryKind.THREAD_NOTE
    event: Event


@dataclass(frozen=True, slots=True)
class Redraw:
    """Render the parent delivery again, and update its message."""

    kind: ClassVar = DeliveryKind.REDRAW


@dataclass(frozen=True, slots=True)
class ViewRequestMessage:
    """Ask a person for a perspective, or remind them of it (`nudge`)."""

    kind: ClassVar = DeliveryKind.VIEW_REQUEST
    nudge: bool = False


@dataclass(frozen=True, slots=True)
class DeciderMessage:
    """Tell a decider that a decision waits for them; `asked_by` is a user id."""

    kind: ClassVar = DeliveryKind.DECIDER_MESSAGE
    asked_by: str


@dataclass(frozen=True, slots=True)
class ViewNews:
    """Tell the driver that the view of `user` differs in a way that matters."""

    kind: ClassVar = DeliveryKind.VIEW_NEWS
    user: str


@dataclass(frozen=True, slots=True)
class AllViewsNews:
    """Tell the driver that everybody who was asked for a perspective has given one."""

    kind: ClassVar = DeliveryKind.ALL_VIEWS


@dataclass(frozen=True, slots=True)
class ReviewQuestion:
    """Ask a person how a decision went.

    `instead_of` is the user id of a decider who cannot be reached, `reason` Slack's error name.
    """

    kind: ClassVar = DeliveryKind.REVIEW_QUESTION
    instead_of: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DigestPost:
    """Post a channel's digest. The content is read when it is posted.

    Attributes:
        since: start of its window, exclusive.
        until: end of its window, inclusive.
        owner: the user id of who set the digest up, or asked for this one.
        visibility: the channel's.
        missed: the days of earlier digests that were not posted.
        gap_from: start of a period before `since` that no digest covers.
    """

    kind: ClassVar = DeliveryKind.DIGEST
    since: datetime
    until: datetime
    owner: str
    visibility: Visibility
    missed: tuple[date, ...] = ()
    gap_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """Tell the owner of a delivery that it failed, is held or is unconfirmed.

    `about` is the key of that delivery, `channel` where it was to be posted, `reason` Slack's error
    name.
    """

    about: str
    channel: str
    reason: str


@dataclass(frozen=True, slots=True)
class NotPostedAlert(Alert):
    """Tell the owner of a delivery that it could not be posted."""

    kind: ClassVar = DeliveryKind.NOT_POSTED


@dataclass(frozen=True, slots=True)
class UnconfirmedAlert(Alert):
    """Ask the owner of a delivery whether it arrived."""

    kind: ClassVar = DeliveryKind.UNCONFIRMED


AlertType = type[NotPostedAlert] | type[UnconfirmedAlert]


@dataclass(frozen=True, slots=True)
class TextNotice:
    """Send a person one paragraph, in Slack's markup."""

    kind: ClassVar = DeliveryKind.NOTICE
    text: str


@dataclass(frozen=True, slots=True)
class UnreachableNotice:
    """Tell the sender of a direct message that `user` cannot be reached.

    `message` is the kind of that direct message, `reason` Slack's error name.
    """

    kind: ClassVar = DeliveryKind.UNREACHABLE
    user: str
    message: DeliveryKind
    reason: str


@dataclass(frozen=True, slots=True)
class OpenModalOffer:
    """Send a person a button that opens a draft, because its modal did not open."""

    kind: ClassVar = DeliveryKind.OPEN_MODAL
    draft: str


Payload = (
    AnnouncementPost
    | RecommendationPost
    | TeamPost
    | ThreadNote
    | Redraw
    | ViewRequestMessage
    | DeciderMessage
    | ViewNews
    | AllViewsNews
    | ReviewQuestion
    | DigestPost
    | NotPostedAlert
    | UnconfirmedAlert
    | TextNotice
    | UnreachableNotice
    | OpenModalOffer
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One outgoing message.

    Attributes:
        key: the dedupe key; a key is delivered once.
        workspace: Slack's id.
        payload: what to post.
        channel: the id of a channel, or of a user for a direct message.
        due_at: the time from which it may be claimed.
        decision: the number of the decision that it is about, if any.
        parent: the key of the delivery that must be sent before: the root of its thread, or the
            message that a `Redraw` updates.
        expires_at: the time from which it is too late to post it.
        state: its state.
        attempts: the number of claims so far.
        ts: Slack's timestamp of the message, once sent.
        sent_channel: the conversation that the message is in, once sent.
        first_failed_at: start of the current series of failures that count towards giving up.
        error: the last error.
    """

    key: str
    workspace: str
    payload: Payload
    channel: str
    due_at: datetime
    decision: int | None = None
    parent: str | None = None
    expires_at: datetime | None = None
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    ts: str | None = None
    sent_channel: str | None = None
    first_failed_at: datetime | None = None
    error: str | None = None

    @property
    def kind(self) -> DeliveryKind:
        """The kind of its payload."""
        return self.payload.kind

    @property
    def is_direct(self) -> bool:
        """Whether it goes to one person.

        Ids of users begin with U or W, those of direct messages with D:
        https://docs.slack.dev/reference/objects/conversation-object.
        """
        return self.channel.startswith(("U", "W", "D"))


def announcement_key(decision: DecisionSummary) -> str:
    """Return the key of the message that announces a decision in its channel."""
    return f"{decision.workspace}/{decision.number}/announcement"


def recommendation_key(decision: Decision) -> str:
    """Return the key of the recommendation in the announcement's thread."""
    return f"{decision.workspace}/{decision.number}/recommendation"


def team_key(decision: Decision) -> str:
    """Return the key of the perspectives in the announcement's thread."""
    return f"{decision.workspace}/{decision.number}/team"


def announcement_delivery(decision: Decision) -> Delivery:
    """Return the post that announces a decision."""
    channel, at = decision.place.channel, decision.opened_at
    return _about(decision, announcement_key(decision), AnnouncementPost(), channel, at)


def thread_reply(
    decision: Decision,
    payload: RecommendationPost | TeamPost | ThreadNote,
    at: datetime,
    key: str | None = None,
) -> Delivery:
    """Return a reply in the thread of an announcement; its dedupe key is unique without `key`."""
    parent = announcement_key(decision)
    key = key or f"{parent}/{payload.kind}/{uuid.uuid4().hex}"
    return _about(decision, key, payload, decision.place.channel, at, parent)


def direct_messages(
    decision: Decision,
    users: Sequence[str],
    payload: ViewRequestMessage | DeciderMessage,
    at: datetime,
) -> tuple[Delivery, ...]:
    """Return a message about a decision to each of `users`, by user id, once each."""
    key = f"{decision.workspace}/{decision.number}/{payload.kind}"
    return tuple(
        _about(decision, f"{key}/{user}/{at.isoformat()}", payload, user, at)
        for user in dict.fromkeys(users)
    )


def view_news(
    decision: Decision, user: str, payload: ViewNews | AllViewsNews, at: datetime
) -> Delivery:
    """Return a message to the driver about the view of a teammate, `user`.

    Once for each teammate, whose later changes redraw it; `AllViewsNews` each time that the last
    one has answered.
    """
    key = f"{decision.workspace}/{decision.number}/{payload.kind}/{user}"
    return _about(decision, key, payload, decision.driver, at)


def review_delivery(
    decision: DecisionSummary, user: str, at: datetime, payload: ReviewQuestion | None = None
) -> Delivery:
    """Return the question to a person how a decision went, once for each day of review."""
    key = f"{decision.workspace}/{decision.number}/review/{decision.review_on}/{user}"
    return _about(decision, key, payload or ReviewQuestion(), user, at)


def _about(
    decision: DecisionSummary,
    key: str,
    payload: Payload,
    channel: str,
    at: datetime,
    parent: str | None = None,
) -> Delivery:
    return Delivery(
        key=key,
        workspace=decision.workspace,
        payload=payload,
        channel=channel,
        due_at=at,
        decision=decision.number,
        parent=parent,
    )


def unreachable_notice(
    workspace: str, number: int, to: str, payload: UnreachableNotice, at: datetime
) -> Delivery:
    """Return the message that tells `to`, a user id, that a person cannot be reached."""
    return Delivery(
        key=f"{workspace}/{number}/{payload.kind}/{payload.user}/{at.isoformat()}",
        workspace=workspace,
        payload=payload,
        channel=to,
        due_at=at,
        decision=number,
    )


def to_person(person: Person, payload: TextNotice | OpenModalOffer, at: datetime) -> Delivery:
    """Return a direct message that is about no decision."""
    return Delivery(
        key=f"{person.workspace}/{payload.kind}/{uuid.uuid4().hex}",
        workspace=person.workspace,
        payload=payload,
        channel=person.user,
        due_at=at,
    )


def alert_for(
    kind: AlertType,
    about: Delivery,
    owner: str,
    at: datetime,
    reason: str,
) -> Delivery:
    """Return the message that alerts the owner of a delivery, once for each attempt.

    Args:
        kind: the class of the alert's payload.
        about: the delivery with the issue.
        owner: the user id of the decision's driver, or of the digest's owner.
        at: when the alert is due.
        reason: Slack's error name.
    """
    return Delivery(
        key=f"{about.key}/{kind.kind}/{about.attempts}",
        workspace=about.workspace,
        payload=kind(about.key, about.channel, reason),
        channel=owner,
        due_at=at,
        decision=about.decision,
    )


def redraw_of(message: Delivery, at: datetime) -> Delivery:
    """Return the delivery that renders a message again and updates it in Slack."""
    return Delivery(
        key=f"{message.key}/{DeliveryKind.REDRAW}/{uuid.uuid4().hex}",
        workspace=message.workspace,
        payload=Redraw(),
        channel=message.channel,
        due_at=at,
        decision=message.decision,
        parent=message.key,
    )
