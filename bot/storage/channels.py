"""The channels that a log knows of, for whoever runs the bot; and what they are called."""

from dataclasses import dataclass

from bot.decisions.model import Place, Visibility
from bot.storage.connection import Connection
from bot.storage.database import Database

_WORKSPACES = """
select workspace from decisions union select workspace from digest_settings order by workspace
"""
_CHANNELS = """
select place.channel as channel, coalesce(names.name, '') as name,
  coalesce(settings.visibility, newest.visibility) as visibility,
  coalesce(settings.set_by, newest.driver) as owner,
  place.decisions as decisions, coalesce(settings.is_on, 0) as digest
from (
  select channel, count(*) as decisions, max(number) as newest from decisions
  where workspace = :workspace and visibility <> 'direct' group by channel
  union all
  select channel, 0, null from digest_settings as alone
  where workspace = :workspace and not exists (
    select 1 from decisions where decisions.workspace = alone.workspace
      and decisions.channel = alone.channel and decisions.visibility <> 'direct'
  )
) as place
left join digest_settings as settings
  on settings.workspace = :workspace and settings.channel = place.channel
left join decisions as newest
  on newest.workspace = :workspace and newest.number = place.newest
left join channel_names as names
  on names.workspace = :workspace and names.channel = place.channel
order by decisions desc, channel
"""


@dataclass(frozen=True, slots=True)
class KnownChannel:
    """A channel that decisions were made in, or that has settings for a digest.

    Attributes:
        place: the channel, and what it is called as far as the log knows.
        owner: who set its digest up, else who drives its newest decision.
        decisions: how many it has.
        digest: whether it gets a digest.
    """

    place: Place
    owner: str
    decisions: int
    digest: bool


class SqliteChannels:
    """The channels of a log."""

    def __init__(self, log: Database) -> None:
        """Make it on a log that its owner opens and closes."""
        self._log = log

    async def workspaces(self) -> list[str]:
        """Return the workspaces that have decisions or digests."""
        return await self._log.read(
            lambda db: [row["workspace"] for row in db.all(_WORKSPACES)],
        )

    async def of(self, workspace: str) -> list[KnownChannel]:
        """Return the channels of a workspace, those with the most decisions first."""
        return await self._log.read(lambda db: _channels(db, workspace))


def keep_name(db: Connection, workspace: str, place: Place | None) -> None:
    """Keep what a channel is called, in the place of an earlier name, where that was told."""
    if place is not None and place.name not in {"", name_of(db, workspace, place.channel)}:
        row = {"workspace": workspace, "channel": place.channel, "name": place.name}
        db.upsert("channel_names", row, key=("workspace", "channel"))


def name_of(db: Connection, workspace: str, channel: str) -> str | None:
    """Return what a channel is called, as far as the log knows."""
    row = db.get("channel_names", workspace=workspace, channel=channel)
    return str(row["name"]) if row else None


def _channels(db: Connection, workspace: str) -> list[KnownChannel]:
    return [
        KnownChannel(
            Place(row["channel"], Visibility(row["visibility"]), row["name"]),
            row["owner"],
            row["decisions"],
            bool(row["digest"]),
        )
        for row in db.all(_CHANNELS, {"workspace": workspace})
    ]


def digest_zone(db: Connection, workspace: str, channel: str) -> str | None:
    """Return the IANA zone of a channel's digest settings; None if it has none."""
    row = db.get("digest_settings", workspace=workspace, channel=channel)
    return row["zone"] if row else None
