"""What `ragvsft run` and `ragvsft doctor --blocks` say when they cannot even begin."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import root
from bot.settings import NAMES

NOTHING: dict[str, str | None] = dict.fromkeys((*NAMES, "DYNO"))
TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(result: Result) -> list[str]:
    """The lines of a refusal: status 2, nothing on standard output."""
    assert (result.exit_code, result.stdout) == (2, "")
    return result.stderr.splitlines()


@pytest.mark.usefixtures("elsewhere")
def test_run_without_settings() -> None:
    """Without settings, `run` says all that is missing, a line each, and makes no file."""
    token, transport = refused(CliRunner().invoke(root, ["run"], env=NOTHING))
    assert token.startswith("ragvsft: SLACK_BOT_TOKEN is missing")
    assert transport.startswith("ragvsft: SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is missing")


def test_run_on_a_throwaway_disk(elsewhere: Path) -> None:
    """On Heroku `run` refuses a SQLite file, names the ways out, and makes no file."""
    environ = NOTHING | TOKENS | {"DYNO": "web.1"}
    (line,) = refused(CliRunner().invoke(root, ["run"], env=environ))
    assert line.startswith("ragvsft: Heroku throws away the disk")
    assert "RAGVSFT_PERSISTENT=1" in line
    assert list(elsewhere.iterdir()) == []


def test_run_with_a_broken_file(elsewhere: Path) -> None:
    """A line of .env that cannot be read is named."""
    (elsewhere / ".env").write_text("SLACK_BOT_TOKEN xoxb-1\n")
    (line,) = refused(CliRunner().invoke(root, ["run"], env=NOTHING | TOKENS))
    assert line == "ragvsft: .env:1 is not NAME=value: correct or remove it."


@pytest.mark.usefixtures("elsewhere")
def test_blocks_without_a_playbook() -> None:
    """Samples show a playbook's texts; without one the command says what to set."""
    (line,) = refused(CliRunner().invoke(root, ["doctor", "--blocks"], env=NOTHING))
    assert "RAGVSFT_RULES" in line
