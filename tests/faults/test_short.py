"""The fault runs in their short form; `make faults` runs them for longer and prints the figures."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults.account import Account, drawn_up
from tests.faults.bot import Orders
from tests.faults.disk import filled_up
from tests.faults.halt import live
from tests.faults.kills import NAMED, killed
from tests.faults.lives import Life
from tests.faults.run import at_work, drained
from tests.faults.slack import troubled
from tests.faults.stage import CHANNELS, Stage, staged
from tests.faults.two_processes import shared


def _in_order(account: Account) -> None:
    assert (account.lost, account.doubled, account.wrong) == ([], [], [])
    assert account.acked > 0


@pytest.mark.parametrize(("history", "kills"), [(False, 30), (True, 20)])
async def test_kill_9_loses_and_doubles_nothing(tmp_path: Path, history: bool, kills: int) -> None:
    """Killed at every named point, and amid digests, the bot keeps what it acked, and once."""
    killing, account, _ = await killed(tmp_path / "run", kills, seed=1, history=history)
    assert killing.kills.total() == kills
    assert [point for point in NAMED if not killing.kills[point]] == []
    assert killing.during_digests > 0
    assert account.parked == 0 or not history
    _in_order(account)


async def test_a_slack_in_trouble_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """Refused, slow, broken off, late or away: what Slack does leaves every message there once."""
    _, account, _ = await troubled(tmp_path / "run", spells=3, seed=2)
    _in_order(account)


async def test_a_full_disk_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """Without room every request is answered and /readyz says why; with room all goes on."""
    _, account, _ = await filled_up(tmp_path / "run", times=2, seed=1)
    _in_order(account)


async def test_two_processes_lose_and_double_nothing(tmp_path: Path) -> None:
    """Two bots share a database, and one after another is killed beside the one that lives."""
    _, account, _ = await shared(tmp_path / "run", kills=2, seed=1)
    _in_order(account)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
async def test_a_bot_that_stood_still_doubles_no_digest(tmp_path: Path) -> None:
    """Stopped between taking a digest and posting it, a bot leaves it at what another posted."""
    async with staged(tmp_path / "run", seed=1, history=True) as stage:
        held = await Life.born(Orders(stage.settings(), tmp_path / "run/clock", stage.log), live)
        stage.lives.append(held)
        stage.jump_to_digest()
        async with asyncio.timeout(60):
            while not held.is_halted:
                await stage.calm()
            stage.jump(timedelta(seconds=61))
            await stage.begin()
            while not _digests(stage):
                await stage.calm()
            held.go_on()
            while "settled before" not in stage.log.read_text() and _digests(stage) == 1:
                await stage.calm()
        assert _digests(stage) == 1


def _digests(stage: Stage) -> int:
    return sum(message.by_app for message in stage.playground.messages(CHANNELS[0]))


async def test_the_account_finds_what_is_lost_and_doubled(tmp_path: Path) -> None:
    """A run without faults is in order; a message taken away or set there twice is found."""
    async with staged(tmp_path / "run", seed=1) as stage:
        await stage.begin()
        async with at_work(stage) as crowd:
            await stage.until(lambda: any(p.what == "decision" for p in crowd.promises), 20)
        _in_order(await drained(stage, crowd))
        _tamper(stage)
        account = drawn_up(stage, crowd)
    assert len(account.lost) == 1
    assert account.lost[0].startswith("believed to be sent")
    assert [line.partition(" times ")[0] for line in account.doubled] == ["2"]


def _tamper(stage: Stage) -> None:
    """Set a channel's first post of the bot there twice, and take its last one away."""
    kept = next(
        messages
        for messages in stage.playground.workspace.messages.values()
        if sum(m.by_app and m.metadata is not None for m in messages) > 1
    )
    posts = [m for m in kept if m.by_app and m.metadata is not None]
    kept.remove(posts[-1])
    kept.append(replace(posts[0], ts=f"{posts[0].ts}9"))
