"""`ragvsft manifest`: a manifest that Slack accepts, or one line with the error."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from bot.cli import root
from bot.manifest import HISTORY_SCOPES, SCOPES
from tests.manifest_schema import MANIFEST

ROOT = Path(__file__).parents[2]
URL = "https://ragvsft.example.com"
VALIDATOR = Draft202012Validator(MANIFEST)


@pytest.fixture(autouse=True)
def dotenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The path of .env in an empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path / ".env"


def run(*arguments: str, environ: dict[str, str] | None = None) -> Result:
    """Run the command with these arguments and settings."""
    names = {"RAGVSFT_COMMAND": None, "RAGVSFT_HISTORY": None} | (environ or {})
    return CliRunner().invoke(root, ["manifest", *arguments], env=names)


def manifest(*arguments: str) -> dict[str, Any]:
    """The manifest that the command prints, parsed."""
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    document = yaml.safe_load(result.stdout)
    assert isinstance(document, dict)
    return document


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--socket",),
        ("--url", URL),
        ("--command", "/" + "x" * 31),
        ("--with-history",),
        ("--url", f"{URL}/below/here", "--command", "/decide-it"),
    ],
)
def test_slack_would_accept_it(arguments: tuple[str, ...]) -> None:
    """Every manifest is valid by Slack's schema, and has no unknown key."""
    assert [error.message for error in VALIDATOR.iter_errors(manifest(*arguments))] == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("display_information", "name"), "n" * 36),
        (("display_information", "description"), "d" * 141),
        (("display_information", "long_description"), "short"),
        (("features", "bot_user", "display_name"), "n" * 81),
        (("features", "shortcuts", 0, "name"), "n" * 25),
        (("features", "slash_commands", 0, "command"), "/" + "c" * 32),
        (("features", "slash_commands", 0, "command"), "ragvsft"),
        (("features", "slash_commands", 0, "url"), "ragvsft.example.com"),
        (("features", "colour"), "blue"),
        (("settings", "socket_mode"), True),
    ],
)
def test_the_schema_rejects_what_slack_rejects(path: tuple[str | int, ...], value: object) -> None:
    """The schema of these tests rejects what Slack rejects: too long, malformed, unknown."""
    document = manifest()
    node: Any = document
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    assert len(list(VALIDATOR.iter_errors(document))) == 1


def test_the_file_is_what_the_command_prints() -> None:
    """manifest.yml is what `ragvsft manifest --socket` prints, byte for byte."""
    assert run("--socket").stdout == (ROOT / "manifest.yml").read_text(encoding="utf-8")


def test_socket_mode_needs_no_address() -> None:
    """A manifest for Socket Mode contains no URL."""
    document = manifest("--socket")
    assert document["settings"]["socket_mode_enabled"] is True
    assert "request_url" not in str(document)
    assert "redirect_urls" not in document["oauth_config"]


@pytest.mark.parametrize("given", [URL, f"{URL}/", f"{URL}/slack/events", f" {URL}/slack/events/"])
def test_http_mode_has_the_address_everywhere(given: str) -> None:
    """For HTTP, commands, events and buttons use /slack/events; OAuth has its redirect URL."""
    document = manifest("--url", given)
    events = f"{URL}/slack/events"
    assert document["settings"]["socket_mode_enabled"] is False
    assert document["settings"]["event_subscriptions"]["request_url"] == events
    assert document["settings"]["interactivity"]["request_url"] == events
    assert document["features"]["slash_commands"][0]["url"] == events
    assert document["oauth_config"]["redirect_urls"] == [f"{URL}/slack/oauth_redirect"]


def test_only_the_scopes_that_are_needed() -> None:
    """The bot requests five scopes, none reads messages, and each has its reason."""
    assert manifest()["oauth_config"]["scopes"] == {"bot": list(SCOPES)}
    assert set(SCOPES) == {
        "commands",
        "chat:write",
        "chat:write.public",
        "users:read",
        "files:write",
    }
    lines = run().stdout.splitlines()
    for scope in SCOPES:
        assert [line for line in lines if re.match(rf" +- {re.escape(scope)} +# \w", line)]


def test_history_scopes_are_optional() -> None:
    """--with-history requests two more scopes, each with its reason."""
    scopes = manifest("--with-history")["oauth_config"]["scopes"]["bot"]
    assert scopes == [*SCOPES, "channels:history", "groups:history"]
    assert "none of them reads" not in run("--with-history").stdout
    for scope in HISTORY_SCOPES:
        assert re.search(rf" +- {scope} +# \w", run("--with-history").stdout)


def test_history_scopes_by_setting(dotenv: Path) -> None:
    """RAGVSFT_HISTORY=1 requests them too, in the environment or in .env."""
    chosen = run("--with-history").stdout
    assert run(environ={"RAGVSFT_HISTORY": "1"}).stdout == chosen
    assert run(environ={"RAGVSFT_HISTORY": "0"}).stdout == run().stdout != chosen
    dotenv.write_text("RAGVSFT_HISTORY=yes\n")
    assert run().stdout == chosen
    rejected = run(environ={"RAGVSFT_HISTORY": "perhaps"})
    assert (rejected.exit_code, rejected.stdout) == (2, "")
    assert "RAGVSFT_HISTORY must be 1 or 0." in rejected.stderr


def test_another_command_name(dotenv: Path) -> None:
    """The slash command comes from --command, or from RAGVSFT_COMMAND."""
    assert manifest("--command", "/decide")["features"]["slash_commands"][0]["command"] == "/decide"
    assert "- command: /choose\n" in run(environ={"RAGVSFT_COMMAND": "/choose"}).stdout
    dotenv.write_text("RAGVSFT_COMMAND=/settle\n")
    assert "- command: /settle\n" in run().stdout


def test_ids_are_those_the_bot_listens_to() -> None:
    """The ids of the shortcuts are those that the bot handles."""
    from bot.slackkit.ids import Shortcut

    shortcuts = {
        entry["callback_id"]: entry["type"] for entry in manifest()["features"]["shortcuts"]
    }
    assert shortcuts == {
        Shortcut.DECIDE_FROM_MESSAGE.value: "message",
        Shortcut.START.value: "global",
    }


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--url", "http://ragvsft.example.com"), "--url"),
        (("--url", "ragvsft.example.com"), "--url"),
        (("--url", "https://"), "--url"),
        (("--url", "https://[::1"), "--url"),
        (("--url", f"{URL}/?a=b"), "--url"),
        (("--url", f'{URL}/"x'), "--url"),
        (("--url", URL, "--socket"), "--socket"),
        (("--command", "decide"), "--command"),
        (("--command", "/Decide"), "--command"),
        (("--command", "/" + "x" * 32), "--command"),
    ],
)
def test_bad_input_gets_one_line(arguments: tuple[str, ...], what: str) -> None:
    """An invalid URL or name: status 2, nothing on stdout, one line that names the option."""
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert what in line
