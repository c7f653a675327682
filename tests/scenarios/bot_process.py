"""The bot as a subprocess (`ragvsft run`), to be stopped with SIGTERM or killed."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.engines import database_url
from tests.scenarios.harness import RULES, TIMEOUT, Harness


@asynccontextmanager
async def bot_process(harness: Harness, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `ragvsft run` as a subprocess that the workspace talks to; kill it at the end."""
    playground = harness.playground
    settings = {
        "SLACK_BOT_TOKEN": playground.bot_token,
        "SLACK_API_URL": playground.api_url,
        "DATABASE_URL": database_url(harness.database),
        "RAGVSFT_RULES": str(RULES),
        "HOST": "127.0.0.1",
        "PORT": "0",
    }
    if harness.transport == "socket":
        settings["SLACK_APP_TOKEN"] = playground.app_token
    else:
        settings["SLACK_SIGNING_SECRET"] = playground.signing_secret
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run",
        cwd=folder,
        env={**os.environ, **settings, "PYTHONPATH": str(Path.cwd()), "PYTHONUNBUFFERED": "1"},
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert running.stdout is not None
    async with asyncio.timeout(TIMEOUT):
        line = (await running.stdout.readline()).decode()
    port = line.rpartition(":")[2].strip()
    assert port.isdecimal(), line
    if harness.transport == "http":
        playground.connect_http(f"http://127.0.0.1:{port}/slack/events")
    try:
        yield running
    finally:
        if running.returncode is None:
            running.send_signal(signal.SIGKILL)
            await running.wait()
