"""`ragvsft run` and `ragvsft demo`: the bot, with Slack or with a local workspace."""

import asyncio
import logging
import os
import signal
import tempfile
import webbrowser
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli.common import UsageError, load_settings

if TYPE_CHECKING:
    from bot.app import Application
    from bot.cli.samples import Sample
    from bot.playground import Playground
    from bot.settings import Settings

DEMO_PORT = 8300


@click.command()
def run() -> None:
    """Run the bot.

    Over Socket Mode if SLACK_APP_TOKEN is set, otherwise over HTTP. It stops on SIGTERM or
    Ctrl-C, when what is under way has finished.
    """
    from bot.disk import read_mounts, storage_problem

    settings = load_settings()
    problem = storage_problem(
        settings.database_path.resolve(),
        persistent=settings.persistent,
        environ=os.environ,
        mounts=read_mounts(),
    )
    if problem:
        raise UsageError(problem)
    _run(_bot(settings))


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEMO_PORT,
    show_default=True,
    help="Where the page is served; 0 takes any free port.",
)
@click.option("--open", "open_browser", is_flag=True, help="Open the page in the browser.")
@click.option(
    "--database",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep the decisions in this file; otherwise they are gone afterwards.",
)
@click.option("--samples/--no-samples", default=False, help="Begin with sample decisions.")
def demo(port: int, open_browser: bool, database: Path | None, samples: bool) -> None:
    """Try the bot in a local workspace in your browser, with nothing to configure."""
    from bot.cli.samples import SamplesError, read_samples

    try:
        found = read_samples(_demo_rules())
    except SamplesError as error:
        if samples:
            raise UsageError(str(error)) from error
        found = ()
    with tempfile.TemporaryDirectory(prefix="ragvsft-demo-") as folder:
        path = database or Path(folder) / "demo.db"
        _run(_demo(port, path, found, begin=samples, open_browser=open_browser))
    if database is None:
        click.echo("Its log was temporary, and is gone. --database FILE keeps one.")


async def _bot(settings: "Settings") -> None:
    from bot.app import run_app
    from bot.clock import SystemClock
    from bot.logs import configure_logs

    configure_logs(logging.INFO)
    async with run_app(settings, SystemClock()) as bot:
        how = "Socket Mode" if settings.socket_mode else "HTTP"
        click.echo(f"ragvsft is running ({how}), listening on {settings.host}:{bot.port}")
        await _until_told_to_stop()
        click.echo("ragvsft is stopping: finishing what is under way")


async def _demo(
    port: int, database: Path, samples: "tuple[Sample, ...]", *, begin: bool, open_browser: bool
) -> None:
    from bot.app import run_app
    from bot.cli.samples import days_back, offer_samples, samples_loaded
    from bot.logs import configure_logs
    from bot.playground import MovableClock, Playground, serving

    configure_logs(logging.WARNING)
    playground = Playground(MovableClock(-days_back(samples) if begin else timedelta()))
    async with (
        serving(playground, port) as url,
        run_app(_demo_settings(playground, database), playground.clock) as bot,
    ):
        if samples:
            offer_samples(samples, playground, bot)
        playground.clock.subscribe(bot.check_due)
        playground.connect_http(f"http://127.0.0.1:{bot.port}/slack/events")
        if begin:
            await _load(samples, playground, bot)
        click.echo(f"The local workspace is at {click.style(url, bold=True)}")
        click.echo("Type /ragvsft in a channel. Ctrl-C stops it.")
        if samples and not await samples_loaded(playground, bot):
            click.echo("App Home (ragvsft, on the left) offers to load sample decisions.")
        click.echo(f"Its log, for other commands: export DATABASE_URL=sqlite:///{database}")
        if open_browser:
            webbrowser.open(url)
        await _until_told_to_stop()


async def _load(
    samples: "tuple[Sample, ...]", playground: "Playground", bot: "Application"
) -> None:
    """Make the sample decisions, unless there are decisions already.

    Raises:
        BadInput: they don't go with the playbook.
    """
    from bot.cli.samples import FILE, begin_with
    from bot.playbooks.engine import InvalidAnswers

    if await bot.services.decision(playground.workspace.id, 1) is not None:
        playground.clock.reset()
        click.echo("There are decisions already, so no sample decisions are added.")
        return
    click.echo(f"Making {len(samples)} sample decisions ...")
    try:
        await begin_with(samples, playground, bot)
    except InvalidAnswers as error:
        raise UsageError(f"{FILE} does not go with its playbook: {error}") from error


def _demo_rules() -> Path:
    return Path(os.environ.get("RAGVSFT_RULES", "rules"))


def _demo_settings(playground: "Playground", database: Path) -> "Settings":
    from bot.settings import Settings

    return Settings.model_validate(
        {
            "SLACK_BOT_TOKEN": playground.bot_token,
            "SLACK_SIGNING_SECRET": playground.signing_secret,
            "SLACK_API_URL": playground.api_url,
            "DATABASE_URL": f"sqlite:///{database}",
            "RAGVSFT_RULES": str(_demo_rules()),
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

    from bot.playbooks.loader import NoPlaybookError, PlaybookError
    from bot.serving import PortTaken
    from bot.slack.connection import TokenRefused
    from bot.storage.database import DatabaseUnusable

    try:
        uvloop.run(work)
    except PlaybookError as error:
        raise UsageError(*(str(problem) for problem in error.problems)) from error
    except (DatabaseUnusable, NoPlaybookError, PortTaken, TokenRefused) as error:
        raise UsageError(str(error)) from error
