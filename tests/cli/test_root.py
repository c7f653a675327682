"""The command line as a whole."""

import subprocess
import sys
from importlib.metadata import version

import click
import pytest
from click.testing import CliRunner

from bot.cli import COMMANDS, root
from bot.cli.common import UsageError

HEAVY = ("aiohttp", "apscheduler", "pydantic", "slack_bolt", "slack_sdk", "sqlite_utils")

LOADED = """
import sys
from bot.cli import root
root(["--help"], standalone_mode=False)
sys.stderr.write(" ".join(sys.modules))
"""


def test_help_names_every_command() -> None:
    """The overview names each command with what it does, and how to begin."""
    result = CliRunner().invoke(root, ["--help"])
    assert result.exit_code == 0
    words = " ".join(result.stdout.split())
    for name, entry in COMMANDS.items():
        assert f"{name} {entry.summary}" in words
    assert "ragvsft demo --open" in words


def test_help_is_quick() -> None:
    """The overview loads none of the large libraries."""
    run = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert set(run.stderr.split()).isdisjoint(HEAVY)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_can_be_loaded(name: str) -> None:
    """Each command of the overview exists and explains itself."""
    result = CliRunner().invoke(root, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert "Usage:" in result.stdout


def test_version() -> None:
    """--version says the installed version."""
    assert CliRunner().invoke(root, ["--version"]).stdout == f"ragvsft {version('ragvsft')}\n"


def test_module_and_command_are_the_same() -> None:
    """`python -m bot` is the same program, and calls itself ragvsft."""
    run = subprocess.run(
        [sys.executable, "-m", "bot", "--help"], capture_output=True, text=True, check=True
    )
    assert run.stdout.startswith("Usage: ragvsft ")


def test_unknown_command() -> None:
    """A command that does not exist is status 2 and named."""
    result = CliRunner().invoke(root, ["decide"])
    assert result.exit_code == 2
    assert "decide" in result.stderr


def test_bad_input_is_status_2_and_a_line_each() -> None:
    """Bad input ends with status 2 and one line for each problem, without a traceback."""

    @click.command()
    def refuse() -> None:
        raise UsageError("PORT is wrong.", "HOST is wrong.")

    result = CliRunner().invoke(refuse)
    assert result.exit_code == 2
    assert result.stderr == "ragvsft: PORT is wrong.\nragvsft: HOST is wrong.\n"
