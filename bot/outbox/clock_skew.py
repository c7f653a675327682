"""A clock that was set back: what the log noted by it of times to come does not count."""

from datetime import UTC, datetime, timedelta

from bot.outbox.ports import LONGEST_PAUSE
from bot.storage.connection import Connection

APART = timedelta(seconds=10)
"""How far the clocks of two processes may be apart: only what lies further ahead is put right."""
_LONGEST_WAYS = timedelta(minutes=1)
"""How long what was taken may be on its way, and how long a stopped workspace waits for a try."""
_LONG_AGO = datetime.fromtimestamp(0, UTC).isoformat()

_PENDING = """
update deliveries set due_at = :now, taken_at = null, failing_since = null
where state = 'pending' and due_at > :ahead and coalesce(taken_at, due_at) > :ahead
"""
"""A delivery is due when it is kept, and later only by when it was taken last."""
# When it was handed to Slack nobody knows: all of the past is looked through.
_SENDING = """
update deliveries set due_at = :look_at, taken_at = :long_ago
where state = 'sending' and taken_at > :far_ahead
"""
_PAUSES = "delete from pauses where until > :too_long"
_STOPS = """
update stops set try_at = min(try_at, :now), since = min(since, :now)
where try_at > :far_ahead or since > :ahead
"""
_CHANNEL = """
update deliveries set taken_at = :now
where workspace = :workspace and channel = :channel and taken_at > :ahead
"""


def put_right(db: Connection, at: datetime) -> None:
    """Have nothing wait for a time that was noted by a clock which was wrong.

    What was under way is looked up like anything that broke off, as if it had been taken at `at`.
    """
    times = {
        "now": at.isoformat(),
        "ahead": (at + APART).isoformat(),
        "far_ahead": (at + _LONGEST_WAYS + APART).isoformat(),
        "look_at": (at + _LONGEST_WAYS).isoformat(),
        "too_long": (at + LONGEST_PAUSE + APART).isoformat(),
        "long_ago": _LONG_AGO,
    }
    for statement in (_PENDING, _SENDING, _PAUSES, _STOPS):
        db.execute(statement, times)


def put_channel_right(db: Connection, workspace: str, channel: str, at: datetime) -> None:
    """Have a channel's pace count from `at` at the latest."""
    which = {"workspace": workspace, "channel": channel}
    times = {"now": at.isoformat(), "ahead": (at + APART).isoformat()}
    db.execute(_CHANNEL, {**which, **times})
