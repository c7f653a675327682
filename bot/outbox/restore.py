"""The deliveries of a restored backup: what to reconcile with Slack, and what to redraw."""

from datetime import datetime

from bot.outbox.fanout import redraw_messages
from bot.outbox.model import DIRECT_KINDS, DeliveryKind
from bot.storage.connection import Connection
from bot.storage.convert import utc_text
from bot.storage.decisions import find_decision

MOST_REDRAWN = 500
"""How many decisions are redrawn, the newest first: Slack accepts 50 updates a minute
(https://docs.slack.dev/apis/web-api/rate-limits, tier 3)."""
_REDRAWN = DIRECT_KINDS | {
    DeliveryKind.ANNOUNCEMENT,
    DeliveryKind.RECOMMENDATION,
    DeliveryKind.TEAM,
}
_UNSENT = """
select id, due_at, coalesce(claimed_at, created_at) as claimed_at from deliveries
where state in ('pending', 'sending', 'held') and kind <> 'redraw'
"""
_OPEN = "select workspace, number from decisions where status = 'open' order by opened_at desc"


def recover_deliveries(db: Connection, now: datetime) -> int:
    """Prepare the deliveries of a backup that replaces a database.

    Posts that were unsent when the backup was made may have been posted since: they are set to
    `sending`, so that the worker reconciles them. The messages of open decisions are redrawn, as
    Slack may show a later state.

    Returns:
        The number of posts to reconcile.
    """
    at = utc_text(now)
    unsent = db.all(_UNSENT)
    for row in unsent:
        times = {"due_at": min(row["due_at"], at), "claimed_at": min(row["claimed_at"], at)}
        db.update("deliveries", {"state": "sending", **times}, id=row["id"])
    redrawn = 0
    for row in db.all(_OPEN):
        decision = find_decision(db, row["workspace"], row["number"])
        if decision is not None and redrawn < MOST_REDRAWN:
            redrawn += redraw_messages(db, decision, _REDRAWN, now) > 0
    return len(unsent)
