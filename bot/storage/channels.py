"""Channels that have decisions or a digest, their names, and which ones external users are in."""

from dataclasses import dataclass, replace

from bot.decisions.model import Place, Visibility
from bot.storage.connection import Connection

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
_OPEN_DECISIONS = """
select number from decisions
where workspace = :workspace and channel = :channel and visibility = :public order by number
"""
_MAKE_PRIVATE = """
update {} set visibility = :private
where workspace = :workspace and channel = :channel and visibility = :public
"""


@dataclass(frozen=True, slots=True)
class KnownChannel:
    """A channel that has decisions, or settings for a digest.

    Attributes:
        place: the channel, with its name if that is stored.
        owner: the user who set its digest up, else the driver of its newest decision.
        decisions: how many it has.
        digest: whether it gets a digest.
    """

    place: Place
    owner: str
    decisions: int
    digest: bool


def find_workspaces(db: Connection) -> list[str]:
    """Return the workspaces that have decisions or digests."""
    return [row["workspace"] for row in db.all(_WORKSPACES)]


def find_channels(db: Connection, workspace: str) -> list[KnownChannel]:
    """Return the channels of a workspace, those with the most decisions first."""
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


def save_channel_name(db: Connection, workspace: str, place: Place | None) -> None:
    """Store the name of a channel, if it was given and has changed."""
    if place is not None and place.name not in {
        "",
        find_channel_name(db, workspace, place.channel),
    }:
        row = {"workspace": workspace, "channel": place.channel, "name": place.name}
        db.upsert("channel_names", row, key=("workspace", "channel"))


def find_channel_name(db: Connection, workspace: str, channel: str) -> str | None:
    """Return the name of a channel; None if it is not stored."""
    row = db.get("channel_names", workspace=workspace, channel=channel)
    return str(row["name"]) if row else None


def note_visibility(db: Connection, workspace: str, place: Place) -> list[int]:
    """Record the visibility that a channel has now, as a payload from there shows it.

    A channel that is no longer open to the workspace takes its decisions, drafts and digest with
    it. What was private stays private in a channel that was opened: its people wrote for few.

    Returns:
        The numbers of the decisions that became private.
    """
    key = {"workspace": workspace, "channel": place.channel}
    if place.visibility is Visibility.PUBLIC:
        db.delete("private_channels", **key)
    if place.visibility is not Visibility.PRIVATE:
        return []
    db.insert_if_new("private_channels", key)
    between = {**key, "public": Visibility.PUBLIC.value, "private": Visibility.PRIVATE.value}
    found = [row["number"] for row in db.all(_OPEN_DECISIONS, between)]
    for table in ("decisions", "drafts", "digest_settings"):
        db.execute(_MAKE_PRIVATE.format(table), between)
    return found


def visibility_changed(db: Connection, workspace: str, place: Place) -> bool:
    """Return whether `note_visibility` has something to record."""
    key = {"workspace": workspace, "channel": place.channel}
    return (db.get("private_channels", **key) is None) is (place.visibility is Visibility.PRIVATE)


def place_now(db: Connection, workspace: str, place: Place) -> Place:
    """Return a place with the visibility that it has now, as far as that is known."""
    is_private = db.get("private_channels", workspace=workspace, channel=place.channel) is not None
    if place.visibility is Visibility.PUBLIC and is_private:
        return replace(place, visibility=Visibility.PRIVATE)
    return place


def mark_shared(db: Connection, workspace: str, channel: str) -> None:
    """Record that external users are in a channel."""
    db.insert_if_new("shared_channels", {"workspace": workspace, "channel": channel})


def is_shared(db: Connection, workspace: str, channel: str) -> bool:
    """Return whether external users are known to be in a channel."""
    return db.get("shared_channels", workspace=workspace, channel=channel) is not None
