"""`ragvsft run`: run the bot with Slack."""

import asyncio
import logging
import os
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import click
import uvloop

from bot.app import run_app
from bot.cli.common import UsageError, load_settings
from bot.clock import SystemClock
from bot.disk import read_mounts, storage_problem
from bot.logs import configure_logs
from bot.playbooks.loader import NoPlaybookError, PlaybookError
from bot.serving import PortTaken
from bot.settings import Settings
from bot.slack.connection import TokenRefused
from bot.storage.connection import DatabaseUnavailable, DatabaseUnusable


@click.command()
def run() -> None:
    """Run the bot.

    Uses Socket Mode if SLACK_APP_TOKEN is set, otherwise HTTP. Stops on SIGTERM or Ctrl-C, after
    the work in progress.
    """
    settings = load_settings()
    if isinstance(settings.database, Path):
        problem = storage_problem(
            settings.database.resolve(),
            persistent=settings.persistent,
            environ=os.environ,
            mounts=read_mounts(),
        )
        if problem:
            raise UsageError(problem)
    run_until_stopped(_run(settings))


async def _run(settings: Settings) -> None:
    configure_logs(logging.INFO)
    async with run_app(settings, SystemClock()) as bot:
        transport = "Socket Mode" if settings.socket_mode else "HTTP"
        click.echo(f"ragvsft is running ({transport}), listening on {settings.host}:{bot.port}")
        await stop_signal()
        click.echo("ragvsft is stopping: finishing the work in progress")


def run_until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Run the bot's coroutine in an event loop.

    Raises:
        UsageError: the bot cannot start.
    """
    try:
        uvloop.run(work)
    except PlaybookError as error:
        raise UsageError(*(str(problem) for problem in error.problems)) from error
    except (DatabaseUnusable, NoPlaybookError, PortTaken, TokenRefused) as error:
        raise UsageError(str(error)) from error
    except DatabaseUnavailable as error:
        raise UsageError(
            f"the database did not answer during the start ({error}): start the bot again"
        ) from error


async def stop_signal() -> None:
    """Wait for SIGINT or SIGTERM."""
    received = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, received.set)
    await received.wait()
