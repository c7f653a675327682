"""Numbers of decisions: none is given twice in a workspace, not even on a restored log.

Buttons and threads in Slack keep the numbers of decisions that a restore has taken away. A floor
is the highest number that may have been given before; the next one is above it.
"""

from collections.abc import Mapping

from bot.storage.connection import Connection

GAP = 1000
"""How many numbers may have been given since a backup, where nothing tells."""
_EVERYWHERE = ""
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


def raise_floors(db: Connection, before: Mapping[str, int] | None) -> None:
    """Have the numbers of a log go on above all that may have been given.

    Args:
        db: the log, with its schema up to date.
        before: the highest numbers of the log that it replaces; None if nobody knows, so that a
            gap is left.
    """
    own = highest_numbers(db)
    if before is None:
        own.setdefault(_EVERYWHERE, 0)
        before = {workspace: number + GAP for workspace, number in own.items()}
    for workspace, number in _higher(own, before).items():
        row = {"workspace": workspace, "number": number}
        db.upsert("number_floors", row, key=("workspace",))


def _higher(some: Mapping[str, int], others: Mapping[str, int]) -> dict[str, int]:
    return {each: max(some.get(each, 0), others.get(each, 0)) for each in (*some, *others)}
