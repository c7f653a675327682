"""Delete what is no longer needed, once a day."""

from datetime import datetime, timedelta

import structlog

from bot.decisions.ports import Clock
from bot.storage.database import Database
from bot.storage.maintenance.erasure import BATCH, delete_outdated

logger = structlog.get_logger(__name__)

_EVERY = timedelta(days=1)


class Retention:
    """Deletes finished drafts, sent notices, and the data of workspaces that removed the app."""

    def __init__(self, database: Database, clock: Clock, keep: timedelta) -> None:
        """Delete what is older than `keep`."""
        self._database = database
        self._clock = clock
        self._keep = keep
        self._again_at: datetime | None = None

    async def delete_outdated(self) -> int:
        """Delete what is due, at most once a day and a batch at a time; return how many rows."""
        now = self._clock.now()
        if self._again_at is not None and now < self._again_at:
            return 0
        before = now - self._keep
        deleted = await self._database.write(lambda db: delete_outdated(db, before))
        self._again_at = now if deleted.rows >= BATCH else now + _EVERY
        for workspace in deleted.workspaces:
            logger.info("the data of a workspace that removed the app was deleted", team=workspace)
        return deleted.rows
