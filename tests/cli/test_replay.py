"""`ragvsft rules replay` on a database."""

import asyncio
import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.catalog import PlaybookCatalog
from bot.cli import root
from bot.clock import SystemClock
from bot.decisions.model import Person, Place, Visibility, Workflow
from bot.playbooks.loader import PlaybookText
from bot.services.services import Services
from bot.storage.database import Database
from tests.services.several import SEVERAL, changed_version

RULES = Path(__file__).parents[2] / "rules"
ADA = Person("T1", "U1")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database with one decision, which needs retrieval."""
    path = tmp_path / "log.db"

    async def decide() -> None:
        storage = await Database(path).open()
        services = Services(storage, SystemClock(), PlaybookCatalog(RULES), lambda: None)
        page = await services.drafts.start(ADA, Place("C1", Visibility.PUBLIC))
        await services.drafts.describe(ADA, page.draft.id, Workflow(title="Refund answers"))
        answers = {"job": "answer", "need": ("look_up",), "material": "large"}
        await services.drafts.save_answers(ADA, page.draft.id, answers)
        await services.post(ADA, page.draft.id, Place("C1", Visibility.PUBLIC))
        await storage.close()

    asyncio.run(decide())
    return path


def _replay(path: Path, rules: Path, *more: str) -> str:
    result = CliRunner().invoke(
        root, ["rules", "replay", str(rules), *more], env={"DATABASE_URL": f"sqlite:///{path}"}
    )
    assert result.exit_code == 0, result.output
    return result.output


def test_the_same_rules_change_nothing(database: Path) -> None:
    """Under the same rules no recommendation differs."""
    assert _replay(database, RULES) == (
        "0 of 1 decisions would be recommended differently today.\n"
    )


def test_a_changed_rule_is_named_as_the_reason(database: Path, tmp_path: Path) -> None:
    """A decision with another recommendation is listed, with the rule that causes it."""
    rules = Path(shutil.copytree(RULES, tmp_path / "rules"))
    file = rules / "ragvsft" / "rules.yml"
    rule = (
        "rules:\n  - id: reversed\n    when: {need: [look_up]}\n"
        "    points: {prompting: 9, rag: -9, long_context: -9}\n"
        "    because: To see.\n    source: A test\n"
    )
    file.write_text(file.read_text().replace("rules:\n", rule, 1))
    output = _replay(database, rules)
    assert "T1 #1  Refund answers" in output
    assert "rule `reversed`" in output
    (line,) = _replay(database, rules, "--json").splitlines()
    assert json.loads(line)["now"] != json.loads(line)["before"]


def test_a_removed_answer_is_named(database: Path, tmp_path: Path) -> None:
    """An answer that the questions no longer offer is named by its text."""
    rules = Path(shutil.copytree(RULES, tmp_path / "rules"))
    for name in ("questions.yml", "rules.yml", "cases.yml"):
        file = rules / "ragvsft" / name
        file.write_text(file.read_text().replace("look_up", "find_out"))
    file = rules / "ragvsft" / "rules.yml"
    rule = (
        "rules:\n  - id: now\n    when: {job: answer}\n    points: {elsewhere: 9}\n"
        "    because: To see.\n    source: A test\n"
    )
    file.write_text(file.read_text().replace("rules:\n", rule, 1))
    output = _replay(database, rules)
    assert "The problem is elsewhere today" in output
    assert "answer no longer offered: To look things up in our material" in output


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            "text",
            "1 decision could not be replayed: their playbook cannot be used any more (",
        ),
        (
            "playbook",
            "1 decision could not be replayed: there is no playbook `ragvsft` any more.\n",
        ),
    ],
)
def test_decisions_that_cannot_be_replayed_are_counted(
    database: Path, tmp_path: Path, change: str, expected: str
) -> None:
    """A stored playbook that is invalid today, or removed, gives one line with its reason."""
    rules = Path(shutil.copytree(RULES, tmp_path / "rules"))
    if change == "playbook":
        shutil.rmtree(rules / "ragvsft")
    else:
        with sqlite3.connect(database) as connection:
            (table,) = connection.execute(
                "select name from sqlite_master where type = 'table' and name like 'playbook%'"
            ).fetchone()
            columns = [row[1] for row in connection.execute(f"pragma table_info({table})")]
            assert "files" in columns, columns
            connection.execute(f"update {table} set files = replace(files, 'points:', 'pionts:')")
        connection.close()
    output = _replay(database, rules)
    assert output.startswith("0 of 0 decisions")
    assert expected in output


def test_no_log_is_one_line(tmp_path: Path) -> None:
    """Without a database there is one line, status 2, and no file is created."""
    env = {"DATABASE_URL": f"sqlite:///{tmp_path}/none.db"}
    result = CliRunner().invoke(root, ["rules", "replay", str(RULES)], env=env)
    assert result.exit_code == 2
    assert "there is no database" in result.output
    assert not list(tmp_path.iterdir())


def _write_rules(folder: Path, text: PlaybookText) -> Path:
    """Write the files of one playbook to a folder of rules."""
    (folder / text.folder).mkdir(parents=True)
    for name, content in text.files.items():
        (folder / text.folder / name).write_text(content)
    return folder


def test_several_answers_are_replayed(tmp_path: Path) -> None:
    """A decision with several answers is replayed; those that are gone are named in words."""
    path, before = tmp_path / "log.db", _write_rules(tmp_path / "before", SEVERAL)
    after = _write_rules(
        tmp_path / "after",
        changed_version(("leaks: It leaks, ", ""), ("faults: leaks", "age: old")),
    )

    async def decide() -> None:
        storage = await Database(path).open()
        services = Services(storage, SystemClock(), PlaybookCatalog(before), lambda: None)
        page = await services.drafts.start(ADA, Place("C1", Visibility.PUBLIC))
        await services.drafts.describe(ADA, page.draft.id, Workflow(title="The press"))
        await services.drafts.save_answers(ADA, page.draft.id, {"faults": ("slow", "leaks")})
        await services.post(ADA, page.draft.id, Place("C1", Visibility.PUBLIC))
        await storage.close()

    asyncio.run(decide())
    output = _replay(path, after)
    assert "Buy then, Mend today" in output
    assert "answer no longer offered: It leaks (What is wrong?)" in output
    (line,) = _replay(path, after, "--json").splitlines()
    assert json.loads(line)["dropped"] == {"faults": ["leaks"]}
