"""Run `ragvsft demo` as a subprocess."""

import asyncio
import contextlib
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

START_TIMEOUT = 120.0
STOP_TIMEOUT = 60.0


@contextlib.asynccontextmanager
async def demo(database: Path) -> AsyncIterator[str]:
    """Run the demo on a free port with a database file, and yield its URL.

    Raises:
        AssertionError: it printed no URL, or did not stop cleanly; with its output.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo", "--port", "0", "--database", str(database)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    try:
        yield await _address(process.stdout)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        async with asyncio.timeout(STOP_TIMEOUT):
            rest, _ = await process.communicate()
    assert process.returncode == 0, rest.decode()


async def _address(printed: asyncio.StreamReader) -> str:
    """Return the URL that the demo prints."""
    seen = []
    async with asyncio.timeout(START_TIMEOUT):
        while line := (await printed.readline()).decode():
            seen.append(line)
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                return found[0]
    raise AssertionError("the demo printed no URL:\n" + "".join(seen))
