"""Starting `ragvsft demo` as a person does."""

import asyncio
import contextlib
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

START_WITHIN = 120.0
STOP_WITHIN = 60.0


@contextlib.asynccontextmanager
async def demo(database: Path) -> AsyncIterator[str]:
    """Run the demo on a free port, keeping its decisions in `database`; gives its address.

    Raises:
        AssertionError: it did not say where it is, or did not stop cleanly; with what it printed.
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
        async with asyncio.timeout(STOP_WITHIN):
            rest, _ = await process.communicate()
    assert process.returncode == 0, rest.decode()


async def _address(printed: asyncio.StreamReader) -> str:
    """The address that the demo prints."""
    seen = []
    async with asyncio.timeout(START_WITHIN):
        while line := (await printed.readline()).decode():
            seen.append(line)
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                return found[0]
    raise AssertionError("the demo said no address:\n" + "".join(seen))
