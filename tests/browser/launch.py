"""Start Debian's chromium, and `ragvsft demo` as a subprocess."""

import asyncio
import contextlib
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from playwright.async_api import Browser, Playwright, expect

MISSING = "Chromium is not installed: apt-get install chromium fonts-noto-color-emoji"
TIMEOUT = 60.0
"""Seconds that an expectation waits for; long, as test machines are slow and shared."""
START_TIMEOUT = 120.0
STOP_TIMEOUT = 60.0
"""Seconds that the demo may take to start and to stop."""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def chromium_path() -> str | None:
    """Return the path of chromium, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


async def launch(driver: Playwright) -> Browser:
    """Start chromium without a window, and raise Playwright's timeout for expectations.

    Raises:
        FileNotFoundError: chromium is not installed; the message says how to install it.
    """
    path = chromium_path()
    if path is None:
        raise FileNotFoundError(MISSING)
    expect.set_options(timeout=TIMEOUT * 1000)
    return await driver.chromium.launch(executable_path=path, args=FLAGS)


@contextlib.asynccontextmanager
async def demo(database: Path, **settings: str) -> AsyncIterator[str]:
    """Run the demo on a free port with a database file, and yield its URL.

    Args:
        database: the file.
        settings: environment variables.

    Raises:
        AssertionError: it printed no URL, or did not stop cleanly; with its output.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo", "--port", "0", "--database", str(database)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=os.environ | settings,
    )
    assert process.stdout is not None
    try:
        yield await _printed_url(process.stdout)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        async with asyncio.timeout(STOP_TIMEOUT):
            rest, _ = await process.communicate()
    assert process.returncode == 0, rest.decode()


async def _printed_url(output: asyncio.StreamReader) -> str:
    """Return the URL that the demo prints."""
    lines = []
    async with asyncio.timeout(START_TIMEOUT):
        while line := (await output.readline()).decode():
            lines.append(line)
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                return found[0]
    raise AssertionError("the demo printed no URL:\n" + "".join(lines))
