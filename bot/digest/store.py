"""SQL that writes digests: the settings of channels, and the runs.

A run and its delivery are stored in one transaction. Whether a posted digest arrived is known from
its delivery, so that is joined and not stored twice.
"""

from dataclasses import replace
from datetime import datetime

from bot.decisions.model import Person, Place
from bot.digest.schedule import DigestRun, DigestState, RunOutcome
from bot.digest.settings import DigestScope, DigestSettings
from bot.outbox.model import EXPIRED, Delivery, DeliveryState
from bot.outbox.table import enqueue, expire
from bot.storage.channels import find_channel_name
from bot.storage.connection import Connection, Row
from bot.storage.convert import RowMapper

_MOST_RUNS = 64
"""Runs that are read of a channel: more than a year of weekly ones."""
_SETTINGS = RowMapper(
    DigestSettings,
    {
        "place": {"channel": "channel", "visibility": "visibility"},
        "on": "is_on",
        "schedule": {"weekday": "weekday", "at": "at", "zone": "zone"},
    },
)
_RUN = RowMapper(DigestRun, stored_elsewhere=["arrived"])
# ISO weeks sort before the names of digests posted by hand: the primary key finds the last one.
_STATES = """
select s.*, (
    select max(name) from digest_runs as r
    where r.workspace = s.workspace and r.channel = s.channel and r.name < 'now/'
  ) as last_week
from digest_settings as s
"""
_SAVE = """
insert into digest_settings (
  workspace, channel, visibility, set_by, set_at, created_at, active_since, is_on, weekday, at,
  zone, sections, post_when_empty, scope
) values (
  :workspace, :channel, :visibility, :set_by, :set_at, :set_at, :set_at, :is_on, :weekday, :at,
  :zone, :sections, :post_when_empty, :scope
)
on conflict (workspace, channel) do update set
  visibility = excluded.visibility, set_by = excluded.set_by, set_at = excluded.set_at,
  active_since = case
    when digest_settings.is_on = excluded.is_on and digest_settings.weekday = excluded.weekday
      and digest_settings.at = excluded.at and digest_settings.zone = excluded.zone
    then digest_settings.active_since else excluded.set_at end,
  is_on = excluded.is_on, weekday = excluded.weekday, at = excluded.at, zone = excluded.zone,
  sections = excluded.sections, post_when_empty = excluded.post_when_empty, scope = excluded.scope
"""
_SWITCH_OFF = """
update digest_settings set is_on = 0
where workspace = :workspace and channel = :channel and is_on = 1
"""
_LIMIT_TO_CHANNEL = """
update digest_settings set scope = :own
where workspace = :workspace and channel = :channel and scope = :all
returning set_by, is_on
"""
_KNOWN_TO = """
select * from digest_settings where workspace = :workspace and (
  set_by = :user or (is_on = 1 and visibility = 'public' and channel in (
    select d.channel from decision_people as p
    join decisions as d on d.workspace = p.workspace and d.number = p.number
    where p.workspace = :workspace and p.user_id = :user
  ))
)
order by is_on desc, set_by = :user desc, set_at desc limit :limit
"""
_RUNS = """
select r.*, d.state, d.error from digest_runs as r left join deliveries as d on d.key = r.delivery
where r.workspace = :workspace and r.channel = :channel
order by r.until desc, r.name desc limit :limit
"""
_IN_PROGRESS = """
select r.name, d.key, d.state from digest_runs as r join deliveries as d on d.key = r.delivery
where r.workspace = :workspace and r.channel = :channel and r.outcome = 'posted'
  and d.state in ('pending', 'sending', 'held', 'failed', 'unknown')
"""
_OLDEST_PENDING = """
select min(created_at) as since from deliveries
where state in ('pending', 'sending') and kind = 'digest' and not exists (
  select 1 from channel_blocks as b where b.workspace = deliveries.workspace and b.channel = ''
)
"""


def digest_state(db: Connection, workspace: str, channel: str) -> DigestState | None:
    """Return a channel's state, on or off; None if nothing was ever saved."""
    query = f"{_STATES} where s.workspace = :workspace and s.channel = :channel"
    row = db.one(query, {"workspace": workspace, "channel": channel})
    return _to_state(row) if row else None


def active_digests(db: Connection) -> list[DigestState]:
    """Return the state of every digest that is on, in all workspaces."""
    return [_to_state(row) for row in db.all(f"{_STATES} where s.is_on = 1")]


def save_settings(db: Connection, settings: DigestSettings) -> None:
    """Save a channel's settings; a new schedule is active from `settings.set_at` on."""
    db.execute(_SAVE, _SETTINGS.row(settings))


def switch_off(db: Connection, workspace: str, channel: str) -> bool:
    """Switch a channel's digest off; return whether it was on."""
    return db.execute(_SWITCH_OFF, {"workspace": workspace, "channel": channel}) > 0


def limit_to_channel(db: Connection, workspace: str, channel: str) -> str | None:
    """Restrict a channel's digest to the channel's own decisions.

    Returns:
        Who had set it up to cover the workspace; None if it did not, or is off.
    """
    values = {
        "workspace": workspace,
        "channel": channel,
        "own": DigestScope.CHANNEL.value,
        "all": DigestScope.WORKSPACE.value,
    }
    row = db.one(_LIMIT_TO_CHANNEL, values)
    return str(row["set_by"]) if row and row["is_on"] else None


def settings_known_to(db: Connection, person: Person, limit: int) -> list[DigestSettings]:
    """Return the digests that concern a person, active ones first.

    These are the ones that they saved, and active ones of public channels with a decision that
    they drive, decide or contribute to.
    """
    values = {"workspace": person.workspace, "user": person.user, "limit": limit}
    found = [_SETTINGS.load(row) for row in db.all(_KNOWN_TO, values)]
    return [replace(each, place=_named(db, each)) for each in found]


def recent_runs(db: Connection, workspace: str, channel: str) -> list[DigestRun]:
    """Return a channel's last runs, newest first."""
    values = {"workspace": workspace, "channel": channel, "limit": _MOST_RUNS}
    return [_to_run(row) for row in db.all(_RUNS, values)]


def record_run(
    db: Connection, workspace: str, channel: str, run: DigestRun, delivery: Delivery | None
) -> bool:
    """Store a run, and its delivery if it has one.

    Returns:
        False, and nothing is stored, if the channel has a run of this name.
    """
    key = {"workspace": workspace, "channel": channel}
    row = {**key, **_RUN.row(run), "delivery": delivery.key if delivery else None}
    stored = db.insert_if_new("digest_runs", row)
    if stored and delivery is not None:
        enqueue(db, [delivery])
    return stored


def clear_unposted(db: Connection, workspace: str, channel: str, at: datetime) -> bool:
    """Expire a channel's digests that did not arrive, so that the next one covers their time.

    Returns:
        False, and nothing is expired, if one may still be posted.
    """
    found = db.all(_IN_PROGRESS, {"workspace": workspace, "channel": channel})
    if any(row["state"] in (DeliveryState.PENDING, DeliveryState.SENDING) for row in found):
        return False
    for row in found:
        expire(db, row["key"], at)
        if row["state"] == DeliveryState.UNKNOWN:
            outcome = {"outcome": RunOutcome.UNCONFIRMED.value}
            db.update(
                "digest_runs", outcome, workspace=workspace, channel=channel, name=row["name"]
            )
    return True


def oldest_pending_digest(db: Connection) -> datetime | None:
    """Return when the oldest digest not yet posted was stored; None if there is none.

    Those of workspaces that refuse the bot are left out.
    """
    row = db.one(_OLDEST_PENDING)
    return datetime.fromisoformat(row["since"]) if row and row["since"] else None


def _named(db: Connection, settings: DigestSettings) -> Place:
    name = find_channel_name(db, settings.workspace, settings.place.channel) or ""
    return replace(settings.place, name=name)


def _to_state(row: Row) -> DigestState:
    return DigestState(
        settings=_SETTINGS.load(row),
        created_at=datetime.fromisoformat(row["created_at"]),
        active_since=datetime.fromisoformat(row["active_since"]),
        last_week=row["last_week"],
    )


def _to_run(row: Row) -> DigestRun:
    run, state = _RUN.load(row, arrived=False), row["state"]
    if run.outcome is not RunOutcome.POSTED:
        return run
    if state == DeliveryState.DISMISSED and row["error"] == EXPIRED:
        return replace(run, outcome=RunOutcome.MISSED)
    return replace(run, arrived=state in (DeliveryState.SENT, DeliveryState.DISMISSED))
