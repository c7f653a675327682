"""Channels that external users (Slack Connect) are known to be in."""

from bot.storage.connection import Connection


def mark_shared(db: Connection, workspace: str, channel: str) -> None:
    """Record that external users are in a channel."""
    db.insert_if_new("shared_channels", {"workspace": workspace, "channel": channel})


def is_shared(db: Connection, workspace: str, channel: str) -> bool:
    """Return whether external users are known to be in a channel."""
    return db.get("shared_channels", workspace=workspace, channel=channel) is not None
