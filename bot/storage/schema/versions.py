"""Which steps of the schema a log has, held against those that this version knows."""

from contextlib import closing

from bot.storage.connection import Connection
from bot.storage.schema.migrations import migrations


def known_steps() -> frozenset[str]:
    """Return the schema steps that this version knows."""
    with closing(Connection(memory=True)) as nothing:
        return frozenset(migration.name for migration in migrations.pending(nothing))


def is_of_another_program(db: Connection) -> bool:
    """Whether a database holds tables, and no log of ours."""
    return bool(db.table_names()) and not migrations.applied(db)


def schema_trouble(db: Connection) -> str | None:
    """Return why a log cannot be read as it is, and what to do; None if it can be."""
    applied, known = [step.name for step in migrations.applied(db)], known_steps()
    newer = [name for name in applied if name not in known]
    if newer:
        return (
            f"has the schema of a newer version of ragvsft ({newer[-1]}): use that version, or a "
            "newer one"
        )
    if not applied:
        return "is no log of ragvsft: set DATABASE_URL to the one that the bot uses"
    if migrations.pending(db):
        return (
            "has the schema of an older version of ragvsft: start the bot of this version once, "
            "which brings it up to date, or use the older one"
        )
    return None
