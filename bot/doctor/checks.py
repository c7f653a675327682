"""All checks, in the order in which an operator would fix their faults."""

from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.ports import Clock
from bot.disk import Mount
from bot.doctor.local import (
    SETTINGS,
    check_database,
    check_playbooks,
    check_port,
    check_running_bots,
    check_settings,
)
from bot.doctor.results import CheckResult, problem
from bot.doctor.slack import check_installations, check_slack
from bot.settings import Settings, SettingsError, check_values, read_values

API_TIMEOUT_SECONDS = 10


async def run_checks(
    environ: Mapping[str, str], dotenv: Path, mounts: tuple[Mount, ...], clock: Clock
) -> AsyncIterator[CheckResult]:
    """Run all checks. A malformed setting is reported and then replaced by its default.

    The database and the port are not checked if their own settings are malformed: the bot would
    not use the defaults.

    Yields:
        Results, grouped by subject.
    """
    try:
        values = read_values(environ, dotenv)
    except SettingsError as error:
        for sentence in error.problems:
            yield problem(SETTINGS, sentence)
        values = read_values(environ)
    for result in check_settings(values):
        yield result
    settings = usable_settings(values)
    client = AsyncWebClient(base_url=settings.slack_api_url, timeout=API_TIMEOUT_SECONDS)
    async for result in check_slack(settings, client, clock):
        yield result
    malformed = _malformed(values)
    if "DATABASE_URL" not in malformed:
        async for result in _check_stored(settings, clock):
            yield result
    for result in check_playbooks(settings.rules):
        yield result
    for result in _check_addresses(settings, malformed, environ, mounts):
        yield result


async def _check_stored(settings: Settings, clock: Clock) -> AsyncIterator[CheckResult]:
    async for result in check_installations(settings):
        yield result
    async for result in check_running_bots(settings, clock):
        yield result


def _check_addresses(
    settings: Settings, malformed: set[str], environ: Mapping[str, str], mounts: tuple[Mount, ...]
) -> Iterator[CheckResult]:
    if "DATABASE_URL" not in malformed:
        yield from check_database(settings, environ, mounts)
    if not malformed & {"HOST", "PORT"}:
        yield check_port(settings.host, settings.port)


def usable_settings(values: Mapping[str, str]) -> Settings:
    """Return the settings, with the default in place of each malformed value."""
    malformed = _malformed(values)
    valid = {name: value for name, value in values.items() if name not in malformed}
    return Settings.model_validate(valid)


def _malformed(values: Mapping[str, str]) -> set[str]:
    return {name for name, value in values.items() if check_values({name: value})[1]}
