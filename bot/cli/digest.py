"""`ragvsft digest`: a channel's digest looked at, or sent, without Slack's help."""

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.common import UsageError, existing_log_path

if TYPE_CHECKING:
    from bot.catalog import PlaybookCatalog
    from bot.decisions.model import Person
    from bot.services.services import Services
    from bot.storage.channels import KnownChannel
    from bot.storage.database import Database

_MOST_NAMED = 10
_WHICH = (
    click.option(
        "--channel", metavar="ID", required=True, help="Which channel: its id, or its name."
    ),
    click.option("--workspace", metavar="ID", help="Which workspace, if there are several."),
)


@click.group()
def digest() -> None:
    """Look at a channel's weekly digest, or send it.

    Reads the log that DATABASE_URL names; needs no token.
    """


@digest.command()
@_WHICH[0]
@_WHICH[1]
@click.option("--now", metavar="TIME", help="As of another time, such as 2026-11-30T09:00+01:00.")
@click.option("--json", "as_json", is_flag=True, help="Print all that is in it as JSON.")
def preview(channel: str, workspace: str | None, now: str | None, *, as_json: bool) -> None:
    """Print a channel's digest as it would be now.

    Nothing is sent, and nothing is noted. It tells what a digest in that channel may tell, with
    the channel's settings. Beside a demo whose clock was moved, give its time with --now.
    """
    click.echo(asyncio.run(_preview(channel, workspace, _moment(now), as_json=as_json)))


@digest.command()
@_WHICH[0]
@_WHICH[1]
def send(channel: str, workspace: str | None) -> None:
    """Have a channel's digest posted now.

    It is kept in the log like every message, and posted by the bot that runs on it; if none runs,
    by the next one that starts. Within the same minute it is kept once.
    """
    click.echo(asyncio.run(_send(channel, workspace)))


@dataclass(frozen=True, slots=True)
class _StandingClock:
    """A clock that stands at a moment, so that all is looked at as of the same one."""

    at: datetime

    def now(self) -> datetime:
        return self.at


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A channel to tell of, and whoever hears of it if it cannot be posted to."""

    log: "Database"
    services: "Services"
    person: "Person"
    known: "KnownChannel"


async def _preview(channel: str, workspace: str | None, at: datetime, *, as_json: bool) -> str:
    from bot.cli import digest_text
    from bot.digest.views.message import digest_message

    async with _chosen(channel, workspace, at) as chosen:
        found = await chosen.services.digests.preview(chosen.person, chosen.known.place)
        if as_json:
            return json.dumps(digest_text.digest_as_json(found), indent=2, ensure_ascii=False)
        blocks = digest_message(found, _command(), {}).blocks
        people = digest_text.people_in(blocks)
        names = await chosen.services.people.names(chosen.person.workspace, people)
        told = digest_text.digest_as_text(blocks, names)
        return f"{told}\n\nAs of {at:%A %-d %B %Y, %H:%M} {at.tzname()}."


async def _send(channel: str, workspace: str | None) -> str:
    now = _moment(None)
    async with _chosen(channel, workspace, now, to_write=True) as chosen:
        trouble = await chosen.log.problem()
        if trouble:
            raise UsageError(f"{trouble}; see that there is room, and that you may write to it")
        token = f"cli-{now:%Y%m%dT%H%M}"
        place = chosen.known.place
        if not await chosen.services.digests.post(chosen.person, place, token):
            return f"The digest of {channel} was kept within this minute already: nothing to do."
        return (
            f"The digest of {channel} is kept, to be posted by the bot that runs on this log; if "
            f"none runs, by the next one that starts.\nIf it cannot be posted, "
            f"{chosen.person.user} is told why."
        )


@asynccontextmanager
async def _chosen(
    channel: str, workspace: str | None, at: datetime, *, to_write: bool = False
) -> AsyncIterator[_Chosen]:
    """Open the log, find a channel in it as of a moment, and close the log in the end.

    Raises:
        BadInput: the log or the playbooks cannot be used, or it is not clear which channel.
    """
    from bot.decisions.model import Person
    from bot.logs import configure_logs
    from bot.services.services import Services
    from bot.storage.database import Database, DatabaseUnusable
    from bot.storage.store import SqliteStore

    configure_logs(logging.WARNING)
    playbooks = _playbooks()
    try:
        log = await Database(existing_log_path()).open_existing(writable=to_write)
    except DatabaseUnusable as error:
        raise UsageError(str(error)) from error
    try:
        team, known = await _known(log, channel, workspace)
        services = Services(
            SqliteStore(log), _StandingClock(at.astimezone(UTC)), playbooks, lambda: None
        )
        yield _Chosen(log, services, Person(team, known.owner), known)
    finally:
        await log.close()


def _moment(given: str | None) -> datetime:
    """Return the moment that is meant; the present if none is given.

    Raises:
        BadInput: it is not a time, or has no zone.
    """
    from bot.clock import SystemClock

    if given is None:
        return SystemClock().now()
    with suppress(ValueError):
        at = datetime.fromisoformat(given)
        if at.tzinfo is not None:
            return at
    raise UsageError(
        f"--now {given} is no time with a zone: write it such as 2026-11-30T09:00+01:00"
    )


async def _known(
    log: "Database", channel: str, workspace: str | None
) -> "tuple[str, KnownChannel]":
    from bot.storage.channels import SqliteChannels

    channels = SqliteChannels(log)
    team = _workspace(await channels.workspaces(), workspace)
    there = await channels.of(team)
    wanted = channel.lstrip("#")
    by_id = [each for each in there if each.place.channel == wanted]
    by_name = [each for each in there if each.place.name == wanted]
    for those in (by_id, by_name):
        if len(those) == 1:
            return team, those[0]
    named = ", ".join(_named(each) for each in there[:_MOST_NAMED])
    rest = f" and {len(there) - _MOST_NAMED} more" if len(there) > _MOST_NAMED else ""
    found = f"there are {named}{rest}" if there else "it knows no channel at all"
    raise UsageError(f"the log knows no channel {channel} in workspace {team}: {found}")


def _workspace(there: Sequence[str], wanted: str | None) -> str:
    if wanted is None and len(there) == 1:
        return there[0]
    if not there:
        raise UsageError("the log holds no decisions yet, so there is nothing to tell")
    listed = ", ".join(there)
    if wanted is None:
        raise UsageError(f"name one workspace with --workspace: the log holds {listed}")
    if wanted not in there:
        raise UsageError(f"the log knows no workspace {wanted}: it holds {listed}")
    return wanted


def _named(channel: "KnownChannel") -> str:
    many = "1 decision" if channel.decisions == 1 else f"{channel.decisions:,} decisions"
    name = f"#{channel.place.name}, " if channel.place.name else ""
    return f"{channel.place.channel} ({name}{many}{', a digest' if channel.digest else ''})"


def _playbooks() -> "PlaybookCatalog":
    from bot.catalog import PlaybookCatalog
    from bot.playbooks.loader import NoPlaybookError, PlaybookError

    folder = Path(_value("RAGVSFT_RULES") or "rules")
    try:
        return PlaybookCatalog(folder)
    except PlaybookError as error:
        raise UsageError(*map(str, error.problems)) from error
    except NoPlaybookError as error:
        raise UsageError(str(error)) from error


def _command() -> str:
    return _value("RAGVSFT_COMMAND") or "/ragvsft"


def _value(name: str) -> str | None:
    from bot.settings import SettingsError, read_values

    try:
        return read_values(os.environ, Path(".env")).get(name)
    except SettingsError as error:
        raise UsageError(*error.problems) from error
