"""What the doctor finds at Slack: reached, in time, tokens, scopes."""

import socket
from datetime import timedelta
from email.utils import format_datetime

import pytest

from bot.doctor.results import CheckState, is_well, results_as_text
from bot.manifest import HISTORY_SCOPES, SCOPES
from tests.doctor.surroundings import NOON, Api, bad, look, one

BY_HISTORY = ",".join(HISTORY_SCOPES)


async def test_all_well(environ: dict[str, str], api: Api) -> None:
    """Where everything is in order, it says who the bot is and where, and nothing is amiss."""
    findings = await look(environ)
    assert bad(findings) == []
    assert is_well(findings)
    told = results_as_text(findings)
    for words in ("one workspace, over Socket Mode", "@ragvsft in Northwind", "tea: 1 question"):
        assert words in told
    assert ("auth.test", "Bearer xoxb-good") in [call[:2] for call in api.asked]
    assert ("apps.connections.open", "Bearer xapp-good") in [call[:2] for call in api.asked]


@pytest.mark.parametrize(
    ("method", "error", "name", "remedy"),
    [
        ("auth.test", "invalid_auth", "SLACK_BOT_TOKEN", "copy it again"),
        ("auth.test", "account_inactive", "SLACK_BOT_TOKEN", "reinstall the app"),
        ("auth.test", "something_new", "SLACK_BOT_TOKEN", "something_new"),
        ("apps.connections.open", "missing_scope", "SLACK_APP_TOKEN", "connections:write"),
    ],
)
async def test_a_refused_token(
    environ: dict[str, str], api: Api, method: str, error: str, name: str, remedy: str
) -> None:
    """A token that Slack refuses is a problem, with Slack's word for it and the way out."""
    api.answers[method] = {"ok": False, "error": error}
    finding = await one(environ)
    assert finding.state is CheckState.PROBLEM
    assert f"{name}: {error}" in finding.message
    assert remedy in finding.remedy


async def test_missing_scopes_say_what_is_lost(environ: dict[str, str], api: Api) -> None:
    """A scope that is lacking is a problem that says what does not work without it."""
    api.scopes = "commands,chat:write,chat:write.public,users:read"
    finding = await one(environ)
    assert finding.state is CheckState.PROBLEM
    assert f"files:write ({SCOPES['files:write']})" in finding.message
    assert "reinstall" in finding.remedy


async def test_scopes_beyond_need_are_a_warning(environ: dict[str, str], api: Api) -> None:
    """More scopes than the manifest's are a warning that names them."""
    api.scopes += ",channels:read"
    finding = await one(environ)
    assert finding.state is CheckState.WARNING
    assert "channels:read" in finding.message


@pytest.mark.parametrize(
    ("more", "asked", "words"),
    [("", "0", "people are asked about"), (f",{BY_HISTORY}", "1", "it looks for")],
)
async def test_whether_posts_are_looked_up_is_told(
    environ: dict[str, str], api: Api, more: str, asked: str, words: str
) -> None:
    """Both modes are well; which of them is on is said beside the scopes."""
    api.scopes += more
    findings = await look(environ | {"RAGVSFT_HISTORY": asked})
    assert bad(findings) == []
    assert f"{words} posts that broke off" in results_as_text(findings, width=300)


@pytest.mark.parametrize(
    ("more", "asked", "words", "remedy"),
    [
        (f",{BY_HISTORY}", "", "it looks for", "set RAGVSFT_HISTORY=1"),
        ("", "1", "people are asked about", "`ragvsft manifest`"),
        (",channels:history", "1", "missing scopes: groups:history", "`ragvsft manifest`"),
    ],
)
async def test_a_history_other_than_asked_for_is_a_warning(
    environ: dict[str, str], api: Api, more: str, asked: str, words: str, remedy: str
) -> None:
    """History scopes granted and not asked for, or asked for and not granted, are told."""
    api.scopes += more
    finding = await one(environ | {"RAGVSFT_HISTORY": asked})
    assert finding.state is CheckState.WARNING
    assert words in finding.message
    assert remedy in finding.remedy


@pytest.mark.parametrize(
    ("seconds", "state", "side"),
    [
        (25, None, ""),
        (120, CheckState.WARNING, "120 s ahead of"),
        (-120, CheckState.WARNING, "120 s behind"),
        (400, CheckState.PROBLEM, "400 s ahead of"),
    ],
)
async def test_clocks_apart(
    environ: dict[str, str], api: Api, seconds: int, state: CheckState | None, side: str
) -> None:
    """A clock off by minutes is a warning; beyond Slack's five minutes it is a problem."""
    api.date = format_datetime(NOON - timedelta(seconds=seconds), usegmt=True)
    found = bad(await look(environ))
    assert [finding.state for finding in found] == ([state] if state else [])
    assert all(side in finding.message for finding in found)


async def test_slack_out_of_reach(environ: dict[str, str]) -> None:
    """Where Slack cannot be reached that is one problem, and the tokens are not blamed."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    finding = await one(environ | {"SLACK_API_URL": f"http://127.0.0.1:{port}/api/"})
    assert "cannot reach" in finding.message
    assert "tokens were not tried" in finding.remedy


async def test_something_else_than_slack(environ: dict[str, str], api: Api) -> None:
    """An address that answers differently from Slack's Web API is told as such."""
    finding = await one(environ | {"SLACK_API_URL": f"{api.url}wrong/"})
    assert "does not answer as Slack's Web API does (status 404)" in finding.message


async def test_http_mode_without_proof(environ: dict[str, str]) -> None:
    """A signing secret cannot be tried from here; it is said so, and no problem."""
    del environ["SLACK_APP_TOKEN"]
    findings = await look(environ | {"SLACK_SIGNING_SECRET": "s"})
    assert bad(findings) == []
    assert "the first request from Slack will prove it" in results_as_text(findings, width=200)


async def test_no_secret_is_told(environ: dict[str, str], api: Api) -> None:
    """Whatever goes wrong, no token is in what the doctor says."""
    for method in ("auth.test", "apps.connections.open"):
        api.answers[method] = {"ok": False, "error": "invalid_auth"}
    told = results_as_text(await look(environ | {"RAGVSFT_KEYS": "good-canary"}))
    assert not any(secret in told for secret in ("xoxb-good", "xapp-good", "canary"))
