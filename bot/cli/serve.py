"""`ragvsft run` and `ragvsft demo`: the bot, with Slack or with a local workspace."""

import asyncio
import logging
import os
import signal
import tempfile
import webbrowser
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli.common import BadInput, settings_here

if TYPE_CHECKING:
    from bot.playground import Playground
    from bot.settings import Settings

DEMO_PORT = 8300


@click.command()
def run() -> None:
    """Run the bot.

    Over Socket Mode if SLACK_APP_TOKEN is set, otherwise over HTTP. It stops on SIGTERM or
    Ctrl-C, when what is under way has finished.
    """
    from bot.disk import read_mounts, refusal

    settings = settings_here()
    refused = refusal(
        settings.database_path.resolve(),
        persistent=settings.persistent,
        environ=os.environ,
        mounts=read_mounts(),
    )
    if refused:
        raise BadInput(refused)
    _run(_bot(settings))


@click.command()
@click.option("--port", default=DEMO_PORT, show_default=True, help="Where the page is served.")
@click.option("--open", "open_browser", is_flag=True, help="Open the page in the browser.")
@click.option(
    "--database",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep the decisions in this file; otherwise they are gone afterwards.",
)
def demo(port: int, open_browser: bool, database: Path | None) -> None:
    """Try the bot in a local workspace in your browser, with nothing to configure."""
    with tempfile.TemporaryDirectory(prefix="ragvsft-demo-") as folder:
        _run(_demo(port, database or Path(folder) / "demo.db", open_browser=open_browser))


async def _bot(settings: "Settings") -> None:
    from bot.app import running
    from bot.clock import SystemClock
    from bot.logs import configure_logs

    configure_logs(logging.INFO)
    async with running(settings, SystemClock()) as bot:
        how = "Socket Mode" if settings.socket_mode else "HTTP"
        click.echo(f"ragvsft is running ({how}), listening on {settings.host}:{bot.port}")
        await _until_told_to_stop()
        click.echo("ragvsft is stopping: finishing what is under way")


async def _demo(port: int, database: Path, *, open_browser: bool) -> None:
    from bot.app import running
    from bot.logs import configure_logs
    from bot.playground import Playground, serving

    configure_logs(logging.WARNING)
    playground = Playground()
    async with (
        serving(playground, port) as url,
        running(_demo_settings(playground, database), playground.clock) as bot,
    ):
        playground.clock.subscribe(bot.look)
        playground.connect_http(f"http://127.0.0.1:{bot.port}/slack/events")
        click.echo(f"The local workspace is at {click.style(url, bold=True)}")
        click.echo("Type /ragvsft in a channel. Ctrl-C stops it.")
        if open_browser:
            webbrowser.open(url)
        await _until_told_to_stop()


def _demo_settings(playground: "Playground", database: Path) -> "Settings":
    from bot.settings import Settings

    return Settings.model_validate(
        {
            "SLACK_BOT_TOKEN": playground.bot_token,
            "SLACK_SIGNING_SECRET": playground.signing_secret,
            "SLACK_API_URL": playground.api_url,
            "DATABASE_URL": f"sqlite:///{database}",
            "RAGVSFT_RULES": os.environ.get("RAGVSFT_RULES", "rules"),
            "HOST": "127.0.0.1",
            "PORT": 0,
        }
    )


async def _until_told_to_stop() -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    await told.wait()


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Run the bot; what keeps it from starting is one line.

    Raises:
        BadInput: it cannot start.
    """
    import uvloop

    from bot.advice.loader import PlaybookError
    from bot.playbooks import NoPlaybooks
    from bot.serving import PortTaken
    from bot.slack.connection import TokenRefused
    from bot.store.log import LogUnusable

    try:
        uvloop.run(work)
    except PlaybookError as error:
        raise BadInput(*(str(problem) for problem in error.problems)) from error
    except (LogUnusable, NoPlaybooks, PortTaken, TokenRefused) as error:
        raise BadInput(str(error)) from error
