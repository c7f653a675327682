"""Short fault runs; `make faults` runs longer ones and prints the report."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults.audit import AuditReport, audit
from tests.faults.bot_main import BotConfig, run_stalling_bot
from tests.faults.disk import run_full_disk
from tests.faults.harness import CHANNELS, FaultHarness, fault_harness
from tests.faults.kills import NAMED, run_kills
from tests.faults.phases import drain, running_workload
from tests.faults.postgres import run_postgres_faults
from tests.faults.processes import BotProcess
from tests.faults.slack import run_slack_faults
from tests.faults.two_processes import run_two_processes


def _assert_ok(report: AuditReport) -> None:
    assert (report.lost, report.duplicated, report.wrong) == ([], [], [])
    assert report.acked > 0


@pytest.mark.parametrize(("history", "kills"), [(False, 30), (True, 20)])
async def test_kill_9_loses_and_duplicates_nothing(
    tmp_path: Path, history: bool, kills: int
) -> None:
    """Acked actions take effect exactly once when the bot is killed at every named point."""
    run, report, _ = await run_kills(tmp_path / "run", kills, seed=1, history=history)
    assert run.kills.total() == kills
    assert [point for point in NAMED if not run.kills[point]] == []
    assert run.during_digests > 0
    assert report.unconfirmed == 0 or not history
    _assert_ok(report)


async def test_slack_faults_lose_and_duplicate_nothing(tmp_path: Path) -> None:
    """Every message is posted exactly once, although Slack refuses, stalls and drops requests."""
    _, report, _ = await run_slack_faults(tmp_path / "run", spells=3, seed=2)
    _assert_ok(report)


async def test_a_full_disk_loses_and_duplicates_nothing(tmp_path: Path) -> None:
    """The bot responds to all requests while the disk is full, and recovers afterwards."""
    _, report, _ = await run_full_disk(tmp_path / "run", times=2, seed=1)
    _assert_ok(report)


async def test_two_processes_lose_and_duplicate_nothing(tmp_path: Path) -> None:
    """Two bots on one database deliver exactly once while one of them is killed repeatedly."""
    _, report, _ = await run_two_processes(tmp_path / "run", kills=2, seed=1)
    _assert_ok(report)


async def test_kills_of_postgresql_lose_and_duplicate_nothing(tmp_path: Path) -> None:
    """Two bots deliver exactly once while one of them, or their server, is killed."""
    kills, report, _ = await run_postgres_faults(tmp_path / "run", kills=3, seed=1)
    assert sum(count for name, count in kills.items() if name.startswith("server")) == 1
    _assert_ok(report)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
async def test_a_stalled_bot_posts_no_digest_twice(tmp_path: Path) -> None:
    """A bot that stalls between claim and post does not repeat a digest that another posted."""
    async with fault_harness(tmp_path / "run", seed=1, history=True) as harness:
        stalled = await BotProcess.start(
            BotConfig(harness.settings(), tmp_path / "run/clock", harness.log), run_stalling_bot
        )
        harness.bots.append(stalled)
        harness.advance_to_digest()
        async with asyncio.timeout(60):
            while not stalled.is_stopped:
                await harness.pause()
            harness.advance(timedelta(seconds=61))
            await harness.start_bot()
            while not _digests(harness):
                await harness.pause()
            stalled.resume()
            settled = "settled by another process"
            while settled not in harness.log.read_text() and _digests(harness) == 1:
                await harness.pause()
        assert _digests(harness) == 1


def _digests(harness: FaultHarness) -> int:
    return sum(message.by_app for message in harness.playground.messages(CHANNELS[0]))


async def test_the_audit_finds_lost_and_duplicated_messages(tmp_path: Path) -> None:
    """The audit accepts a run without faults, and finds a removed and a repeated message."""
    async with fault_harness(tmp_path / "run", seed=1) as harness:
        await harness.start_bot()
        async with running_workload(harness) as workload:
            await harness.until(lambda: any(a.what == "decision" for a in workload.acked), 20)
        _assert_ok(await drain(harness, workload))
        _tamper(harness)
        report = audit(harness, workload)
    assert len(report.lost) == 1
    assert report.lost[0].startswith("marked as sent")
    assert [line.partition(" times ")[0] for line in report.duplicated] == ["2"]


def _tamper(harness: FaultHarness) -> None:
    """Duplicate the bot's first post in a channel and remove its last one."""
    channel = next(
        messages
        for messages in harness.playground.workspace.messages.values()
        if sum(m.by_app and m.metadata is not None for m in messages) > 1
    )
    posts = [m for m in channel if m.by_app and m.metadata is not None]
    channel.remove(posts[-1])
    channel.append(replace(posts[0], ts=f"{posts[0].ts}9"))
