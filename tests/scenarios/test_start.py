"""Starting: what is refused at once, and what is borne."""

import asyncio
import os
import sys
from pathlib import Path

import aiohttp
import pytest

from tests.scenarios.house import RULES, House
from tests.scenarios.quick import WITHIN


async def _run(folder: Path, **settings: str) -> tuple[int, str]:
    """Run `ragvsft run` until it ends by itself; return its exit status and what it said."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("SLACK_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run",
        cwd=folder,
        env={**known, "PYTHONPATH": str(Path.cwd()), "RAGVSFT_RULES": str(RULES), **settings},
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(WITHIN):
        _, said = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


@pytest.mark.parametrize("transport", ["http"], indirect=True)
async def test_a_token_that_slack_refuses_is_named(house: House, tmp_path: Path) -> None:
    """A wrong bot token ends the start with one line that says what to do, and status 2."""
    status, said = await _run(
        tmp_path,
        SLACK_API_URL=house.playground.api_url,
        SLACK_BOT_TOKEN="xoxb-wrong",
        SLACK_SIGNING_SECRET="secret",
        HOST="127.0.0.1",
        PORT="0",
    )
    house.playground.violations.clear()
    assert status == 2
    last = said.strip().splitlines()[-1]
    assert last.startswith("ragvsft: Slack rejects SLACK_BOT_TOKEN (invalid_auth)")
    assert "Traceback" not in said


async def test_nothing_configured_names_everything_at_once(tmp_path: Path) -> None:
    """Without any setting, the start says what is missing, a line each, and status 2."""
    status, said = await _run(tmp_path)
    assert status == 2
    assert "SLACK_BOT_TOKEN is missing" in said
    assert "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is missing" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("transport", ["http"], indirect=True)
async def test_a_slack_that_is_away_does_not_keep_it_from_starting(house: House) -> None:
    """With no Slack to be reached, the bot runs and is ready; deliveries wait."""
    async with (
        house.bot(SLACK_API_URL="http://127.0.0.1:1/api/") as bot,
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{bot.port}/readyz") as answer,
    ):
        assert answer.status == 200


@pytest.mark.parametrize("transport", ["http"], indirect=True)
async def test_slacks_ssl_check_is_answered(house: House) -> None:
    """The check that Slack makes of distributed apps is answered without a signature."""
    async with (
        house.bot() as bot,
        aiohttp.ClientSession() as session,
        session.post(
            f"http://127.0.0.1:{bot.port}/slack/events", data={"ssl_check": "1", "token": "x"}
        ) as answer,
    ):
        assert answer.status == 200
