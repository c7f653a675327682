"""The decision log: drafts, decisions and what happened to them. Fills the port `Store`."""

from collections.abc import Callable
from datetime import datetime

from bot.decisions.access import DecisionFilter, ReadScope
from bot.decisions.events import Change, Event
from bot.decisions.model import Decision, Draft, Person
from bot.outbox.fanout import fan_out, redraw_messages
from bot.outbox.model import Delivery, DeliveryKind
from bot.outbox.sql_issues import SqliteTroubles
from bot.outbox.table import enqueue
from bot.playbooks.loader import PlaybookText
from bot.services.ports import Supersede
from bot.storage import drafts, playbooks
from bot.storage.channels import keep_name
from bot.storage.connection import Connection
from bot.storage.context import SqliteBackground
from bot.storage.database import Database
from bot.storage.decisions import (
    decision_of_draft,
    find_decision,
    number_decision,
    save_decision,
)
from bot.storage.events import add_event
from bot.storage.people import SqlitePeople
from bot.storage.perspectives import SqlitePerspectives
from bot.storage.reviews import SqliteReviews
from bot.storage.search import SqliteReading


class SqliteStore(
    SqliteReading,
    SqliteBackground,
    SqliteReviews,
    SqlitePerspectives,
    SqlitePeople,
    SqliteTroubles,
):
    """The port `Store`, on a log."""

    def __init__(self, log: Database) -> None:
        """Make a store on a log that its owner opens and closes."""
        self._log = log
        self.database = log

    async def add_draft(self, draft: Draft, text: PlaybookText) -> None:
        """Keep a new draft, with the text of its playbook and what its channel is called."""

        def work(db: Connection) -> None:
            playbooks.save_playbook(db, text)
            drafts.add_draft(db, draft)
            keep_name(db, draft.driver.workspace, draft.origin)

        await self._log.write(work)

    async def change_draft(
        self, driver: Person, draft_id: str, change: Callable[[Draft], Draft]
    ) -> Draft | None:
        """Replace a draft of this driver's by what `change` makes of it."""
        return await self._log.write(lambda db: drafts.change_draft(db, driver, draft_id, change))

    async def draft(self, driver: Person, draft_id: str) -> Draft | None:
        """Return a draft of this driver's; None if there is none."""
        return await self._log.read(lambda db: drafts.find_draft(db, driver, draft_id))

    async def discard_draft(self, driver: Person, draft_id: str) -> None:
        """Delete a draft of this driver's, unless it has done its work."""
        await self._log.write(lambda db: drafts.discard_draft(db, driver, draft_id))

    async def unposted_drafts(self, driver: Person, since: datetime) -> list[Draft]:
        """Return the driver's drafts changed after `since` and not posted, newest first."""
        return await self._log.read(lambda db: drafts.unposted_drafts(db, driver, since))

    async def playbook_text(self, playbook_hash: str) -> PlaybookText | None:
        """Return the kept text of a playbook by its hash."""
        return await self._log.read(lambda db: playbooks.find_playbook(db, playbook_hash))

    async def open_decision(
        self, draft: Draft, decision: Decision, supersede: Supersede
    ) -> tuple[Decision, bool]:
        """Log a decision under the next free number, with its opening deliveries."""

        def work(db: Connection) -> tuple[Decision, bool]:
            known = decision_of_draft(db, draft.driver.workspace, draft.id)
            if known is not None:
                return known, False
            logged = number_decision(db, decision)
            db.update("drafts", {"decision": logged.number}, id=draft.id)
            opened = Event("opened", logged.driver, logged.opened_at)
            add_event(db, logged.workspace, logged.number, opened)
            fan_out(db, None, logged, opened)
            if logged.supersedes is not None:
                _apply(db, logged.workspace, logged.supersedes, lambda old: supersede(old, logged))
            return logged, True

        return await self._log.write(work)

    async def change_decision(
        self, workspace: str, number: int, change: Callable[[Decision], Change]
    ) -> Decision | None:
        """Log a change of a decision, with its event and deliveries."""
        return await self._log.write(lambda db: _apply(db, workspace, number, change))

    async def decision(self, workspace: str, number: int) -> Decision | None:
        """Return a decision; None if there is none of that number."""
        return await self._log.read(lambda db: find_decision(db, workspace, number))

    async def recent_decisions(self, person: Person, limit: int) -> list[Decision]:
        """Return the newest decisions that this person may see outside any channel."""
        found = await self.find(ReadScope.of(person), DecisionFilter(), None, limit)
        return list(found.decisions)

    async def add_delivery(self, delivery: Delivery) -> bool:
        """Keep a delivery; False if its key is there already."""
        return await self._log.write(lambda db: enqueue(db, [delivery]) > 0)


def _apply(
    db: Connection, workspace: str, number: int, change: Callable[[Decision], Change]
) -> Decision | None:
    """Log a change of a decision; return it as changed, None if there is none."""
    before = find_decision(db, workspace, number)
    if before is None:
        return None
    made = change(before)
    if made.closes is not None:
        drafts.close_draft(db, made.closes, number)
    if made.event is not None:
        save_decision(db, before, made.decision)
        add_event(db, workspace, number, made.event)
        fan_out(db, before, made.decision, made.event)
    if made.outdated_at is not None:
        redraw_messages(db, before, {DeliveryKind.ANNOUNCEMENT}, made.outdated_at)
    return made.decision
