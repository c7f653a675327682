"""Digests in the log: their settings, and which ones had their turn. Fills `DigestStore`."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from bot.decisions.model import Person, Place, Visibility
from bot.digest.calendar import week_of
from bot.digest.content import DigestItem
from bot.digest.facts import DigestData, DigestQuery
from bot.digest.ports import DigestRun, DigestState
from bot.digest.posting import Window, by_hand_prefix
from bot.digest.queries import entries_of, facts_of
from bot.digest.settings import DigestScope, DigestSection, DigestSettings, Schedule, Weekday
from bot.outbox.clock_skew import put_digests_right
from bot.outbox.expiry import give_up_late, make_room
from bot.outbox.model import Delivery, DeliveryKind, DeliveryState
from bot.outbox.table import enqueue
from bot.storage.channels import name_of
from bot.storage.connection import Connection, Row
from bot.storage.database import Database
from bot.storage.external_channels import is_shared, keep_shared

# The last week is not the one that was told last where a clock was ahead for a while.
_STANDINGS = """
select s.*, last.*, (
    select max(until) from (
      select until from digests
      where workspace = s.workspace and channel = s.channel and sent order by week desc limit 12
    )
  ) as told_until
from digest_settings as s left join digests as last
  on last.workspace = s.workspace and last.channel = s.channel and last.week = (
    select max(week) from digests
    where workspace = s.workspace and channel = s.channel and week <= :this_week
  )
"""
_KEEP = """
insert into digest_settings (
  workspace, channel, visibility, set_by, set_at, begun_at, counts_from, is_on, weekday, at, zone,
  parts, even_if_quiet, scope
) values (
  :workspace, :channel, :visibility, :set_by, :set_at, :set_at, :set_at, :is_on, :weekday, :at,
  :zone, :parts, :even_if_quiet, :scope
)
on conflict (workspace, channel) do update set
  visibility = excluded.visibility, set_by = excluded.set_by, set_at = excluded.set_at,
  counts_from = case
    when (is_on, weekday, at, zone)
      = (excluded.is_on, excluded.weekday, excluded.at, excluded.zone)
    then counts_from else excluded.set_at end,
  is_on = excluded.is_on, weekday = excluded.weekday, at = excluded.at, zone = excluded.zone,
  parts = excluded.parts, even_if_quiet = excluded.even_if_quiet, scope = excluded.scope
"""
_TAKE = """
insert or ignore into digests (workspace, channel, week, day, until, sent, missed, editions)
select workspace, channel, :week, :day, :until, :sent, :missed, :editions from digest_settings
where workspace = :workspace and channel = :channel and is_on and set_at = :set_at
  and :told_until is (
    select max(until) from (
      select until from digests as told
      where told.workspace = :workspace and told.channel = :channel and told.sent
      order by told.week desc limit 12
    )
  )
"""
# From a person's own decisions, not from all of a channel.
_KNOWN = """
select * from digest_settings where workspace = :workspace and (
  set_by = :user or (is_on and visibility = 'public' and channel in (
    select d.channel from decision_people as p
    cross join decisions as d on d.workspace = p.workspace and d.number = p.number
    where p.workspace = :workspace and p.user_id = :user
  ))
)
order by is_on desc, set_by = :user desc, set_at desc limit :limit
"""
_BY_HAND = """
select max(rtrim(json_extract(detail, '$.until'), 'Z')) as until from deliveries
where workspace = :workspace and channel = :channel and taken_at >= :since
  and kind = :kind and state = :state and key like :prefix
  and rtrim(json_extract(detail, '$.until'), 'Z') between :since and :until
  and rtrim(json_extract(detail, '$.since'), 'Z') <= :begins
"""
_UNDER_WAY = """
select min(kept_at) as since from deliveries
where state in (?, ?) and kind = ?
  and not exists (
    select 1 from stops where stops.workspace = deliveries.workspace and stops.channel = ''
  )
"""


class SqliteDigests:
    """The port `DigestStore`, on a log."""

    def __init__(self, log: Database) -> None:
        """Make it on a log that its owner opens and closes."""
        self._log = log

    async def digest_standing(
        self, workspace: str, channel: str, now: datetime
    ) -> DigestState | None:
        """Return how a channel's digest stands, on or off; None if nothing was ever saved."""
        query = f"{_STANDINGS} where s.workspace = :workspace and s.channel = :channel"
        which = {"workspace": workspace, "channel": channel, "this_week": week_of(now)}
        found = await self._log.read(lambda db: list(db.query(query, which)))
        return _to_standing(found[0]) if found else None

    async def digests_on(self, now: datetime) -> list[DigestState]:
        """Return how every digest stands that is on, in all workspaces."""
        query, until = f"{_STANDINGS} where s.is_on", {"this_week": week_of(now)}
        found = await self._log.read(lambda db: list(db.query(query, until)))
        return [_to_standing(row) for row in found]

    async def keep_digest_settings(self, settings: DigestSettings) -> None:
        """Keep a channel's settings in the place of its earlier ones."""
        await self._log.write(lambda db: db.execute(_KEEP, _settings_row(settings)))

    async def switch_digest_off(self, workspace: str, channel: str) -> bool:
        """Switch a channel's digest off; return whether it was on."""
        query = "update digest_settings set is_on = 0 where workspace = ? and channel = ? and is_on"
        which = (workspace, channel)
        return await self._log.write(lambda db: db.execute(query, which) > 0)

    async def keep_shared_channel(self, workspace: str, channel: str) -> str | None:
        """Note that outsiders read a channel: its digest tells of its own decisions only."""
        return await self._log.write(lambda db: keep_shared(db, workspace, channel))

    async def is_shared(self, workspace: str, channel: str) -> bool:
        """Return whether outsiders are known to read a channel."""
        return await self._log.read(lambda db: is_shared(db, workspace, channel))

    async def digests_known_to(self, person: Person, limit: int) -> list[DigestSettings]:
        """Return the settings of the digests that a person has to do with."""
        arguments = {"workspace": person.workspace, "user": person.user, "limit": limit}

        def work(db: Connection) -> list[DigestSettings]:
            return [_named(db, _to_settings(row)) for row in db.query(_KNOWN, arguments)]

        return await self._log.read(work)

    async def make_room_for_digest(self, settings: DigestSettings, week: str, at: datetime) -> bool:
        """Give up a channel's digests before a week's that are not known to have come."""
        workspace, channel = settings.workspace, settings.place.channel
        return await self._log.write(lambda db: make_room(db, workspace, channel, week, at))

    async def take_turn(
        self, standing: DigestState, turn: DigestRun, delivery: Delivery | None
    ) -> bool:
        """Note that a week's digest had its turn, and keep its delivery if there is one."""

        def work(db: Connection) -> bool:
            taken = db.execute(_TAKE, _turn_row(standing, turn)) > 0
            if taken and delivery is not None:
                enqueue(db, [delivery])
            return taken

        return await self._log.write(work)

    async def posted_by_hand(
        self, settings: DigestSettings, since: datetime, window: Window
    ) -> datetime | None:
        """Return where the last digest that somebody posted, and that told this window, ended."""
        arguments = {
            "workspace": settings.workspace,
            "channel": settings.place.channel,
            "kind": DeliveryKind.DIGEST.value,
            "state": DeliveryState.SENT.value,
            "prefix": f"{by_hand_prefix(settings.workspace, settings.place.channel)}%",
            "since": _without_zone(since),
            "begins": _without_zone(window.since),
            "until": _without_zone(window.until),
        }
        (row,) = await self._log.read(lambda db: list(db.query(_BY_HAND, arguments)))
        return datetime.fromisoformat(row["until"]).replace(tzinfo=UTC) if row["until"] else None

    async def put_digests_right(self, now: datetime) -> None:
        """Have no digest wait for a time that was noted by a clock which was wrong."""
        await self._log.write(lambda db: put_digests_right(db, now))

    async def give_up_late_digests(self, now: datetime) -> None:
        """Give up the digests that were not posted and for which it is too late."""
        await self._log.write(lambda db: give_up_late(db, now))

    async def digest_facts(self, question: DigestQuery) -> DigestData:
        """Return what the log knows for a digest."""
        return await self._log.read(lambda db: facts_of(db, question))

    async def entries(self, workspace: str, numbers: Sequence[int]) -> list[DigestItem]:
        """Return decisions by their numbers, in that order; it asks nobody's permission."""
        return await self._log.read(lambda db: entries_of(db, workspace, numbers))

    async def oldest_digest_under_way(self) -> datetime | None:
        """Return when the oldest digest was kept that is on its way; None if none is."""
        states = (DeliveryState.PENDING.value, DeliveryState.SENDING.value)
        arguments = (*states, DeliveryKind.DIGEST.value)
        (row,) = await self._log.read(lambda db: list(db.query(_UNDER_WAY, arguments)))
        return datetime.fromisoformat(row["since"]) if row["since"] else None


def _without_zone(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat()


def _settings_row(settings: DigestSettings) -> dict[str, Any]:
    return {
        "workspace": settings.workspace,
        "channel": settings.place.channel,
        "visibility": settings.place.visibility.value,
        "set_by": settings.set_by,
        "set_at": settings.set_at.isoformat(),
        "is_on": int(settings.on),
        "weekday": settings.rhythm.weekday.value,
        "at": f"{settings.rhythm.at:%H:%M}",
        "zone": settings.rhythm.zone,
        "parts": json.dumps([part.value for part in DigestSection if part in settings.parts]),
        "even_if_quiet": int(settings.even_if_quiet),
        "scope": settings.scope.value,
    }


def _to_settings(row: Row) -> DigestSettings:
    return DigestSettings(
        workspace=row["workspace"],
        place=Place(row["channel"], Visibility(row["visibility"])),
        set_by=row["set_by"],
        set_at=datetime.fromisoformat(row["set_at"]),
        on=bool(row["is_on"]),
        rhythm=Schedule(Weekday(row["weekday"]), time.fromisoformat(row["at"]), row["zone"]),
        parts=tuple(DigestSection(part) for part in json.loads(row["parts"])),
        even_if_quiet=bool(row["even_if_quiet"]),
        scope=DigestScope(row["scope"]),
    )


def _named(db: Connection, settings: DigestSettings) -> DigestSettings:
    place = settings.place
    name = name_of(db, settings.workspace, place.channel) or ""
    return replace(settings, place=replace(place, name=name))


def _turn_row(standing: DigestState, turn: DigestRun) -> dict[str, Any]:
    settings, told = standing.settings, standing.told_until
    return {
        "workspace": settings.workspace,
        "channel": settings.place.channel,
        "set_at": settings.set_at.isoformat(),
        "told_until": told.isoformat() if told else None,
        "week": turn.week,
        "day": turn.day.isoformat(),
        "until": turn.until.isoformat(),
        "sent": int(turn.sent),
        "missed": json.dumps([day.isoformat() for day in turn.missed]),
        "editions": json.dumps(turn.playbooks),
    }


def _to_turn(row: Row) -> DigestRun:
    return DigestRun(
        week=row["week"],
        day=date.fromisoformat(row["day"]),
        until=datetime.fromisoformat(row["until"]),
        sent=bool(row["sent"]),
        missed=tuple(date.fromisoformat(day) for day in json.loads(row["missed"])),
        playbooks=tuple(json.loads(row["editions"])),
    )


def _to_standing(row: Row) -> DigestState:
    told = row["told_until"]
    return DigestState(
        settings=_to_settings(row),
        begun_at=datetime.fromisoformat(row["begun_at"]),
        counts_from=datetime.fromisoformat(row["counts_from"]),
        last=_to_turn(row) if row["week"] else None,
        told_until=datetime.fromisoformat(told) if told else None,
    )
