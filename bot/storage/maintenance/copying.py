"""Copy all rows of a database to another one, and compare them table by table."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.storage.connection import Connection, Location, Row
from bot.storage.database import engine_of
from bot.storage.decisions import load_summaries
from bot.storage.migrations import SCHEMA_TABLE, schema_statements
from bot.storage.search_index import index_decisions

BATCH = 1000
"""Rows that are read and written at a time."""
_TABLE = re.compile(r"^create table (\w+)", re.MULTILINE)
_KEY = re.compile(r"^ +primary key \(([\w, ]+)\)", re.MULTILINE)
_COLUMN = re.compile(r"^  (\w+) (?:text|integer)\b", re.MULTILINE)
_KEY_COLUMN = re.compile(r"^ +(\w+) \w+ not null primary key", re.MULTILINE)


class CopyDiffers(RuntimeError):
    """The target has rows already, or a table differs after the copy; says which."""


@dataclass(frozen=True, slots=True)
class StoredTable:
    """The columns of a table, and those of its primary key."""

    names: tuple[str, ...]
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """A table that was copied and compared: its name, and the number of its rows."""

    name: str
    rows: int


def stored_tables() -> dict[str, StoredTable]:
    """Return the columns of each table, parents before children."""
    tables: dict[str, StoredTable] = {}
    for statement in schema_statements():
        table, key = _TABLE.search(statement), _KEY.search(statement)
        column = _KEY_COLUMN.search(statement)
        if table and table[1] != SCHEMA_TABLE:
            found = key[1].split(", ") if key else [column[1]] if column else []
            tables[table[1]] = StoredTable(tuple(_COLUMN.findall(statement)), tuple(found))
    return tables


def copy_database(
    source: Location, target: Location, done: Callable[[CopiedTable], None]
) -> list[CopiedTable]:
    """Copy all rows, with their ids, to a new or empty database, in one transaction of it.

    Args:
        source: the database to read; no bot may write to it meanwhile.
        target: the database to write; created if missing.
        done: called for each table when its rows were read back and are the same.

    Raises:
        CopyDiffers: the target has rows already, or a table differs; nothing was copied.
        DatabaseUnusable: one of them cannot be opened.
    """
    reading, writing = engine_of(source), engine_of(target)
    reading.open_existing(writable=False)
    try:
        writing.open()
        try:
            return reading.read(lambda old: writing.write(lambda new: _copy_all(old, new, done)))
        finally:
            writing.close()
    finally:
        reading.close()


def _copy_all(
    old: Connection, new: Connection, done: Callable[[CopiedTable], None]
) -> list[CopiedTable]:
    copied = []
    for table, columns in stored_tables().items():
        key = columns.key
        if new.one(f"select * from {table} limit 1"):  # noqa: S608
            raise CopyDiffers(f"the table {table} of the target has rows: copy to a new database")
        rows: list[Row] = []
        for rows in batches(old, table, key):
            new.insert_all(table, rows)
        if rows and isinstance(rows[0].get("id"), int):
            new.continue_ids(table)
        copied.append(CopiedTable(table, _compare(old, new, table, key)))
        done(copied[-1])
    for rows in batches(new, "decisions", ("id",)):
        index_decisions(new, load_summaries(new, rows))
    return copied


def _compare(old: Connection, new: Connection, table: str, key: tuple[str, ...]) -> int:
    """Return the number of rows of a table, which are the same in both databases.

    Raises:
        CopyDiffers: they are not.
    """
    count = 0
    copies = (row for rows in batches(new, table, key) for row in rows)
    for rows in batches(old, table, key):
        for row in rows:
            copy = next(copies, None)
            if copy != row:
                at = ", ".join(f"{column} {row[column]}" for column in key)
                raise CopyDiffers(f"the table {table} differs at {at}: nothing was copied")
            count += 1
    if next(copies, None) is not None:
        raise CopyDiffers(f"the table {table} has too many rows: nothing was copied")
    return count


def batches(db: Connection, table: str, key: tuple[str, ...]) -> Iterator[list[Row]]:
    """Yield the rows of a table in the order of its primary key, `BATCH` at a time.

    Args:
        db: the connection.
        table: the table.
        key: the columns of its primary key.
    """
    columns = ", ".join(key)
    names = ", ".join(f":{column}" for column in key)
    after, last = "", Row()
    while True:
        rows = db.all(
            f"select * from {table} {after} order by {columns} limit :batch",  # noqa: S608
            {**last, "batch": BATCH},
        )
        if rows:
            yield rows
        if len(rows) < BATCH:
            return
        after = f"where ({columns}) > ({names})"
        last = {column: rows[-1][column] for column in key}
