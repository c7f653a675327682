"""What the desk needs of the world: a log, a clock, playbooks, and somebody to wake."""

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import Protocol

from bot.decisions.access import ReadingStore, ReadScope
from bot.decisions.events import Change
from bot.decisions.model import Decision, Draft, Person
from bot.decisions.ports import CachedProfile
from bot.decisions.review_schedule import ReviewRequests
from bot.outbox.issue_store import DeliveryIssueStore
from bot.outbox.model import Delivery
from bot.playbooks.loader import PlaybookText
from bot.services.team_log import TeamStore
from bot.storage.database import Database

Supersede = Callable[[Decision, Decision], Change]


class PeopleStore(Protocol):
    """Cached profiles."""

    async def profiles(self, workspace: str, users: Collection[str]) -> dict[str, CachedProfile]:
        """Return the cached profiles of users, by id."""
        ...

    async def keep_profile(self, profile: CachedProfile) -> None:
        """Insert or replace a profile."""
        ...

    async def not_asked_since(
        self, before: datetime, leave_out: Collection[str], limit: int
    ) -> list[Person]:
        """Return people whose profiles were not looked up since `before`."""
        ...


class Store(ReadingStore, TeamStore, PeopleStore, DeliveryIssueStore, Protocol):
    """The decision log. Each method is one transaction."""

    database: Database

    async def add_draft(self, draft: Draft, text: PlaybookText) -> None:
        """Keep a new draft, with the text of its playbook and what its channel is called."""
        ...

    async def change_draft(
        self, driver: Person, draft_id: str, change: Callable[[Draft], Draft]
    ) -> Draft | None:
        """Replace a draft of this driver's by what `change` makes of it.

        What `change` raises is passed on, and nothing is changed.

        Returns:
            The draft as changed; None if there is none.
        """
        ...

    async def draft(self, driver: Person, draft_id: str) -> Draft | None:
        """Return a draft of this driver's; None if there is none."""
        ...

    async def unposted_drafts(self, driver: Person, since: datetime) -> list[Draft]:
        """Return the driver's drafts changed after `since` and not posted, newest first."""
        ...

    async def playbook_text(self, playbook_hash: str) -> PlaybookText | None:
        """Return the kept text of a playbook by its hash."""
        ...

    async def open_decision(
        self, draft: Draft, decision: Decision, supersede: Supersede
    ) -> tuple[Decision, bool]:
        """Log a decision under the next free number, with its opening deliveries.

        A draft becomes one decision, however often this is called. What `supersede` raises is
        passed on, and nothing is logged.

        Args:
            draft: where it comes from.
            decision: as it is to be logged; its number is not looked at.
            supersede: makes the change of the decision that it supersedes, if any, from that one
                and the new one.

        Returns:
            The decision as logged, and whether this call logged it.
        """
        ...

    async def change_decision(
        self, workspace: str, number: int, change: Callable[[Decision], Change]
    ) -> Decision | None:
        """Log a change of a decision, with its event and deliveries.

        What `change` raises is passed on, and nothing is changed. A delivery that redraws a
        message is left out where one for the same message waits already, and so is whatever
        belongs to a message that was given up.

        Raises:
            AlreadyPosted: the draft that the change comes from has done its work before.

        Returns:
            The decision as changed; None if there is none.
        """
        ...

    async def decision(self, workspace: str, number: int) -> Decision | None:
        """Return a decision; None if there is none of that number."""
        ...

    async def recent_decisions(self, person: Person, limit: int) -> list[Decision]:
        """Return the newest decisions that this person may see outside any channel."""
        ...

    async def to_review(self, day: date, after: Decision | None, limit: int) -> list[Decision]:
        """Return decisions to be reviewed by `day` some of whose deciders were not asked yet.

        Args:
            day: the last day of a review that counts.
            after: the last decision of the page before; None for the first page.
            limit: how many at most.
        """
        ...

    async def ask_reviews(
        self, decisions: Sequence[Decision], ask: Callable[[Decision], ReviewRequests], at: datetime
    ) -> int:
        """Ask whom `ask` returns for each decision that is still to be reviewed, as it is now.

        A delivery whose key is there already is left out; a decision is done with when `ask`
        says that it is complete.

        Returns:
            How many deliveries were kept.
        """
        ...

    async def waiting_for(self, person: Person, day: date) -> list[Decision]:
        """Return what is for a person to decide, or to review by `day`, oldest first."""
        ...

    async def reviewed(self, sight: ReadScope, limit: int) -> list[Decision]:
        """Return the newest decisions that may be read and that somebody has reviewed."""
        ...

    async def discard_draft(self, driver: Person, draft_id: str) -> None:
        """Delete a draft of this driver's, unless it has done its work."""
        ...

    async def drop_drafts(self, before: datetime) -> int:
        """Delete drafts that became no decision and were last changed before a time.

        Returns:
            How many there were.
        """
        ...

    async def add_delivery(self, delivery: Delivery) -> bool:
        """Keep a delivery; False if its key is there already."""
        ...
