"""Deliveries in trouble: what they are about, whose they are, and what their owner can do."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from bot.decisions.errors import NothingToResend, NotTheirs
from bot.decisions.model import Decision, Person, Place
from bot.decisions.ports import Clock
from bot.outbox.model import Alert, Delivery, DigestPost
from bot.outbox.sql_issues import DeliveryIssueTable
from bot.storage.database import Database
from bot.storage.decisions import find_decision


@dataclass(frozen=True, slots=True)
class DeliveryIssue:
    """A delivery that is or was in trouble, as it stands now.

    `decision` is what it tells of, None for a digest. `told_again` says that there is a later
    notice about it.
    """

    delivery: Delivery
    decision: Decision | None
    told_again: bool = False

    @property
    def owner(self) -> str | None:
        """Who is told, and may act: the decision's driver, or who wants the digest."""
        if self.decision is not None:
            return self.decision.driver
        payload = self.delivery.payload
        return payload.owner if isinstance(payload, DigestPost) else None


class DeliveryIssues:
    """What the owner of a delivery in trouble can do."""

    def __init__(self, database: Database, clock: Clock, wake_delivery: Callable[[], None]) -> None:
        """Make the use cases.

        Args:
            database: the database.
            clock: the only source of time.
            wake_delivery: called when there is something new to deliver.
        """
        self._database = database
        self._store = DeliveryIssueTable(database)
        self._clock = clock
        self._wake_delivery = wake_delivery

    async def of(self, delivery: Delivery) -> DeliveryIssue:
        """Return a delivery with what it tells of."""
        number = delivery.decision
        found = None
        if number is not None:
            find = partial(find_decision, workspace=delivery.workspace, number=number)
            found = await self._database.read(find)
        return DeliveryIssue(delivery, found)

    async def notice(self, workspace: str, key: str) -> Delivery | None:
        """Return a notice by its key; None if there is none."""
        return await self._store.delivery(workspace, key)

    async def told_by(self, notice: Delivery) -> DeliveryIssue:
        """Return what a notice is about, as it stands now.

        Raises:
            LookupError: there is no such delivery.
        """
        alert = notice.payload
        about = None
        if isinstance(alert, Alert):
            about = await self._store.delivery(notice.workspace, alert.about)
        if about is None:
            raise LookupError(f"{notice.key} is about no delivery")
        trouble = await self.of(about)
        later = await self._store.has_later_notice(notice)
        return DeliveryIssue(about, trouble.decision, told_again=later)

    async def send_again(self, actor: Person, key: str, place: Place | None = None) -> None:
        """Send again what could not be delivered: a digest, or all that is missing of a decision.

        Args:
            actor: who wants it.
            key: the key of a delivery that failed.
            place: where else to post the decision.

        Raises:
            NotTheirs: it is somebody else's.
            NothingToResend: it has arrived in the meantime, or there is no such delivery.
        """
        trouble = await self._owned(actor, key)
        now = self._clock.now()
        if trouble.decision is None:
            again = await self._store.send_again(trouble.delivery, now)
        else:
            to = place or trouble.decision.place
            again = await self._store.redirect(trouble.decision, to, actor.user, now)
        if not again:
            raise NothingToResend(key)
        self._wake_delivery()

    async def settle(self, actor: Person, key: str, *, resend: bool) -> None:
        """Send a message again of which nobody knows whether it arrived, or leave it.

        Raises:
            NotTheirs: it is somebody else's.
            NothingToResend: it was taken care of in the meantime.
        """
        await self._owned(actor, key)
        if not await self._store.settle_unknown(
            actor.workspace, key, resend=resend, at=self._clock.now()
        ):
            raise NothingToResend(key)
        self._wake_delivery()

    async def _owned(self, actor: Person, key: str) -> DeliveryIssue:
        delivery = await self._store.delivery(actor.workspace, key)
        if delivery is None:
            raise NothingToResend(key)
        trouble = await self.of(delivery)
        if trouble.owner != actor.user:
            raise NotTheirs((trouble.owner,) if trouble.owner else ())
        return trouble
