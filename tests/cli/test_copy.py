"""`ragvsft copy`: what it prints, and bad input."""

import asyncio
from pathlib import Path

from click.testing import CliRunner

from bot.cli import root
from bot.storage.database import Database
from tests.services.harness import ServiceHarness


async def _filled(path: Path) -> None:
    database = await Database(path).open()
    await ServiceHarness(database).post_decision()
    await database.close()


def test_a_copy_names_each_table(tmp_path: Path) -> None:
    """Every table is listed with its rows, and the last lines say what to do."""
    asyncio.run(_filled(tmp_path / "a.db"))
    urls = [f"sqlite:///{tmp_path}/{name}.db" for name in "ab"]
    done = CliRunner().invoke(root, ["copy", *urls])
    assert done.exit_code == 0, done.output
    assert any(line.split() == ["decisions", "1"] for line in done.output.splitlines())
    assert f"to {tmp_path}/b.db: all are the same." in done.output
    again = CliRunner().invoke(root, ["copy", *urls])
    assert again.exit_code == 2
    assert again.output.splitlines()[-1].endswith("has rows: copy to a new database")


def test_bad_locations_are_named(tmp_path: Path) -> None:
    """A malformed argument and a missing file are one line each, with exit status 2."""
    target = f"sqlite:///{tmp_path}/b.db"
    malformed = CliRunner().invoke(root, ["copy", "mysql://x", target])
    assert malformed.exit_code == 2
    assert malformed.output.startswith("ragvsft: FROM begins neither with sqlite:/// nor")
    missing = CliRunner().invoke(root, ["copy", f"sqlite:///{tmp_path}/none.db", target])
    assert missing.exit_code == 2
    assert "unable to open" in missing.output
    assert not (tmp_path / "b.db").exists()
