"""Samples of alerts about deliveries that failed or are unconfirmed."""

from datetime import UTC, datetime

from bot.decisions.model import Decision
from bot.outbox.alert_views import trouble_message
from bot.outbox.issues import DeliveryIssue
from bot.outbox.model import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    announcement_key,
    recommendation_key,
    trouble_notice,
)
from bot.slackkit.message import Message

_AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
_SHOWN = {
    "not posted": (DeliveryKind.NOT_POSTED, DeliveryState.HELD),
    "uncertain": (DeliveryKind.UNCERTAIN, DeliveryState.UNKNOWN),
    "on its way": (DeliveryKind.NOT_POSTED, DeliveryState.PENDING),
    "arrived": (DeliveryKind.NOT_POSTED, DeliveryState.SENT),
    "left as it is": (DeliveryKind.UNCERTAIN, DeliveryState.DISMISSED),
}


def alert_messages(decision: Decision) -> dict[str, Message]:
    """Return an alert about each kind of delivery in each state, by name."""
    return {
        f"{name}, {about.kind}": _message(decision, about, *shown)
        for name, shown in _SHOWN.items()
        for about in _abouts(decision)
    }


def _abouts(decision: Decision) -> list[Delivery]:
    announcement = announcement_key(decision)
    keys = {
        DeliveryKind.ANNOUNCEMENT: announcement,
        DeliveryKind.RECOMMENDATION: recommendation_key(decision),
        DeliveryKind.WORD: f"{announcement}/word/{'0' * 32}",
        DeliveryKind.UPDATE: f"{announcement}/update/{'0' * 32}",
        DeliveryKind.DIGEST: f"{decision.workspace}/digest/C0123456789/2026-W01",
    }
    return [
        Delivery(
            key=key,
            workspace=decision.workspace,
            kind=kind,
            channel=decision.place.channel,
            due_at=_AT,
            decision=None if kind is DeliveryKind.DIGEST else decision.number,
            detail={"owner": decision.driver},
        )
        for kind, key in keys.items()
    ]


def _message(
    decision: Decision, about: Delivery, kind: DeliveryKind, state: DeliveryState
) -> Message:
    notice = trouble_notice(kind, about, decision.driver, _AT, "channel_not_found")
    of = None if about.decision is None else decision
    told = Delivery(
        about.key, about.workspace, about.kind, about.channel, _AT, about.decision, state=state
    )
    return trouble_message(notice, DeliveryIssue(told, of))
