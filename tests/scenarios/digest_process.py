"""The part of a bot that digests depend on, as a process of its own with a clock of its own."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from slack_sdk.web.async_client import AsyncWebClient

from bot.digest.ports import DigestRun, DigestState
from bot.digest.service import DigestService
from bot.outbox.model import Delivery
from bot.storage.database import Database
from bot.storage.store import SqliteStore
from tests.slack.tiny_slack import Delivering, TinySlack


@dataclass(frozen=True)
class Orders:
    """What a process is told at its start; its clock is ahead by `skew`."""

    database: Path
    url: str
    token: str
    skew: timedelta


class _CountingStore(SqliteStore):
    """Counts how often a digest's turn was tried for."""

    tried = 0

    async def take_turn(
        self, standing: DigestState, turn: DigestRun, delivery: Delivery | None
    ) -> bool:
        self.tried += 1
        return await super().take_turn(standing, turn, delivery)


class _Bot(Delivering):
    """A log, use cases and a courier, delivering to a workspace."""

    def __init__(self, log: Database, orders: Orders) -> None:
        super().__init__(log, orders.url, TinySlack())
        self._token = orders.token
        self.store = _CountingStore(log)
        services = self.world.services
        services.digests = DigestService(
            self.store, self.world.clock, services.playbooks, self.woken.set
        )

    async def _client_for(self, workspace: str) -> AsyncWebClient:
        return AsyncWebClient(self._token, base_url=self.url, retry_handlers=[])


def live(orders: Orders, parent: Connection) -> None:
    """Do a round at each moment that the parent sends, and tell when it is done; until None."""
    asyncio.run(_live(orders, parent))


async def _live(orders: Orders, parent: Connection) -> None:
    log = await Database(orders.database).open()
    bot = _Bot(log, orders)
    delivering = asyncio.create_task(bot.courier.run())
    parent.send(None)
    while (moment := await asyncio.to_thread(parent.recv)) is not None:
        assert isinstance(moment, datetime)
        bot.world.clock.advance(moment + orders.skew - bot.world.clock.now())
        sent = await bot.world.services.digests.send_due()
        await bot.rest()
        parent.send((sent, bot.store.tried))
    bot.courier.stop()
    await delivering
    await log.close()
