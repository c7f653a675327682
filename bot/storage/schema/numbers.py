"""The part of the schema that says up to which number decisions may have been numbered before."""

from bot.storage.connection import Connection

_FLOORS = """
create table number_floors (
  workspace text not null primary key,
  number integer not null
) strict
"""


def create_number_floors(db: Connection) -> None:
    """Create it, empty: without a restore, the decisions themselves tell which number is next.

    A floor without a workspace is that of all workspaces.
    """
    db.execute(_FLOORS)
