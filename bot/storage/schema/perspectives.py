"""The part of the schema that keeps perspectives of decisions, and who was asked for theirs."""

from bot.storage.connection import Connection

_STATEMENTS = (
    """
    create table perspectives (
      workspace text not null,
      number integer not null,
      user text not null,
      answers text not null,
      option text not null,
      strength text not null,
      added_at text not null,
      changed_at text not null,
      primary key (workspace, number, user),
      foreign key (workspace, number) references decisions (workspace, number)
    ) strict
    """,
    """
    create table asked (
      workspace text not null,
      number integer not null,
      user text not null,
      asked_by text not null,
      asked_at text not null,
      nudged_at text,
      primary key (workspace, number, user),
      foreign key (workspace, number) references decisions (workspace, number)
    ) strict
    """,
    # Whoever has added a perspective may read the decision from anywhere.
    """
    create trigger perspectives_added after insert on perspectives begin
      insert or ignore into decision_people (workspace, user, number, role)
      values (new.workspace, new.user, new.number, 'contributor');
    end
    """,
)


def create_perspectives(db: Connection) -> None:
    """Create it."""
    for statement in _STATEMENTS:
        db.execute(statement)
