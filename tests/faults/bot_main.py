"""The bot in a child process: like `ragvsft run`, but with a shared clock and a kill point."""

import asyncio
import logging
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path

import uvloop

from bot import app
from bot.logs import configure_logs
from bot.outbox.model import Delivery
from bot.outbox.store import Outbox
from bot.settings import Settings
from tests.faults.clock import FollowingClock
from tests.faults.kill_points import KillPoint, install

CHECK_DUE = signal.SIGUSR1
"""Sent to a bot after the clock has moved."""


@dataclass(frozen=True)
class BotConfig:
    """The configuration of a bot process.

    Attributes:
        settings: its environment variables.
        clock: the file of the shared clock.
        log: the file for its output.
        kill_point: where it kills itself; None if it does not.
        slack_timeout: seconds that it waits for Slack; None for the bot's own value.
    """

    settings: Mapping[str, str]
    clock: Path
    log: Path
    kill_point: KillPoint | None = None
    slack_timeout: float | None = None


def run_bot(config: BotConfig, port: Connection) -> None:
    """Run a bot until SIGTERM or its kill point; send the port that it listens on."""
    signal.signal(CHECK_DUE, signal.SIG_IGN)
    _redirect_output(config.log)
    if config.slack_timeout is not None:
        app.SLACK_SECONDS = config.slack_timeout  # type: ignore[assignment] - for this process only
    if config.kill_point is not None:
        install(config.kill_point)
    uvloop.run(_run(config, port))


async def _run(config: BotConfig, port: Connection) -> None:
    configure_logs(logging.INFO)
    settings = Settings.model_validate(dict(config.settings))
    async with app.run_app(settings, FollowingClock(config.clock)) as bot:
        loop, terminated = asyncio.get_running_loop(), asyncio.Event()
        loop.add_signal_handler(CHECK_DUE, bot.check_due)
        loop.add_signal_handler(signal.SIGTERM, terminated.set)
        port.send(bot.port)
        bot.check_due()
        await terminated.wait()


def _redirect_output(path: Path) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for output in (1, 2):
        os.dup2(file, output)


def run_stalling_bot(config: BotConfig, port: Connection) -> None:
    """Run a bot that sends itself SIGSTOP after it has claimed a digest, before it posts it."""
    claim_prepared = Outbox.claim_prepared

    async def hooked(self: Outbox, leased: Delivery, at: datetime) -> Delivery | None:
        delivery = await claim_prepared(self, leased, at)
        if delivery is not None:
            # On the database's thread, so that no transaction of this process is open meanwhile.
            await self._database.read(lambda _db: os.kill(os.getpid(), signal.SIGSTOP))
        return delivery

    Outbox.claim_prepared = hooked  # type: ignore[method-assign] - for this process only
    run_bot(config, port)
