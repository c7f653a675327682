"""The command line: overview, loading and errors."""

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
    """The overview lists each command with its summary, and how to start."""
    result = CliRunner().invoke(root, ["--help"])
    assert result.exit_code == 0
    words = " ".join(result.stdout.split())
    for name, spec in COMMANDS.items():
        assert f"{name} {spec.summary}" in words
    assert "ragvsft demo --open" in words


def test_help_imports_no_large_library() -> None:
    """The overview imports none of the large libraries."""
    run = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert set(run.stderr.split()).isdisjoint(HEAVY)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_can_be_loaded(name: str) -> None:
    """Each command of the overview exists and has a help text."""
    result = CliRunner().invoke(root, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert "Usage:" in result.stdout


def test_version() -> None:
    """--version prints the installed version."""
    assert CliRunner().invoke(root, ["--version"]).stdout == f"ragvsft {version('ragvsft')}\n"


def test_module_and_command_are_the_same() -> None:
    """`python -m bot` is the same program under the name ragvsft."""
    run = subprocess.run(
        [sys.executable, "-m", "bot", "--help"], capture_output=True, text=True, check=True
    )
    assert run.stdout.startswith("Usage: ragvsft ")


def test_unknown_command() -> None:
    """An unknown command is named, with status 2."""
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
