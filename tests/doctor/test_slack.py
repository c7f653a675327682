"""The doctor's checks of Slack: reachability, clock, tokens, scopes."""

import socket
from datetime import timedelta
from email.utils import format_datetime

import pytest

from bot.doctor.results import CheckState, all_ok, results_as_text
from bot.manifest import HISTORY_SCOPES, SCOPES
from tests.doctor.helpers import NOON, Api, not_ok, only_fault, run

HISTORY = ",".join(HISTORY_SCOPES)


async def test_no_fault(environ: dict[str, str], api: Api) -> None:
    """Without any fault, the results name the bot and its workspace."""
    results = await run(environ)
    assert not_ok(results) == []
    assert all_ok(results)
    text = results_as_text(results)
    for words in ("one workspace, over Socket Mode", "@ragvsft in Northwind", "tea: 1 question"):
        assert words in text
    assert ("auth.test", "Bearer xoxb-good") in [call[:2] for call in api.calls]
    assert ("apps.connections.open", "Bearer xapp-good") in [call[:2] for call in api.calls]


@pytest.mark.parametrize(
    ("method", "error", "name", "remedy"),
    [
        ("auth.test", "invalid_auth", "SLACK_BOT_TOKEN", "copy it again"),
        ("auth.test", "account_inactive", "SLACK_BOT_TOKEN", "reinstall the app"),
        ("auth.test", "something_new", "SLACK_BOT_TOKEN", "something_new"),
        ("apps.connections.open", "missing_scope", "SLACK_APP_TOKEN", "connections:write"),
    ],
)
async def test_a_rejected_token(
    environ: dict[str, str], api: Api, method: str, error: str, name: str, remedy: str
) -> None:
    """A token that Slack rejects is a problem, with Slack's error and a remedy."""
    api.answers[method] = {"ok": False, "error": error}
    result = await only_fault(environ)
    assert result.state is CheckState.PROBLEM
    assert f"{name}: {error}" in result.message
    assert remedy in result.remedy


async def test_missing_scopes_say_what_is_lost(environ: dict[str, str], api: Api) -> None:
    """A missing scope is a problem that says what does not work without it."""
    api.scopes = "commands,chat:write,chat:write.public,users:read"
    result = await only_fault(environ)
    assert result.state is CheckState.PROBLEM
    assert f"files:write ({SCOPES['files:write']})" in result.message
    assert "reinstall" in result.remedy


async def test_scopes_beyond_need_are_a_warning(environ: dict[str, str], api: Api) -> None:
    """More scopes than the manifest's are a warning that names them."""
    api.scopes += ",channels:read"
    result = await only_fault(environ)
    assert result.state is CheckState.WARNING
    assert "channels:read" in result.message


@pytest.mark.parametrize(
    ("more", "asked", "words"),
    [("", "0", "the bot asks people about"), (f",{HISTORY}", "1", "the bot looks up")],
)
async def test_the_mode_for_unconfirmed_posts_is_shown(
    environ: dict[str, str], api: Api, more: str, asked: str, words: str
) -> None:
    """Both modes are ok; the result of the scopes says which one is on."""
    api.scopes += more
    results = await run(environ | {"RAGVSFT_HISTORY": asked})
    assert not_ok(results) == []
    assert f"{words} unconfirmed posts" in results_as_text(results, width=300)


@pytest.mark.parametrize(
    ("more", "asked", "words", "remedy"),
    [
        (f",{HISTORY}", "", "the bot looks up", "set RAGVSFT_HISTORY=1"),
        ("", "1", "the bot asks people about", "`ragvsft manifest`"),
        (",channels:history", "1", "missing scopes: groups:history", "`ragvsft manifest`"),
    ],
)
async def test_other_history_scopes_than_requested_are_a_warning(
    environ: dict[str, str], api: Api, more: str, asked: str, words: str, remedy: str
) -> None:
    """History scopes that are granted but not requested, or the reverse, are a warning."""
    api.scopes += more
    result = await only_fault(environ | {"RAGVSFT_HISTORY": asked})
    assert result.state is CheckState.WARNING
    assert words in result.message
    assert remedy in result.remedy


@pytest.mark.parametrize(
    ("seconds", "state", "side"),
    [
        (25, None, ""),
        (120, CheckState.WARNING, "120 s ahead of"),
        (-120, CheckState.WARNING, "120 s behind"),
        (400, CheckState.PROBLEM, "400 s ahead of"),
    ],
)
async def test_clock_skew(
    environ: dict[str, str], api: Api, seconds: int, state: CheckState | None, side: str
) -> None:
    """A clock off by minutes is a warning; beyond Slack's five minutes it is a problem."""
    api.date = format_datetime(NOON - timedelta(seconds=seconds), usegmt=True)
    found = not_ok(await run(environ))
    assert [result.state for result in found] == ([state] if state else [])
    assert all(side in result.message for result in found)


async def test_slack_is_unreachable(environ: dict[str, str]) -> None:
    """If Slack is unreachable, that is the only problem: the tokens are not tried."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    result = await only_fault(environ | {"SLACK_API_URL": f"http://127.0.0.1:{port}/api/"})
    assert "cannot reach" in result.message
    assert "tokens were not tried" in result.remedy


async def test_something_else_than_slack(environ: dict[str, str], api: Api) -> None:
    """An address that does not answer like Slack's Web API is a problem."""
    result = await only_fault(environ | {"SLACK_API_URL": f"{api.url}wrong/"})
    assert "does not answer like Slack's Web API (status 404)" in result.message


async def test_a_signing_secret_cannot_be_tested(environ: dict[str, str]) -> None:
    """A signing secret is ok, with a note that only a request from Slack verifies it."""
    del environ["SLACK_APP_TOKEN"]
    results = await run(environ | {"SLACK_SIGNING_SECRET": "s"})
    assert not_ok(results) == []
    assert "verified by the first request from Slack" in results_as_text(results, width=200)


async def test_no_secret_is_shown(environ: dict[str, str], api: Api) -> None:
    """The results contain no token."""
    for method in ("auth.test", "apps.connections.open"):
        api.answers[method] = {"ok": False, "error": "invalid_auth"}
    text = results_as_text(await run(environ | {"RAGVSFT_KEYS": "good-canary"}))
    assert not any(secret in text for secret in ("xoxb-good", "xapp-good", "canary"))
