"""SQLite: one connection on one thread, and every write in `BEGIN IMMEDIATE`."""

import math
import re
import sqlite3
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import TypeVar

import sqlite_utils
from tenacity import retry, retry_if_exception, stop_after_delay, wait_random

from bot.storage.connection import (
    Connection,
    DatabaseUnusable,
    IndexEntry,
    Parameters,
    Row,
    expand_lists,
    insert_statement,
)
from bot.storage.migrations import is_foreign, migrate, schema_problem, unknown

Result = TypeVar("Result")

BUSY_SECONDS = 10
CLOSING_SECONDS = 1.0
"""How long writes still wait for another process after `stop_waiting` is called."""
_SHORT_WAIT = "PRAGMA busy_timeout = 25"
"""Milliseconds. SQLite's own wait cannot be interrupted, so it is short, and is repeated."""

_WORDS = """
create virtual table decision_words using fts5 (
  facets, title, problem, reasons, tokenize='porter unicode61 remove_diacritics 2'
)
"""
_INSERT_WORDS = """
insert into decision_words (rowid, facets, title, problem, reasons)
select id, :facets, :title, :problem, :reasons from decisions
where workspace = :workspace and number = :number
"""
_DELETE_WORDS = """
delete from decision_words where rowid = (
  select id from decisions where workspace = :workspace and number = :number
)
"""
_FORGET_WORDS = """
delete from decision_words where rowid in (
  select id from decisions where workspace = :workspace
)
"""
# Deleted entries stay in the segments of the index until those are merged:
# https://www.sqlite.org/fts5.html#the_optimize_command
_MERGE_WORDS = "insert into decision_words (decision_words) values ('optimize')"
_SEARCH = """
select number from (
  select decisions.number as number
  from decision_words cross join decisions on decisions.id = decision_words.rowid
  where decision_words match :match {beyond} and {conditions}
  order by decision_words.rowid {order} limit :limit
)
"""
_BEYOND = """
and decision_words.rowid {sign}
  (select id from decisions where workspace = :workspace and number = :from)
"""


class SqliteConnection(Connection):
    """A connection to SQLite."""

    skip_locked = ""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Wrap an open connection, in autocommit mode (`isolation_level=None`)."""
        self.sqlite = sqlite_utils.Database(connection)
        self.words = Fts5Index(self)

    def close(self) -> None:
        """Close the connection."""
        self.sqlite.close()

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return bool(self.sqlite.conn.in_transaction)

    def query(self, sql: str, parameters: Parameters) -> Iterator[Row]:
        """Execute a statement and return its rows."""
        # Not `sqlite_utils.Database.query`: its savepoint takes two more statements a query.
        cursor = self.sqlite.execute(*expand_lists(sql, parameters))
        names = [column[0] for column in cursor.description]
        return (dict(zip(names, row, strict=True)) for row in cursor)

    def execute(self, sql: str, parameters: Parameters | None = None) -> int:
        """Execute a statement and return how many rows it changed."""
        return int(self.sqlite.execute(*expand_lists(sql, parameters or {})).rowcount)

    def insert_all(self, table: str, rows: Sequence[Row]) -> None:
        """Insert rows that have the same columns; there may be none."""
        if rows:
            self.execute_all(insert_statement(table, rows[0]), rows)

    def execute_all(self, sql: str, rows: Sequence[Row]) -> None:
        """Execute a statement with the parameters of each row."""
        self.sqlite.conn.executemany(sql, rows)

    def continue_ids(self, table: str) -> None:
        """SQLite continues after the highest id by itself."""

    def define(self, statement: str) -> None:
        """Execute a statement of `schema.sql`; SQLite enforces types only in STRICT tables."""
        is_table = re.search(r"^create table ", statement, re.MULTILINE)
        self.execute(statement + (" strict" if is_table else ""))

    def define_own(self) -> None:
        """Create the full-text index."""
        self.execute(_WORDS)

    def tables(self) -> list[str]:
        """Return the names of all tables."""
        return self.sqlite.table_names()


class Fts5Index:
    """The full-text index, by FTS5: facets in a column of their own.

    It folds case, accents and word endings of both sides alike, but nothing else.
    """

    def __init__(self, db: SqliteConnection) -> None:
        """Use a connection."""
        self._db = db

    def store(self, entries: Sequence[IndexEntry]) -> None:
        """Replace the entries of decisions whose rows are stored already."""
        rows = []
        for each in entries:
            title, problem, reasons = each.texts
            texts = {"title": title, "problem": problem, "reasons": reasons}
            key = {"workspace": each.workspace, "number": each.number}
            rows.append({**key, "facets": " ".join(each.facets), **texts})
        self._db.execute_all(_DELETE_WORDS, rows)
        self._db.execute_all(_INSERT_WORDS, rows)

    def forget(self, workspace: str) -> None:
        """Delete the entries of a workspace, whose decisions are still stored."""
        self._db.execute(_FORGET_WORDS, {"workspace": workspace})

    def match(self, facets: Sequence[Sequence[str]], words: Sequence[str]) -> str:
        """Return the argument of `match`.

        Each word is quoted, so that none is a command.
        Source: https://www.sqlite.org/fts5.html#full_text_query_syntax
        """
        any_of = " AND ".join(f"({' OR '.join(map(_quoted, each))})" for each in facets)
        every = " AND ".join(map(_spellings, words))
        return f"facets : ({any_of}) AND {{title problem reasons}} : ({every})"

    def numbers(self, conditions: str, *, newer: bool, after_cursor: bool) -> str:
        """Return the query as a walk along the index, in the order of ids."""
        beyond = _BEYOND.format(sign=">" if newer else "<") if after_cursor else ""
        order = "asc" if newer else "desc"
        return _SEARCH.format(conditions=conditions, beyond=beyond, order=order)


def _spellings(word: str) -> str:
    """Return a word as it was typed, or in plain letters: `Straße` or `strasse`."""
    plain = unicodedata.normalize("NFKC", word).casefold()
    return _quoted(word) if plain == word.lower() else f"({_quoted(word)} OR {_quoted(plain)})"


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


class SqliteEngine:
    """A SQLite file. All methods but `stop_waiting` run on one thread."""

    threads = 1

    def __init__(self, path: Path) -> None:
        """Create a closed engine for a path."""
        self._path = path
        self._db: SqliteConnection | None = None
        self._closes_at = math.inf

    def open(self) -> None:
        """Open the file, create it if it is missing, and apply pending migrations.

        Raises:
            DatabaseUnusable: with a sentence that says what is wrong and what to do.
        """
        try:
            make_private(self._path)
            known = self._inode()
            self._connect()
            while known not in {None, self._inode()}:  # a backup was restored in the meantime
                self.close()
                known = self._inode()
                self._connect()
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error

    def open_existing(self, *, writable: bool) -> None:
        """Open an existing file without migrating it.

        Raises:
            DatabaseUnusable: with a sentence that says what is wrong and what to do.
        """
        uri = f"{self._path.absolute().as_uri()}?mode=rw"
        try:
            self._db = _connected(uri, uri=True)
            _set_pragmas(self._db)
            if not writable:
                self._db.execute("PRAGMA query_only = ON")
            problem = schema_problem(self._db)
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        if problem is not None:
            raise DatabaseUnusable(f"the database {self._path} {problem}")

    def stop_waiting(self) -> None:
        """Give up writes that wait for another process after `CLOSING_SECONDS`."""
        self._closes_at = monotonic() + CLOSING_SECONDS

    def close(self) -> None:
        """Close the file."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def read(self, work: Callable[[Connection], Result]) -> Result:
        """Run `work` and return its result."""
        return self._retry_while_busy(lambda: work(self._connection()))

    def write_in_turn(self, work: Callable[[Connection], Result]) -> Result:
        """Like `write`: SQLite lets no two transactions that write overlap."""
        return self.write(work)

    def write(self, work: Callable[[Connection], Result]) -> Result:
        """Run `work` in one transaction and return its result; an exception rolls it back."""
        # BEGIN alone would defer the lock, and fail at once where two connections write.
        db = self._connection()
        self._retry_while_busy(lambda: db.execute("BEGIN IMMEDIATE"))
        try:
            result = work(db)
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        return result

    def compact(self) -> bool:
        """Rewrite the file and its log, so that nothing of what was deleted is left in them."""
        db = self._connection()
        self.write(lambda db: db.execute(_MERGE_WORDS))
        self._retry_while_busy(lambda: db.execute("VACUUM"))
        (row,) = db.all("PRAGMA wal_checkpoint(TRUNCATE)")
        return not row["busy"]

    def problem(self) -> str | None:
        """Try a write and check the schema; return what is wrong and what to do, else None."""
        try:
            self.write(lambda db: db.execute("PRAGMA user_version = 0"))
            problem = schema_problem(self._connection())
        except sqlite3.Error as error:
            return f"the database {self._path} cannot be written: {error}"
        return f"the database {self._path} {problem}" if problem else None

    def _unusable(self, error: Exception) -> DatabaseUnusable:
        return DatabaseUnusable(
            f"the database {self._path} cannot be used ({error}): check that it is a ragvsft "
            "database, that it and its folder can be written and that there is room, or set "
            "DATABASE_URL to another file"
        )

    def _connect(self) -> None:
        db = _connected(str(self._path))
        self._db = db
        if _retry_busy(is_foreign)(db):
            raise DatabaseUnusable(
                f"the database {self._path} is another program's: set DATABASE_URL to a file of "
                "ragvsft's own; a missing one is created"
            )
        if _retry_busy(unknown)(db):
            raise DatabaseUnusable(f"the database {self._path} {schema_problem(db)}")
        _enable_wal(db)
        _set_pragmas(db)
        self.write(migrate)
        db.execute(_SHORT_WAIT)

    def _inode(self) -> int | None:
        """Return the inode at the database's path; None without a file."""
        return self._path.stat().st_ino if self._path.exists() else None

    def _connection(self) -> SqliteConnection:
        if self._db is None:
            raise RuntimeError("the database is not open")
        return self._db

    def _retry_while_busy(self, work: Callable[[], Result]) -> Result:
        """Repeat `work` while another connection has the lock, for at most `BUSY_SECONDS`."""
        until = monotonic() + BUSY_SECONDS
        while True:
            try:
                return work()
            except sqlite3.OperationalError as error:
                if not _is_busy(error) or monotonic() >= min(until, self._closes_at):
                    raise


def make_private(path: Path) -> None:
    """Create a file that only its owner can read, with its folder; or make an existing one so.

    SQLite gives the log of a database the mode of the database.

    Raises:
        OSError: it cannot be created.
    """
    missing = [each for each in path.parents if not each.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
    path.touch(mode=0o600, exist_ok=True)
    for each in (path, *(path.with_name(f"{path.name}{end}") for end in ("-wal", "-shm"))):
        with suppress(FileNotFoundError, PermissionError):  # another user's, as its owner wants
            if each.stat().st_mode & 0o077:
                each.chmod(0o600)


def _connected(path: str, *, uri: bool = False) -> SqliteConnection:
    return SqliteConnection(
        sqlite3.connect(path, uri=uri, timeout=BUSY_SECONDS, isolation_level=None)
    )


def _is_busy(error: BaseException) -> bool:
    """Return whether another connection holds the lock."""
    return (
        isinstance(error, sqlite3.OperationalError)
        and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY  # the rest says of what kind
    )


# SQLite does not wait for a lock that it would have to upgrade: two connections that change the
# mode of a new file at once fail at once, whatever their timeout
# (https://sqlite.org/c3ref/busy_handler.html).
_retry_busy = retry(
    retry=retry_if_exception(_is_busy),
    stop=stop_after_delay(BUSY_SECONDS),
    wait=wait_random(0.005, 0.05),
    reraise=True,
)


@_retry_busy
def _enable_wal(db: Connection) -> None:
    db.execute("PRAGMA journal_mode = WAL")


def _set_pragmas(db: Connection) -> None:
    for pragma in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        db.execute(f"PRAGMA {pragma}")
