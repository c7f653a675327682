"""`ragvsft rules replay` on a real log."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import root
from bot.clock import SystemClock
from bot.decisions.desk import Desk
from bot.decisions.model import Person, Place, Visibility, Workflow
from bot.playbooks import FolderPlaybooks
from bot.store.log import Log
from bot.store.sqlite import SqliteStore

RULES = Path(__file__).parents[2] / "rules"
ADA = Person("T1", "U1")


@pytest.fixture
def log_of_one(tmp_path: Path) -> Path:
    """A log with one decision, in which everything is looked up."""
    path = tmp_path / "log.db"

    async def decide() -> None:
        log = await Log(path).open()
        desk = Desk(SqliteStore(log), SystemClock(), FolderPlaybooks(RULES), lambda: None)
        page = await desk.drafting.start(ADA, Place("C1", Visibility.PUBLIC))
        await desk.drafting.describe(ADA, page.draft.id, Workflow(title="Refund answers"))
        answers = {"job": "answer", "need": "look_up"}
        await desk.drafting.keep(ADA, page.draft.id, answers)
        await desk.post(ADA, page.draft.id, Place("C1", Visibility.PUBLIC))
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


def test_no_log_is_one_line(tmp_path: Path) -> None:
    """Without a log the command says so in one line, with status 2, and makes no file."""
    env = {"DATABASE_URL": f"sqlite:///{tmp_path}/none.db"}
    result = CliRunner().invoke(root, ["rules", "replay", str(RULES)], env=env)
    assert result.exit_code == 2
    assert "there is no decision log" in result.output
    assert not list(tmp_path.iterdir())
