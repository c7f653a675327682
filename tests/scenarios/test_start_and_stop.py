"""The bot starts, runs on the workspace's clock, and shuts down on SIGTERM."""

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.app import run_app
from bot.playground import Playground
from bot.serving import HttpServer
from bot.settings import Settings
from tests.scenarios.bot_process import bot_process
from tests.scenarios.harness import RULES, TIMEOUT, Harness
from tests.scenarios.messages import text_of


async def _run(folder: Path, **settings: str) -> tuple[int, str]:
    """Run `ragvsft run` until it exits; return its exit status and its error output."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("SLACK_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run",
        cwd=folder,
        env={**known, "PYTHONPATH": str(Path.cwd()), "RAGVSFT_RULES": str(RULES), **settings},
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(TIMEOUT):
        _, stderr = await process.communicate()
    assert process.returncode is not None
    return process.returncode, stderr.decode()


@pytest.mark.parametrize("transport", ["http"], indirect=True)
async def test_a_refused_token_ends_the_start(harness: Harness, tmp_path: Path) -> None:
    """A wrong bot token ends the start with status 2 and a one-line remedy."""
    status, stderr = await _run(
        tmp_path,
        SLACK_API_URL=harness.playground.api_url,
        SLACK_BOT_TOKEN="xoxb-wrong",
        SLACK_SIGNING_SECRET="secret",
        HOST="127.0.0.1",
        PORT="0",
    )
    harness.playground.violations.clear()
    assert status == 2
    last = stderr.strip().splitlines()[-1]
    assert last.startswith("ragvsft: Slack rejects SLACK_BOT_TOKEN (invalid_auth)")
    assert "Traceback" not in stderr


async def test_all_missing_settings_are_listed(tmp_path: Path) -> None:
    """Without settings the start ends with status 2 and a line for each missing one."""
    status, stderr = await _run(tmp_path)
    assert status == 2
    assert "SLACK_BOT_TOKEN is missing" in stderr
    assert "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is missing" in stderr
    assert "Traceback" not in stderr


@pytest.mark.parametrize("transport", ["http"], indirect=True)
async def test_the_bot_starts_without_slack(harness: Harness) -> None:
    """If Slack is unreachable, the bot starts and is ready."""
    async with (
        harness.run_bot(SLACK_API_URL="http://127.0.0.1:1/api/") as bot,
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{bot.port}/readyz") as answer,
    ):
        assert answer.status == 200


@pytest.mark.parametrize("transport", ["http"], indirect=True)
async def test_slacks_ssl_check_is_answered(harness: Harness) -> None:
    """Slack's unsigned `ssl_check` request is answered with 200."""
    async with (
        harness.run_bot() as bot,
        aiohttp.ClientSession() as session,
        session.post(
            f"http://127.0.0.1:{bot.port}/slack/events", data={"ssl_check": "1", "token": "x"}
        ) as answer,
    ):
        assert answer.status == 200


async def test_requests_are_accepted_after_the_clock_moved(tmp_path: Path) -> None:
    """The bot accepts signed requests after the shared clock has moved by a day."""
    playground = Playground()
    page = HttpServer(playground.asgi, "127.0.0.1", 0)
    await page.start()
    playground.set_base_url(f"http://127.0.0.1:{page.port}")
    settings = Settings.model_validate(
        {
            "SLACK_BOT_TOKEN": playground.bot_token,
            "SLACK_SIGNING_SECRET": playground.signing_secret,
            "SLACK_API_URL": playground.api_url,
            "DATABASE_URL": f"sqlite:///{tmp_path}/log.db",
            "RAGVSFT_RULES": str(RULES),
            "HOST": "127.0.0.1",
            "PORT": 0,
        }
    )
    async with run_app(settings, playground.clock) as bot:
        playground.connect_http(f"http://127.0.0.1:{bot.port}/slack/events")
        playground.clock.advance(timedelta(days=1))
        delivery = await playground.user("ada").command("product", "/ragvsft", "help")
        assert (delivery.status, delivery.error) == (200, None)
    await playground.aclose()
    await page.stop()


MAX_STOP_SECONDS = 10
"""Seconds between SIGTERM and SIGKILL on common platforms."""
START_SECONDS = 1.5
"""Seconds that a start takes; a machine that takes longer is given longer to stop, too."""
LATENCY_SECONDS = 9
"""Seconds of latency, longer than the bot's timeout: it does not learn that Slack accepted."""


@pytest.mark.parametrize(("transport", "locked"), [("http", False), ("socket", True)])
async def test_sigterm_while_slack_hangs_loses_and_duplicates_nothing(
    harness: Harness, tmp_path: Path, *, locked: bool
) -> None:
    """With hanging calls and a locked database the bot exits within ten seconds.

    After the next start each message exists once.
    """
    ada, loop = harness.playground.user("ada"), asyncio.get_running_loop()
    calls = harness.playground.calls
    began = loop.time()
    async with bot_process(harness, tmp_path) as bot:
        late = max(0.0, loop.time() - began - START_SECONDS)
        await harness.open_questionnaire(ada)
        view = await harness.fill_questionnaire(ada)
        harness.playground.faults.add("latency", seconds=LATENCY_SECONDS)
        assert (await ada.submit(view)).ok
        await harness.playground.until(
            lambda: any(call.method == "chat.postMessage" for call in calls)
        )
        with _write_lock(harness) if locked else nullcontext():
            signalled = loop.time()
            bot.send_signal(signal.SIGTERM)
            async with asyncio.timeout(3 * MAX_STOP_SECONDS):
                assert await bot.wait() == 0
            assert loop.time() - signalled < MAX_STOP_SECONDS + late
    harness.playground.faults.clear()
    await harness.playground.until(
        lambda: any(each.by_app for each in harness.playground.messages("product"))
    )
    harness.playground.clock.advance(timedelta(seconds=75))
    async with harness.run_bot():
        await harness.playground.until(lambda: ada.sees(ada.im.id))
        notice = ada.sees(ada.im.id)[-1]
        assert "Slack didn't answer" in text_of(notice)
        await ada.click(notice, "dismiss")
        await harness.playground.until(
            lambda: any("Next steps" in text_of(each) for each in ada.sees("product"))
        )
    by_app = [message for message in harness.playground.messages("product") if message.by_app]
    assert len(by_app) == 2
    assert len(harness.rows("decisions")) == 1


@contextmanager
def _write_lock(harness: Harness) -> Iterator[None]:
    """Hold the database's write lock, as a stalled process would."""
    with closing(sqlite3.connect(harness.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
