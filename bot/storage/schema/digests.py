"""The part of the schema that keeps digests, and finds quickly what they tell of."""

from bot.storage.connection import Connection

SETTLED_AT = "rtrim(json_extract(resolution, '$.at'), 'Z')"
"""When a decision was settled. Without its zone, UTC, so that texts are ordered like times."""
OPEN = "status = 'open'"
DECIDED = "status in ('accepted', 'overridden')"
UNREVIEWED = f"{DECIDED} and json_array_length(reviews) < json_array_length(deciders)"
"""Some decider has yet to say how it went: those who decide do not change any more."""
REVIEWED = "reviews <> '[]'"

_TABLES = (
    """
    create table digest_settings (
      workspace text not null,
      channel text not null,
      visibility text not null,
      set_by text not null,
      set_at text not null,
      begun_at text not null,
      counts_from text not null,
      is_on integer not null,
      weekday text not null,
      at text not null,
      zone text not null,
      parts text not null,
      even_if_quiet integer not null,
      scope text not null,
      primary key (workspace, channel)
    ) strict
    """,
    # The key is what several processes contend for: each digest has its turn once.
    """
    create table digests (
      workspace text not null,
      channel text not null,
      week text not null,
      day text not null,
      until text not null,
      sent integer not null,
      missed text not null,
      editions text not null,
      primary key (workspace, channel, week)
    ) strict
    """,
)
_AXES = {"everywhere": "workspace, visibility", "here": "workspace, channel, visibility"}
"""A digest tells of a whole workspace, or of a channel."""
_INDICES = {
    "open": ("number", OPEN),
    "settled": (SETTLED_AT, DECIDED),
    "unreviewed": ("review_on", UNREVIEWED),
    "reviewed": ("number", REVIEWED),
    "edition": ("playbook_hash, number", DECIDED),
    "opened": ("opened_at, status", None),
}


def create_digests(db: Connection) -> None:
    """Create it."""
    for table in _TABLES:
        db.execute(table)
    for axis, first in _AXES.items():
        for name, (columns, condition) in _INDICES.items():
            where = f" where {condition}" if condition else ""
            db.execute(
                f"create index idx_digest_{name}_{axis} on decisions ({first}, {columns}){where}"
            )
        db.execute(f"create index idx_digest_chosen_{axis} on catalogue ({first}, number, chosen)")
