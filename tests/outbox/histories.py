"""Channels' histories, as Slack answers with them."""

from typing import Any

from bot.outbox.reconcile import METADATA_EVENT


def message(key: str, ts: str = "7.0", event: str = METADATA_EVENT) -> dict[str, Any]:
    """Return a message of a channel's history that carries a delivery's key."""
    return {"ts": ts, "metadata": {"event_type": event, "event_payload": {"key": key}}}


def page(*messages: dict[str, Any], cursor: str = "") -> dict[str, Any]:
    """Return a page of a channel's history, with more behind it if there is a cursor."""
    more = {"response_metadata": {"next_cursor": cursor}} if cursor else {}
    return {"messages": list(messages), "has_more": bool(cursor), **more}
