"""`ragvsft rules replay` on a real log."""

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
from bot.services.services import Services
from bot.storage.database import Database
from bot.storage.store import SqliteStore

RULES = Path(__file__).parents[2] / "rules"
ADA = Person("T1", "U1")


@pytest.fixture
def log_of_one(tmp_path: Path) -> Path:
    """A log with one decision, in which everything is looked up."""
    path = tmp_path / "log.db"

    async def decide() -> None:
        log = await Database(path).open()
        services = Services(SqliteStore(log), SystemClock(), PlaybookCatalog(RULES), lambda: None)
        page = await services.drafts.start(ADA, Place("C1", Visibility.PUBLIC))
        await services.drafts.describe(ADA, page.draft.id, Workflow(title="Refund answers"))
        answers = {"job": "answer", "need": "look_up"}
        await services.drafts.keep(ADA, page.draft.id, answers)
        await services.post(ADA, page.draft.id, Place("C1", Visibility.PUBLIC))
        await log.close()

    asyncio.run(decide())
    return path


def _replay(path: Path, rules: Path, *more: str) -> str:
    result = CliRunner().invoke(
        root, ["rules", "replay", str(rules), *more], env={"DATABASE_URL": f"sqlite:///{path}"}
    )
    assert result.exit_code == 0, result.output
    return result.output


def test_the_same_rules_change_nothing(log_of_one: Path) -> None:
    """Under the rules of its day no decision comes out otherwise."""
    assert _replay(log_of_one, RULES) == (
        "0 of 1 decisions would be recommended otherwise today.\n"
    )


def test_a_changed_rule_is_named_as_the_reason(log_of_one: Path, tmp_path: Path) -> None:
    """A decision that today's rules would make otherwise is listed, with the rule that did it."""
    rules = Path(shutil.copytree(RULES, tmp_path / "rules"))
    file = rules / "ragvsft" / "rules.yml"
    rule = (
        "rules:\n  - id: turned-round\n    when: {need: [look_up]}\n"
        "    points: {prompting: 9, rag: -9}\n    because: To see.\n    source: A test\n"
    )
    file.write_text(file.read_text().replace("rules:\n", rule, 1))
    said = _replay(log_of_one, rules)
    assert "T1 #1  Refund answers" in said
    assert "rule `turned-round`" in said
    (line,) = _replay(log_of_one, rules, "--json").splitlines()
    assert json.loads(line)["now"] != json.loads(line)["before"]


def test_an_answer_that_is_gone_is_told_in_words(log_of_one: Path, tmp_path: Path) -> None:
    """An answer that today's questions no longer offer is named as the person gave it."""
    rules = Path(shutil.copytree(RULES, tmp_path / "rules"))
    for name in ("questions.yml", "rules.yml", "cases.yml"):
        file = rules / "ragvsft" / name
        file.write_text(file.read_text().replace("look_up", "find_out"))
    file = rules / "ragvsft" / "rules.yml"
    rule = (
        "rules:\n  - id: now\n    when: {job: answer}\n    points: {prompting: 9}\n"
        "    because: To see.\n    source: A test\n"
    )
    file.write_text(file.read_text().replace("rules:\n", rule, 1))
    said = _replay(log_of_one, rules)
    assert "RAG then, Prompting first today" in said
    assert "answer no longer offered: To look something up in documents or past cases" in said


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("text", "1 decision could not be replayed: their playbook is refused by this version of"),
        (
            "playbook",
            "1 decision could not be replayed: there is no playbook `ragvsft` any more.\n",
        ),
    ],
)
def test_what_can_not_be_replayed_is_counted_and_said(
    log_of_one: Path, tmp_path: Path, what: str, said: str
) -> None:
    """A stored text that is refused today, or a playbook that is gone, ends in a plain line."""
    rules = Path(shutil.copytree(RULES, tmp_path / "rules"))
    if what == "playbook":
        shutil.rmtree(rules / "ragvsft")
    else:
        with sqlite3.connect(log_of_one) as log:
            (table,) = log.execute(
                "select name from sqlite_master where type = 'table' and name like 'playbook%'"
            ).fetchone()
            columns = [row[1] for row in log.execute(f"pragma table_info({table})")]
            assert "files" in columns, columns
            log.execute(f"update {table} set files = replace(files, 'points:', 'pionts:')")
        log.close()
    output = _replay(log_of_one, rules)
    assert output.startswith("0 of 0 decisions")
    assert said in output


def test_no_log_is_one_line(tmp_path: Path) -> None:
    """Without a database there is one line, status 2, and no file is created."""
    env = {"DATABASE_URL": f"sqlite:///{tmp_path}/none.db"}
    result = CliRunner().invoke(root, ["rules", "replay", str(RULES)], env=env)
    assert result.exit_code == 2
    assert "there is no database" in result.output
    assert not list(tmp_path.iterdir())
