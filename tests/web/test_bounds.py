"""What strangers without a credential can make the server hold."""

import asyncio
import contextlib
import resource
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.web.bounded_server import DESCRIPTORS
from tests.web.helpers import signed

HALF_OPEN = 2_000
LARGE = 1_000
BODY = b"a" * 990_000
SECONDS = 150
MOST_MEMORY = 100_000_000
"""Bytes more than before; read whole, the bodies would be ten times as much."""


@pytest.fixture
async def server() -> AsyncIterator[tuple[int, int]]:
    """The process and the port of a server."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.web.bounded_server"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    yield process.pid, int(await process.stdout.readline())
    process.stdin.close()
    await process.wait()


def memory(pid: int, name: str) -> int:
    """Return a figure of a process in bytes: VmRSS is its memory now, VmHWM the most so far."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def descriptors(pid: int) -> int:
    """Return how many files and connections a process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


async def half_open(port: int) -> asyncio.StreamWriter:
    """Open a connection and send the beginning of a request."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /slack/events HTTP/1.1\r\nhost: x\r\n")
    return writer


async def large_unsigned(port: int) -> bytes:
    """Send a large body without a signature; return the status line, or nothing if cut off."""
    with contextlib.suppress(ConnectionError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = b"POST /slack/events HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % len(BODY)
        writer.write(head + BODY)
        line = await reader.readline()
        writer.transport.abort()
        return line
    return b""


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux's /proc")
async def test_strangers_cannot_use_up_memory_or_descriptors(server: tuple[int, int]) -> None:
    """2,000 half-open connections and 1,000 large unsigned bodies leave room for Slack."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 4 * DESCRIPTORS:
        pytest.skip("this process may not open enough connections")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    pid, port = server
    before = memory(pid, "VmRSS")
    async with asyncio.timeout(SECONDS):
        held = [await half_open(port) for _ in range(HALF_OPEN)]
        most = descriptors(pid)
        statuses: list[bytes] = []
        for _ in range(LARGE // 100):
            statuses += await asyncio.gather(*(large_unsigned(port) for _ in range(100)))
            most = max(most, descriptors(pid))
        body = b"command=%2Fragvsft"
        async with httpx.AsyncClient(timeout=30) as client:
            answer = await client.post(
                f"http://127.0.0.1:{port}/slack/events",
                content=body,
                headers=signed(body, at=int(time.time())),
            )
    for writer in held:
        writer.transport.abort()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert (answer.status_code, answer.text) == (200, "handled")
    assert set(statuses) <= {b"HTTP/1.1 401 Unauthorized\r\n", b""}
    assert most < DESCRIPTORS * 0.75
    assert memory(pid, "VmHWM") - before < MOST_MEMORY
