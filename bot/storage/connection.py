"""Where the database is, and the connection that SQL modules take: rows as dictionaries."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

POSTGRES_SCHEMES = ("postgresql", "postgres")
"""libpq accepts both: https://www.postgresql.org/docs/current/libpq-connect.html."""
_PASSWORD = re.compile(r"(?<=[:&?])(password=)[^&]*|(?<=//)([^/@:]*:)[^@]*(?=@)")


@dataclass(frozen=True, slots=True)
class PostgresUrl:
    """The URL of a PostgreSQL database, as libpq reads it. Its text form hides the password."""

    url: str

    def __str__(self) -> str:
        """Return the URL without its password."""
        return _PASSWORD.sub(lambda found: f"{found[1] or found[2]}…", self.url)

    def __repr__(self) -> str:
        """Return the URL without its password."""
        return f"PostgresUrl({str(self)!r})"


Location = Path | PostgresUrl
"""A SQLite file, or a PostgreSQL database."""


def parse_location(url: str) -> Location:
    """Return the location of a valid DATABASE_URL."""
    scheme, _, rest = url.partition("://")
    return PostgresUrl(url) if scheme in POSTGRES_SCHEMES else Path(rest.removeprefix("/"))


Row = dict[str, Any]
Parameters = Mapping[str, Any]


class RowMissing(LookupError):
    """A row that must exist does not; the transaction around it is rolled back."""


class DatabaseUnusable(RuntimeError):
    """The database cannot be opened or is not ragvsft's; the message says what to do."""


class DatabaseUnavailable(RuntimeError):
    """The database did not answer in time, or the connection broke; a later try may succeed."""


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """What the full-text index holds of a decision.

    Attributes:
        workspace: the decision's.
        number: the decision's.
        facets: words made of letters and digits, without a space.
        texts: title, problem and reasons.
    """

    workspace: str
    number: int
    facets: tuple[str, ...]
    texts: tuple[str, str, str]


class FullTextIndex(Protocol):
    """The words of decisions, and facets beside them that no word can equal."""

    def store(self, entries: Sequence[IndexEntry]) -> None:
        """Replace the entries of decisions whose rows are stored already."""
        ...

    def forget(self, workspace: str) -> None:
        """Delete the entries of a workspace, whose decisions are still stored."""
        ...

    def match(self, facets: Sequence[Sequence[str]], words: Sequence[str]) -> str:
        """Return the parameter `match` of a query.

        Args:
            facets: of each inner list, an entry has at least one.
            words: an entry has each of them, in any form.
        """
        ...

    def numbers(self, conditions: str, *, newer: bool, after_cursor: bool) -> str:
        """Return the query for the numbers of decisions of `:workspace` that match `:match`.

        Args:
            conditions: SQL that a row of `decisions` must satisfy.
            newer: from the cursor `:from` on to newer decisions, else to older ones.
            after_cursor: whether there is a cursor.
        """
        ...


class Connection(ABC):
    """A connection to a database, used on one thread at a time.

    Statements use SQL that SQLite and PostgreSQL both understand, and named parameters (`:name`),
    so a colon before a letter means nothing else. A list as a parameter is expanded to its items:
    `number in (:numbers)`. Names of tables and columns come from this program, never from input.
    """

    skip_locked: ClassVar[str]
    """Ends a query for rows of `d` to update: skips those that another transaction updates."""
    words: FullTextIndex

    @abstractmethod
    def query(self, sql: str, parameters: Parameters) -> Iterator[Row]:
        """Execute a statement and return its rows."""

    @abstractmethod
    def execute(self, sql: str, parameters: Parameters | None = None) -> int:
        """Execute a statement and return how many rows it changed."""

    @abstractmethod
    def insert_all(self, table: str, rows: Sequence[Row]) -> None:
        """Insert rows that have the same columns; there may be none."""

    @abstractmethod
    def continue_ids(self, table: str) -> None:
        """Let the next `id` of a table follow the ids that were inserted."""

    @abstractmethod
    def define(self, statement: str) -> None:
        """Execute a statement of `schema.sql`, translated for this engine."""

    @abstractmethod
    def define_own(self) -> None:
        """Create what only this engine has, such as the full-text index."""

    @abstractmethod
    def tables(self) -> list[str]:
        """Return the names of all tables."""

    def all(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        """Return the rows of a query."""
        return list(self.query(sql, parameters or {}))

    def one(self, sql: str, parameters: Parameters | None = None) -> Row | None:
        """Return the first row of a query; None if it has none."""
        return next(self.query(sql, parameters or {}), None)

    def get(self, table: str, **key: Any) -> Row | None:
        """Return the row with a key, given by column; None if there is none."""
        return self.one(f"select * from {table} where {_matches(key)}", key)  # noqa: S608

    def insert(self, table: str, row: Row) -> None:
        """Insert a row."""
        self.execute(insert_statement(table, row), row)

    def insert_if_new(self, table: str, row: Row) -> bool:
        """Insert a row unless one with its key exists; return whether it was inserted."""
        return self.execute(f"{insert_statement(table, row)} on conflict do nothing", row) > 0

    def upsert(self, table: str, row: Row, key: Sequence[str]) -> None:
        """Insert a row, or update the one with the same key columns."""
        sets = ", ".join(f"{each} = excluded.{each}" for each in row if each not in key)
        action = f"do update set {sets}" if sets else "do nothing"
        self.execute(f"{insert_statement(table, row)} on conflict ({', '.join(key)}) {action}", row)

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


def expand_lists(sql: str, parameters: Parameters) -> tuple[str, Row]:
    """Replace each list among the parameters by its items, an empty one by `null`."""
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


def insert_statement(table: str, row: Row) -> str:
    """Return the statement that inserts a row."""
    names = ", ".join(row)
    values = ", ".join(f":{each}" for each in row)
    return f"insert into {table} ({names}) values ({values})"  # noqa: S608


def _matches(key: Row) -> str:
    return " and ".join(f"{column} = :{column}" for column in key)
