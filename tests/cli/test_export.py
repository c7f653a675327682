"""`ragvsft export`: decisions as files, the same whenever nothing has changed."""

import asyncio
import csv
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from bot.cli import root
from bot.decisions.model import Decision, Status
from bot.settings import NAMES
from bot.storage import rows
from bot.storage.database import Database
from tests.services.shelf import SECRET, decision, shelve
from tests.services.world import World

NOTHING: dict[str, str | None] = dict.fromkeys((*NAMES, "DYNO"))


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log of three decisions, one of them private, in an empty working directory."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "ragvsft.db"
    asyncio.run(
        _log(
            path,
            decision(1, title="Answers for the support team"),
            decision(2, title="Nightingale", place=SECRET),
            decision(12, title="House style", status=Status.ACCEPTED, chosen="rag"),
        )
    )
    return path


async def _log(path: Path, *decisions: Decision) -> None:
    log = await Database(path).open()
    await shelve(World(log), *decisions)
    await log.close()


async def _change(path: Path, changed: Decision) -> None:
    log = await Database(path).open()
    key = (changed.workspace, changed.number)
    await log.write(lambda db: db.table("decisions").update(key, rows.decision_row(changed)))
    await log.close()


def run(log: Path, *arguments: str) -> Result:
    """Export into `records`."""
    environ = NOTHING | {"DATABASE_URL": f"sqlite:///{log}"}
    return CliRunner().invoke(root, ["export", "records", *arguments], env=environ)


def contents(folder: str = "records") -> dict[str, bytes]:
    """The files of a folder."""
    return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}


def test_a_file_for_each_decision(log: Path) -> None:
    """Each public decision becomes a file named by number and title; private ones stay out."""
    result = run(log)
    assert result.exit_code == 0, result.output
    assert list(contents()) == ["0001-answers-for-the-support-team.md", "0012-house-style.md"]
    assert result.output.splitlines() == [
        "2 decisions in records: 2 written anew.",
        "1 private was left out; --include-private takes them along.",
    ]


def test_private_decisions_on_demand(log: Path) -> None:
    """Private decisions are written only where that is asked for."""
    assert run(log, "--include-private").exit_code == 0
    assert "0002-nightingale.md" in contents()


def test_private_files_of_an_earlier_run_are_named(log: Path) -> None:
    """Left out after they were taken along, private decisions are still there, and named."""
    run(log, "--include-private")
    Path("records/0002-notes.md").write_text("# By hand\n")
    before = contents()
    for form in ("adr", "csv"):
        result = run(log, "--format", form)
        assert result.exit_code == 0
        first, *names = result.stderr.splitlines()
        assert first.startswith("Private decisions are still in records, from a run with")
        assert names == ["0002-nightingale.md"]
    assert contents().items() >= before.items()
    Path("records/0002-nightingale.md").unlink()
    assert run(log).stderr == ""


async def _spoil(path: Path) -> None:
    log = await Database(path).open()
    await log.write(
        lambda db: db.execute("UPDATE playbooks SET files = replace(files, 'summary:', 'gone:')")
    )
    await log.close()


def test_a_playbook_that_is_refused_today(log: Path) -> None:
    """Its decisions are written with what the log holds of them, and one line says so."""
    asyncio.run(_spoil(log))
    for form in ("adr", "csv", "json"):
        result = run(log, "--format", form)
        assert result.exit_code == 0, result.output
        (line,) = result.stderr.splitlines()
        assert "cannot be used any more (playbook.yml:" in line
    assert "House style" in contents()["0012-house-style.md"].decode()


def test_again_is_the_same(log: Path) -> None:
    """A second export gives the same files, byte for byte, and touches none of them."""
    for form in ("adr", "csv", "json"):
        run(log, "--format", form)
    before = contents()
    for form in ("adr", "csv", "json"):
        assert "nothing has changed" in run(log, "--format", form).output
    assert contents() == before


def test_the_number_decides_which_decision_it_is(log: Path) -> None:
    """A decision of another title takes the place of its old file; what is not ours stays."""
    run(log)
    Path("records/0001-written-by-hand.md").write_text("# Ours since 2019\n")
    asyncio.run(_change(log, replace(decision(1), title="Refund letters")))
    run(log)
    assert list(contents()) == [
        "0001-refund-letters.md",
        "0001-written-by-hand.md",
        "0012-house-style.md",
    ]


def test_other_forms(log: Path) -> None:
    """CSV has a row for each decision; JSON comes with the schema that it is valid by."""
    run(log, "--format", "csv")
    run(log, "--format", "json", "--include-private")
    with Path("records/decisions.csv").open(newline="") as lines:
        assert [row["number"] for row in csv.DictReader(lines)] == ["1", "12"]
    document = json.loads(Path("records/decisions.json").read_text())
    jsonschema.validate(document, json.loads(Path("records/decisions.schema.json").read_text()))
    assert [each["number"] for each in document["decisions"]] == [1, 2, 12]


def refused(result: Result) -> str:
    """The one line of a refusal."""
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    return line


def test_several_workspaces_must_be_told_apart(log: Path) -> None:
    """Where the log holds several workspaces, one has to be named, and one that is there."""
    asyncio.run(_log(log, decision(1, workspace="T2", title="Elsewhere")))
    assert "--workspace: the log holds decisions of T1 with 3, T2 with 1" in refused(run(log))
    assert "no decisions of workspace T3" in refused(run(log, "--workspace", "T3"))
    assert run(log, "--workspace", "T2").exit_code == 0
    assert list(contents()) == ["0001-elsewhere.md"]


def test_what_cannot_be_read_or_written(log: Path) -> None:
    """A missing log and a folder that cannot be made are each told in one line."""
    assert "there is no log at" in refused(run(log.with_name("nowhere.db")))
    assert not log.with_name("nowhere.db").exists()
    Path("records").mkdir()
    Path("records/0012-house-style.md").mkdir()
    assert "records cannot be written" in refused(run(log))


def test_an_empty_log(log: Path) -> None:
    """Nothing decided is nothing written, and no error."""
    empty = log.with_name("empty.db")
    asyncio.run(_log(empty))
    result = run(empty)
    assert (result.exit_code, result.output) == (
        0,
        "0 decisions in records: nothing has changed.\n",
    )
