"""PostgreSQL through psycopg 3: a connection a thread, serializable transactions, retries.

The isolation level makes the database behave as if transactions ran one after the other; one that
cannot be fitted in fails with 40001 or 40P01 and is run again:
https://www.postgresql.org/docs/current/transaction-iso.html#XACT-SERIALIZABLE
"""

import random
import re
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from time import monotonic, sleep
from typing import Any, Final, TypeVar

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import dict_row

from bot.storage.connection import (
    Connection,
    DatabaseUnavailable,
    DatabaseUnusable,
    IndexEntry,
    Parameters,
    PostgresUrl,
    Row,
    expand_lists,
    insert_statement,
)
from bot.storage.migrations import applied, is_foreign, migrate, schema_problem, unknown

Result = TypeVar("Result")

PATIENCE = 2.2
"""Seconds for which a transaction is retried: Slack closes a request after three."""
_DEFAULTS: Final = {
    "connect_timeout": 2,
    "fallback_application_name": "ragvsft",
    # A server that vanished without a word is noticed within seconds:
    # https://www.postgresql.org/docs/current/libpq-connect.html
    "keepalives_idle": 5,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 3000,
}
"""Connection parameters that the URL may override."""
_MIGRATION_LOCK: Final = 7_276_838_273
"""The key of the advisory lock that lets one process at a time create or migrate the schema."""
_PAUSE = 0.01
"""Seconds before the first retry; longer from retry to retry, at random."""
_RECONNECT_PAUSE = 0.1
_JITTER = random.Random()  # noqa: S311  # for pauses

_PLACEHOLDER = re.compile(r"(?<![:\w]):([a-z_]\w*)")
_IDENTITY = re.compile(r"^( +id) integer not null primary key", re.MULTILINE)
_TEXT = re.compile(r"^( +\w+ text)\b", re.MULTILINE)
_COMMENT = re.compile(r"--.*")

_TABLES = """
select table_name from information_schema.tables
where table_schema = current_schema() and table_type = 'BASE TABLE' order by table_name
"""
_TURN_TABLE = "create table outbox_turn (taken_by integer)"
# LOCK takes no snapshot: the transaction sees what the one before it has committed. The mode
# conflicts only with itself: https://www.postgresql.org/docs/current/sql-lock.html
# A process that is stopped while it has its turn loses it.
_TAKE_TURN = """
set local lock_timeout = '{milliseconds}ms';
set local idle_in_transaction_session_timeout = '5s';
lock table outbox_turn in share update exclusive mode
"""
_CONTINUE_IDS = """
select setval(pg_get_serial_sequence('{table}', 'id'), max(id)) from {table} having max(id) > 0
"""
_WORDS = (
    """
create table decision_words (
  of_workspace text collate "C" not null,
  of_number integer not null,
  lexemes tsvector not null,
  primary key (of_workspace, of_number)
)
""",
    # Without the pending list, a search never reads entries one by one:
    # https://www.postgresql.org/docs/current/gin.html#GIN-FAST-UPDATE
    "create index idx_decision_words on decision_words using gin (lexemes) with (fastupdate = off)",
)
_STORE_WORDS = """
insert into decision_words (of_workspace, of_number, lexemes)
values (:workspace, :number, cast(:lexemes as tsvector))
on conflict (of_workspace, of_number) do update set lexemes = excluded.lexemes
"""
_STEMS = """
select token, (ts_lexize('english_stem', token))[1] as stem
from unnest(array[:tokens]::text[]) as token
"""
_SEARCH = """
select number from (
  select decisions.number as number
  from decision_words join decisions
    on decisions.workspace = of_workspace and decisions.number = of_number
  where of_workspace = :workspace and lexemes @@ cast(:match as tsquery) {beyond}
    and {conditions}
  order by of_number {order} limit :limit
) as found
"""
_LONGEST_TOKEN = 200
"""Characters; PostgreSQL refuses a lexeme of 2 kB."""
_LAST_POSITION = 16_383
_GAP = 10
"""Positions between two texts, so that no phrase reaches from one into the next."""
_NOTHING = "'='"
"""A query that matches nothing: no entry has this lexeme."""


class PostgresConnection(Connection):
    """A connection to PostgreSQL."""

    skip_locked = " for update of d skip locked"

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        """Wrap an open connection."""
        self.raw = connection
        self.words = TsvectorIndex(self)

    def query(self, sql: str, parameters: Parameters) -> Iterator[Row]:
        """Execute a statement and return its rows."""
        with self.raw.cursor(row_factory=dict_row) as cursor:
            cursor.execute(*_translated(sql, parameters))
            return iter(cursor.fetchall())

    def execute(self, sql: str, parameters: Parameters | None = None) -> int:
        """Execute a statement and return how many rows it changed."""
        with self.raw.cursor() as cursor:
            if not parameters:
                return cursor.execute(sql).rowcount
            return cursor.execute(*_translated(sql, parameters)).rowcount

    def insert_all(self, table: str, rows: Sequence[Row]) -> None:
        """Insert rows that have the same columns; there may be none."""
        if rows:
            self.execute_all(insert_statement(table, rows[0]), rows)

    def execute_all(self, sql: str, rows: Sequence[Row]) -> None:
        """Execute a statement with the parameters of each row."""
        with self.raw.cursor() as cursor:
            cursor.executemany(_with_placeholders(sql), [_storable(row) for row in rows])

    def continue_ids(self, table: str) -> None:
        """Let the next `id` of a table follow the ids that were inserted."""
        self.execute(_CONTINUE_IDS.format(table=table))

    def define(self, statement: str) -> None:
        """Execute a statement of `schema.sql`.

        Texts are compared byte by byte, as in SQLite, whatever the locale of the database.
        """
        statement = _COMMENT.sub("", statement)
        if "create table" in statement:
            statement = _IDENTITY.sub(
                r"\1 bigint generated by default as identity primary key", statement
            )
            statement = _TEXT.sub(r'\1 collate "C"', statement)
        self.execute(statement)

    def define_own(self) -> None:
        """Create the full-text index, and the table that is locked for a turn."""
        for statement in (*_WORDS, _TURN_TABLE):
            self.execute(statement)

    def tables(self) -> list[str]:
        """Return the names of all tables."""
        return [row["table_name"] for row in self.all(_TABLES)]


class TsvectorIndex:
    """The full-text index: lexemes and facets of a decision in one tsvector.

    Words are split here and not by PostgreSQL's parser, which knows addresses and numbers and
    depends on the locale. `=` marks facets, which no word contains.
    """

    def __init__(self, db: PostgresConnection) -> None:
        """Use a connection."""
        self._db = db

    def store(self, entries: Sequence[IndexEntry]) -> None:
        """Replace the entries of decisions whose rows are stored already."""
        split = [[_tokens(text) for text in each.texts] for each in entries]
        stems = self._stems(token for texts in split for tokens in texts for token in tokens)
        rows = []
        for each, texts in zip(entries, split, strict=True):
            row = {"workspace": each.workspace, "number": each.number}
            rows.append({**row, "lexemes": _vector(each.facets, texts, stems)})
        self._db.execute_all(_STORE_WORDS, rows)

    def forget(self, workspace: str) -> None:
        """Delete the entries of a workspace."""
        self._db.delete("decision_words", of_workspace=workspace)

    def match(self, facets: Sequence[Sequence[str]], words: Sequence[str]) -> str:
        """Return the text of a tsquery.

        Source: https://www.postgresql.org/docs/current/datatype-textsearch.html#DATATYPE-TSQUERY
        """
        split = [tokens for word in words if (tokens := _tokens(word))]
        if not split:
            return _NOTHING
        stems = self._stems(token for tokens in split for token in tokens)
        phrases = [" <-> ".join(_lexeme(stems[token]) for token in tokens) for tokens in split]
        any_of = [" | ".join(_lexeme(f"={facet}") for facet in each) for each in facets]
        return " & ".join(f"({each})" for each in (*any_of, *phrases))

    def numbers(self, conditions: str, *, newer: bool, after_cursor: bool) -> str:
        """Return the query; the planner walks along the numbers, or uses the index of words."""
        beyond = f"and of_number {'>' if newer else '<'} :from" if after_cursor else ""
        order = "asc" if newer else "desc"
        return _SEARCH.format(beyond=beyond, conditions=conditions, order=order)

    def _stems(self, tokens: Iterable[str]) -> dict[str, str]:
        """Return the stem of each token; a stop word stays as it is."""
        distinct = list(dict.fromkeys(tokens))
        if not distinct:
            return {}
        found = self._db.all(_STEMS, {"tokens": distinct})
        return {row["token"]: row["stem"] or row["token"] for row in found}


def _vector(facets: Iterable[str], texts: Iterable[Sequence[str]], stems: Mapping[str, str]) -> str:
    """Return the text of a tsvector for facets and the words of texts."""
    positions: dict[str, list[int]] = {}
    at = 0
    for tokens in texts:
        for token in tokens:
            at = min(at + 1, _LAST_POSITION)
            positions.setdefault(stems[token], []).append(at)
        at += _GAP
    lexemes = [_lexeme(f"={facet}") for facet in dict.fromkeys(facets)]
    for stem, places in positions.items():
        lexemes.append(f"{_lexeme(stem)}:{','.join(map(str, dict.fromkeys(places)))}")
    return " ".join(lexemes)


def _tokens(text: str) -> list[str]:
    """Return the words of a text, without case and accents."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    letters = (
        letter if letter.isalnum() or unicodedata.category(letter) in {"Mc", "Me", "Co"} else " "
        for letter in plain
        if unicodedata.category(letter) != "Mn"
    )
    return [word[:_LONGEST_TOKEN] for word in "".join(letters).split()]


def _lexeme(text: str) -> str:
    plain = text.replace("\0", "")[:_LONGEST_TOKEN]
    return "'" + plain.replace("\\", "\\\\").replace("'", "''") + "'"


class PostgresEngine:
    """A PostgreSQL database. Each thread that calls `read` or `write` has its own connection."""

    threads = 4

    def __init__(self, url: PostgresUrl) -> None:
        """Create a closed engine for a URL."""
        self._url = url
        self._own = threading.local()
        self._opened: set[psycopg.Connection[Any]] = set()
        self._lock = threading.Lock()
        self._is_open = False
        self._is_closing = False
        self._read_only = False

    def open(self) -> None:
        """Connect, create the schema if the database is empty, and apply pending migrations.

        Raises:
            DatabaseUnusable: with a sentence that says what is wrong and what to do.
        """
        try:
            with self._connect() as raw, raw.transaction():
                db = PostgresConnection(raw)
                self._check_encoding(db)
                # READ COMMITTED, so that what the last holder of the lock did is seen.
                db.execute("select pg_advisory_xact_lock(:key)", {"key": _MIGRATION_LOCK})
                if is_foreign(db):
                    raise DatabaseUnusable(
                        f"the database {self._url} has tables of another program: set DATABASE_URL "
                        "to an empty database, or to a schema of its own in it "
                        "(?options=-csearch_path%3Dragvsft)"
                    )
                if unknown(db):
                    raise DatabaseUnusable(f"the database {self._url} {schema_problem(db)}")
                migrate(db)
        except psycopg.Error as error:
            raise self._unusable(error) from error
        self._is_open = True

    def open_existing(self, *, writable: bool) -> None:
        """Connect without migrating.

        Raises:
            DatabaseUnusable: with a sentence that says what is wrong and what to do.
        """
        try:
            with self._connect() as raw, raw.transaction():
                problem = schema_problem(PostgresConnection(raw))
        except psycopg.Error as error:
            raise self._unusable(error) from error
        if problem is not None:
            raise DatabaseUnusable(f"the database {self._url} {problem}")
        self._is_open, self._read_only = True, not writable

    def stop_waiting(self) -> None:
        """Retry nothing any more."""
        self._is_closing = True

    def close(self) -> None:
        """Close all connections."""
        self._is_open = False
        with self._lock:
            for raw in self._opened:
                raw.close()
            self._opened.clear()

    def read(self, work: Callable[[Connection], Result]) -> Result:
        """Run `work` on one snapshot and return its result."""
        return self._run(work, psycopg.IsolationLevel.REPEATABLE_READ, read_only=True)

    def write(self, work: Callable[[Connection], Result]) -> Result:
        """Run `work` in one transaction and return its result; an exception rolls it back.

        After a conflict it takes turns: many that only race may all lose until time is up.
        """
        return self._run(work, psycopg.IsolationLevel.SERIALIZABLE, read_only=self._read_only)

    def write_in_turn(self, work: Callable[[Connection], Result]) -> Result:
        """Like `write`; no two of these transactions overlap, in any process."""
        serializable = psycopg.IsolationLevel.SERIALIZABLE
        return self._run(work, serializable, read_only=self._read_only, in_turn=True)

    def compact(self) -> bool:
        """Rewrite the tables. The server's own log and archives keep what they keep."""
        with self._connect() as raw:
            raw.autocommit = True
            for table in PostgresConnection(raw).tables():
                raw.execute(f"vacuum full {table}")
        return True

    def problem(self) -> str | None:
        """Try a write and check the schema; return what is wrong and what to do, else None."""
        try:
            problem = self.look(schema_problem)
        except DatabaseUnusable as error:
            return str(error)
        return f"the database {self._url} {problem}" if problem else None

    def look(self, work: Callable[[Connection], Result]) -> Result:
        """Run `work` on a connection of its own, if the database can be written.

        Raises:
            DatabaseUnusable: with a sentence that says what is wrong and what to do.
        """
        try:
            with self._connect() as raw, raw.transaction(force_rollback=True):
                db = PostgresConnection(raw)
                self._check_encoding(db)
                if applied(db):
                    db.execute("update schema_migrations set name = name")
                return work(db)
        except psycopg.Error as error:
            raise self._unusable(error) from error

    def _run(
        self,
        work: Callable[[Connection], Result],
        isolation: psycopg.IsolationLevel,
        *,
        read_only: bool,
        in_turn: bool = False,
    ) -> Result:
        """Run `work` in a transaction, again after a conflict or on a new connection.

        Raises:
            DatabaseUnavailable: there is no connection within `PATIENCE`, transactions conflict
                for so long, or the connection broke during a commit.
        """
        if not self._is_open:
            raise RuntimeError("the database is not open")
        attempts = _Attempts(lambda: self._is_closing)

        def attempt(db: Connection) -> Result:
            if in_turn or (attempts.conflicted and not read_only):
                db.execute(_TAKE_TURN.format(milliseconds=attempts.milliseconds_left()))
            return work(db)

        while True:
            transaction = _Transaction(self._connection, isolation, read_only=read_only)
            try:
                return transaction.run(attempt)
            except psycopg.Error as error:
                attempts.wait_after(error, transaction)

    def _connection(self) -> psycopg.Connection[Any]:
        """Return this thread's connection, a new one if that is broken."""
        known: psycopg.Connection[Any] | None = getattr(self._own, "raw", None)
        if known is not None and not known.closed:
            return known
        raw = self._connect()
        with self._lock:
            if known is not None:
                self._opened.discard(known)
            self._opened.add(raw)
        self._own.raw = raw
        return raw

    def _connect(self) -> psycopg.Connection[Any]:
        parameters: dict[str, Any] = {**_DEFAULTS, **conninfo_to_dict(self._url.url)}
        # Plans depend on the words of a search, so statements are not prepared; this also works
        # behind a pooler that changes connections between transactions.
        return psycopg.connect(make_conninfo(**parameters), prepare_threshold=None)

    def _check_encoding(self, db: PostgresConnection) -> None:
        encoding = db.raw.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            raise DatabaseUnusable(
                f"the database {self._url} has the encoding {encoding}: create one with "
                "ENCODING 'UTF8' and set DATABASE_URL to it"
            )

    def _unusable(self, error: psycopg.Error) -> DatabaseUnusable:
        return DatabaseUnusable(
            f"the database {self._url} cannot be used ({_said(error)}): check that the "
            "server runs, and the host, user, password and database name in DATABASE_URL"
        )


class _Transaction:
    """One attempt to run a function in a transaction.

    Attributes:
        lost: whether there was no connection, or it broke.
        outcome_unknown: whether the connection broke during the commit of a write.
    """

    def __init__(
        self,
        connection: Callable[[], psycopg.Connection[Any]],
        isolation: psycopg.IsolationLevel,
        *,
        read_only: bool,
    ) -> None:
        self._connection = connection
        self._isolation = isolation
        self._read_only = read_only
        self.lost = False
        self.outcome_unknown = False

    def run(self, work: Callable[[Connection], Result]) -> Result:
        """Run the function and commit; an exception rolls back."""
        self.lost = True
        raw = self._connection()
        raw.isolation_level, raw.read_only = self._isolation, self._read_only
        try:
            result = work(PostgresConnection(raw))
        except BaseException as error:
            self._roll_back(raw, error)
            raise
        try:
            raw.commit()
        except psycopg.Error as error:
            self._roll_back(raw, error)
            self.outcome_unknown = self.lost and not self._read_only
            raise
        return result

    def _roll_back(self, raw: psycopg.Connection[Any], error: BaseException) -> None:
        """Roll back, or close a connection that is of no use any more."""
        self.lost = isinstance(error, psycopg.Error) and _is_lost(error, read_only=self._read_only)
        if self.lost:
            raw.close()
            return
        try:
            raw.rollback()
        except psycopg.Error:
            raw.close()


class _Attempts:
    """Decides whether a transaction that failed is run again, and waits before it is.

    Attributes:
        conflicted: whether an attempt failed because of another transaction.
    """

    def __init__(self, is_closing: Callable[[], bool]) -> None:
        self._until = monotonic() + PATIENCE
        self._is_closing = is_closing
        self._count = 0
        self.conflicted = False

    def milliseconds_left(self) -> int:
        """Return for how long an attempt may wait; at least 1, because 0 would be for ever."""
        return max(int((self._until - monotonic()) * 1000), 1)

    def wait_after(self, error: psycopg.Error, transaction: _Transaction) -> None:
        """Wait before the next attempt.

        Raises:
            DatabaseUnavailable: there is none, because of the server.
            psycopg.Error: there is none, because of the statement.
        """
        self._count += 1
        lost = transaction.lost
        # A concurrent insert of the same key may show as a violation, although the key was looked
        # up before: https://www.postgresql.org/docs/current/transaction-iso.html
        repeatable = isinstance(error, errors.UniqueViolation) and self._count == 1
        if not (lost or repeatable or isinstance(error, _CONFLICTS)):
            raise error
        self.conflicted = self.conflicted or not lost
        pause = _RECONNECT_PAUSE if lost else _PAUSE * min(self._count, 10) * _JITTER.random()
        over = monotonic() + pause > self._until or self._is_closing()
        if transaction.outcome_unknown or over:
            raise DatabaseUnavailable(_said(error)) from error
        sleep(pause)


_CONFLICTS = (errors.SerializationFailure, errors.DeadlockDetected, errors.LockNotAvailable)
_LOST_STATES = ("08", "57P")
"""SQLSTATEs: connection exception, operator intervention.

https://www.postgresql.org/docs/current/errcodes-appendix.html
"""


def _is_lost(error: psycopg.Error, *, read_only: bool) -> bool:
    """Return whether the connection, not the statement, is the reason for an error.

    A server that suddenly allows no writes is a primary that was replaced.
    """
    if isinstance(error, errors.ReadOnlySqlTransaction):
        return not read_only
    if error.sqlstate is None:
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return error.sqlstate.startswith(_LOST_STATES)


def _translated(sql: str, parameters: Parameters) -> tuple[Any, Mapping[str, Any]]:
    """Return a statement with psycopg's placeholders, and its parameters."""
    expanded, values = expand_lists(sql, parameters)
    return _with_placeholders(expanded), _storable(values)


def _storable(values: Row) -> Row:
    """Return the values without U+0000, which PostgreSQL cannot store in a text."""
    return {
        name: value.replace("\0", "") if isinstance(value, str) else value
        for name, value in values.items()
    }


@lru_cache(maxsize=1024)
def _with_placeholders(sql: str) -> str:
    return _PLACEHOLDER.sub(r"%(\1)s", sql.replace("%", "%%"))


def _said(error: BaseException) -> str:
    """Return what the server or libpq said first, without the address, which the URL has."""
    line = (str(error) or type(error).__name__).splitlines()[0]
    return re.sub(r"^connection failed: .* failed: (FATAL: +)?", "", line)
