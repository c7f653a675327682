"""The database connection that SQL modules take: rows as dictionaries, statements with names."""

import re
import sqlite3
from collections.abc import Sequence
from typing import Any

import sqlite_utils

Row = dict[str, Any]
Parameters = Sequence[Any] | dict[str, Any]


class RowMissing(LookupError):
    """A row that must exist does not; the transaction around it is rolled back."""


class Connection:
    """A connection to SQLite, used on one thread.

    Statements use named parameters (`:name`) and SQL that PostgreSQL understands as well. A
    list as a parameter is expanded to its items: `number in (:numbers)`. Names of tables and
    columns come from this program, never from input.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Wrap an open connection, in autocommit mode (`isolation_level=None`)."""
        self.sqlite = sqlite_utils.Database(connection)

    def close(self) -> None:
        """Close the connection."""
        self.sqlite.close()

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return bool(self.sqlite.conn.in_transaction)

    def all(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Return the rows of a query."""
        return list(self.sqlite.query(*_expanded(sql, parameters)))

    def one(self, sql: str, parameters: Parameters = ()) -> Row | None:
        """Return the first row of a query; None if it has none."""
        return next(iter(self.sqlite.query(*_expanded(sql, parameters))), None)

    def execute(self, sql: str, parameters: Parameters = ()) -> int:
        """Execute a statement and return how many rows it changed."""
        return int(self.sqlite.execute(*_expanded(sql, parameters)).rowcount)

    def get(self, table: str, **key: Any) -> Row | None:
        """Return the row with a key, given by column; None if there is none."""
        return self.one(f"select * from {table} where {_matches(key)}", key)  # noqa: S608

    def insert(self, table: str, row: Row) -> None:
        """Insert a row."""
        self.execute(_insert(table, row), row)

    def insert_if_new(self, table: str, row: Row) -> bool:
        """Insert a row unless one with its key exists; return whether it was inserted."""
        return self.execute(f"{_insert(table, row)} on conflict do nothing", row) > 0

    def upsert(self, table: str, row: Row, key: Sequence[str]) -> None:
        """Insert a row, or update the one with the same key columns."""
        sets = ", ".join(f"{each} = excluded.{each}" for each in row if each not in key)
        action = f"do update set {sets}" if sets else "do nothing"
        self.execute(f"{_insert(table, row)} on conflict ({', '.join(key)}) {action}", row)

    def update(self, table: str, values: Row, **key: Any) -> None:
        """Update the row with a key, given by column.

        Raises:
            RowMissing: there is no such row.
        """
        sets = ", ".join(f"{each} = :set_{each}" for each in values)
        parameters = {**key, **{f"set_{name}": value for name, value in values.items()}}
        query = f"update {table} set {sets} where {_matches(key)}"  # noqa: S608
        if self.execute(query, parameters) != 1:
            raise RowMissing(f"{table} has no row {key}")

    def delete(self, table: str, **key: Any) -> int:
        """Delete the rows with a key, given by column; return how many there were."""
        return self.execute(f"delete from {table} where {_matches(key)}", key)  # noqa: S608

    def define(self, statement: str) -> None:
        """Execute a statement of `schema.sql`; SQLite enforces types only in STRICT tables."""
        is_table = re.search(r"^create table ", statement, re.MULTILINE)
        self.execute(statement + (" strict" if is_table else ""))

    def tables(self) -> list[str]:
        """Return the names of all tables."""
        return self.sqlite.table_names()


def _insert(table: str, row: Row) -> str:
    names = ", ".join(row)
    values = ", ".join(f":{each}" for each in row)
    return f"insert into {table} ({names}) values ({values})"  # noqa: S608


def _matches(key: Row) -> str:
    return " and ".join(f"{column} = :{column}" for column in key)


def _expanded(sql: str, parameters: Parameters) -> tuple[str, Parameters]:
    """Replace each list among named parameters by its items, an empty one by `null`."""
    if not isinstance(parameters, dict):
        return sql, parameters
    expanded: Row = {}
    for name, value in parameters.items():
        if not isinstance(value, list):
            expanded[name] = value
            continue
        items = {f"{name}_{at}": item for at, item in enumerate(value)}
        listed = ", ".join(f":{each}" for each in items) or "null"
        sql = re.sub(rf":{name}\b", listed, sql)
        expanded |= items
    return sql, expanded
