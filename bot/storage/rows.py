"""Rows of deliveries."""

import json
from datetime import datetime
from typing import Any

from bot.outbox.model import Delivery, DeliveryKind, DeliveryState
from bot.storage.connection import Row


def delivery_row(delivery: Delivery) -> dict[str, Any]:
    """Return the row that keeps a delivery."""
    return {
        "key": delivery.key,
        "workspace": delivery.workspace,
        "kind": delivery.kind.value,
        "channel": delivery.channel,
        "decision": delivery.decision,
        "after": delivery.after,
        "detail": json.dumps(dict(delivery.detail)),
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "due_at": delivery.due_at.isoformat(),
        "kept_at": delivery.due_at.isoformat(),
        "ts": delivery.ts,
        "sent_channel": delivery.sent_channel,
    }


def to_delivery(row: Row) -> Delivery:
    """Return the delivery that a row keeps."""
    failing = row["failing_since"]
    return Delivery(
        key=row["key"],
        workspace=row["workspace"],
        kind=DeliveryKind(row["kind"]),
        channel=row["channel"],
        due_at=datetime.fromisoformat(row["due_at"]),
        decision=row["decision"],
        after=row["after"],
        detail=json.loads(row["detail"]),
        state=DeliveryState(row["state"]),
        attempts=row["attempts"],
        ts=row["ts"],
        sent_channel=row["sent_channel"],
        failing_since=datetime.fromisoformat(failing) if failing else None,
    )
