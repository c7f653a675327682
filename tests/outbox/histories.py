"""Factories for responses of `conversations.history`."""

from typing import Any

from bot.outbox.reconcile import METADATA_EVENT


def message(key: str, ts: str = "7.0", event: str = METADATA_EVENT) -> dict[str, Any]:
    """Return a message of a history with a delivery's key in its metadata."""
    return {"ts": ts, "metadata": {"event_type": event, "event_payload": {"key": key}}}


def page(*messages: dict[str, Any], cursor: str = "") -> dict[str, Any]:
    """Return a page of a history; with a cursor there are more pages."""
    more = {"response_metadata": {"next_cursor": cursor}} if cursor else {}
    return {"messages": list(messages), "has_more": bool(cursor), **more}
