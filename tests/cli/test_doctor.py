"""`ragvsft doctor` as a command."""

import asyncio
import json
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import root
from bot.settings import NAMES
from tests.cli.helpers import create_database


def test_without_any_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any settings the command reports what is missing, with status 1."""
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    nothing = dict.fromkeys(NAMES) | {"SLACK_API_URL": f"http://127.0.0.1:{port}/"}
    result = CliRunner().invoke(root, ["doctor"], env=nothing)
    assert result.exit_code == 1
    assert "SLACK_BOT_TOKEN is missing" in result.stdout
    assert result.stdout.splitlines()[-1].endswith("the bot cannot run yet.")
    report = json.loads(CliRunner().invoke(root, ["doctor", "--json"], env=nothing).stdout)
    assert report["ok"] is False
    assert {"subject", "state", "message", "remedy"} == set(report["results"][0])


def test_json_is_all_that_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a database exists, playbooks are loaded to compare them; no log line says so."""
    monkeypatch.chdir(tmp_path)
    asyncio.run(create_database(tmp_path / "ragvsft.db"))
    nothing = dict.fromkeys(NAMES) | {"SLACK_API_URL": "http://127.0.0.1:1/"}
    output = CliRunner().invoke(root, ["doctor", "--json"], env=nothing).output
    assert "is intact and up to date" in str(json.loads(output)["results"])
