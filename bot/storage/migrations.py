"""The version of the schema: a new database gets `schema.sql`, an older one its migrations.

The table `schema_migrations` records the schema and every migration that a database has.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from bot.storage.connection import Connection

SCHEMA = "schema"
"""The name under which `schema.sql` is recorded."""
MIGRATIONS: Mapping[str, Callable[[Connection], None]] = {}
"""Migrations by name, oldest first. Add one with each change of `schema.sql` after a release."""
_SCHEMA_SQL = Path(__file__).with_name("schema.sql")
SCHEMA_TABLE = "schema_migrations"


def applied(db: Connection) -> list[str]:
    """Return the names of the schema and the migrations that a database has."""
    if SCHEMA_TABLE not in db.tables():
        return []
    return [row["name"] for row in db.all(f"select name from {SCHEMA_TABLE} order by name")]  # noqa: S608


def pending(db: Connection) -> list[str]:
    """Return the names of the schema and migrations to apply, oldest first."""
    found = applied(db)
    return [name for name in _known() if name not in found]


def unknown(db: Connection) -> list[str]:
    """Return the names of migrations that a newer version has applied."""
    known = _known()
    return [name for name in applied(db) if name not in known]


def migrate(db: Connection) -> None:
    """Create the tables of a new database, or bring an older one up to date.

    Runs in the transaction of its caller.
    """
    new = SCHEMA in pending(db)
    if new:
        for statement in schema_statements():
            db.define(statement)
        db.define_own()
    for name in pending(db):
        if not new:
            MIGRATIONS[name](db)
        db.insert(SCHEMA_TABLE, {"name": name})


def is_foreign(db: Connection) -> bool:
    """Return whether a database belongs to another program: it has tables, and no record."""
    return bool(db.tables()) and not applied(db)


def schema_problem(db: Connection) -> str | None:
    """Return why this version cannot use a database, and what to do; None if it can."""
    newer = unknown(db)
    if newer:
        return (
            f"has the schema of a newer version of ragvsft ({newer[-1]}): use that version, or a "
            "newer one"
        )
    if not applied(db):
        return "is not a ragvsft database: set DATABASE_URL to the one that the bot uses"
    if pending(db):
        return (
            "has the schema of an older version of ragvsft: start the bot of this version once to "
            "update it, or use the older version"
        )
    return None


def _known() -> tuple[str, ...]:
    return (SCHEMA, *MIGRATIONS)


def schema_statements() -> list[str]:
    """Return the statements of `schema.sql`, which run in the transaction of a migration."""
    script = _SCHEMA_SQL.read_text(encoding="utf-8")
    return [statement for statement in script.split(";\n") if statement.strip()]
