"""The digest service and the delivery worker in a child process with a skewed clock."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection

from slack_sdk.web.async_client import AsyncWebClient

from bot.digest.schedule import DigestState
from bot.digest.service import DigestService
from bot.storage.connection import Location
from bot.storage.database import Database
from tests.slack.tiny_slack import TinySlack, WorkerHarness


@dataclass(frozen=True)
class ProcessConfig:
    """The configuration of a process; its clock is ahead by `skew`."""

    database: Location
    url: str
    token: str
    skew: timedelta


class _CountingDigests(DigestService):
    """Counts how often a digest was found due."""

    tried = 0

    async def run_due(self, state: DigestState) -> bool:
        self.tried += 1
        return await super().run_due(state)


class _DigestBot(WorkerHarness):
    """Services and a delivery worker, delivering to a workspace."""

    def __init__(self, database: Database, config: ProcessConfig) -> None:
        super().__init__(database, config.url, TinySlack())
        self._token = config.token
        services = self.harness.services
        clock, playbooks = self.harness.clock, services.playbooks
        self.digests = _CountingDigests(database, clock, playbooks, self.wake.set)
        services.digests = self.digests

    async def _client_for(self, workspace: str) -> AsyncWebClient:
        return AsyncWebClient(self._token, base_url=self.url, retry_handlers=[])


def run_process(config: ProcessConfig, parent: Connection) -> None:
    """Check for due digests at each time that the parent sends; report when done; until None."""
    asyncio.run(_run(config, parent))


async def _run(config: ProcessConfig, parent: Connection) -> None:
    database = await Database(config.database).open()
    bot = _DigestBot(database, config)
    delivering = asyncio.create_task(bot.worker.run())
    parent.send(None)
    while (moment := await asyncio.to_thread(parent.recv)) is not None:
        assert isinstance(moment, datetime)
        bot.harness.clock.advance(moment + config.skew - bot.harness.clock.now())
        sent = await bot.harness.services.digests.send_due()
        await bot.rest()
        parent.send((sent, bot.digests.tried))
    bot.worker.stop()
    await delivering
    await database.close()
