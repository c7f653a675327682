"""`ragvsft doctor`: report what is missing or wrong, with the remedy."""

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator
from pathlib import Path

import click
from slack_sdk.web.async_client import AsyncWebClient

from bot.cli.common import open_catalog, partial_settings
from bot.clock import SystemClock
from bot.disk import read_mounts
from bot.doctor.blocks import check_blocks
from bot.doctor.checks import run_checks
from bot.doctor.results import CheckResult, all_ok, results_as_text, summary, to_dicts
from bot.doctor.samples.slack_views import samples
from bot.logs import configure_logs

COLOURS = {"ok": "green", "warning": "yellow", "problem": "red"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
@click.option(
    "--blocks",
    is_flag=True,
    help="Send a sample of every view and message to Slack's validator instead (needs no token).",
)
@click.pass_context
def doctor(context: click.Context, as_json: bool, blocks: bool) -> None:
    """Report what is missing or wrong, and what to do about it.

    Checks the settings (environment and .env), Slack with its tokens and scopes, the playbooks,
    the database and the port. Changes nothing. Exit status 0 if the bot can run, 1 if not.
    """
    configure_logs(logging.WARNING)
    checks = (
        _check_samples()
        if blocks
        else run_checks(os.environ, Path(".env"), read_mounts(), SystemClock())
    )
    results = asyncio.run(_collect(checks))
    well = all_ok(results)
    if as_json:
        report = {"ok": well, "results": to_dicts(results)}
        click.echo(json.dumps(report, indent=2, ensure_ascii=False))
    else:
        outlook = "" if blocks else f": the bot {'can run' if well else 'cannot run yet'}"
        click.echo(results_as_text(results, paint=_paint))
        click.echo(f"\n{summary(results)}{outlook}.")
    context.exit(0 if well else 1)


def _check_samples() -> AsyncIterator[CheckResult]:
    settings = partial_settings("SLACK_API_URL")
    client = AsyncWebClient(base_url=settings.slack_api_url, timeout=30)
    return check_blocks(samples(open_catalog().current().engine), client)


async def _collect(results: AsyncIterator[CheckResult]) -> list[CheckResult]:
    return [result async for result in results]


def _paint(state: str, label: str) -> str:
    return click.style(label, fg=COLOURS[state])
