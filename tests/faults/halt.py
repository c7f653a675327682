"""A bot that stands still, as a machine may, between taking a digest and posting it."""

import os
import signal
from datetime import datetime
from multiprocessing.connection import Connection

from bot.outbox.model import Delivery, DeliveryKind
from bot.outbox.store import SqliteOutbox
from tests.faults import bot


def live(orders: bot.Orders, told: Connection) -> None:
    """Run a bot that stops itself once it has taken a digest; whoever watches lets it go on."""
    claim = SqliteOutbox.claim

    async def watched(self: SqliteOutbox, at: datetime) -> Delivery | None:
        delivery = await claim(self, at)
        if delivery is not None and delivery.kind is DeliveryKind.DIGEST:
            os.kill(os.getpid(), signal.SIGSTOP)
        return delivery

    SqliteOutbox.claim = watched  # type: ignore[method-assign] - for this process's life
    bot.live(orders, told)
