"""Everything the doctor looks at, in the order in which an operator would mend it."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from slack_sdk.web.async_client import AsyncWebClient

from bot.disk import Mount
from bot.doctor.local import (
    SETTINGS,
    examine_database,
    examine_port,
    examine_rules,
    examine_settings,
)
from bot.doctor.results import CheckResult, problem
from bot.doctor.scopes import examine_installs
from bot.doctor.slack import examine_slack
from bot.services.ports import Clock
from bot.settings import Settings, SettingsError, check_values, read_values

CALL_SECONDS = 10


async def run_checks(
    environ: Mapping[str, str], dotenv: Path, mounts: tuple[Mount, ...], clock: Clock
) -> AsyncIterator[CheckResult]:
    """Look at all of it. What is malformed is told and then taken at its default.

    Args:
        environ: environment variables.
        dotenv: the `.env` file beneath them; it need not exist.
        mounts: from `bot.disk.read_mounts`.
        clock: this machine's.

    Yields:
        Findings, grouped by subject.
    """
    try:
        values = read_values(environ, dotenv)
    except SettingsError as error:
        for sentence in error.problems:
            yield problem(SETTINGS, sentence)
        values = read_values(environ)
    for finding in examine_settings(values):
        yield finding
    settings = usable_settings(values)
    client = AsyncWebClient(base_url=settings.slack_api_url, timeout=CALL_SECONDS)
    async for finding in examine_slack(settings, client, clock):
        yield finding
    async for finding in examine_installs(settings):
        yield finding
    for finding in examine_rules(settings.rules):
        yield finding
    for finding in examine_database(settings, environ, mounts):
        yield finding
    yield examine_port(settings.host, settings.port)


def usable_settings(values: Mapping[str, str]) -> Settings:
    """Read the settings, each malformed one at its default."""
    good = {name: value for name, value in values.items() if not check_values({name: value})[1]}
    return Settings.model_validate(good)
