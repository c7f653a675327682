"""The part of a bot that digests depend on, as a process of its own with a clock of its own."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from slack_sdk.web.async_client import AsyncWebClient

from bot.digest.schedule import DigestState
from bot.digest.service import DigestService
from bot.storage.database import Database
from tests.slack.tiny_slack import Delivering, TinySlack


@dataclass(frozen=True)
class Orders:
    """What a process is told at its start; its clock is ahead by `skew`."""

    database: Path
    url: str
    token: str
    skew: timedelta


class _CountingDigests(DigestService):
    """Counts how often a digest was found due."""

    tried = 0

    async def run_due(self, state: DigestState) -> bool:
        self.tried += 1
        return await super().run_due(state)


class _Bot(Delivering):
    """A log, use cases and a courier, delivering to a workspace."""

    def __init__(self, log: Database, orders: Orders) -> None:
        super().__init__(log, orders.url, TinySlack())
        self._token = orders.token
        services = self.world.services
        clock, playbooks = self.world.clock, services.playbooks
        self.digests = _CountingDigests(log, clock, playbooks, self.woken.set)
        services.digests = self.digests

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
        parent.send((sent, bot.digests.tried))
    bot.courier.stop()
    await delivering
    await log.close()
