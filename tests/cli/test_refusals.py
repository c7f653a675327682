"""`ragvsft run` and `ragvsft doctor --blocks` without usable settings."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import root
from tests.cli.helpers import NO_SETTINGS, errors

TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("empty_folder")
def test_run_without_settings() -> None:
    """Without settings, `run` lists everything that is missing and creates no file."""
    token, transport = errors(CliRunner().invoke(root, ["run"], env=NO_SETTINGS))
    assert token.startswith("ragvsft: SLACK_BOT_TOKEN is missing")
    assert transport.startswith("ragvsft: SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is missing")


def test_run_on_an_ephemeral_disk(empty_folder: Path) -> None:
    """On Heroku `run` refuses a SQLite file, names the remedies, and creates no file."""
    environ = NO_SETTINGS | TOKENS | {"DYNO": "web.1"}
    (line,) = errors(CliRunner().invoke(root, ["run"], env=environ))
    assert line.startswith("ragvsft: Heroku discards the disk")
    assert "RAGVSFT_PERSISTENT=1" in line
    assert list(empty_folder.iterdir()) == []


def test_run_with_a_broken_file(empty_folder: Path) -> None:
    """A malformed line of .env is named."""
    (empty_folder / ".env").write_text("SLACK_BOT_TOKEN xoxb-1\n")
    (line,) = errors(CliRunner().invoke(root, ["run"], env=NO_SETTINGS | TOKENS))
    assert line == "ragvsft: .env:1 is not NAME=value: correct or remove it."


@pytest.mark.usefixtures("empty_folder")
def test_blocks_without_a_playbook() -> None:
    """Samples need a playbook; without one the command names the setting."""
    environ = {**NO_SETTINGS, "RAGVSFT_RULES": "none"}
    (line,) = errors(CliRunner().invoke(root, ["doctor", "--blocks"], env=environ))
    assert "RAGVSFT_RULES" in line
