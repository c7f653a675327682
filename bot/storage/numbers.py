"""Numbers of decisions: each is assigned once in a workspace, also after a restore.

Buttons and threads in Slack hold the numbers of decisions that a restore has removed. A floor is
the highest number that may have been assigned before; the next one is above it.
"""

from collections.abc import Mapping

from bot.storage.connection import Connection

UNKNOWN_GAP = 1000
"""How many numbers to skip where it is unknown which were assigned since a backup."""
_EVERYWHERE = ""
"""The workspace of a floor for all workspaces."""
_NEXT = """
select 1 + coalesce(max(number), 0) as next from (
  select max(number) as number from decisions where workspace = :workspace
  union all
  select max(number) from number_floors where workspace in (:workspace, :everywhere)
) as used
"""
_HIGHEST = "select workspace, max(number) as number from {} group by workspace"


def next_number(db: Connection, workspace: str) -> int:
    """Return the number for the next decision of a workspace."""
    (row,) = db.all(_NEXT, {"workspace": workspace, "everywhere": _EVERYWHERE})
    return int(row["next"])


def highest_numbers(db: Connection) -> dict[str, int]:
    """Return the highest number that a database knows of, by workspace."""
    found: dict[str, int] = {}
    for table in ("decisions", "number_floors"):
        rows = db.all(_HIGHEST.format(table))
        found = _higher(found, {row["workspace"]: row["number"] for row in rows})
    return found


def reserve_numbers(db: Connection, before: Mapping[str, int] | None) -> None:
    """Set floors, so that numbers continue above all that may have been assigned.

    Args:
        db: the restored database.
        before: the highest numbers of the database that it replaces; None if they are unknown,
            which leaves a gap.
    """
    own = highest_numbers(db)
    if before is None:
        own.setdefault(_EVERYWHERE, 0)
        before = {workspace: number + UNKNOWN_GAP for workspace, number in own.items()}
    for workspace, number in _higher(own, before).items():
        row = {"workspace": workspace, "number": number}
        db.upsert("number_floors", row, key=("workspace",))


def _higher(some: Mapping[str, int], others: Mapping[str, int]) -> dict[str, int]:
    return {each: max(some.get(each, 0), others.get(each, 0)) for each in (*some, *others)}
