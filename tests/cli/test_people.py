"""`ragvsft hand-over` and `erase`, and what a command may print and write."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import root
from bot.cli.common import printable
from tests.cli.helpers import NO_SETTINGS, create_database, error, output
from tests.services.factories import make_decision


@pytest.fixture
async def environment(tmp_path: Path) -> dict[str, str | None]:
    """The settings for a database with a decision."""
    path = tmp_path / "ragvsft.db"
    await create_database(path, make_decision(1, title="Capybaras", people=("U1", "U2")))
    return {**NO_SETTINGS, "DATABASE_URL": f"sqlite:///{path}"}


def test_the_operator_hands_over_and_erases(
    environment: dict[str, str | None], tmp_path: Path
) -> None:
    """Both commands say what they did; afterwards no file holds the words."""
    runner = CliRunner(env=environment)
    told = output(runner.invoke(root, ["hand-over", "1", "U7", "U8"]))
    assert told == "Decision #1 is with U7, U8 now.\n"
    assert "no member id" in error(runner.invoke(root, ["hand-over", "1", "ada"]))
    assert "say what to erase" in error(runner.invoke(root, ["erase"]))
    assert "whom 1 decision named" in output(runner.invoke(root, ["erase", "--person", "U7"]))
    told = output(runner.invoke(root, ["erase", "--workspace", "T1"]))
    assert told.startswith("Erased T1 with 1 decision.\n")
    assert "backups" in told
    files = sorted(tmp_path.glob("ragvsft.db*"))
    assert files
    assert not [each for each in files if b"Capybaras" in each.read_bytes()]
    assert "is no decision 1" in error(runner.invoke(root, ["hand-over", "1", "U7"]))


def test_what_a_command_writes_is_its_users_alone(
    environment: dict[str, str | None], tmp_path: Path
) -> None:
    """Exported files and their folder have no rights for others; the process keeps its own."""
    before = os.umask(0o022)
    try:
        folder = tmp_path / "records"
        output(CliRunner(env=environment).invoke(root, ["export", str(folder)]))
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {each.stat().st_mode & 0o777 for each in folder.iterdir()} == {0o600}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Plain text,\n\tof two lines", "Plain text,\n\tof two lines"),
        ("\x1b]0;owned\x07", "\\u001b]0;owned\\u0007"),
        ("\x9b31m\r", "\\u009b31m\\u000d"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
    ],
)
def test_a_terminal_obeys_no_text(text: str, shown: str) -> None:
    """Control characters, also of C1, and changes of direction are printed as escapes."""
    assert printable(text) == shown
