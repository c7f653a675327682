"""Many digests are due at one time, and some workspaces do not answer: a small storm."""

import asyncio
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from bot import app
from bot.slackkit.message import Drawing
from tests.bench.storm import StormSize, StormSlack, run_storm

WITHIN = 120.0
SIZE = StormSize(workspaces=40, hanging=2, messages=50, call_seconds=0.02, limit=WITHIN)


async def test_hanging_workspaces_hold_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While calls to two workspaces get no answer, all others get their digest, once.

    A person's own post arrives meanwhile. The timeout of a call is as long as the test, so that
    nothing is won by waiting for it.
    """

    def draw(_drawing: Drawing) -> bytes:
        return b"\x89PNG a picture"

    monkeypatch.setattr(app, "SLACK_SECONDS", WITHIN)
    monkeypatch.setattr(app, "render_in_subprocess", draw)
    async with (
        TestServer(StormSlack(SIZE.call_seconds).app()) as server,
        asyncio.timeout(3 * WITHIN),
    ):
        address = str(server.make_url("")).rstrip("/")
        report = await run_storm(SIZE, f"sqlite:///{tmp_path}/storm.db", address)
    assert len(report.digests) == SIZE.workspaces
    assert report.pictures > 0
    assert report.waits
    assert report.twice == []
