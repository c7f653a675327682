"""Samples of alerts about deliveries that failed or are unconfirmed."""

from dataclasses import replace
from datetime import UTC, datetime

from bot.decisions.events import Event, Withdrawn
from bot.decisions.model import Decision
from bot.doctor.samples import COMMAND
from bot.outbox.alert_views import alert_message
from bot.outbox.issues import DeliveryIssue
from bot.outbox.model import (
    AlertType,
    Delivery,
    DeliveryState,
    DigestPost,
    NotPostedAlert,
    RecommendationPost,
    ThreadNote,
    UnconfirmedAlert,
    announcement_delivery,
    recommendation_key,
    redraw_of,
    thread_reply,
)
from bot.slackkit.message import Message

_AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
_SHOWN: dict[str, tuple[AlertType, DeliveryState]] = {
    "not posted": (NotPostedAlert, DeliveryState.HELD),
    "unconfirmed": (UnconfirmedAlert, DeliveryState.UNKNOWN),
    "on its way": (NotPostedAlert, DeliveryState.PENDING),
    "arrived": (NotPostedAlert, DeliveryState.SENT),
    "left as it is": (UnconfirmedAlert, DeliveryState.DISMISSED),
}


def alert_messages(decision: Decision, command: str = COMMAND) -> dict[str, Message]:
    """Return an alert about each kind of delivery in each state, by name."""
    return {
        f"{name}, {about.kind}": _message(decision, about, kind, state, command)
        for name, (kind, state) in _SHOWN.items()
        for about in _abouts(decision)
    }


def _abouts(decision: Decision) -> list[Delivery]:
    post = announcement_delivery(decision)
    withdrawn = Event(Withdrawn(""), decision.driver, _AT)
    digest = DigestPost(_AT, _AT, decision.driver, decision.place.visibility)
    channel = decision.place.channel
    return [
        post,
        thread_reply(decision, RecommendationPost(), _AT, recommendation_key(decision)),
        thread_reply(decision, ThreadNote(withdrawn), _AT),
        redraw_of(post, _AT),
        Delivery(f"{decision.workspace}/digest", decision.workspace, digest, channel, _AT),
    ]


def _message(
    decision: Decision,
    about: Delivery,
    kind: AlertType,
    state: DeliveryState,
    command: str,
) -> Message:
    alert = kind(about.key, about.channel, "channel_not_found")
    of = None if about.decision is None else decision
    return alert_message(alert, DeliveryIssue(replace(about, state=state), of), command)
