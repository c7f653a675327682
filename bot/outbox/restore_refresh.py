"""Messages in Slack that a restored log has to draw again, as they may show what it knows not."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from bot.decisions.model import Decision, Status
from bot.outbox.fanout import redraw_messages
from bot.outbox.model import DIRECT_KINDS, DeliveryKind
from bot.storage.connection import Connection
from bot.storage.decisions import find_decision

MOST = 500
"""How many decisions are drawn again, the newest first: Slack takes 50 updates a minute
(https://docs.slack.dev/apis/web-api/rate-limits, tier 3), and new messages go out meanwhile."""
_REDRAWN = DIRECT_KINDS | {
    DeliveryKind.ANNOUNCEMENT,
    DeliveryKind.RECOMMENDATION,
    DeliveryKind.TEAM,
}
_LIVES = """
select workspace, number, count(*) as events, max(at) as last from events
group by workspace, number
"""
_NEWEST_FIRST = "select workspace, number, status from decisions order by opened_at desc"

Lives = Mapping[tuple[str, int], tuple[int, str]]
"""By a decision's workspace and number, how often something happened to it, and when last."""


def lives(db: Connection) -> Lives:
    """Return what tells whether anything happened to decisions; of a log of any version."""
    return {
        (row["workspace"], row["number"]): (row["events"], row["last"]) for row in db.query(_LIVES)
    }


def redraw(db: Connection, before: Lives | None, now: datetime) -> int:
    """Have messages drawn again whose decision may have gone on since a backup was made.

    Those of open decisions, and of those to which something happened in the log that is replaced
    and not in this one, or the other way round.

    Args:
        db: the backup, with its schema up to date.
        before: the lives of decisions in the log that it replaces; None if nobody knows.
        now: the time.

    Returns:
        Of how many decisions the messages are drawn again.
    """
    redrawn = 0
    for decision in _perhaps_changed(db, before):
        redrawn += redraw_messages(db, decision, _REDRAWN, now) > 0
        if redrawn == MOST:
            break
    return redrawn


def _perhaps_changed(db: Connection, before: Lives | None) -> Iterator[Decision]:
    own = lives(db)
    others = own if before is None else before
    for row in list(db.query(_NEWEST_FIRST)):
        key = (row["workspace"], row["number"])
        if row["status"] == Status.OPEN or own.get(key) != others.get(key):
            decision = find_decision(db, *key)
            if decision is not None:
                yield decision
