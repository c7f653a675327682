"""`ragvsft digest`: preview or send a channel's digest, from the database alone."""

import asyncio
import json
import logging
import re
import unicodedata
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click
from pydantic import TypeAdapter

from bot.cli.common import (
    UsageError,
    count_of,
    open_catalog,
    open_database,
    partial_settings,
    say,
)
from bot.clock import FixedClock, SystemClock
from bot.decisions.model import Person
from bot.digest.content import Digest
from bot.digest.views.message import digest_message
from bot.logs import configure_logs
from bot.services.services import Services
from bot.storage.channels import KnownChannel, find_channels, find_workspaces
from bot.storage.database import Database

_MAX_NAMED = 10
_CHANNEL = click.option("--channel", metavar="ID", required=True, help="The channel's id or name.")
_WORKSPACE = click.option(
    "--workspace", metavar="ID", help="Which workspace, if the database has several."
)


_MENTION = re.compile(r"<@([A-Z0-9]+)>")
_CHANNEL_LINK = re.compile(r"<#([A-Z0-9]+)(?:\|[^>]*)?>")
_BOLD = re.compile(r"(?m)^(•  )?\*(.+?)\*(?=$|  ·| \d)")
_ITALIC = re.compile(r"(?m)^_(.+)_$")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_SECTIONS = ("waiting", "disagreements", "reviews", "new", "decided", "closed", "changed")
_DECISION = (
    *("number", "title", "status", "driver", "deciders", "resolution", "closure"),
    *("superseded_by", "opened_at", "review_on"),
)


@click.group()
def digest() -> None:
    """Preview or send a channel's weekly digest.

    Reads the database of DATABASE_URL; needs no token.
    """


@digest.command()
@_CHANNEL
@_WORKSPACE
@click.option("--now", metavar="TIME", help="As of another time, e.g. 2026-11-30T09:00+01:00.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole content as JSON.")
def preview(channel: str, workspace: str | None, now: str | None, *, as_json: bool) -> None:
    """Print a channel's digest as it would be posted now.

    Sends and changes nothing. The digest has the channel's settings and permissions. For a demo
    whose clock was moved, give its time with --now.
    """
    say(asyncio.run(_preview(channel, workspace, _parse_time(now), as_json=as_json)))


@digest.command()
@_CHANNEL
@_WORKSPACE
def send(channel: str, workspace: str | None) -> None:
    """Send a channel's digest now.

    The digest is queued like every message, and posted by the bot that runs on this database, or
    by the next one that starts. A second call within the same minute does nothing.
    """
    say(asyncio.run(_send(channel, workspace)))


@dataclass(frozen=True, slots=True)
class _Target:
    """A channel of the database, and the owner of its digest."""

    database: Database
    services: Services
    owner: Person
    channel: KnownChannel


async def _preview(channel: str, workspace: str | None, at: datetime, *, as_json: bool) -> str:
    async with _open_target(channel, workspace, at) as target:
        found = await target.services.digests.preview(target.owner, target.channel.place)
        if as_json:
            return json.dumps(digest_as_json(found), indent=2, ensure_ascii=False)
        command = partial_settings("RAGVSFT_COMMAND").command
        blocks = digest_message(found, command, {}).blocks
        people = mentioned_in(blocks)
        names = await target.services.people.names(target.owner.workspace, people)
        text = digest_as_text(blocks, names)
        return f"{text}\n\nAs of {at:%A %-d %B %Y, %H:%M} {at.tzname()}."


async def _send(channel: str, workspace: str | None) -> str:
    now = SystemClock().now()
    async with _open_target(channel, workspace, now, writable=True) as target:
        problem = await target.database.problem()
        if problem:
            raise UsageError(f"{problem}; check the free space and your permissions")
        token = f"cli-{now:%Y%m%dT%H%M}"
        if not await target.services.digests.post(target.owner, target.channel.place, token):
            return f"The digest of {channel} was already queued within this minute."
        return (
            f"The digest of {channel} is queued. The bot that runs on this database posts it, or "
            f"the next one that starts.\nIf it cannot be posted, {target.owner.user} is notified."
        )


@asynccontextmanager
async def _open_target(
    channel: str, workspace: str | None, at: datetime, *, writable: bool = False
) -> AsyncIterator[_Target]:
    """Open the database for a `with` block, and find a channel in it.

    Raises:
        UsageError: the database or the playbooks cannot be used, or the channel is ambiguous.
    """
    configure_logs(logging.WARNING)
    catalog = open_catalog()
    async with open_database(writable=writable) as database:
        team, known = await _find_channel(database, channel, workspace)
        services = Services(database, FixedClock(at), catalog, lambda: None)
        yield _Target(database, services, Person(team, known.owner), known)


def _parse_time(text: str | None) -> datetime:
    """Return the time of `--now`; the current time if it is not given.

    Raises:
        UsageError: it is not a time with a zone.
    """
    if text is None:
        return SystemClock().now()
    with suppress(ValueError):
        at = datetime.fromisoformat(text)
        if at.tzinfo is not None:
            return at
    raise UsageError(
        f"--now {text} is not a time with a zone: write it like 2026-11-30T09:00+01:00"
    )


async def _find_channel(
    database: Database, channel: str, workspace: str | None
) -> tuple[str, KnownChannel]:
    team = _choose_workspace(await database.read(find_workspaces), workspace)
    known = await database.read(lambda db: find_channels(db, team))
    wanted = channel.lstrip("#")
    by_id = [each for each in known if each.place.channel == wanted]
    by_name = [each for each in known if each.place.name == wanted]
    for matches in (by_id, by_name):
        if len(matches) == 1:
            return team, matches[0]
    listed = ", ".join(_describe(each) for each in known[:_MAX_NAMED])
    more = f" and {len(known) - _MAX_NAMED} more" if len(known) > _MAX_NAMED else ""
    found = f"it has {listed}{more}" if known else "it has none"
    raise UsageError(f"the database has no channel {channel} in workspace {team}: {found}")


def _choose_workspace(known: Sequence[str], wanted: str | None) -> str:
    if not known:
        raise UsageError("the database has no decisions yet")
    if wanted is None and len(known) == 1:
        return known[0]
    listed = ", ".join(known)
    if wanted is None:
        raise UsageError(f"choose a workspace with --workspace: the database has {listed}")
    if wanted not in known:
        raise UsageError(f"the database has no workspace {wanted}: it has {listed}")
    return wanted


def _describe(channel: KnownChannel) -> str:
    name = f"#{channel.place.name}, " if channel.place.name else ""
    decisions = count_of(channel.decisions, "decision")
    return f"{channel.place.channel} ({name}{decisions}{', a digest' if channel.digest else ''})"


def mentioned_in(blocks: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return the user ids that are mentioned in blocks."""
    return frozenset(user for block in blocks for user in _MENTION.findall(_block_text(block)))


def digest_as_text(blocks: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> str:
    """Return a digest's blocks as text.

    Args:
        blocks: as posted to Slack.
        names: display names by user id; others are shown by their id.

    Returns:
        Text without control characters, which a terminal would interpret.
    """
    text = "\n\n".join(filter(None, (_render(block, names) for block in blocks)))
    return "".join(
        " " if unicodedata.category(each) == "Cc" and each != "\n" else each for each in text
    )


def digest_as_json(digest: Digest) -> dict[str, Any]:
    """Return the whole content of a digest as JSON data.

    People and channels are Slack's ids; each section has the shown entries and their total.
    """
    data = TypeAdapter(Digest).dump_python(digest, mode="json")
    for section in _SECTIONS:
        data[section]["shown"] = [_entry(each) for each in data[section]["shown"]]
    trend = {name: data["trend"][name] for name in ("weeks", "options")}
    channel = data.pop("place")["channel"]
    return {**data, "channel": channel, "trend": trend, "is_empty": digest.is_empty}


def _entry(data: dict[str, Any]) -> dict[str, Any]:
    decision = data.pop("decision")
    data.pop("successor", None)
    return {
        **{name: decision[name] for name in _DECISION},
        "recommended": decision["recommended"],
        "channel": decision["place"]["channel"],
        **data,
    }


def _render(block: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if block["type"] == "table":
        return _table([[str(cell["text"]) for cell in row] for row in block["rows"]])
    text = _plain(_block_text(block), names)
    return f"{text}\n{'=' * len(text)}" if block["type"] == "header" else text


def _block_text(block: Mapping[str, Any]) -> str:
    if "elements" in block:
        return "\n".join(str(each.get("text", "")) for each in block["elements"])
    text = block.get("text")
    return str(text["text"]) if isinstance(text, Mapping) else ""


def _plain(text: str, names: Mapping[str, str]) -> str:
    text = _MENTION.sub(lambda found: f"@{names.get(found[1], found[1])}", text)
    text = _CHANNEL_LINK.sub(lambda found: f"channel {found[1]}", text)
    text = _BOLD.sub(r"\1\2", text)
    text = _ITALIC.sub(r"\1", text)
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0])]
            + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        )
        for row in rows
    )
