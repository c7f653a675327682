"""The bot as a process of its own: the same as `ragvsft run`, but for its clock and its death."""

import asyncio
import logging
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import uvloop

from bot import app
from bot.logs import configure_logs
from bot.settings import Settings
from tests.faults.clock import FollowingClock
from tests.faults.death import Death, arm

LOOK = signal.SIGUSR1
"""Tells a bot that the clock was moved."""


@dataclass(frozen=True)
class Orders:
    """What a bot is told at its birth.

    Attributes:
        settings: its environment.
        clock: the file that tells the time.
        log: the file that it writes its log to.
        death: how it ends, unless somebody else ends it.
        patience: how many seconds it waits for Slack, if not as long as usual.
    """

    settings: Mapping[str, str]
    clock: Path
    log: Path
    death: Death | None = None
    patience: float | None = None


def live(orders: Orders, told: Connection) -> None:
    """Run a bot until SIGTERM, or its death; tell the port that it listens on."""
    signal.signal(LOOK, signal.SIG_IGN)
    _write_to(orders.log)
    if orders.patience is not None:
        app.SLACK_SECONDS = orders.patience  # type: ignore[assignment] - for this process's life
    if orders.death is not None:
        arm(orders.death)
    uvloop.run(_live(orders, told))


async def _live(orders: Orders, told: Connection) -> None:
    configure_logs(logging.INFO)
    settings = Settings.model_validate(dict(orders.settings))
    async with app.run_app(settings, FollowingClock(orders.clock)) as bot:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.add_signal_handler(LOOK, bot.check_due)
        loop.add_signal_handler(signal.SIGTERM, ended.set)
        told.send(bot.port)
        bot.check_due()
        await ended.wait()


def _write_to(path: Path) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for output in (1, 2):
        os.dup2(file, output)
