"""`ragvsft demo`: run the bot with a local Slack in the browser."""

import logging
import tempfile
import webbrowser
from datetime import datetime, timedelta
from pathlib import Path

import click

from bot.app import Application, run_app
from bot.cli.common import UsageError, partial_settings
from bot.cli.run import run_until_stopped, stop_signal
from bot.cli.samples import (
    FILE,
    Sample,
    SamplesError,
    days_back,
    offer_samples,
    read_samples,
    samples_loaded,
    seed,
)
from bot.logs import configure_logs
from bot.playbooks.engine import InvalidAnswers
from bot.playground import MovableClock, Playground, default_app, serving
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.maintenance.inspection import newest_entry

DEMO_PORT = 8300


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEMO_PORT,
    show_default=True,
    help="The port of the page; 0 takes any free port.",
)
@click.option("--open", "open_browser", is_flag=True, help="Open the page in the browser.")
@click.option(
    "--database",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep the decisions in this file. Default: a temporary file.",
)
@click.option("--samples/--no-samples", default=False, help="Start with sample decisions.")
def demo(port: int, open_browser: bool, database: Path | None, samples: bool) -> None:
    """Run the bot with a local workspace in your browser, with nothing to configure."""
    chosen = partial_settings("RAGVSFT_RULES", "RAGVSFT_COMMAND")
    try:
        found = read_samples(chosen.rules)
    except SamplesError as error:
        if samples:
            raise UsageError(str(error)) from error
        found = ()
    with tempfile.TemporaryDirectory(prefix="ragvsft-demo-") as folder:
        path = database or Path(folder) / "demo.db"
        demo_run = _demo(port, path, chosen, found, with_samples=samples, open_browser=open_browser)
        run_until_stopped(demo_run)
    if database is None:
        click.echo("The demo's database is deleted. --database FILE keeps one.")


async def _demo(
    port: int,
    database: Path,
    chosen: Settings,
    samples: tuple[Sample, ...],
    *,
    with_samples: bool,
    open_browser: bool,
) -> None:
    configure_logs(logging.WARNING)
    newest = await _newest_entry(database)
    from_past = with_samples and newest is None
    clock = MovableClock(-days_back(samples) if from_past else timedelta())
    playground = Playground(clock, default_app(chosen.command))
    if newest is not None and newest > playground.clock.now():
        playground.clock.move_to(newest)
    async with (
        serving(playground, port) as url,
        run_app(_settings(playground, database, chosen), playground.clock) as bot,
    ):
        if samples:
            offer_samples(samples, playground, bot)
        playground.clock.subscribe(bot.check_due)
        playground.connect_http(f"http://127.0.0.1:{bot.port}/slack/events")
        if with_samples:
            await _seed(samples, playground, bot)
        click.echo(f"The local workspace is at {click.style(url, bold=True)}")
        click.echo(f"Type {chosen.command} in a channel. Ctrl-C stops it.")
        if samples and not await samples_loaded(playground, bot):
            click.echo("App Home (ragvsft, on the left) offers to load sample decisions.")
        click.echo(f"Its database, for other commands: export DATABASE_URL=sqlite:///{database}")
        if open_browser:
            webbrowser.open(url)
        await stop_signal()


async def _newest_entry(path: Path) -> datetime | None:
    """Return the time of a database's newest entry; the clock may have been moved in the past."""
    database = await Database(path).open()
    newest = await database.read(newest_entry)
    await database.close()
    return newest


async def _seed(samples: tuple[Sample, ...], playground: Playground, bot: Application) -> None:
    """Create the sample decisions, unless there are decisions.

    Raises:
        UsageError: they do not fit the playbook.
    """
    if await bot.services.decision(playground.workspace.id, 1) is not None:
        click.echo("The database has decisions already, so no samples are added.")
        return
    click.echo(f"Creating {len(samples)} sample decisions ...")
    try:
        await seed(samples, playground, bot)
    except InvalidAnswers as error:
        raise UsageError(f"{FILE} does not fit its playbook: {error}") from error


def _settings(playground: Playground, database: Path, chosen: Settings) -> Settings:
    return Settings.model_validate(
        {
            "SLACK_BOT_TOKEN": playground.bot_token,
            "SLACK_SIGNING_SECRET": playground.signing_secret,
            "SLACK_API_URL": playground.api_url,
            "DATABASE_URL": f"sqlite:///{database}",
            "RAGVSFT_RULES": str(chosen.rules),
            "RAGVSFT_COMMAND": chosen.command,
            "HOST": "127.0.0.1",
            "PORT": 0,
        }
    )
