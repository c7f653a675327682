"""Channels that people from outside the workspace are known to be in."""

from bot.digest.settings import DigestScope
from bot.storage.connection import Connection

_ONLY_ITS_OWN = """
update digest_settings set scope = :own
where workspace = :workspace and channel = :channel and scope = :all
returning set_by, is_on
"""


def keep_shared(db: Connection, workspace: str, channel: str) -> str | None:
    """Note that outsiders read a channel, so that its digest tells of its own decisions only.

    Returns:
        Who has to hear that: whoever set its digest up to tell of the workspace; else None.
    """
    which = {"workspace": workspace, "channel": channel}
    db.insert_if_new("shared_channels", dict(which))
    arguments = {**which, "own": DigestScope.CHANNEL.value, "all": DigestScope.WORKSPACE.value}
    changed = db.all(_ONLY_ITS_OWN, arguments)
    return str(changed[0]["set_by"]) if changed and changed[0]["is_on"] else None


def is_shared(db: Connection, workspace: str, channel: str) -> bool:
    """Return whether outsiders are known to read a channel."""
    return db.get("shared_channels", workspace=workspace, channel=channel) is not None
