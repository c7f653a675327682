"""`ragvsft backup` and `restore`: what an operator is told, and one line for what cannot be."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlite_utils
from click.testing import CliRunner, Result

from bot.cli import root
from bot.cli.backup import size
from bot.settings import NAMES
from bot.storage.database import Database
from bot.storage.migrations import MIGRATIONS
from tests.services.shelf import decision, shelve
from tests.services.world import World

NOTHING: dict[str, str | None] = dict.fromkeys((*NAMES, "DYNO"))


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log of one decision, whose two messages wait, in an empty working directory."""
    monkeypatch.chdir(tmp_path)
    asyncio.run(_log(Path("ragvsft.db")))
    return Path("ragvsft.db")


async def _log(path: Path) -> None:
    log = await Database(path).open()
    await World(log).decided()
    await log.close()


async def _shelve(path: Path, *numbers: int) -> None:
    log = await Database(path).open()
    await shelve(World(log), *(decision(number) for number in numbers))
    await log.close()


def run(*arguments: str, database: str = "ragvsft.db") -> Result:
    """Run a command on a log of the working directory."""
    environ = NOTHING | {"DATABASE_URL": f"sqlite:///{database}"}
    return CliRunner().invoke(root, arguments, env=environ)


def refused(result: Result) -> str:
    """The one line of a refusal."""
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    return line


def said(result: Result) -> list[str]:
    """The lines of a success."""
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout.splitlines()


def test_there_and_back(log: Path) -> None:
    """A backup is restored with a line for what it holds, what is kept, and what is uncertain."""
    (backed_up,) = said(run("backup", "saved.db"))
    assert backed_up.startswith("1 decision from ragvsft.db in saved.db (")
    assert backed_up.endswith(" kB), checked and whole.")
    asyncio.run(_shelve(log, 2))
    first, kept, waiting, last = said(run("restore", "saved.db"))
    assert first == "1 decision from saved.db in ragvsft.db, checked and whole."
    assert kept.startswith("What was there before is kept: ragvsft.db.before-restore-2")
    assert waiting.startswith("2 messages were waiting when the backup was made, and may have")
    assert last == "Start the bot again: ragvsft run"
    with closing(sqlite3.connect(kept.rpartition(": ")[2])) as connection:
        assert sqlite_utils.Database(connection).table("decisions").count == 2


def test_a_first_restore_of_an_older_log(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no log was, nothing is said to be kept; steps of the schema are counted."""
    asyncio.run(_empty(Path("old.db")))
    monkeypatch.setitem(MIGRATIONS, "m001_later", lambda db: db.execute("create table later (a)"))
    first, steps, gap, last = said(run("restore", "old.db", database="new.db"))
    assert first == "0 decisions from old.db in new.db, checked and whole."
    assert "of an older version of ragvsft, and was brought up to date in" in steps
    assert gap.startswith("Nothing tells which decisions came after the backup, so the next number")
    assert "is 1,000 higher" in gap
    assert last.startswith("Start the bot")


def test_refusals(log: Path) -> None:
    """Each thing that cannot be backed up or restored is one line with what to do."""
    Path("text.db").write_text("hello")
    run("backup", "saved.db")
    assert "there is no log at none.db" in refused(run("backup", "x.db", database="none.db"))
    assert "saved.db is there already" in refused(run("backup", "saved.db"))
    assert said(run("backup", "--force", "saved.db"))
    assert "file is not a database" in refused(run("restore", "text.db"))
    assert "there is no file" in refused(run("restore", "nowhere.db"))
    with closing(sqlite3.connect(log)) as connection:
        connection.execute("select * from decisions").fetchall()
        assert "is in use: stop the bot" in refused(run("restore", "saved.db"))


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "1 kB"), (290_816, "291 kB"), (1_250_000, "1.2 MB"), (2_345_678_901, "2,345.7 MB")],
)
def test_sizes(count: int, words: str) -> None:
    """Sizes are said in the unit that fits them."""
    assert size(count) == words


async def _empty(path: Path) -> None:
    await (await Database(path).open()).close()
