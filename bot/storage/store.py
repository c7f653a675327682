"""The decision log: drafts, decisions and what happened to them. Fills the port `Store`."""

from collections.abc import Callable
from datetime import datetime

from bot.decisions.access import DecisionFilter, ReadScope
from bot.decisions.errors import AlreadyPosted
from bot.decisions.events import Change, Event
from bot.decisions.model import Decision, Draft, Person
from bot.digest.store import SqliteDigests
from bot.outbox.model import Delivery, opening_deliveries
from bot.outbox.sql_issues import SqliteTroubles
from bot.playbooks.loader import PlaybookText
from bot.services.ports import Supersede
from bot.storage import rows
from bot.storage.channels import keep_name
from bot.storage.connection import Connection
from bot.storage.context import SqliteBackground
from bot.storage.database import Database
from bot.storage.direct_messages import redraw_changed
from bot.storage.events import keep_needed, note
from bot.storage.numbers import next_number
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
    SqliteDigests,
    SqliteTroubles,
):
    """The port `Store`, on a log."""

    def __init__(self, log: Database) -> None:
        """Make a store on a log that its owner opens and closes."""
        self._log = log

    async def add_draft(self, draft: Draft, text: PlaybookText) -> None:
        """Keep a new draft, with the text of its playbook and what its channel is called."""

        def work(db: Connection) -> None:
            db.table("playbooks").insert(rows.playbook_row(text), pk="hash", ignore=True)
            db.table("drafts").insert(rows.draft_row(draft))
            keep_name(db, draft.driver.workspace, draft.origin)

        await self._log.write(work)

    async def change_draft(
        self, driver: Person, draft_id: str, change: Callable[[Draft], Draft]
    ) -> Draft | None:
        """Replace a draft of this driver's by what `change` makes of it."""

        def work(db: Connection) -> Draft | None:
            draft = _draft(db, driver, draft_id)
            if draft is None:
                return None
            changed = change(draft)
            if changed != draft:
                db.update("drafts", rows.draft_row(changed), id=draft_id)
            return changed

        return await self._log.write(work)

    async def draft(self, driver: Person, draft_id: str) -> Draft | None:
        """Return a draft of this driver's; None if there is none."""
        return await self._log.read(lambda db: _draft(db, driver, draft_id))

    async def discard_draft(self, driver: Person, draft_id: str) -> None:
        """Delete a draft of this driver's, unless it has done its work."""
        where = "id = ? and workspace = ? and driver = ? and decision is null"
        of = (draft_id, driver.workspace, driver.user)
        await self._log.write(lambda db: db.table("drafts").delete_where(where, of))

    async def unposted_drafts(self, driver: Person, since: datetime) -> list[Draft]:
        """Return the driver's drafts changed after `since` and not posted, newest first."""
        query = (
            "select * from drafts where workspace = ? and driver = ? and changed_at > ?"
            " and decision is null order by changed_at desc limit 20"
        )
        arguments = (driver.workspace, driver.user, since.isoformat())
        found = await self._log.read(lambda db: list(db.query(query, arguments)))
        return [rows.to_draft(row) for row in found]

    async def playbook_text(self, playbook_hash: str) -> PlaybookText | None:
        """Return the kept text of a playbook by its hash."""
        row = await self._log.read(lambda db: db.get("playbooks", hash=playbook_hash))
        return rows.to_playbook(row) if row else None

    async def open_decision(
        self, draft: Draft, decision: Decision, supersede: Supersede
    ) -> tuple[Decision, bool]:
        """Log a decision under the next free number, with its opening deliveries."""

        def work(db: Connection) -> tuple[Decision, bool]:
            known = _decision_of_draft(db, draft)
            if known is not None:
                return known, False
            row = rows.decision_row(decision)
            row["number"] = next_number(db, decision.workspace)
            db.table("decisions").insert(row)
            db.update("drafts", {"decision": row["number"]}, id=draft.id)
            logged = rows.to_decision(row)
            for delivery in opening_deliveries(logged):
                db.table("deliveries").insert(rows.delivery_row(delivery))
            note(db, logged, Event("opened", logged.driver, logged.opened_at))
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
        row = await self._log.read(
            lambda db: db.get("decisions", workspace=workspace, number=number)
        )
        return rows.to_decision(row) if row else None

    async def recent_decisions(self, person: Person, limit: int) -> list[Decision]:
        """Return the newest decisions that this person may see outside any channel."""
        found = await self.find(ReadScope.of(person), DecisionFilter(), None, limit)
        return list(found.decisions)

    async def add_delivery(self, delivery: Delivery) -> bool:
        """Keep a delivery; False if its key is there already."""

        def work(db: Connection) -> bool:
            before = db.table("deliveries").count_where("key = ?", [delivery.key])
            db.table("deliveries").insert(rows.delivery_row(delivery), ignore=True)
            return before == 0

        return await self._log.write(work)


def _draft(db: Connection, driver: Person, draft_id: str) -> Draft | None:
    row = db.get("drafts", id=draft_id)
    if row is None or (row["workspace"], row["driver"]) != (driver.workspace, driver.user):
        return None
    return rows.to_draft(row)


def _decision_of_draft(db: Connection, draft: Draft) -> Decision | None:
    found = db.table("decisions").rows_where(
        "workspace = ? and draft_id = ?", (draft.driver.workspace, draft.id), limit=1
    )
    for row in found:
        return rows.to_decision(row)
    return None


def _apply(
    db: Connection, workspace: str, number: int, change: Callable[[Decision], Change]
) -> Decision | None:
    """Log a change of a decision; return it as changed, None if there is none."""
    row = db.get("decisions", workspace=workspace, number=number)
    if row is None:
        return None
    before = rows.to_decision(row)
    made = change(before)
    if made.closes is not None:
        _close(db, made.closes, number)
    if made.event is not None:
        row = rows.decision_row(made.decision)
        db.update("decisions", row, workspace=workspace, number=number)
        note(db, made.decision, made.event)
        redraw_changed(db, before, made.decision, made.event.at)
    keep_needed(db, made.deliveries)
    return made.decision


def _close(db: Connection, draft_id: str, number: int) -> None:
    """Note that a draft has done its work for the decision of that number.

    Raises:
        AlreadyPosted: it had done so before.
    """
    draft = db.table("drafts").get(draft_id)
    if draft["decision"] is not None:
        raise AlreadyPosted(draft["decision"])
    db.update("drafts", {"decision": number}, id=draft_id)
