"""`ragvsft backup` and `restore`: their reports, and one line for each error."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlite_utils
from click.testing import CliRunner, Result

from bot.cli import root
from bot.cli.backup import format_size
from bot.storage.connection import Location
from bot.storage.database import Database
from bot.storage.migrations import MIGRATIONS
from tests.cli.helpers import NO_SETTINGS, create_database, error, output
from tests.engines import EmbeddedPostgres, connected
from tests.services.factories import make_decision
from tests.services.harness import ServiceHarness


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with one decision and two pending messages, in an empty working directory."""
    monkeypatch.chdir(tmp_path)
    asyncio.run(_decide(Path("ragvsft.db")))
    return Path("ragvsft.db")


async def _decide(location: Location) -> int:
    database = await Database(location).open()
    decision = await ServiceHarness(database).post_decision()
    await database.close()
    return decision.number


def run(*arguments: str, database: str = "ragvsft.db") -> Result:
    """Run a command on a database in the working directory."""
    environ = NO_SETTINGS | {"DATABASE_URL": f"sqlite:///{database}"}
    return CliRunner().invoke(root, arguments, env=environ)


def lines(result: Result) -> list[str]:
    """Return the lines that a successful command prints."""
    return output(result).splitlines()


def test_backup_and_restore(database: Path) -> None:
    """A restore reports what it restored, what is kept, and which messages are uncertain."""
    (backed_up,) = lines(run("backup", "saved.db"))
    assert backed_up.startswith("Backed up 1 decision from ragvsft.db to saved.db (")
    assert backed_up.endswith(" kB).")
    asyncio.run(create_database(database, make_decision(2)))
    first, kept, waiting, last = lines(run("restore", "saved.db"))
    assert first == "Restored 1 decision from saved.db to ragvsft.db."
    assert kept.startswith("The previous database is kept as ragvsft.db.before-restore-2")
    assert waiting.startswith("2 messages waited when the backup was made and may have")
    assert last == "Start the bot again: ragvsft run"
    with closing(sqlite3.connect(kept.rpartition(" ")[2])) as connection:
        assert sqlite_utils.Database(connection).table("decisions").count == 2


def test_a_first_restore_of_an_older_schema(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a previous database nothing is kept; migrations are counted."""
    asyncio.run(_empty(Path("old.db")))
    monkeypatch.setitem(MIGRATIONS, "m001_later", lambda db: db.execute("create table later (a)"))
    first, steps, gap, last = lines(run("restore", "old.db", database="new.db"))
    assert first == "Restored 0 decisions from old.db to new.db."
    assert steps == "The backup has the schema of an older version: 1 migration applied."
    assert gap.startswith("The decisions made after the backup are unknown, so the next number is")
    assert "1,000 higher" in gap
    assert last.startswith("Start the bot")


def test_restore_reconciles_a_postgres_database(postgres: EmbeddedPostgres) -> None:
    """After pg_restore, --reconcile does what a restore of a SQLite database does."""
    url = postgres.lend()
    asyncio.run(_decide(url))
    environ = NO_SETTINGS | {"DATABASE_URL": url.url}
    told = CliRunner().invoke(root, ["restore", "saved.dump"], env=environ)
    assert "pg_restore --clean" in error(told)
    waiting, gap, last = lines(CliRunner().invoke(root, ["restore", "--reconcile"], env=environ))
    assert waiting.startswith("2 messages waited when the backup was made and may have")
    assert "the next number is 1,000 higher" in gap
    assert last == "Start the bot again: ragvsft run"
    with connected(url) as db:
        posts = db.all("select state from deliveries where kind <> 'redraw'")
    assert [row["state"] for row in posts] == ["sending", "sending"]
    assert asyncio.run(_decide(url)) == 1002
    postgres.take_back(url)


def test_errors(database: Path) -> None:
    """Whatever cannot be backed up or restored gives one line with the remedy."""
    Path("text.db").write_text("hello")
    run("backup", "saved.db")
    assert "there is no database at none.db" in error(run("backup", "x.db", database="none.db"))
    assert "saved.db exists: give another file" in error(run("backup", "saved.db"))
    assert lines(run("backup", "--force", "saved.db"))
    assert "file is not a database" in error(run("restore", "text.db"))
    assert "there is no file" in error(run("restore", "nowhere.db"))
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("select * from decisions").fetchall()
        assert "is in use: stop the bot" in error(run("restore", "saved.db"))


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "1 kB"), (290_816, "291 kB"), (1_250_000, "1.2 MB"), (2_345_678_901, "2,345.7 MB")],
)
def test_sizes(count: int, words: str) -> None:
    """Sizes have the unit that fits."""
    assert format_size(count) == words


async def _empty(path: Path) -> None:
    await (await Database(path).open()).close()
