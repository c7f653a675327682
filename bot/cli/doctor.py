"""`ragvsft doctor`: what is missing or wrong, with the remedy."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.common import UsageError

if TYPE_CHECKING:
    from bot.doctor.results import CheckResult

COLOURS = {"ok": "green", "warning": "yellow", "problem": "red"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option(
    "--blocks",
    is_flag=True,
    help="Send a sample of every view and message to Slack's validator instead (needs no token).",
)
@click.pass_context
def doctor(context: click.Context, as_json: bool, blocks: bool) -> None:
    """Say what is missing or wrong, and what to do about it.

    Looks at the settings (environment and .env), Slack and its tokens and scopes, the playbooks,
    the database and the port. Changes nothing. Exit status 0 if the bot can run, 1 if not.
    """
    from bot.doctor.results import as_rows, is_well

    findings = asyncio.run(_collect(_samples() if blocks else _everything()))
    well = is_well(findings)
    if as_json:
        click.echo(
            json.dumps({"well": well, "findings": as_rows(findings)}, indent=2, ensure_ascii=False)
        )
    else:
        _show(findings, "" if blocks else _outlook(well))
    context.exit(0 if well else 1)


def _everything() -> "AsyncIterator[CheckResult]":
    from bot.clock import SystemClock
    from bot.disk import read_mounts
    from bot.doctor.checks import run_checks

    return run_checks(os.environ, Path(".env"), read_mounts(), SystemClock())


def _samples() -> "AsyncIterator[CheckResult]":
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.catalog import NoPlaybooks, PlaybookCatalog
    from bot.doctor.blocks import examine_blocks
    from bot.doctor.checks import usable_settings
    from bot.playbooks.loader import PlaybookError
    from bot.settings import SettingsError, read_values
    from bot.slack.views.samples import samples

    try:
        settings = usable_settings(read_values(os.environ, Path(".env")))
        engine = PlaybookCatalog(settings.rules).current().engine
    except SettingsError as error:
        raise UsageError(*error.problems) from error
    except PlaybookError as error:
        raise UsageError(*map(str, error.problems)) from error
    except NoPlaybooks as error:
        raise UsageError(str(error)) from error
    client = AsyncWebClient(base_url=settings.slack_api_url, timeout=30)
    return examine_blocks(samples(engine), client)


async def _collect(findings: "AsyncIterator[CheckResult]") -> "list[CheckResult]":
    return [finding async for finding in findings]


def _outlook(well: bool) -> str:
    return ": the bot can run" if well else ": the bot cannot run yet"


def _show(findings: "list[CheckResult]", outlook: str) -> None:
    from bot.doctor.results import results_as_text, summary

    def paint(state: str, label: str) -> str:
        return click.style(label, fg=COLOURS[state])

    click.echo(results_as_text(findings, paint=paint))
    click.echo(f"\n{summary(findings)}{outlook}.")
