"""`ragvsft export`: reproducible files, private decisions only on request."""

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
from bot.playbooks.loader import PlaybookText
from bot.storage.connection import Connection
from bot.storage.database import Database
from bot.storage.decisions import find_decision, save_decision
from tests.cli.helpers import NO_SETTINGS, create_database, error
from tests.playbooks.bakeoffs import BAKEOFF
from tests.services.factories import make_decision
from tests.services.harness import PRIVATE, PUBLIC, SMALL

SMALL_BAKEOFF = BAKEOFF.replace("market]", "rag]").replace("cook]", "prompting]")


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with three decisions, one of them private, in an empty working directory."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "ragvsft.db"
    asyncio.run(
        create_database(
            path,
            make_decision(1, title="Answers for the support team"),
            make_decision(2, title="Nightingale", place=PRIVATE),
            make_decision(12, title="House style", status=Status.ACCEPTED, chosen="rag"),
        )
    )
    return path


async def _change(path: Path, changed: Decision) -> None:
    database = await Database(path).open()

    def work(db: Connection) -> None:
        before = find_decision(db, changed.workspace, changed.number)
        assert before is not None
        save_decision(db, before, changed)

    await database.write(work)
    await database.close()


def run(database: Path, *arguments: str) -> Result:
    """Export into `records`."""
    environ = NO_SETTINGS | {"DATABASE_URL": f"sqlite:///{database}"}
    return CliRunner().invoke(root, ["export", "records", *arguments], env=environ)


def contents(folder: str = "records") -> dict[str, bytes]:
    """The content of each file in a folder."""
    return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}


def test_a_file_for_each_decision(database: Path) -> None:
    """Each public decision is a file named by number and title; private ones are omitted."""
    result = run(database)
    assert result.exit_code == 0, result.output
    assert list(contents()) == ["0001-answers-for-the-support-team.md", "0012-house-style.md"]
    assert result.output.splitlines() == [
        "2 decisions in records: 2 written.",
        "1 private decision omitted; --include-private exports them too.",
    ]


def test_a_bare_number_is_no_folder(database: Path) -> None:
    """A number alone writes nothing; the message says what to type for either meaning."""
    environ = {"DATABASE_URL": f"sqlite:///{database}"}
    result = CliRunner().invoke(root, ["export", "12"], env=environ)
    assert result.exit_code == 2
    assert "12 is a number: name a folder for all decisions (./12" in result.output
    assert not Path("12").exists()


def test_private_decisions_on_request(database: Path) -> None:
    """Private decisions are only exported with --include-private."""
    assert run(database, "--include-private").exit_code == 0
    assert "0002-nightingale.md" in contents()


def test_private_files_of_an_earlier_run_are_named(database: Path) -> None:
    """Files of private decisions from an earlier run are kept and named."""
    run(database, "--include-private")
    Path("records/0002-notes.md").write_text("# By hand\n")
    before = contents()
    for form in ("adr", "csv"):
        result = run(database, "--format", form)
        assert result.exit_code == 0
        first, *names = result.stderr.splitlines()
        assert first.startswith("records still contains private decisions from a run with")
        assert names == ["0002-nightingale.md"]
    assert contents().items() >= before.items()
    Path("records/0002-nightingale.md").unlink()
    assert run(database).stderr == ""


async def _spoil(path: Path) -> None:
    database = await Database(path).open()
    await database.write(
        lambda db: db.execute("UPDATE playbooks SET files = replace(files, 'summary:', 'gone:')")
    )
    await database.close()


def test_an_unusable_playbook(database: Path) -> None:
    """Decisions whose playbook is invalid today are exported without its details, with a note."""
    asyncio.run(_spoil(database))
    for form in ("adr", "csv", "json"):
        result = run(database, "--format", form)
        assert result.exit_code == 0, result.output
        (line,) = result.stderr.splitlines()
        assert "cannot be used any more (playbook.yml:" in line
    assert "House style" in contents()["0012-house-style.md"].decode()


def test_a_second_run_changes_nothing(database: Path) -> None:
    """A second export gives the same files, byte for byte, and writes none of them."""
    for form in ("adr", "csv", "json"):
        run(database, "--format", form)
    before = contents()
    for form in ("adr", "csv", "json"):
        assert "no changes" in run(database, "--format", form).output
    assert contents() == before


def test_a_new_title_renames_the_file(database: Path) -> None:
    """A decision with a new title replaces its old file; other files stay."""
    run(database)
    Path("records/0001-written-by-hand.md").write_text("# Ours since 2019\n")
    asyncio.run(_change(database, replace(make_decision(1), title="Refund letters")))
    run(database)
    assert list(contents()) == [
        "0001-refund-letters.md",
        "0001-written-by-hand.md",
        "0012-house-style.md",
    ]


def test_other_formats(database: Path) -> None:
    """CSV has a row for each decision; JSON is valid by the schema beside it."""
    run(database, "--format", "csv")
    run(database, "--format", "json", "--include-private")
    with Path("records/decisions.csv").open(newline="") as lines:
        assert [row["number"] for row in csv.DictReader(lines)] == ["1", "12"]
    document = json.loads(Path("records/decisions.json").read_text())
    jsonschema.validate(document, json.loads(Path("records/decisions.schema.json").read_text()))
    assert [each["number"] for each in document["decisions"]] == [1, 2, 12]


def test_several_workspaces_need_a_choice(database: Path) -> None:
    """With several workspaces in the database, an existing one must be chosen."""
    asyncio.run(create_database(database, make_decision(1, workspace="T2", title="Elsewhere")))
    assert "--workspace: the database has T1 (3 decisions), T2 (1 decision)" in error(run(database))
    assert "no decisions of workspace T3" in error(run(database, "--workspace", "T3"))
    assert run(database, "--workspace", "T2").exit_code == 0
    assert list(contents()) == ["0001-elsewhere.md"]


def test_unreadable_and_unwritable_files(database: Path) -> None:
    """A missing database and an unwritable file each give one line."""
    assert "there is no database at" in error(run(database.with_name("nowhere.db")))
    assert not database.with_name("nowhere.db").exists()
    Path("records").mkdir()
    Path("records/0012-house-style.md").mkdir()
    assert "records cannot be written" in error(run(database))


def test_an_emptycreate_database(database: Path) -> None:
    """Without decisions nothing is written, and there is no error."""
    empty = database.with_name("empty.db")
    asyncio.run(create_database(empty))
    result = run(empty)
    assert (result.exit_code, result.output) == (
        0,
        "0 decisions in records: no changes.\n",
    )


@pytest.fixture
def close_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with a public and a private decision of a playbook that has a bake-off."""
    monkeypatch.chdir(tmp_path)
    text = PlaybookText(
        "small", {**SMALL.files, "playbook.yml": SMALL.files["playbook.yml"] + SMALL_BAKEOFF}
    )
    made = [
        replace(make_decision(number, title="Nightingale", place=place), playbook_hash=text.hash)
        for number, place in ((12, PUBLIC), (13, PRIVATE))
    ]
    path = tmp_path / "ragvsft.db"
    asyncio.run(create_database(path, *made, playbook=text))
    return path


def bake(database: Path, *arguments: str) -> Result:
    """Write the bake-off of a decision into `bake`."""
    environ = NO_SETTINGS | {"DATABASE_URL": f"sqlite:///{database}"}
    return CliRunner().invoke(root, ["export", *arguments, "--bakeoff", "bake"], env=environ)


def test_a_bakeoff_is_written_to_files(close_call: Path) -> None:
    """The files of a decision's bake-off are written, and the output says where to start."""
    result = bake(close_call, "12")
    assert result.exit_code == 0, result.output
    assert result.output == (
        "Wrote 5 files to bake: arms A, B, 50 test items to fill in. Start with bake/README.md.\n"
    )
    assert sorted(str(path) for path in Path("bake").rglob("*.*")) == [
        "bake/README.md",
        "bake/promptfooconfig.yaml",
        "bake/prompts/A.txt",
        "bake/prompts/B.txt",
        "bake/tests.csv",
    ]
    assert "decision 12: Nightingale" in Path("bake/README.md").read_text()


def test_a_bakeoff_overwrites_nothing(close_call: Path) -> None:
    """Test items that are filled in are never lost: existing files are refused, none is written."""
    Path("bake").mkdir()
    Path("bake/tests.csv").write_text("ours")
    result = bake(close_call, "12")
    assert (result.exit_code, error(result)) == (
        2,
        "ragvsft: bake/tests.csv exists already: choose another folder",
    )
    assert [path.name for path in Path("bake").iterdir()] == ["tests.csv"]
    assert Path("bake/tests.csv").read_text() == "ours"


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("records", "--bakeoff needs the number of a decision, such as 12, not 'records'"),
        ("99", "there is no decision 99"),
        ("9" * 30, f"there is no decision {'9' * 30}"),
        ("13", "decision 13 is private: --include-private exports it too"),
    ],
)
def test_a_bakeoff_needs_a_decision_that_may_be_exported(
    close_call: Path, number: str, problem: str
) -> None:
    """What is no number, does not exist or is private is refused in one line."""
    result = bake(close_call, number)
    assert (result.exit_code, error(result)) == (2, f"ragvsft: {problem}")
    assert not Path("bake").exists()


def test_a_private_bakeoff_on_request(close_call: Path) -> None:
    """A private decision's bake-off is written with --include-private."""
    assert bake(close_call, "13", "--include-private").exit_code == 0


def test_a_playbook_without_a_bakeoff_is_named(database: Path) -> None:
    """Where the playbook plans none, one line says so."""
    result = bake(database, "12")
    assert (result.exit_code, error(result)) == (
        2,
        "ragvsft: the playbook small has no bake-off: add one to playbook.yml",
    )
