"""The part of the schema that keeps what people are called and where their clocks are.

Triggers keep a row for whoever appears in a decision, so that somebody can ask about them.
"""

from bot.storage.connection import Connection

_APPEARS = """
create trigger {name} after insert on {table} begin
  insert into people (workspace, user)
  select new.workspace, new.user where not exists (
    select 1 from people where workspace = new.workspace and user = new.user
  );
end
"""
_STATEMENTS = (
    """
    create table people (
      workspace text not null,
      user text not null,
      name text not null default '',
      zone text,
      asked_at text not null default '',
      primary key (workspace, user)
    ) strict
    """,
    "create index idx_people_asked on people (asked_at)",
    """
    insert into people (workspace, user)
    select workspace, user from decision_people union select workspace, user from asked
    """,
    _APPEARS.format(name="people_of_decisions", table="decision_people"),
    _APPEARS.format(name="people_asked", table="asked"),
)


def create_people(db: Connection) -> None:
    """Create it, and fill it with those who appear in the log already."""
    for statement in _STATEMENTS:
        db.execute(statement)
