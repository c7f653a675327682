"""The part of the schema that says where nothing can be delivered for the time being."""

from bot.storage.connection import Connection

_STATEMENTS = (
    """
    create table stops (
      workspace text not null,
      channel text not null,
      reason text not null,
      since text not null,
      try_at text not null,
      primary key (workspace, channel)
    ) strict
    """,
    """
    create table pauses (
      workspace text not null,
      method text not null,
      until text not null,
      primary key (workspace, method)
    ) strict
    """,
    "alter table deliveries add column kept_at text",
    "update deliveries set kept_at = due_at",
    """
    create index idx_deliveries_tried on deliveries (workspace, channel, id)
    where state = 'pending' and attempts > 0
    """,
    """
    create index idx_deliveries_sending on deliveries (workspace, channel, taken_at)
    where state = 'sending'
    """,
)


def create_stops(db: Connection) -> None:
    """Create what keeps deliveries back, and note of each delivery when it was kept.

    A stop without a channel is the whole workspace's.
    """
    for statement in _STATEMENTS:
        db.execute(statement)
